"""Documents by their content: what is taken, what is refused, and that nothing gets through."""

import hashlib
import io
import signal
import struct
import subprocess
import sys
import zipfile
import zlib

import pikepdf
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from recert.transcript import content
from recert.transcript.content import LARGEST, Content, UnsuitableFile, content_of
from recert.transcript.inspection.kinds import is_also_another, kind_of
from recert.transcript.inspection.problems import Problem


def pdf(change=None, **saving):
    """Make a PDF of one page."""
    with Pdf.new() as made:
        made.add_blank_page()
        made.pages[0].Contents = made.make_stream(b"0 0 9 9 re f")
        if change:
            change(made)
        out = io.BytesIO()
        made.save(out, **saving)
    return out.getvalue()


def raw_pdf(*objects, catalog=b""):
    """Write a PDF by hand, as no library would: its objects begin with number 5."""
    whole = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        b"<< /Length 0 >>\nstream\n\nendstream",
        *objects,
    ]
    out = b"%PDF-1.7\n"
    places = []
    for number, each in enumerate(whole, 1):
        places.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(whole) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return out + head + b"".join(places) + tail % (len(whole) + 1, len(out))


def picture(form, size=(60, 40), **saving):
    out = io.BytesIO()
    image = Image.effect_noise(size, 80).convert("RGB")
    if form == "HEIF":
        pillow_heif.from_pillow(image).save(out, **saving)
    else:
        image.save(out, form, **saving)
    return out.getvalue()


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def refusal(data, name="proof.pdf"):
    with pytest.raises(UnsuitableFile) as caught:
        content_of(io.BytesIO(data), name=name)
    assert str(caught.value) == caught.value.message
    assert caught.value.message.endswith(".")
    return caught.value


def is_taken(data):
    return content_of(io.BytesIO(data), name="proof").size == len(data)


PDF, PNG, JPEG, HEIC = pdf(), picture("PNG"), picture("JPEG"), picture("HEIF")


# What is taken


@pytest.mark.parametrize(
    ("data", "media_type", "extension"),
    [
        (PDF, "application/pdf", ".pdf"),
        (PNG, "image/png", ".png"),
        (JPEG, "image/jpeg", ".jpg"),
        (picture("JPEG", progressive=True), "image/jpeg", ".jpg"),
        (HEIC, "image/heic", ".heic"),
        (HEIC.replace(b"ftypheic", b"ftypmif1"), "image/heif", ".heif"),
    ],
)
def test_the_kind_is_told_by_the_content_never_by_the_name(data, media_type, extension):
    file = io.BytesIO(data)
    file.seek(7)
    sha256 = hashlib.sha256(data).hexdigest()
    expected = Content(media_type, extension, len(data), sha256)
    assert content_of(file, name="holiday.docx") == expected
    assert file.tell() == 0


@pytest.mark.parametrize(
    "data",
    [
        pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate),
        pdf(linearize=True),
        pdf(encryption=pikepdf.Encryption(owner="board", user="")),
        b"\xef\xbb\xbf\r\n" + PDF,
        PDF + b"\n\0\0\0",
        raw_pdf(catalog=b"/OpenAction << /S /URI /URI (https://example.org) >>"),
        raw_pdf(b"<< /Type /Font >>", catalog=b"/Fonts << /EF 5 0 R >>"),
        raw_pdf().replace(b"startxref\n", b"startxref\n1"),
        raw_pdf(b"[99 0 R]", b"null"),
        raw_pdf(b"<< /Gr\xf6\xdfe << /S /Gr\xfc\xdfe >> /Type /Zo\xeb >>"),
    ],
    ids=[
        "object streams",
        "linearized",
        "no password to open",
        "blank before",
        "blank after",
        "links",
        "a font called EF",
        "its table elsewhere",
        "nulls",
        "names in Latin-1",
    ],
)
def test_an_ordinary_pdf_is_taken_however_it_was_written(data):
    assert is_taken(data)


def test_what_phones_append_to_a_picture_is_taken_with_it():
    assert is_taken(JPEG + b"\0\0\0\x18ftypmp42" + bytes(99))
    assert is_taken(JPEG + b"\0\2" + JPEG[2:-2])
    assert is_taken(picture("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"))


# What is not


def test_an_empty_file_is_refused():
    assert refusal(b"").code == "empty"


