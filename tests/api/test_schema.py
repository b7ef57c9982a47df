"""The whole OpenAPI document, against what the operations do: schemathesis finds nothing."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from recert.api.pages import document
from recert.wsgi import application
from tests.api.conftest import KINDS, secret_for
from tests.declaring import certified_for, earn_everything, submit
from tests.making import make_activity, make_credential, make_document, make_person

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
SCHEMA.app = application
SCHEMA.base_url = "http://localhost"


@pytest.fixture(autouse=True)
def connection_stays(monkeypatch):
    """Keep the connection of the test: what serves requests would close it after one."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def keys(db, settings):
    settings.API_RATES = {"key": (10**6, 60), "address": (10**6, 60)}
    return {kind: secret_for(kind) for kind in KINDS}


@SCHEMA.parametrize()
@settings(max_examples=20, derandomize=False, suppress_health_check=list(HealthCheck))
def test_each_operation_does_what_it_says(case, keys):
    with transaction.atomic():
        case.call_and_validate(headers={"Authorization": f"Bearer {keys['person']}"})
        transaction.set_rollback(True)
