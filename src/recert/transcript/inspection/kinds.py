"""What a file is, by its first bytes; its name and what a browser says of it do not count."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from typing import Final

PDF: Final = "pdf"
PNG: Final = "png"
JPEG: Final = "jpeg"
HEIC: Final = "heic"
HEIF: Final = "heif"
TAKEN: Final = frozenset({PDF, PNG, JPEG, HEIC, HEIF})

UNKNOWN: Final = "unknown"

BEGINNINGS: Final = {
    b"%PDF-": PDF,
    b"\x89PNG\r\n\x1a\n": PNG,
    b"\xff\xd8\xff": JPEG,
    b"GIF8": "gif",
    b"BM": "bmp",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"8BPS": "photoshop",
    b"%!PS": "postscript",
    b"{\\rtf": "rtf",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "old-office",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"7z\xbc\xaf\x27\x1c": "archive",
    b"Rar!\x1a\x07": "archive",
    b"\x1f\x8b": "archive",
    b"BZh": "archive",
    b"\xfd7zXZ\0": "archive",
    b"MZ": "program",
    b"\x7fELF": "program",
    b"\xca\xfe\xba\xbe": "program",
    b"\xcf\xfa\xed\xfe": "program",
    b"\xce\xfa\xed\xfe": "program",
    b"#!": "program",
    b"\x1aE\xdf\xa3": "video",
    b"\0\0\x01\xba": "video",
    b"\0\0\x01\xb3": "video",
    b"FLV\x01": "video",
    b"ID3": "sound",
    b"OggS": "sound",
    b"fLaC": "sound",
}

RIFF: Final = {b"WEBP": "webp", b"AVI ": "video", b"WAVE": "sound"}
"""Files that begin with RIFF, by what stands eight bytes later."""

IN_ZIP: Final = {
    b"word/": "word",
    b"xl/": "excel",
    b"ppt/": "powerpoint",
    b"mimetypeapplication/vnd.oasis.opendocument": "opendocument",
    b"Index/Document.iwa": "iwork",
}
"""Documents that are zip files, by a name in them."""

HEIC_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
HEIF_BRANDS: Final = {b"mif1", b"mif2", b"msf1"}
AVIF_BRANDS: Final = {b"avif", b"avis"}

START: Final = 1024
"""How far from its beginning a reader looks for what a file is: for a PDF, all of them do."""

BLANK: Final = b"\xef\xbb\xbf \t\r\n\0"
"""What may stand before a PDF or a text: a byte order mark, and white space."""

MARKUP: Final = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|svg)[\s>/]", re.IGNORECASE
)
ZIP_END: Final = b"PK\x05\x06"
ZIP_ENTRY: Final = b"PK\x01\x02"
ZIP_TAIL: Final = 22 + 65_535
"""How far from its end a zip file is recognised: an end record, and the longest comment."""


def kind_of(data: bytes) -> str:
    r"""Answer what a file is.

    >>> kind_of(b"%PDF-1.7 ..."), kind_of(b"<svg xmlns='...'/>"), kind_of(b"RIFF....WEBPVP8 ")
    ('pdf', 'svg', 'webp')
    >>> kind_of(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), kind_of(b"Dear board, ..."), kind_of(b"\1")
    ('heic', 'text', 'unknown')
    """
    head = data[:START]
    beginning = head.lstrip(BLANK) if head.lstrip(BLANK).startswith(b"%PDF-") else head
    kind = _by(BEGINNINGS, beginning)
    if kind == "zip":
        inner = (kind for name, kind in IN_ZIP.items() if name in data)
        return next(inner, "zip")
    if kind:
        return kind
    if head.startswith(b"RIFF"):
        return _by(RIFF, head[8:]) or UNKNOWN
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    return _of_text(head)


def is_also_another(data: bytes, kind: str) -> bool:
    r"""Answer whether a file is another kind too, to a reader that looks elsewhere.

    A zip file is read from its end and a PDF is sought in the first kilobyte, so one file can be a
    harmless picture to us and a program to someone else.

    >>> is_also_another(b"%PDF-1.7\n<script>...", "pdf"), is_also_another(b"%PDF-1.7\n...", "pdf")
    (True, False)
    >>> is_also_another(b"GIF89a %PDF-1.7", "gif")
    True
    """
    head = data[:START]
    if kind != PDF and b"%PDF-" in head:
        return True
    if kind not in TAKEN:
        return False
    tail = max(0, len(data) - ZIP_TAIL)
    is_zip = data.find(ZIP_END, tail) >= 0 and ZIP_ENTRY in data
    return is_zip or MARKUP.search(head) is not None


def _by(kinds: Mapping[bytes, str], head: bytes) -> str | None:
    return next((kind for start, kind in kinds.items() if head.startswith(start)), None)


def _by_brand(head: bytes) -> str:
    """Tell apart what is made of boxes: pictures of phones, and most videos."""
    size = int.from_bytes(head[:4])
    major = head[8:12]
    brands = {major, *(head[at : at + 4] for at in range(16, min(size, len(head)), 4))}
    if major in HEIC_BRANDS:
        return HEIC
    if brands & AVIF_BRANDS:
        return "avif"
    return HEIF if major in HEIF_BRANDS else "video"


def _of_text(head: bytes) -> str:
    """Tell apart what people could read."""
    text = head.lstrip(BLANK).lower()
    if text.startswith(b"<") and (found := MARKUP.search(text + b">")):
        return "svg" if found.group().startswith(b"<svg") else "html"
    if text.startswith(b"<?xml"):
        return "xml"
    try:
        # Not `decode`, for which a last character that is cut in two would be a mistake.
        words = codecs.getincrementaldecoder("utf-8")().decode(text)
    except UnicodeDecodeError:
        return UNKNOWN
    is_text = words.translate(dict.fromkeys(map(ord, "\t\n\f\r"), " ")).isprintable()
    return "text" if is_text and words else UNKNOWN
