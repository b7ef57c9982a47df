"""A file that is no text, too large or not there is refused with a sentence."""

import io
import pickle
import sys
import time
from pathlib import Path

import pytest

from recert.casefile import CaseFile, UnreadableFile, read_case_file, read_transcript
from recert.casefile.files import LARGEST

NAMES = ["case.yaml", "case.json", "transcript.csv"]


def read(name):
    if name.endswith((".csv", ".xlsx")):
        return read_transcript(name, areas=["safety"])
    return read_case_file(name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": this file is empty"),
        (b" \r\n\t\n", ": this file is empty"),
        (b"\xef\xbb\xbf", ": this file is empty"),
        ("kind: é".encode("utf-16"), ": saved as UTF-16; save it as UTF-8"),
        ("kind: é".encode("utf-16-be"), ": not a text; expected a text file, saved as UTF-8"),
        (b"\x7fELF\0\0", ": not a text; expected a text file, saved as UTF-8"),
        ("kind:\n\n é".encode("latin-1"), ":3: not in UTF-8; save it as UTF-8"),
        (b"\xef\xbb\xbfa\n\xed\xa0\x80", ":2: not in UTF-8; save it as UTF-8"),
        (b"a\r\nb\rc\x1b[2J", ":3: the character U+001B is no part of a text; delete it"),
        ("a\n\x85".encode(), ":2: the character U+0085 is no part of a text; delete it"),
    ],
)
def test_what_is_no_text_is_refused(refused, name, content, message):
    assert refused(read, name, content) == name + message


@pytest.mark.parametrize("name", [*NAMES, "transcript.xlsx"])
def test_a_large_file_is_refused_at_once(write, name):
    with Path(write(name, b"")).open("wb") as file:
        file.truncate(50_000_000)  # sparse: no bytes are written
    began = time.perf_counter()
    with pytest.raises(UnreadableFile) as refusal:
        read(name)
    assert time.perf_counter() - began < 0.5
    assert str(refusal.value) == f"{name}: larger than 5 MB; a case has a few kilobytes"


def test_a_large_file_is_not_read_whole(monkeypatch):
    endless = io.BytesIO(b"#" * 10_000_000)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(endless))
    with pytest.raises(UnreadableFile, match=r"^standard input: larger than 5 MB"):
        read_case_file("-")
    assert endless.tell() == LARGEST + 1


def test_a_file_of_the_largest_size_is_read(write):
    case = b"a: 1\n#"
    name = write("case.yaml", case.ljust(LARGEST, b"-"))
    assert read_case_file(name).data == {"a": 1}


@pytest.mark.parametrize("name", [*NAMES, "transcript.xlsx"])
def test_a_file_must_be_there(write, name):
    write("other", b"")
    Path("folder" + name).mkdir()
    with pytest.raises(UnreadableFile, match=rf"^{name}: there is no such file$"):
        read(name)
    with pytest.raises(UnreadableFile, match=rf"^folder{name}: this is a folder; expected a file$"):
        read("folder" + name)
    with pytest.raises(UnreadableFile, match=r"cannot be read: it cannot be opened$"):
        read("nul\0" + name)
    with pytest.raises(UnreadableFile, match=r"cannot be read: File name too long$"):
        read("x" * 999 + name)


def test_a_file_must_be_permitted(write, monkeypatch):
    name = write("case.yaml", "a: 1")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # as root, no file is forbidden
    with pytest.raises(UnreadableFile, match=r"yaml: you are not permitted to read this file$"):
        read_case_file(name)


@pytest.mark.parametrize("name", ["case.toml", "case", "case.yaml.gz", "", "transcript.csv"])
def test_a_case_is_known_by_its_suffix(name):
    with pytest.raises(UnreadableFile) as refusal:
        read_case_file(name)
    expected = "expected a name that ends in .yaml, .yml or .json, or - for standard input"
    assert refusal.value.message == expected


@pytest.mark.parametrize("name", ["transcript.xls", "transcript", "case.yaml", "-"])
def test_a_transcript_is_known_by_its_suffix(name):
    with pytest.raises(UnreadableFile) as refusal:
        read_transcript(name, areas=[])
    assert refusal.value.message == "expected a table: a name that ends in .csv or .xlsx"


@pytest.mark.parametrize("name", ["a.yaml", "a.yml", "a.YAML", "a.json", "a.JSON"])
def test_suffixes_are_known_in_any_case(write, name):
    assert read_case_file(Path(write(name, '{"a": 1}'))).data == {"a": 1}


def give(monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


ONLY_JSON = b'\n{"a":\t1.10, "b": "\\ud83d\\ude00"}\n'  # a pair of escapes that YAML refuses


@pytest.mark.parametrize("path", ["-", Path("-")])
@pytest.mark.parametrize("content", [b"\na: 1.10\n", ONLY_JSON])
def test_standard_input_is_read_as_yaml_or_json(monkeypatch, path, content):
    give(monkeypatch, content)
    file = read_case_file(path)
    assert str(file.data["a"]) == "1.10"
    assert file.where(("a",)) == "standard input:2"


def test_what_is_wrong_with_standard_input_is_said_of_it(monkeypatch):
    give(monkeypatch, b"a: 1\na: 2\n")
    with pytest.raises(UnreadableFile, match=r"^standard input:2: 'a' stands here a second time"):
        read_case_file("-")
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UnreadableFile, match=r"^standard input: cannot be read"):
        read_case_file("-")


@pytest.mark.parametrize("odd", ["\udce9", chr(0xD800), "\x1b", "\0"])
def test_a_name_is_told_in_characters_that_can_be_printed(odd):
    with pytest.raises(UnreadableFile) as refusal:
        read_case_file(f"caf{odd}.yaml")
    assert refusal.value.name == "caf\N{REPLACEMENT CHARACTER}.yaml"


def test_a_refusal_prints_where_and_why():
    assert str(UnreadableFile("a.yaml", "why")) == "a.yaml: why"
    assert str(UnreadableFile("a.yaml", "why", 3)) == "a.yaml:3: why"
    assert str(UnreadableFile("a.xlsx", "why", 3, "May")) == "a.xlsx, sheet 'May', row 3: why"
    second = UnreadableFile("a.csv", "and this", 4)
    refusal = UnreadableFile("a.csv", "why", 3, more=(second,))
    assert str(refusal) == "a.csv:3: why\na.csv:4: and this"
    assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal)  # noqa: S301  # its own


def test_where_falls_back_on_what_is_around():
    lines = {(): 1, ("activities",): 4, ("activities", 0): 5, ("activities", 0, "kind"): 6}
    file = CaseFile("case.yaml", {}, lines)
    assert file.where(("activities", 0, "kind")) == "case.yaml:6"
    assert file.where(("activities", 0, "title")) == "case.yaml:5"
    assert file.where(("activities", 0, "allocation", "safety")) == "case.yaml:5"
    assert file.where(("activities", 1)) == "case.yaml:4"
    assert file.where(("category",)) == "case.yaml:1"
    assert CaseFile("case.yaml", {}).where(("category",)) == "case.yaml"