def test_a_file_that_is_too_large_is_not_read_to_its_end():
    asked = []

    class Endless(io.BytesIO):
        def read(self, size=-1, /):
            asked.append(size)
            return bytes(size)

    with pytest.raises(UnsuitableFile, match="larger than 20 MB") as caught:
        content_of(Endless(), name="scan.pdf")
    assert caught.value.code == "too-large"
    assert asked == [LARGEST + 1]


def test_the_largest_file_is_taken():
    scan = b"<< /Length %d >>\nstream\n%s\nendstream"
    size = LARGEST - len(raw_pdf(scan % (10_000_000, b""))) - 9
    data = raw_pdf(scan % (size, bytes(size)))
    assert LARGEST - 99 < len(data) <= LARGEST
    data += b"\n" * (LARGEST - len(data))
    assert is_taken(data)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (picture("GIF"), "a GIF picture"),
        (picture("BMP"), "a BMP picture"),
        (picture("TIFF"), "a TIFF picture"),
        (picture("WEBP"), "a WebP picture"),
        (HEIC.replace(b"ftypheic", b"ftypavif"), "an AVIF picture"),
        (zipped("[Content_Types].xml", "word/document.xml"), "a Word document"),
        (zipped("xl/workbook.xml"), "an Excel workbook"),
        (zipped("ppt/presentation.xml"), "a PowerPoint presentation"),
        (zipped("certificate.pdf"), "a zip archive"),
        (zipped(), "a zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "an old Office document"),
        (b"{\\rtf1 certificate}", "a rich text document"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(99), "an archive"),
        (b"MZ\x90\0" + bytes(99), "a program"),
        (b"\x7fELF" + bytes(99), "a program"),
        (b"#!/bin/sh\n", "a program"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "a video"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "a video"),
        (b"\x1aE\xdf\xa3" + bytes(99), "a video"),
        (b"RIFF\0\0\0\0AVI LIST", "a video"),
        (b"ID3\x04" + bytes(99), "a sound recording"),
        (b"\n<!DOCTYPE html>\n<title>Certificate</title>", "a web page"),
        (b"<!-- certificate --><HTML>", "a web page"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"<svg/>", "an SVG drawing"),
        (b'<?xml version="1.0"?>\n<certificate/>', "an XML file"),
        ("Bescheinigung für Zoë\r\n".encode(), "a plain text"),
        (("a" + "ë" * 999).encode(), "a plain text"),
        (b"\1\2\3\4" * 9, "a kind of file that is not known here"),
        (b"   ", "a kind of file that is not known here"),
    ],
)
def test_another_kind_is_refused_and_named(data, kind):
    refused = refusal(data)
    assert refused.code == "other-kind"
    assert refused.message.startswith(f"“proof.pdf” is {kind}. Documents are a PDF,")


@pytest.mark.parametrize("data", [PDF, PNG, JPEG, HEIC], ids=["pdf", "png", "jpeg", "heic"])
@pytest.mark.parametrize("kept", [0.2, 0.7, 0.97])
def test_a_file_that_is_cut_short_is_refused(data, kept):
    refused = refusal(data[: int(len(data) * kept)])
    assert refused.code == "damaged"
    assert "cut short or damaged" in refused.message


def with_bytes(data, at, new):
    return data[:at] + new + data[at + len(new) :]


@pytest.mark.parametrize(
    "data",
    [
        with_bytes(PNG, len(PNG) // 2, b"\0\1\2\3"),
        PNG[:24],
        JPEG[:2] + b"\xff\xd9",
        b"\xff\xd8\xff" + bytes(99),
        with_bytes(JPEG, JPEG.index(b"\xff\xc0"), b"\xff\xe9"),
        with_bytes(HEIC, HEIC.index(b"meta"), b"atem"),
        HEIC[:60],
        with_bytes(HEIC, 3, b"\7"),
        HEIC + b"\0\0\0\1free" + bytes(8),
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.7\n1 0 obj\n" + b"<<" * 99 + b"\n%%EOF",
        raw_pdf().replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"),
        raw_pdf().replace(b"/Kids [3 0 R]", b"/Kids [(x)  ]"),
        raw_pdf()[:-6] + b"%" * 5000,
        raw_pdf() + b"9 0 obj " * 400,
        raw_pdf().replace(b"/Pages 2 0 R", b"/Pages 9 0 R").replace(b"xref", b"frex"),
    ],
    ids=[
        "png: checksum",
        "png: its first part only",
        "jpeg: nothing in it",
        "jpeg: zeros",
        "jpeg: no frame",
        "heic: no meta",
        "heic: cut in meta",
        "heic: a box that is too small",
        "heic: a box of no size",
        "pdf: nothing in it",
        "pdf: nothing but openings",
        "pdf: a page tree in itself",
        "pdf: a page that is none",
        "pdf: no end",
        "pdf: more after its end",
        "pdf: no page tree",
    ],
)
def test_a_damaged_file_is_refused(data):
    assert refusal(data).code == "damaged"


def test_a_pdf_without_pages_is_refused():
    with Pdf.new() as empty:
        out = io.BytesIO()
        empty.save(out)
    assert refusal(out.getvalue()).code == "no-pages"


@pytest.mark.parametrize("revision", [3, 4, 6])
def test_a_pdf_that_asks_for_a_password_is_refused(revision):
    aes = revision > 3
    lock = pikepdf.Encryption(owner="b", user="u", R=revision, aes=aes, metadata=aes)
    refused = refusal(pdf(encryption=lock))
    assert refused.code == "password"
    assert "without a password" in refused.message


# Documents that do more than show


def javascript(made):
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def javascript_by_name(made):
    script = made.make_indirect(Dictionary(S=Name.JavaScript, JS="1"))
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", script])))


def javascript_on_a_page(made):
    made.pages[0].AA = Dictionary(O=Dictionary(S=Name.URI, Next=[Dictionary(S=Name.JavaScript)]))


def launch(made):
    action = Dictionary(S=Name.Launch, F="cmd.exe")
    made.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, A=action)])


