"""All that is on record, so that a test can say that nothing changed."""

from django.apps import apps
from django.db.models import QuerySet

PARTS = ("declarations", "payments", "credentials", "transcript", "people", "journal")


def everything():
    """Answer every row of ours, and every job that is waiting, by its table."""
    models = [model for part in PARTS for model in apps.get_app_config(part).get_models()]
    jobs = apps.get_model("procrastinate", "ProcrastinateJob")
    rows = {model.__name__: list(QuerySet(model).order_by("pk").values()) for model in models}
    return rows | {"jobs": list(QuerySet(jobs).order_by("pk").values("pk", "task_name", "args"))}


def changed(before, after):
    """Answer the tables whose rows are not what they were."""
    return {name for name in after if before[name] != after[name]}
