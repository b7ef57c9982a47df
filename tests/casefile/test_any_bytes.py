"""Whatever the bytes: data, or a sentence. And whatever the data: what was written is read."""

import csv
import json
from datetime import date
from io import StringIO
from itertools import accumulate

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from recert.casefile import (
    UnreadableFile,
    read_case_file,
    read_transcript,
    transcript_template,
    yaml_documents,
)
from recert.casefile.files import NO_TEXT
from recert.policy import Unusable, load_rulebook, read_case
from tests.casefile.workbooks import packed, parts_of, workbook

BOOK = load_rulebook("ascp-international")
AREAS = BOOK.areas

CASE = {
    "program": "ascp-international",
    "category": "MLS",
    "cycle": {"starts": "2022-01-01", "ends": "2025-01-31"},
    "as_of": "2024-11-15",
    "activities": [
        {
            "id": "a1",
            "kind": "formal-course",
            "title": "Advances: \N{GRINNING FACE}",
            "completed_on": "2022-05-04",
            "contact_hours": 6,
            "allocation": {"hematology": 5, "safety": 1},
        },
        {"id": 2, "kind": "book", "title": "B", "completed_on": "2023-01-01", "pages": 300},
    ],
}
SOUND = {
    "case.yaml": yaml.safe_dump(CASE, allow_unicode=True).encode(),
    "case.json": json.dumps(CASE, indent=1).encode(),
    "transcript.csv": transcript_template(BOOK).encode(),
    "transcript.xlsx": workbook(Transcript=csv.reader(StringIO(transcript_template(BOOK)))),
}
PARTS = parts_of(SOUND["transcript.xlsx"])

SIGNS = [*"\t\n ,;:=-?!&*@%|>'\"[]{}#~<\\", "- ", ": ", "---\n", "\n  ", "\r\n", "<<", "\\u", "\\x"]
WORDS = ["kind", "title", "completed_on", "allocation", "a1", "6", "1e9", "2022-05-04", "null", "é"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("any")


@pytest.fixture(scope="module", params=[yaml.CSafeLoader, yaml.SafeLoader], ids=["C", "Python"])
def _loader(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_documents, "LOADER", request.param)
        yield


def edited(content):
    """Answer a strategy: sound bytes in which a piece is replaced by another."""
    place = st.integers(0, len(content))
    piece = st.one_of(
        st.binary(max_size=4),
        st.sampled_from([*SIGNS, *WORDS]).map(str.encode),
        st.tuples(place, place).map(lambda ends: content[min(ends) : max(ends)]),
    )
    return st.tuples(place, st.integers(0, 20), piece).map(
        lambda edit: content[: edit[0]] + edit[2] + content[edit[0] + edit[1] :]
    )


def written_to(content, folder, name):
    path = folder / name
    path.write_bytes(content)
    return path


def answer(path):
    try:
        if path.suffix in {".csv", ".xlsx"}:
            return read_transcript(path, areas=AREAS)
        return read_case_file(path)
    except UnreadableFile as refusal:
        return refusal


def is_read_or_refused(content, folder, name):
    """Read bytes as a file; then let the kernel read what they say."""
    path = written_to(content, folder, name)
    file = answer(path)
    if isinstance(file, UnreadableFile):
        assert all(line.startswith(str(path)) for line in str(file).split("\n"))
        assert not NO_TEXT.search(str(file))
        return
    case = file.data if "program" in file.data else CASE | dict(file.data)
    try:
        read_case(case)
    except Unusable as unusable:
        for mistake in unusable.mistakes:
            assert file.where(mistake.place).startswith(str(path))


@pytest.mark.usefixtures("_loader")
@settings(max_examples=200)
@given(content=st.binary() | st.text().map(str.encode) | edited(SOUND["case.yaml"]))
def test_any_yaml_is_read_or_refused(folder, content):
    is_read_or_refused(content, folder, "case.yaml")


@pytest.mark.usefixtures("_loader")
@settings(max_examples=300)
@given(pieces=st.lists(st.sampled_from([*SIGNS, *WORDS])))
def test_any_signs_are_read_or_refused(folder, pieces):
    for name in ("case.yaml", "case.json", "transcript.csv"):
        is_read_or_refused("".join(pieces).encode(), folder, name)


@settings(max_examples=300)
@given(content=st.binary() | st.text().map(str.encode) | edited(SOUND["case.json"]))
def test_any_json_is_read_or_refused(folder, content):
    is_read_or_refused(content, folder, "case.json")


@settings(max_examples=300)
@given(content=st.binary() | st.text().map(str.encode) | edited(SOUND["transcript.csv"]))
def test_any_csv_is_read_or_refused(folder, content):
    is_read_or_refused(content, folder, "transcript.csv")


@settings(max_examples=150)
@given(content=st.binary() | edited(SOUND["transcript.xlsx"]))
def test_any_archive_is_read_or_refused(folder, content):
    is_read_or_refused(content, folder, "transcript.xlsx")


@settings(max_examples=150)
@given(data=st.data(), part=st.sampled_from(sorted(PARTS)))
def test_any_workbook_is_read_or_refused(folder, data, part):
    content = packed(PARTS | {part: data.draw(edited(PARTS[part]))})
    is_read_or_refused(content, folder, "transcript.xlsx")


TEXTS = st.text(
    st.characters(
        exclude_categories=["Cc", "Cs"],
        include_characters="\t\n",
        exclude_characters="\ufeff\ufffe\uffff",
    )
)
LEAVES = st.none() | st.booleans() | st.integers(-(10**38), 10**38) | TEXTS | st.dates()
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=10
)


class Quoting(yaml.SafeDumper):
    """Writes texts in quotes: it goes by YAML 1.1, in which other ones need them than in 1.2."""


Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


@given(data=st.dictionaries(TEXTS, TREES), is_flow=st.sampled_from([True, False, None]))
def test_yaml_is_read_as_it_was_written(folder, data, is_flow):
    text = yaml.dump(data, Dumper=Quoting, allow_unicode=True, default_flow_style=is_flow)
    assert read_case_file(written_to(text.encode(), folder, "case.yaml")).data == data


@given(data=st.dictionaries(TEXTS, TREES), indent=st.sampled_from([None, 0, 2]))
def test_json_is_read_as_it_was_written(folder, data, indent):
    text = json.dumps(data, indent=indent, default=date.isoformat)
    file = read_case_file(written_to(text.encode(), folder, "case.json"))
    assert file.data == json.loads(text)


@given(
    titles=st.lists(TEXTS.map(str.strip).filter(bool), min_size=1),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_csv_is_read_as_it_was_written(folder, titles, line_end):
    table = StringIO()
    writer = csv.writer(table, lineterminator=line_end)
    writer.writerow(["kind", "title", "completed_on"])
    writer.writerows(["book", title, "2022-05-04"] for title in titles)
    path = written_to(table.getvalue().encode(), folder, "transcript.csv")
    lines = accumulate((title.count("\n") + 1 for title in titles[:-1]), initial=2)
    file = read_transcript(path, areas=AREAS)
    assert file.data["activities"] == [
        {"id": f"row {line}", "kind": "book", "title": title, "completed_on": "2022-05-04"}
        for title, line in zip(titles, lines, strict=True)
    ]