def form_that_sends(made):
    made.Root.OpenAction = Dictionary(S=Name.SubmitForm, F="https://example.org")


def form_of_xml(made):
    made.Root.AcroForm = Dictionary(XFA=made.make_stream(b"<xdp/>"))


def film(made):
    made.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.RichMedia)])


@pytest.mark.parametrize(
    "change",
    [
        javascript,
        javascript_by_name,
        javascript_on_a_page,
        launch,
        form_that_sends,
        form_of_xml,
        film,
    ],
)
@pytest.mark.parametrize("streams", ["disable", "generate"])
def test_a_pdf_that_runs_or_sends_something_is_refused(change, streams):
    mode = pikepdf.ObjectStreamMode[streams]
    refused = refusal(pdf(change, object_stream_mode=mode))
    assert refused.code == "active"
    assert "print it as a PDF" in refused.message


@pytest.mark.parametrize(
    "data",
    [
        raw_pdf(catalog=b"/OpenAction << /S /Java#53cript /JS (1) >>"),
        raw_pdf(b"/JavaScript", catalog=b"/OpenAction << /S 5 0 R /JS (1) >>"),
        raw_pdf(b"<< /S /JavaScript /JS (1) >>"),
        raw_pdf(b"[" * 300 + b"<< /S /JavaScript >>" + b"]" * 300),
        pdf(javascript, encryption=pikepdf.Encryption(owner="board", user="")),
    ],
    ids=["escaped", "elsewhere", "nobody leads to it", "deep", "locked against changes"],
)
def test_a_script_is_found_where_it_hides(data):
    assert refusal(data).code == "active"


def attached(made):
    made.attachments["data.xlsx"] = b"PK"


def pinned(made):
    file = Dictionary(Type=Name.Filespec, EF=Dictionary(F=made.make_stream(b"x")))
    made.pages[0].Annots = Array([Dictionary(Subtype=Name.FileAttachment, FS=file)])


def kept_for_nobody(made):
    made.Root.Hidden = made.make_stream(b"x", Type=Name.EmbeddedFile)


def pin_without_file(made):
    made.pages[0].Annots = Array([Dictionary(Subtype=Name.FileAttachment)])


def attached_without_saying(made):
    made.Root.Hidden = Dictionary(EF=Dictionary(UF=made.make_stream(b"x")))


@pytest.mark.parametrize(
    "change", [attached, pinned, pin_without_file, kept_for_nobody, attached_without_saying]
)
def test_a_pdf_with_attachments_is_refused(change):
    assert refusal(pdf(change)).code == "attachment"


@pytest.mark.parametrize(
    "data",
    [
        zipped("evil.class") + PDF,
        b"<html><script>alert(1)</script>" + PDF,
        picture("GIF", size=(2, 2)) + PDF,
        b"MZ" + bytes(99) + PDF,
        PDF + zipped("evil.class"),
        PNG + zipped("evil.class"),
        JPEG + zipped("evil.class"),
        PDF[:9] + b"<script>alert(1)</script>\n" + PDF[9:],
        JPEG[:2] + b"\xff\xfe\0\x10%PDF-1.7 obj <<" + JPEG[2:],
        PNG[:8] + b"<!DOCTYPE html>" + PNG[8:],
    ],
)
def test_a_file_that_is_several_in_one_is_refused(data):
    assert refusal(data).code == "two-kinds"


