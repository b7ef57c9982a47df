"""Files that people write, as the plain data that `recert.policy.read_case` takes.

    file = read_case_file("case.yaml")
    try:
        case = read_case(file.data)
    except Unusable as unusable:
        for mistake in unusable.mistakes:
            print(f"{file.where(mistake.place)}: {mistake}")

A case is a file in YAML or JSON; its activities may also stand in a table, a transcript in CSV or
XLSX. Whatever the bytes, the answer is a `CaseFile` or an `UnreadableFile` that says what is wrong,
where, and what would be right.
"""

from recert.casefile.documents import case_in_json, read_case_file
from recert.casefile.files import CaseFile, UnreadableFile
from recert.casefile.tables import COLUMNS, TableRow, is_transcript, read_rows, read_transcript
from recert.casefile.template import transcript_template

__all__ = [
    "COLUMNS",
    "CaseFile",
    "TableRow",
    "UnreadableFile",
    "case_in_json",
    "is_transcript",
    "read_case_file",
    "read_rows",
    "read_transcript",
    "transcript_template",
]
