"""The house: who opens transactions, who moves states, who asks the clock, who reads how."""

import ast
from pathlib import Path

import pytest
from django.core.management import call_command

import recert
from recert.journal.notices import NOTICES
from recert.portal.histories import words_of_events

ROOT = Path(recert.__file__).parent
FILES = [file for file in sorted(ROOT.rglob("*.py")) if "migrations" not in file.parts]
TREES = {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text("utf-8")) for file in FILES}
NO_ACTIONS = {f"declarations/actions/{name}.py" for name in ("__init__", "keeping", "locking")}
NO_ACTIONS |= {f"casework/actions/{name}.py" for name in ("__init__", "locking")}
NO_ACTIONS |= {"dossiers/actions/__init__.py", "payments/actions/__init__.py"}
NO_ACTIONS |= {"intake/actions/__init__.py"}
"""In a folder of actions: what they share, inside the transaction that one of them opened."""

ACTIONS = {
    name
    for name in TREES
    if name.endswith(("/actions.py", "_actions.py", "/bulk.py")) or "/actions/" in name
} - NO_ACTIONS
INVENTING = ("seeding/", "demo/")
"""Parts that make people up, all of them at once."""

SENDING = "journal/sending.py"
"""A job that notes, under the lock of the row, what became of a letter; nobody acts there."""

CHAIN = {"journal/chaining.py", "journal/verifying.py"}
"""The one gives what happened its place in the chain, the other reads one snapshot of it."""

LETTERS = ROOT / "templates" / "notices"

PAGES = ("portal/", "desk/", "api/")


def calls(name):
    """Answer the names of what a file calls, and what it decorates with."""
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)
        elif isinstance(node, ast.Name):
            yield node.id


def imported(name):
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def files_that(does):
    return {name for name in TREES if does(name)}


def test_only_actions_open_transactions():
    found = files_that(lambda name: "transaction.atomic" in set(calls(name)))
    acting = {name for name in found if not name.startswith(INVENTING)}
    assert acting == ACTIONS - {"journal/actions.py"} | {SENDING} | CHAIN


WRITING = {"record_event", "record_events", "advance"}


def test_only_actions_write_the_journal():
    writers = files_that(lambda name: WRITING & set(calls(name)))
    assert {name for name in writers if not name.startswith(INVENTING)} == ACTIONS
    made = {"Event.objects.create", "Event.objects.bulk_create", "Notice.objects.create"}
    events = files_that(lambda name: made & set(calls(name)))
    assert events == {"journal/actions.py"}


def test_only_those_who_invent_people_tell_nobody():
    found = files_that(lambda name: "telling_nobody" in set(calls(name)))
    assert found
    assert {name for name in found if not name.startswith(INVENTING)} == set()


def test_only_a_move_assigns_a_state():
    def assigns(name):
        for node in ast.walk(TREES[name]):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr == "state":
                    yield target.lineno
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".update"):
                yield from (node.lineno for word in node.keywords if word.arg == "state")

    assert {name: lines for name in TREES if (lines := list(assigns(name)))} == {}


def test_only_the_edge_the_commands_and_the_jobs_ask_the_clock():
    found = files_that(lambda name: {"recert.clock", "recert.clock.now"} & set(imported(name)))
    allowed = {name for name in found if name.startswith("cli/") or name.endswith("jobs.py")}
    assert found - allowed == {"edge.py"}


@pytest.mark.parametrize("name", sorted(name for name in TREES if name.startswith(PAGES)))
def test_pages_read_through_queries_and_write_through_actions(name):
    touched = [one for one in calls(name) if ".objects" in one or one.endswith("_set")]
    assert touched == []


def tables_of_moves():
    """Answer the moves of each life, by the part of the system and the table that holds them."""
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith("MOVES"):
                assert isinstance(node.value, ast.Dict), name
                yield name.partition("/")[0], node.value


MADE_BY = {
    "take_payment": "settle_payment",
    "submit_declaration": "start_payment",
    "take_request_payment": "settle_any_payment",
    "give_up_request_payment": "give_up_any_payment",
    "grant_request": "grant_inactive_status",
    "grant_appeal": "agree_outcome",
    "deny_appeal": "agree_outcome",
    "succeed_attempt": "settle_attempt",
    "recover_attempt": "settle_attempt",
    "fail_attempt": "settle_attempt",
    "finish_refund": "settle_refund",
    "fail_refund": "settle_refund",
    "place_under_audit": "select_for_audit",
    "revoke_completion": "settle_line",
    "report_again": "settle_line",
    "search_again": "settle_line",
    "withdraw_reported": "settle_line",
    "restore_reported": "settle_line",
    "take_for_own": "record_completion",
    "record_for_somebody": "record_completion",
    "deny_as_own": "deny_completion",
    "deny_for_somebody": "deny_completion",
    "renew_after_audit": "pass_audit",
    "renew_after_appeal": "end_appeal",
    "deny_after_appeal": "end_appeal",
    "deny_overdue": "fail_overdue",
    "pass_on_appeal": "end_appeal",
    "fail_on_appeal": "end_appeal",
}
"""Moves whose action has another name: what it is told, or finds, decides which move it makes."""


def test_each_move_has_an_action_of_its_name():
    names = set()
    for part, table in tables_of_moves():
        trees = [TREES[name] for name in ACTIONS if name.startswith(f"{part}/")]
        nodes = [node for tree in trees for node in ast.walk(tree)]
        functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        texts = [node.value for node in nodes if isinstance(node, ast.Constant)]
        in_actions = any(node is table for node in nodes)
        for key in table.keys:
            move = ast.literal_eval(key)
            assert MADE_BY.get(move, move) in functions
            assert texts.count(move) > in_actions, f"no action of {part} makes {move}"
            names.add(move)
    assert len(names) > 15
    assert set(MADE_BY) <= names


def test_each_move_has_a_name_of_its_own():
    moves = [ast.unparse(key) for _part, table in tables_of_moves() for key in table.keys]
    assert sorted(moves) == sorted(set(moves))


def kinds_of_events():
    """Answer the kinds of event that actions make."""
    kinds = set()
    for name in ACTIONS:
        for node in ast.walk(TREES[name]):
            if isinstance(node, ast.Call) and node.args:
                first = node.args[0]
                called = ast.unparse(node.func)
                if called in WRITING | {"_note", "Move"} and isinstance(first, ast.Constant):
                    kinds.add(first.value)
    assert len(kinds) > 15
    return kinds


def test_each_event_has_its_words():
    assert kinds_of_events() - set(words_of_events()) == set()


def test_of_each_event_it_is_said_who_is_told():
    assert (kinds_of_events() | set(words_of_events())) - set(NOTICES) == set()


def test_each_event_of_which_somebody_is_told_has_its_letter_and_no_other():
    told = {kind for kind, whom in NOTICES.items() if whom}
    assert {one.name for one in LETTERS.iterdir() if one.is_dir()} == told
    for kind in told:
        assert {one.name for one in (LETTERS / kind).iterdir()} == {"subject.txt", "body.txt"}


@pytest.mark.parametrize("name", sorted(TREES))
def test_no_file_is_longer_than_one_reads(name):
    assert (ROOT / name).read_text("utf-8").count("\n") <= 400


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