# Bombs, and whatever is made to keep a machine busy


def chunk(name, data):
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def png_of(width, height):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(9)))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


def jpeg_of(width, height):
    at = JPEG.index(b"\xff\xc0") + 5
    return with_bytes(JPEG, at, struct.pack(">HH", height, width))


def heic_of(width, height):
    at = HEIC.index(b"ispe") + 8
    return with_bytes(HEIC, at, struct.pack(">II", width, height))


@pytest.mark.parametrize("make", [png_of, jpeg_of, heic_of])
def test_a_picture_of_absurd_size_is_refused_before_it_is_decoded(make):
    assert refusal(make(60_000, 60_000)).code == "too-many-pixels"
    assert is_taken(make(8_000, 8_000))


def test_a_size_beyond_counting_is_refused():
    assert refusal(png_of(2**31 - 1, 2**31 - 1)).code == "too-many-pixels"
    assert refusal(heic_of(2**31 - 1, 2**31 - 1)).code == "too-many-pixels"
    assert refusal(heic_of(2**32 - 1, 2**32 - 1)).code == "too-many-pixels"
    unseen = picture("HEIF", size=(64, 64))
    at = unseen.index(b"ispe")
    flagged = with_bytes(unseen, at, b"ispe\0\0\0\1" + struct.pack(">II", 2**20, 2**20))
    assert refusal(flagged).code == "too-many-pixels"
    assert refusal(png_of(0, 9)).code == "damaged"


def test_a_jpeg_of_endless_passes_is_refused():
    data = picture("JPEG", progressive=True)
    start, end = data.index(b"\xff\xda"), data.index(b"\xff\xd9")
    scan = data[start : data.index(b"\xff\xc4", start)]
    assert refusal(data[:end] + scan * 300 + data[end:]).code == "too-involved"


def test_what_pages_show_is_not_inflated():
    bomb = zlib.compress(bytes(200_000_000), 1)
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    assert is_taken(raw_pdf(stream))


def pdf_with_its_objects_packed(padding):
    """Write a PDF whose catalog is in a stream of objects, which has so much white space in it."""
    packed = zlib.compress(b"1 0 << /Type /Catalog /Pages 2 0 R >>" + b" " * padding, 1)
    stream = b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
    out = b"%PDF-1.7\n"
    at = {}
    for number, each in {
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        4: b"<< /Type /ObjStm /N 1 /First 4 " + stream,
    }.items():
        at[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    at[5] = len(out)
    places = struct.pack(">BIB", 0, 0, 0) + struct.pack(">BIB", 2, 4, 0)
    places += b"".join(struct.pack(">BIB", 1, place, 0) for place in at.values())
    table = b"<< /Type /XRef /Size 6 /W [1 4 1] /Root 1 0 R /Length %d >>" % len(places)
    table += b"\nstream\n%s\nendstream" % places
    return out + b"5 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, at[5])


def test_a_list_of_objects_that_inflates_without_end_is_refused():
    assert is_taken(pdf_with_its_objects_packed(1_000_000))
    refused = refusal(pdf_with_its_objects_packed(150_000_000))
    assert refused.code in {"damaged", "too-involved"}


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (raw_pdf(b"[" * 1_000_000 + b"]" * 1_000_000), {"too-involved"}),
        (raw_pdf(b"<< /A " * 1_000_000 + b">>" * 1_000_000), {"too-involved"}),
        (raw_pdf(b"[" + b"[]" * 1_000_000 + b"]"), {"too-involved"}),
        (raw_pdf(b"[" + b"1 " * 1_500_000 + b"]"), {"too-involved"}),
        (
            raw_pdf().replace(b"[3 0 R]", b"[" + b"3 0 R " * 200_000 + b"]"),
            {"too-involved", "damaged"},
        ),
        (
            b"%PDF-1.7\n"
            + b"".join(b"%d 0 obj <<\n" % n for n in range(50_000))
            + b"trailer << /Root 1 0 R >>\n%%EOF",
            {"too-involved", "damaged"},
        ),
    ],
    ids=[
        "nested lists",
        "nested tables",
        "many lists",
        "a long list",
        "one page often",
        "openings",
    ],
)
def test_a_pdf_that_would_keep_us_busy_is_refused(data, codes):
    assert refusal(data).code in codes


