"""`recert plan`: one credential, several together, and what it refuses."""

import json
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_a_plan_says_what_to_earn_and_the_days(recert):
    status, out, err = recert("plan", EXAMPLES / "priya-h.yaml")
    assert (status, err) == (1, "")
    for line in (
        "Earn 1 point in medical ethics (REQ-5).",
        "Earn 4.5 points more in any area.",
        "The declaration is open, and due by 2025-02-28: 39 days left.",
    ):
        assert line in out


def test_nothing_left_to_do_is_status_0(recert):
    status, out, _ = recert("plan", EXAMPLES / "amina-mls.yaml")
    assert status == 0
    assert "Nothing is missing." in out


def test_what_only_allocating_anew_wants_is_still_to_do(recert):
    status, out, _ = recert("plan", EXAMPLES / "jonas-mls.yaml", "--json")
    (one,) = json.loads(out)["credentials"]
    assert (status, one["fewest"], one["reallocating_wins"]) == (1, "0", "3")
    assert one["moves"]


def test_several_credentials_are_planned_together(recert):
    files = EXAMPLES / "tomas-mls.yaml", EXAMPLES / "tomas-mb.yaml"
    status, out, _ = recert("plan", *files)
    assert status == 1
    assert "one activity may serve each" in out
    assert "costs 110.00 USD instead of 190.00 USD" in " ".join(out.split())


def test_the_day_of_the_plan_can_be_another(recert):
    status, out, _ = recert("plan", EXAMPLES / "priya-h.yaml", "--on", "2025-04-01")
    assert status == 1
    page = " ".join(out.split())
    assert "The declaration was due by 2025-02-28, and is not taken any more." in page
    assert "Before 2035-03-31 a declaration can reinstate it" in page


def test_a_credential_is_planned_once(recert):
    status, _, err = recert("plan", EXAMPLES / "amina-mls.yaml", EXAMPLES / "jonas-mls.yaml")
    assert status == 2
    assert "MLS is planned in" in err


def test_a_day_that_is_none_is_refused(recert):
    status, out, err = recert("plan", EXAMPLES / "priya-h.yaml", "--on", "soon")
    assert (status, out) == (2, "")
    assert err == "--on: expected a date such as 2022-05-04, found 'soon'\n"
