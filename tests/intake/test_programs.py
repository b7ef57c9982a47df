"""Programs of providers: batches, courses, and statements of learning platforms."""

import uuid

import pytest
from tincan import Activity as Target
from tincan import (
    ActivityDefinition,
    Agent,
    Context,
    Extensions,
    LanguageMap,
    RemoteLRS,
    Statement,
    StatementRef,
    Verb,
)

from recert.intake.learning import COMPLETED, VOIDED, credit_extension
from recert.intake.models import Completion
from recert.organisations.models import Organisation
from recert.transcript.models import Activity
from tests.api.conftest import program, secret_for
from tests.intake.reporting import AREA, KIND, about
from tests.making import make_person


def batch(client, *lines):
    body = {"completions": list(lines)}
    return client.post("/api/v1/completions", body, content_type="application/json")


def line(completion="A", **fields):
    usual = {"completion": completion, "kind": KIND, "title": "Gels", "completed_on": "2024-02-01"}
    return usual | {"contact_hours": "1.5", "areas": [AREA]} | fields


@pytest.mark.django_db
def test_the_answer_does_not_say_who_holds_a_record():
    person = make_person(email="amina@example.org")
    client = program(secret_for("provider"))
    whose = [
        {"customer_number": person.customer_number},
        {"customer_number": "NOBODY"},
        about(person) | {"email": "other@example.org"},
    ]
    answers = [batch(client, line("A" * (1 + n), **one)) for n, one in enumerate(whose)]
    assert {one.status_code for one in answers} == {200}
    assert [one.json()["completions"][0]["fate"] for one in answers] == ["taken"] * 3
    assert {str(one.json()["counts"]) for one in answers} == {"{'taken': 1}"}
    assert Activity.objects.count() == 1


@pytest.mark.django_db
def test_with_a_course_only_who_and_when_are_said():
    person = make_person()
    client = program(secret_for("provider"))
    course = {"title": "Gels", "kind": KIND, "contact_hours": "2.5", "areas": [AREA]}
    kept = client.put("/api/v1/courses/G-1", course, content_type="application/json")
    assert kept.status_code == 200, kept.content
    said = {"completion": "A", "customer_number": person.customer_number, "course": "G-1"}
    answer = batch(client, said | {"completed_on": "2024-02-01"})
    assert answer.json()["counts"] == {"taken": 1}
    activity = Activity.objects.get()
    assert (activity.title, activity.contact_hours, activity.covers) == ("Gels", 250, [AREA])


@pytest.mark.django_db(transaction=True)
def test_a_learning_platform_posts_statements_that_arrive(live_server, settings):
    person = make_person(email="amina@example.org")
    secret = secret_for("provider")
    settings.ADDRESS = live_server.url
    platform = RemoteLRS(
        version="1.0.3",
        endpoint=f"{live_server.url}/xapi/",
        username="platform",
        password=secret,
    )
    credit = {"kind": KIND, "contact_hours": "1.5", "areas": [AREA], "born_on": "1988-02-29"}
    statement = Statement(
        id=str(uuid.uuid4()),
        actor=Agent(name=person.name, mbox=f"mailto:{person.email}"),
        verb=Verb(id=COMPLETED, display=LanguageMap({"en": "completed"})),
        object=Target(
            id="https://college.example/gels",
            definition=ActivityDefinition(name=LanguageMap({"en": "Gels"})),
        ),
        context=Context(extensions=Extensions({credit_extension(): credit})),
        timestamp="2024-02-01T12:00:00Z",
    )
    saved = platform.save_statement(statement)
    assert saved.success, saved.data
    assert platform.save_statement(statement).success  # again: nothing changes
    activity = Activity.objects.get()
    assert (activity.person, activity.title) == (person, "Gels")
    read = platform.retrieve_statement(statement.id)
    assert read.success
    assert read.content.actor.mbox == f"mailto:{person.email}"
    void = Statement(
        actor=Agent(name="Platform", mbox="mailto:lms@college.example"),
        verb=Verb(id=VOIDED),
        object=StatementRef(id=statement.id),
    )
    assert platform.save_statements([void]).success
    activity.refresh_from_db()
    assert activity.state == "withdrawn"
    assert Completion.objects.get().state == "revoked"
    assert Organisation.objects.count() == 1
