"""The guides say what is so: examples run, links lead somewhere, nothing is left out."""

import doctest
import json
import re
import subprocess
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import msgspec
import pytest

import recert
from recert.casefile import COLUMNS, read_case_file
from recert.cli import BUG
from recert.cli.assessing import NOT_MET, UNUSABLE
from recert.policy import assess, load_rulebook, read_case
from recert.policy.case import Activity, fields_of
from recert.policy.findings import WORDS
from recert.policy.rulebook import FindingText, Rulebook

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GUIDES = [
    *sorted(DOCS.rglob("*.md")),
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "src/recert/rulebook/CHANGELOG.md")),
]
DECISIONS = sorted((DOCS / "adr").glob("*.md"))
KERNEL = ROOT / "src" / "recert" / "policy"
BOOK = load_rulebook("ascp-international")
MADE = {"rules.md"}  # by the hook, when the guides are built


def guide(name):
    return (DOCS / name).read_text("utf-8")


def blocks(name, language):
    """Answer the examples of a guide that are in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", guide(name), re.DOTALL | re.MULTILINE)


def code(text):
    """Answer what stands as code in a text, in its line or in a block of its own."""
    fenced = re.findall(r"^```\w*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return "\n".join([*fenced, *re.findall(r"`([^`\n]+)`", text)])


def has(word, text):
    """Answer whether a text has a word, and not only one that goes on from it."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def named(file):
    return file.relative_to(ROOT).as_posix()


# Every guide


@pytest.mark.parametrize("file", GUIDES, ids=named)
def test_links_lead_somewhere(file):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", file.read_text("utf-8"))
    inside = [link for link in links if "://" not in link and link not in MADE]
    assert [link for link in inside if not (file.parent / link).exists()] == []


@pytest.mark.parametrize("file", GUIDES, ids=named)
def test_files_that_are_named_exist(file):
    paths = re.findall(r"`((?:bench|docs|examples|src|tests)/[\w./*-]+)`", file.read_text("utf-8"))
    assert [path for path in paths if not list(ROOT.glob(path.removesuffix("/")))] == []


@pytest.mark.parametrize("file", GUIDES, ids=named)
def test_examples_run(file):
    failed, _ = doctest.testfile(str(file), module_relative=False, encoding="utf-8")
    assert failed == 0


RUN_ELSEWHERE = {"api.md"}  # by the tests of the interface, which have a server to ask


@pytest.mark.parametrize("name", [file.relative_to(DOCS) for file in DOCS.rglob("*.md")], ids=str)
def test_each_example_in_python_is_one_that_runs(name):
    found = [block for block in blocks(name, "python") if not block.startswith(">>> ")]
    assert found == [] or str(name) in RUN_ELSEWHERE


def test_there_are_examples_to_run():
    assert blocks("kernel.md", "python")
    assert blocks("allocation.md", "python")


# Writing a rulebook


def shapes_in(kind):
    """Yield all types of which a rulebook consists."""
    seen, waiting = set(), [msgspec.inspect.type_info(kind)]
    while waiting:
        shape = waiting.pop()
        if isinstance(shape, msgspec.inspect.StructType):
            if shape.cls in seen:
                continue
            seen.add(shape.cls)
            waiting += [field.type for field in shape.fields]
        yield shape
        inner = [getattr(shape, name, None) for name in ("item_type", "key_type", "value_type")]
        waiting += [one for one in inner if one is not None]
        waiting += getattr(shape, "types", ())


SHAPES = list(shapes_in(Rulebook))
TABLES = [shape for shape in SHAPES if isinstance(shape, msgspec.inspect.StructType)]
FIELDS = sorted({field.encode_name for table in TABLES for field in table.fields})
VALUES = {
    str(value).lower() if isinstance(value, bool) else str(value)
    for shape in SHAPES
    if isinstance(shape, msgspec.inspect.LiteralType)
    for value in shape.values
} | {str(table.tag) for table in TABLES if table.tag}
EXAMPLE = "".join(blocks("writing-a-rulebook.md", "toml"))


def test_the_walk_finds_the_tables_and_their_values():
    assert {"maintained_as", "percent_of_total", "from"} <= {*FIELDS}
    assert {"renewal", "sat", "cycle-end", "pages", "day-after-expiry"} <= VALUES


@pytest.fixture(scope="module")
def explained():
    """Answer what the guide has as code beside its example, in sentences and tables."""
    blocks = r"^```\w*\n.*?^```$"
    text = re.sub(blocks, "", guide("writing-a-rulebook.md"), flags=re.DOTALL | re.MULTILINE)
    return {word for span in re.findall(r"`([^`\n]+)`", text) for word in [span, *span.split(".")]}


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_of_a_rulebook_is_explained(explained, field):
    assert field in explained


@pytest.mark.parametrize("value", sorted(VALUES))
def test_each_value_among_which_one_may_choose_is_told(explained, value):
    assert value in explained


