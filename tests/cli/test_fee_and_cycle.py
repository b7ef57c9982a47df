"""`recert fee`, `recert cycle`, `recert template` and the command itself."""

import csv
import io
import json

import pytest


def test_a_set_of_submissions_is_priced(recert):  # FEE-1, FEE-3
    arguments = ["renewal:2025-01-31", "renewal:2025-03-31", "--on", "2025-01-04"]
    status, out, _ = recert("fee", *arguments, "--json")
    answer = json.loads(out)
    assert status == 0
    assert [charge["amount"] for charge in answer["charges"]] == ["95.00", "15.00"]
    assert (answer["total"], answer["currency"]) == ("110.00", "USD")
    assert "Reduced application fee" in recert("fee", *arguments)[1]


def test_each_submission_may_have_its_own_day(recert):  # FEE-3
    arguments = ["renewal:2025-01-31@2025-01-06", "renewal:2025-01-31@2025-01-07"]
    _, out, _ = recert("fee", *arguments, "--on", "2025-01-06", "--json")
    assert json.loads(out)["total"] == "190.00"


def test_a_request_for_inactive_status_is_priced(recert):  # FEE-4
    arguments = ["--inactive", "mandatory-military-service", "--on", "2025-01-04"]
    assert json.loads(recert("fee", *arguments, "--json")[1])["total"] == "40.00"
    assert json.loads(recert("fee", *arguments, "--documented", "--json")[1])["total"] == "0.00"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "expected declarations such as renewal:2025-01-31, or --inactive GROUND"),
        (["renewal"], "renewal: expected the expiration date too, such as renewal:2025-01-31"),
        (["renew:2025-01-31"], "renew:2025-01-31: unknown purpose 'renew'; did you mean renewal?"),
        (["renewal:soon"], "renewal:soon: expected a date such as 2022-05-04, found 'soon'"),
        (["--inactive", "ill"], "--inactive: unknown ground 'ill'; did you mean illness?"),
    ],
)
def test_what_cannot_be_priced_is_refused(recert, arguments, said):
    status, out, err = recert("fee", *arguments, "--on", "2025-01-04")
    assert (status, out, err) == (2, "", f"{said}\n")


def test_a_fee_of_a_day_that_the_programme_does_not_know_is_refused(recert):  # FEE-5
    status, out, err = recert("fee", "renewal:2021-01-31", "--on", "2021-01-04")
    assert (status, out) == (2, "")
    assert err == "FEE-1 says nothing for 2021-01-04; it begins on 2022-01-01.\n"


def test_the_days_of_a_cycle_are_told(recert):  # CYC-1, CYC-2, CYC-4
    status, out, _ = recert("cycle", "--certified", "2022-01-10", "--json")
    assert status == 0
    assert json.loads(out) == {
        "starts_on": "2022-01-10",
        "later_years_begin_on": "2023-01-10, 2024-01-10",
        "declaration_opens_on": "2024-10-31",
        "declaration_due_on": "2024-12-31",
        "decided_by_if_declared_when_due": "2025-02-13",
        "expires_on": "2025-01-31",
        "next_cycle": "2025-01-01 to 2028-01-31",
        "examination_needed_from": "2035-01-31",
    }


def test_the_standing_on_a_day_is_told(recert):  # STA-5
    arguments = ["--certified", "2012-01-10", "--category", "MLS", "--as-of", "2026-01-01"]
    _, out, _ = recert("cycle", *arguments)
    assert "examination-needed on 2026-01-01 (STA-5)" in out
    assert "not to be used" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "expected either --certified DAY or --cycle START:END"),
        (["--cycle", "2025-01-31:2022-01-01"], "--cycle: ends before it starts"),
        (["--cycle", "2025-01-31"], "--cycle: expected START:END"),
        (["--certified", "2022-13-01"], "--certified: expected a date such as 2022-05-04"),
        (
            ["--certified", "2022-01-01", "--as-of", "2022-01-01"],
            "--as-of: the standing needs --certified and --category too",
        ),
    ],
)
def test_a_cycle_that_is_none_is_refused(recert, arguments, said):
    status, out, err = recert("cycle", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(said)


def test_the_template_is_a_transcript_that_can_be_assessed(recert, tmp_path):
    status, out, _ = recert("template", "csv")
    assert status == 0
    assert len(list(csv.DictReader(io.StringIO(out)))) >= 3
    (tmp_path / "mine.csv").write_text(out, "utf-8")
    options = ["--category", "H", "--cycle", "2024-01-01:2027-01-31", "--as-of", "2026-12-01"]
    status, out, err = recert("assess", "mine.csv", *options)
    assert (status, err) == (1, "")
    assert "What counts" in out


def test_each_command_has_help(recert):
    _, out, _ = recert("--help")
    commands = [line.split()[0] for line in out.split("Commands:")[1].splitlines() if line.strip()]
    assert {"assess", "plan", "fee", "cycle", "rulebook", "template"} <= set(commands)
    for command in commands:
        status, text, _ = recert(command, "--help")
        assert status == 0
        assert "Usage: recert" in text


def test_the_version_is_told(recert):
    assert recert("--version")[1].startswith("recert ")
