"""Certificates and cards: what they say, what their code leads to, and that they can be signed."""

import json
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
import typst
import zxingcpp
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID
from django.urls import reverse
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from recert.people.models import Address
from recert.registry.certificates.signing import NoSigner, signed_by_board
from tests.making import make_credential, make_person

pytestmark = pytest.mark.django_db

ON = datetime(2025, 3, 10, 18, tzinfo=UTC)
PAPERS = ["certificate", "wallet-card"]
A4, LETTER = (595, 842), (612, 792)


@pytest.fixture(autouse=True)
def on_a_day(time_machine):
    time_machine.move_to(ON, tick=False)


def holder(name="Śliwa Nowak", **fields):
    person = make_person(name)
    fields = {"certified_on": date(2021, 3, 15), "cycles": 1} | fields
    return make_credential(person, **fields)


def asked(client, credential, which="certificate", **query):
    client.force_login(credential.person.account)
    return client.get(reverse(f"portal:{which}", args=[credential.ref]), query)


def text_of(answer):
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(BytesIO(answer.content)).pages
    assert len(pages) == 1
    return " ".join(pages[0].extract_text().split())


@pytest.mark.parametrize("paper", PAPERS)
def test_it_says_who_holds_what_and_until_when(client, paper):
    credential = holder()
    text = text_of(asked(client, credential, paper))
    said = {
        "certificate": ["certifies that", "March 1, 2024 to March 31, 2027"],
        "wallet-card": ["Card for the wallet", "March 31, 2027", "Cut along"],
    }[paper]
    for words in (
        "Śliwa Nowak",
        "MLS(ASCPi)",
        "CM",
        "International Medical Laboratory Scientist",
        credential.number,
        "March 15, 2021",
        f"localhost:8000/verify/{credential.number}",
        *said,
    ):
        assert words in text, words
    assert "ASCP BOARD OF CERTIFICATION" in text.upper()


@pytest.mark.parametrize("paper", PAPERS)
def test_the_designation_is_raised(client, paper):
    places = {}

    def look(text, matrix, _text_matrix, _font, size):
        places.setdefault(text.strip(), (matrix[5], size))

    answer = asked(client, holder(), paper)
    PdfReader(BytesIO(answer.content)).pages[0].extract_text(visitor_text=look)
    (title_at, title_size), (mark_at, mark_size) = places["MLS(ASCPi)"], places["CM"]
    assert mark_size < 0.7 * title_size
    assert mark_at > title_at  # counted from below


@pytest.mark.parametrize(
    ("category", "certified_on", "says"),
    [
        ("MLS", date(2024, 3, 15), "Valid until March 31, 2027"),
        ("MT", date(2005, 3, 15), "Valid without expiration"),
    ],
)
def test_without_the_designation_it_says_how_long_it_is_valid(  # PAR-2, PAR-3
    client, category, certified_on, says
):
    credential = holder(category=category, certified_on=certified_on, cycles=0)
    text = text_of(asked(client, credential))
    assert says.upper() in text.upper()
    assert "holds the certification" in text
    assert "CM" not in text


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize(("size", "format_"), [(A4, "a4"), (LETTER, "letter")])
def test_it_comes_on_the_paper_that_was_asked_for(client, paper, size, format_):
    answer = asked(client, holder(), paper, paper=format_)
    box = PdfReader(BytesIO(answer.content)).pages[0].mediabox
    found = (round(box.width), round(box.height))
    assert found == (size[::-1] if paper == "certificate" else size)


def test_where_one_lives_says_the_paper_when_nobody_asks(client):
    credential = holder()
    Address.objects.create(person=credential.person, use="home", lines="1 Main St", country="US")
    box = PdfReader(BytesIO(asked(client, credential).content)).pages[0].mediabox
    assert round(box.height) == LETTER[0]


@pytest.mark.parametrize("paper", PAPERS)
def test_its_code_leads_to_the_verification(client, paper):
    credential = holder(category="MT", certified_on=date(2005, 3, 15), cycles=0)
    content = asked(client, credential, paper).content
    page = f"http://localhost:8000/verify/{credential.number}"
    read = [one.text for one in zxingcpp.read_barcodes(drawn(content))]
    assert read == [page]


def drawn(pdf):
    """Draw a PDF as a picture of 200 dots to the inch; typst takes one as a picture."""
    source = (
        b"#set page(width: auto, height: auto, margin: 0mm)\n"
        b'#image(bytes(json(bytes(sys.inputs.pdf))), format: "pdf")'
    )
    png = typst.compile(source, format="png", ppi=200, sys_inputs={"pdf": json.dumps(list(pdf))})
    return Image.open(BytesIO(png)).convert("L")


NAMES = ["محمد بن علي", "王小明", r"#panic() $x$ \u{41} //", "x" * 200, "O" * 60 + " " + "W" * 60]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("paper", PAPERS)
def test_every_name_fits_on_the_one_page(client, name, paper):
    answer = asked(client, holder(name), paper)
    reader = PdfReader(BytesIO(answer.content))
    assert len(reader.pages) == 1
    assert reader.metadata.author == name.strip()


@pytest.mark.parametrize("paper", PAPERS)
def test_of_what_is_not_in_force_there_is_none(client, paper):
    answer = asked(client, holder(certified_on=date(2020, 1, 10), cycles=0), paper)
    assert answer.status_code == 409
    assert "Expired on 2023-01-31" in answer.text
    assert "PAR-2" in answer.text


@pytest.mark.parametrize("paper", PAPERS)
def test_nobody_has_another_s(client, paper):
    credential = holder()
    client.force_login(make_person().account)
    assert client.get(reverse(f"portal:{paper}", args=[credential.ref])).status_code == 404


# Signed by the board


@pytest.fixture
def certificate(tmp_path, settings):
    """A certificate that nobody vouches for, as a board would have one that somebody does."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An Invented Board")])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2034, 1, 1, tzinfo=UTC))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "board.p12"
    locked = BestAvailableEncryption(b"a password")
    file.write_bytes(serialize_key_and_certificates(b"board", key, made, None, locked))
    settings.CERTIFICATE_FILE, settings.CERTIFICATE_PASSWORD = str(file), "a password"
    return made


def checked(pdf, certificate):
    (one,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    root = Certificate.load(certificate.public_bytes(Encoding.DER))
    return validate_pdf_signature(one, ValidationContext(trust_roots=[root]))


def test_where_the_board_has_a_certificate_its_signature_is_valid(client, certificate):
    answer = asked(client, holder())
    assert "Signed electronically by the board" in text_of(answer)
    found = checked(answer.content, certificate)
    assert found.bottom_line
    assert found.coverage.name == "ENTIRE_FILE"


def test_a_byte_that_is_changed_breaks_the_signature(client, certificate):
    pdf = asked(client, holder()).content
    place = pdf.index(b"/Author")
    found = checked(pdf[:place] + b"/Buthor" + pdf[place + 7 :], certificate)
    assert not found.intact


def test_where_it_has_none_nothing_is_signed(client):
    answer = asked(client, holder())
    assert "Signed" not in text_of(answer)
    assert PdfFileReader(BytesIO(answer.content)).embedded_signatures == []


def test_a_certificate_that_cannot_be_read_is_said(settings, tmp_path):
    file = tmp_path / "board.p12"
    file.write_bytes(b"nonsense")
    settings.CERTIFICATE_FILE, settings.CERTIFICATE_PASSWORD = str(file), ""
    with pytest.raises(NoSigner, match=r"board\.p12"):
        signed_by_board(b"")
