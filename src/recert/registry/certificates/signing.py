"""The board's own signature in a PDF (PAdES), where it has a certificate for that."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner

from recert.board import the_rulebook

FIELD = "Board"
"""What the signature is called inside the PDF."""


class NoSigner(RuntimeError):
    """The settings name a certificate, and it cannot be read."""


def is_signed() -> bool:
    """Answer whether the board has a certificate to sign with."""
    return bool(settings.CERTIFICATE_FILE)


def signed_by_board(pdf: bytes) -> bytes:
    """Answer a PDF with the board's signature; as it is where the board has no certificate."""
    if not is_signed():
        return pdf
    about = PdfSignatureMetadata(
        field_name=FIELD,
        name=the_rulebook().board,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
    )
    signer = PdfSigner(about, signer=_signer(settings.CERTIFICATE_FILE))
    out = BytesIO()
    signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=out)
    return out.getvalue()


@cache
def _signer(file: str) -> SimpleSigner:
    """Load the key and its certificates, in PKCS #12. Raises `NoSigner`."""
    password = settings.CERTIFICATE_PASSWORD.encode() or None
    signer = SimpleSigner.load_pkcs12(file, passphrase=password)  # type: ignore[no-untyped-call]  # theirs
    if not isinstance(signer, SimpleSigner):
        raise NoSigner(f"{file}: this is no PKCS #12 with a key, or its password is another one")
    return signer
