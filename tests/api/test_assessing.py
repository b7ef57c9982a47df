"""A case for whoever asks: the very answer of the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import recert
from recert.api.assessing import MOST
from recert.casefile import read_case_file
from recert.cli import app

pytestmark = pytest.mark.django_db
EXAMPLES = sorted((Path(recert.__file__).parents[2] / "examples").glob("*.yaml"))
ADDRESS = "/api/v1/assess"


def sent(client, case):
    return client.post(ADDRESS, json.dumps(case, default=str), "application/json")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda one: one.name)
def test_the_answer_is_that_of_the_command_line(client, path):
    told = CliRunner().invoke(app, ["assess", "--json", str(path)])
    answer = sent(client, read_case_file(path).data)
    assert answer.status_code == 200
    assert answer.json() == json.loads(told.stdout)


def test_what_is_wrong_with_a_case_is_said_with_its_place(client):
    case = read_case_file(EXAMPLES[0]).data
    wrong = {**case, "category": "XYZ", "activities": [{"id": "a", "kind": "dance", "title": "x"}]}
    answer = sent(client, wrong)
    assert answer.status_code == 422
    places = {one["where"] for one in answer.json()["errors"]}
    assert {"body.category", "body.activities[0].kind"} <= places
    assert sent(client, {**case, "program": "../../etc"}).status_code == 422
    assert sent(client, {**case, "as_of": "1901-01-01", "cycle": None}).status_code == 422


def test_a_case_has_no_more_activities_than_anybody_does(client):
    case = {**read_case_file(EXAMPLES[0]).data, "activities": [{}] * (MOST + 1)}
    assert sent(client, case).json()["errors"][0]["where"] == "body.activities"


@pytest.mark.parametrize("body", ["", "{", '{"a": 1, "a": 2}', "[]", "3", "[" * 5000])
def test_what_is_no_case_is_unreadable(client, body):
    answer = client.post(ADDRESS, body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