def test_an_object_that_cannot_be_read_is_not_taken_for_harmless():
    hidden = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length 9 >>"
    broken = raw_pdf(hidden + b"\nstream\nnot zlib!\nendstream", b"<< (" + b"\0" * 9)
    assert refusal(broken).code == "damaged"


# The process that looks inside


@pytest.fixture
def looking_is(monkeypatch, tmp_path):
    def replace(script):
        stand_in = tmp_path / "python"
        stand_in.write_text(f"#!/bin/sh\n{script}\n")
        stand_in.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(stand_in))

    return replace


def test_a_document_that_crashes_a_library_is_damaged(looking_is, caplog):
    looking_is("echo ready; echo boom >&2; kill -SEGV $$")
    assert refusal(PDF).code == "damaged"
    assert f"ended with {-signal.SIGSEGV}: boom" in caplog.text


@pytest.mark.parametrize("by", ["KILL", "XCPU"])
def test_a_document_that_takes_too_much_is_too_involved(looking_is, by):
    looking_is(f"echo ready; kill -{by} $$")
    assert refusal(PDF).code == "too-involved"


def test_a_document_that_takes_too_long_is_too_involved(looking_is, monkeypatch):
    monkeypatch.setattr(content, "SECONDS", 0.2)
    looking_is("echo ready; while :; do :; done")
    assert refusal(PDF).code == "too-involved"


def test_the_process_may_not_grow_large():
    greedy = (
        "from recert.transcript.inspection import __main__ as inspection;"
        "inspection.INSPECTIONS = {'pdf': lambda data: print(len(data * 2_000_000_000))};"
        "inspection.main('pdf')"
    )
    command = [sys.executable, "-c", greedy]
    ended = subprocess.run(command, input=b"x", capture_output=True, check=True)
    assert ended.stdout.split() == [b"ready", b"too-involved"]


def test_where_documents_cannot_be_checked_none_is_called_damaged(looking_is):
    looking_is("echo no such module >&2; exit 1")
    with pytest.raises(RuntimeError, match="documents cannot be checked: no such module"):
        content_of(io.BytesIO(PDF), name="proof.pdf")


def test_a_document_sees_nothing_of_our_environment(looking_is, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    looking_is('echo ready; [ -z "$DATABASE_URL" ] && echo sound || echo damaged')
    assert is_taken(PDF)


# Words


def test_every_problem_and_every_kind_has_its_words():
    assert set(content.MESSAGES) == set(Problem)
    kinds = {*content.IN_WORDS}
    assert kinds >= {kind_of(data) for data in [PDF, PNG, JPEG, HEIC, b"\1", b"GIF8"]}


def test_a_name_is_told_without_what_would_do_something_to_a_page():
    refused = refusal(b"", name="../scans/certi\u202efdp.exe\n" + "x" * 500)
    assert refused.message.startswith("“certi?fdp.exe?xxx")
    assert len(refused.message) < 200
    assert refusal(b"", name="100%s.pdf").message.startswith("“100%s.pdf” is empty")


# Any bytes


def is_answered(data):
    """Answer whether a file is taken or refused; whatever else is raised is a mistake of ours."""
    try:
        return content_of(io.BytesIO(data), name="proof").size == len(data)
    except UnsuitableFile as refused:
        return refused.code in set(Problem) and refused.message.startswith("“proof”")


@given(st.binary(max_size=300), st.sampled_from([b"", PDF[:9], PNG[:8], JPEG[:20], HEIC[:60]]))
@settings(max_examples=40)
def test_any_bytes_are_answered(data, start):
    assert is_answered(start + data)


CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from(["put", "cut", "twice"]), st.binary(max_size=6)),
    min_size=1,
    max_size=6,
)
SAMPLES = [PDF, pdf(javascript, linearize=True), PNG, JPEG, picture("JPEG", progressive=True), HEIC]


@given(st.sampled_from(SAMPLES), CHANGES)
@settings(max_examples=60)
def test_valid_files_with_mistakes_in_them_are_answered(data, changes):
    for place, what, new in changes:
        at = int(place * len(data))
        if what == "put":
            data = with_bytes(data, at, new)
        elif what == "cut":
            data = data[:at] + data[at + len(new) * 9 :]
        else:
            data = data[:at] + data[at // 2 :]
    assert is_answered(data)


@given(st.binary(max_size=3000) | st.text().map(str.encode))
def test_any_bytes_are_of_some_kind(data):
    kind = kind_of(data)
    assert kind in content.IN_WORDS
    is_also_another(data, kind)
