"""All that is on record, so that a test can say that nothing changed."""

from django.apps import apps
from django.db import connection

PARTS = ("declarations", "payments", "credentials", "transcript", "people", "journal")


def everything():
    """Answer what is in each table of ours, and which jobs are waiting. One query."""
    models = [model for part in PARTS for model in apps.get_app_config(part).get_models()]
    tables = {one._meta.db_table: one._meta.pk.column for one in models}  # noqa: SLF001  # documented
    each = [
        f"SELECT '{table}', array_agg(one::text ORDER BY one.{key}) FROM {table} one"  # noqa: S608
        for table, key in [*tables.items(), ("procrastinate_jobs", "id")]
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return dict(cursor.fetchall())


def changed(before, after):
    """Answer the tables whose rows are not what they were."""
    return {name for name in after if before[name] != after[name]}
