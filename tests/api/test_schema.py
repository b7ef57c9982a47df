"""The whole OpenAPI document, against what the operations do: schemathesis finds nothing."""

import re
from copy import deepcopy
from datetime import date

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import override_settings
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup

from recert.api.pages import document
from recert.refs import SHAPE
from recert.webhooks.actions import owe
from recert.webhooks.models import Occasion, Webhook
from recert.webhooks.queries import Happened
from recert.wsgi import application
from tests.api.conftest import KINDS, make_consent, secret_for
from tests.declaring import certified_for, earn_everything, submit
from tests.making import AT, make_activity, make_credential, make_document, make_person


def serve(environ, start_response):
    """Serve as a server does: with an address of who asks, and closing what was opened."""
    answer = application({"REMOTE_ADDR": "127.0.0.1"} | environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {
                # What no schema can say is refused: an unknown kind, a day after another.
                "expected-statuses": [
                    *("2xx", "304", "400", "401", "403", "404", "409", "412", "422", "428"),
                ],
            },
        }
    }
)
SCHEMA = schemathesis.openapi.from_dict(document(), config=CONFIG)
SCHEMA.app = serve
SCHEMA.base_url = "http://localhost"
THINGS = {}
"""By how an address begins, the ref of something that is there."""


@SCHEMA.hook
def map_case(context, case):
    """Put into an address what is there of its kind."""
    del context
    begins, taken = case.path.split("/")[3], {"number": ".{1,60}"}
    for name, value in (case.path_parameters or {}).items():
        is_well = isinstance(value, str) and re.fullmatch(taken.get(name, SHAPE), value)
        if is_well and begins in THINGS:
            case.path_parameters[name] = THINGS[begins]
    return case


@pytest.fixture(autouse=True)
def connection_stays():
    """Keep the connection of the test: what serves requests would close it after one."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def files_are_apart():
    """Leave the files of this module's documents where they were made."""


@pytest.fixture(scope="module")
def keys(django_db_setup, django_db_blocker):
    """Make somebody with one of everything, and keys of each kind, once."""
    del django_db_setup
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(API_RATES=MANY):
        yield make_keys()
        transaction.set_rollback(True)


MANY = {"key": (10**6, 60), "address": (10**6, 60)}


def make_keys():
    today = date(2024, 11, 15)
    person = make_person()
    credential = make_credential(person, category="MLT", certified_on=certified_for(today))
    earn_everything(person, credential, on=today)
    activity = make_activity(person)
    THINGS.update(
        activities=activity.ref,
        documents=make_document(activity).ref,
        credentials=credential.ref,
        declarations=submit(credential, on=today).ref,
        register=credential.number,
        consents=make_consent(person).ref,
        **webhook_of(person, credential),
    )
    return {kind: secret_for(kind, person if kind == "person" else None) for kind in KINDS}


def webhook_of(person, credential):
    """Make a webhook of somebody, and something that it is told."""
    webhook = Webhook.objects.create(
        account=person.account,
        url="https://example.org/hook",
        occasions=[Occasion.EXPIRED],
        since_on=AT.date(),
        made_at=AT,
    )
    owe([Happened(credential.pk, Occasion.EXPIRED, AT.date())], at=AT)
    return {"webhooks": webhook.ref, "deliveries": webhook.deliveries.get().ref}


def key_for(case, keys):
    """Answer the key that opens an operation; any, where none is needed."""
    needed = {
        scope for way in case.operation.definition.raw["security"] for scope in way.get("token", ())
    }
    return keys[next((kind for kind, scopes in KINDS.items() if needed & set(scopes)), "person")]


@pytest.mark.django_db
@SCHEMA.parametrize()
@settings(max_examples=8, suppress_health_check=list(HealthCheck))
def test_each_operation_does_what_it_says(case, keys):
    with transaction.atomic():
        case.call_and_validate(headers={"Authorization": f"Bearer {key_for(case, keys)}"})
        transaction.set_rollback(True)


def test_each_operation_is_in_the_document_with_what_it_needs():
    found = [one for path in document()["paths"].values() for one in path.values()]
    assert len(found) > 20
    assert all("security" in one for one in found)


@pytest.mark.django_db
def test_a_lie_in_the_document_is_found(keys):
    lie = deepcopy(document())
    lie["components"]["schemas"]["Me"]["properties"]["name"] = {"type": "integer"}
    schema = schemathesis.openapi.from_dict(lie)
    schema.app, schema.base_url = serve, SCHEMA.base_url
    case = schema["/api/v1/me"]["GET"].Case()
    headers = {"Authorization": f"Bearer {keys['person']}"}
    with pytest.raises(FailureGroup, match="Response violates schema"):
        case.call_and_validate(headers=headers)