def keys_in(data):
    if isinstance(data, dict):
        for key, inner in data.items():
            yield key
            yield from keys_in(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from keys_in(inner)


def test_the_example_uses_every_field():
    assert {*FIELDS} - {*keys_in(tomllib.loads(EXAMPLE))} == {"fingerprint"}


def run(folder, *arguments):
    command = [sys.executable, "-m", "recert", *arguments]
    return subprocess.run(  # our own command
        command, cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_example_is_good_and_its_slips_are_found(tmp_path):
    good, slips = [
        block.partition("\n")[2]
        for block in blocks("writing-a-rulebook.md", "console")
        if block.count("\n") > 1 and block.startswith("$ recert rulebook check lantern.toml\n")
    ]
    file = tmp_path / "lantern.toml"
    file.write_text(EXAMPLE, "utf-8")
    assert run(tmp_path, "rulebook", "check", file.name).stdout == good
    document, area = 'documents = ["logbook"]', 'default_area = "other"'
    assert EXAMPLE.count(document) == EXAMPLE.count(area) == 1
    slipped = EXAMPLE.replace(document, 'documents = ["log-book"]')
    file.write_text(slipped.replace(area, 'default_area = "othr"'), "utf-8")
    assert run(tmp_path, "rulebook", "check", file.name).stderr == slips


def test_the_example_answers_as_the_guide_says(tmp_path):
    (case,) = blocks("writing-a-rulebook.md", "yaml")
    (tmp_path / "lantern.toml").write_text(EXAMPLE, "utf-8")
    (tmp_path / "case.yaml").write_text(case, "utf-8")
    said = run(tmp_path, "assess", "case.yaml", "--rulebook", "lantern.toml", "--json")
    points = json.loads(said.stdout)["points"]
    sentence = f"{points['accepted']} of {points['required']} hours count"
    assert sentence in guide("writing-a-rulebook.md")


# The case format


FORMAT = code(guide("case-format.md"))


def section(title):
    text = guide("case-format.md")
    start = text.index(f"\n## {title}\n")
    end = text.find("\n## ", start + 1)
    return text[start : end if end > 0 else None]


@pytest.mark.parametrize("key", BOOK.kinds)
def test_each_kind_has_its_row_with_the_fields_that_are_its_own(key):
    row = re.search(rf"^\| `{key}` \|(.*)\|(.*)\|$", guide("case-format.md"), re.MULTILINE)
    assert row
    # Beside its own, a row may only name what every activity has.
    needs, may = ({*re.findall(r"`(\w+)", cell)} for cell in row.groups())
    fields = fields_of(BOOK.kinds[key])
    every = {name for one in BOOK.kinds.values() for name in fields_of(one)}
    assert needs & every == {name for name, needed in fields.items() if needed}
    assert may & every == {name for name, needed in fields.items() if not needed}


@pytest.mark.parametrize("column", COLUMNS)
def test_each_column_has_its_row(column):
    rows = re.findall(r"^\| (`.+?) \|", section("A transcript"), re.MULTILINE)
    assert [row for row in rows if f"`{column}`" in row] != []


@pytest.mark.parametrize("field", msgspec.structs.fields(Activity), ids=lambda one: one.encode_name)
def test_each_field_of_an_activity_is_told(field):
    assert has(field.encode_name, code(section("An activity")))


@pytest.mark.parametrize("area", BOOK.areas)
def test_each_area_is_told(area):
    assert f"`{area}`" in section("An activity")


def example_case(folder):
    file = folder / "case.yaml"
    file.write_text(blocks("case-format.md", "yaml")[0], "utf-8")
    return read_case(read_case_file(file).data)


def test_the_answer_in_the_case_format_is_that_of_the_case_in_it(tmp_path):
    (shown,) = map(json.loads, blocks("case-format.md", "json"))
    answer = assess(BOOK, example_case(tmp_path)).answer()
    start = shown.pop("rulebook").removesuffix("…")
    assert len(start) > 1
    assert {**shown, "rulebook": answer["rulebook"]} == answer


def test_each_field_of_an_answer_is_told():
    posters = [
        {
            "id": place,
            "kind": "poster",
            "title": f"Poster {place}",
            "completed_on": "2023-05-04",
            "allocation": {"safety": place},
        }
        for place in (2, 3, 4)
    ]
    case = {
        "program": BOOK.key,
        "category": "MLS",
        "cycle": {"starts": "2022-01-01", "ends": "2025-01-31"},
        "as_of": "2024-11-15",
        "activities": posters,
    }
    answer = assess(BOOK, read_case(case)).answer()
    data = {*BOOK.areas, "2", "3", "4"}
    told = section("The answer").partition("| field | holds |")[2]
    assert [name for name in {*keys_in(answer)} - data if f"`{name}`" not in told] == []


def findings_in(value):
    if isinstance(value, FindingText):
        yield value.code
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from findings_in(getattr(value, name))


@pytest.mark.parametrize(
    "finding", sorted({*WORDS, *(one for kind in BOOK.kinds.values() for one in findings_in(kind))})
)
def test_each_finding_is_told(finding):
    assert f"`{finding}`" in section("The answer")


@pytest.mark.parametrize("status", [0, NOT_MET, UNUSABLE, BUG])
def test_each_status_is_told(status):
    assert f"| {status} |" in section("Status")


# The rules


@pytest.fixture(scope="module")
def hook():
    spec = spec_from_file_location("rules_page", DOCS / "hooks" / "rules_page.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_examples_of_the_hook_run(hook):
    done = doctest.testmod(hook)
    assert (done.failed, done.attempted > 0) == (0, True)


def test_each_rule_has_a_place_on_its_page(hook):
    page = hook.rules_page(BOOK)
    assert [rule for rule in BOOK.rules if f"### {rule} {{: #{rule} }}" not in page] == []


def test_each_rule_has_words_source_and_reading(hook):
    parts = hook.rules_page(BOOK).split("\n### ")[1:]
    for (key, rule), part in zip(BOOK.rules.items(), parts, strict=True):
        assert part.startswith(f"{key} ")
        assert f"\n\n{rule.text}\n\n" in part
        assert f"*Source:* {rule.source}." in part
        assert (f"*Reading:* {rule.reading}\n" in part) == bool(rule.reading)


@pytest.mark.parametrize(
    ("rule", "place", "says"),
    [
        ("PAR-1", "categories.PBT", "required of those certified from 2012-01-01"),
        ("PAR-6", "categories.MT", "International Medical Technologist: always voluntary"),
        ("REQ-6", "requirements.technologist.areas[2].points.steps[1]", "8 points from 2024-01-01"),
        ("REQ-5", "declarations.renewal.dated_rules_by", "Renewal: cycle-end"),
        ("ACT-1.6", "kinds.competence-assessment.caps[1]", "at most 4 points in a cycle"),
        ("ACT-1.10", "kinds.book", "Book: 14 points, 21 points from 301 pages"),
        ("ACT-5", "kinds.covid-claim.areas", "COVID-related education: related"),
        ("FEE-3", "reduction", "Reduced application fee, further certification, instead of:"),
        ("FEE-4", "inactive.grounds.mandatory-military-service", "likely accepted"),
        ("FEE-1", "fees.application", "95.00 USD from 2022-01-01"),
        ("STA-6", "standing.pending_keeps_valid", "yes"),
        ("CYC-7", "calendar.weekend", "sat, sun"),
    ],
)
def test_each_rule_has_its_values_with_their_places(hook, rule, place, says):
    (value,) = [one for one in hook.values_by_rule(BOOK)[rule] if one.place == place]
    assert says in value.says


def test_no_value_is_told_twice(hook):
    for values in hook.values_by_rule(BOOK).values():
        assert len({one.place for one in values}) == len(values)


def test_a_page_can_be_made_of_another_programme(hook, monkeypatch):
    harbour = load_rulebook(ROOT / "tests" / "rulebooks" / "harbour-sonography.toml")
    monkeypatch.setattr(hook, "CHAPTERS", {"H": "All of it"})
    page = hook.rules_page(harbour)
    assert "30.00 EUR, residents of: CV, ST" in page
    assert "Specialists, Area of certification: 12.5 hours from 2010-01-01" in page


# The kernel, and the decisions


@pytest.mark.parametrize("file", sorted(KERNEL.glob("[a-z]*.py")), ids=lambda file: file.stem)
def test_each_module_of_the_kernel_stands_in_its_guide(file):
    assert has(file.stem, code(guide("kernel.md")))


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem)
def test_each_decision_is_whole(file):
    text = file.read_text("utf-8")
    number = int(file.name[:4])
    assert text.startswith(f"# {number}. ")
    assert re.search(r"^\*\d{4}-\d{2}-\d{2}\. \w+\.\*$", text, re.MULTILINE)
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert titles == ["Context", "Decision", "Consequences", "What lost"]


def test_decisions_are_numbered_without_gaps_and_in_the_menu():
    assert [int(file.name[:4]) for file in DECISIONS] == [*range(1, len(DECISIONS) + 1)]
    menu = (ROOT / "mkdocs.yml").read_text("utf-8")
    pages = [file.relative_to(DOCS).as_posix() for file in DOCS.rglob("*.md")]
    assert [page for page in [*pages, *MADE] if f": {page}" not in menu] == []


# The site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    # Without --quiet, with which mkdocs drops warnings before --strict counts them.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    done = subprocess.run(  # our own command
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_each_rule_can_be_linked_to(site):
    built = (site / "rules" / "index.html").read_text("utf-8")
    assert [rule for rule in BOOK.rules if f'id="{rule}"' not in built] == []


def test_pages_fetch_nothing_from_elsewhere(site):
    pages = {page: page.read_text("utf-8") for page in site.rglob("*.html")}
    pages |= {sheet: sheet.read_text("utf-8") for sheet in site.rglob("*.css")}
    outside = r"""(?:(?:href|src)=["']?|url\(["']?|@import ["']?)(?:https?:)?//[\w.]+"""
    found = {page.relative_to(site): re.findall(outside, text) for page, text in pages.items()}
    assert {page: links for page, links in found.items() if links} == {}


def test_what_makes_the_site_is_not_part_of_it(site):
    assert not (site / "hooks").exists()
    assert not (site / "theme").exists()


def test_the_version_of_the_changelog_is_that_of_the_software():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "## Unreleased" in changelog or f"## {recert.__version__}" in changelog
