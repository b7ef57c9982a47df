"""The guides say what is so: examples run, links lead somewhere, nothing is left out."""

import doctest
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import msgspec
import pytest

import recert
from recert.casefile import COLUMNS
from recert.cli.assessing import NOT_MET, UNUSABLE
from recert.policy import assess, load_rulebook, read_case
from recert.policy.rulebook import Rulebook

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GUIDES = [*sorted(DOCS.rglob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md"]
BOOK = load_rulebook("ascp-international")
MADE = {"rules.md"}  # by the hook, when the guides are built


def guide(name):
    return (DOCS / name).read_text("utf-8")


def rules_page():
    spec = spec_from_file_location("rules_page", DOCS / "hooks" / "rules_page.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    page: str = module.rules_page(BOOK)
    return page


@pytest.mark.parametrize("file", GUIDES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(file):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", file.read_text("utf-8"))
    inside = [link for link in links if "://" not in link and link not in MADE]
    assert [link for link in inside if not (file.parent / link).exists()] == []


@pytest.mark.parametrize("file", GUIDES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_files_and_modules_that_are_named_exist(file):
    named = re.findall(r"`((?:src|tests|docs|examples)/[\w./*-]+)`", file.read_text("utf-8"))
    assert [path for path in named if not list(ROOT.glob(path.removesuffix("/")))] == []


@pytest.mark.parametrize("file", GUIDES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_examples_run(file):
    failed, _ = doctest.testfile(str(file), module_relative=False, encoding="utf-8")
    assert failed == 0


def test_there_are_examples_to_run():
    assert ">>>" in guide("kernel.md")


def tables_of(kind):
    """Yield all tables that a rulebook consists of."""
    found, waiting = set(), [msgspec.inspect.type_info(kind)]
    while waiting:
        shape = waiting.pop()
        if isinstance(shape, msgspec.inspect.StructType):
            if shape.cls in found:
                continue
            found.add(shape.cls)
            yield shape
            waiting += [field.type for field in shape.fields]
        for inner in ("item_type", "value_type"):
            if hasattr(shape, inner):
                waiting.append(getattr(shape, inner))
        waiting += getattr(shape, "types", ())


FIELDS = sorted({field.encode_name for table in tables_of(Rulebook) for field in table.fields})


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_of_a_rulebook_is_explained(field):
    assert re.search(rf"\b{field}\b", guide("writing-a-rulebook.md"))


def settings():
    for table in tables_of(Rulebook):
        if table.cls.__name__.startswith("Setting"):
            for field in table.fields:
                for literal in getattr(field.type, "values", ()):
                    yield str(literal)


@pytest.mark.parametrize("value", sorted(set(settings()) - {"mon", "tue", "wed", "thu", "fri"}))
def test_each_value_of_a_setting_is_told(value):
    shipped = (ROOT / "src/recert/rulebook/ascp-international.toml").read_text("utf-8")
    assert value in guide("writing-a-rulebook.md") + shipped


@pytest.mark.parametrize("name", [*BOOK.kinds, *COLUMNS])
def test_each_kind_and_each_column_is_in_the_case_format(name):
    assert f"`{name}`" in guide("case-format.md")


def test_each_field_of_an_answer_is_in_the_case_format():
    case = {
        "program": BOOK.key,
        "category": "MLS",
        "cycle": {"starts": "2022-01-01", "ends": "2025-01-31"},
        "as_of": "2024-11-15",
        "activities": [
            {
                "id": place,
                "kind": "poster",
                "title": f"{place}",
                "completed_on": "2023-05-04",
                "allocation": {"safety": place},
            }
            for place in (2, 3)
        ],
    }
    answer = assess(BOOK, read_case(case)).answer()

    def names(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield key
                yield from names(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from names(inner)

    data = {*BOOK.areas, *BOOK.kinds, "2", "3"}
    missing = [
        name for name in {*names(answer)} - data if f"`{name}`" not in guide("case-format.md")
    ]
    assert missing == []


@pytest.mark.parametrize("code", [0, NOT_MET, UNUSABLE, 70])
def test_each_status_is_in_the_case_format(code):
    assert f"| {code} |" in guide("case-format.md")


def test_each_rule_has_a_place_on_its_page():
    page = rules_page()
    assert [rule for rule in BOOK.rules if f"### {rule} {{: #{rule} }}" not in page] == []


def test_the_page_of_rules_tells_words_source_reading_and_values():
    page = rules_page()
    part = page[page.index("### ACT-1.10 ") : page.index("### ACT-1.11 ")]
    rule = BOOK.rules["ACT-1.10"]
    for words in (rule.text, rule.source, rule.reading, "kinds.book"):
        assert words in part


def test_the_guides_can_be_built(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    done = subprocess.run(  # noqa: S603  # our own command
        [*command, "--site-dir", tmp_path / "site"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    built = (tmp_path / "site" / "rules" / "index.html").read_text("utf-8")
    assert 'id="REQ-5"' in built


def test_the_version_of_the_changelog_is_that_of_the_software():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "## Unreleased" in changelog or f"## {recert.__version__}" in changelog
