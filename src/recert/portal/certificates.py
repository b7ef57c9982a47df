"""What one hangs on the wall or carries along: the certificate, and the card for the wallet."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Final

import segno
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.people.access import Request, needs, own_record
from recert.people.models import Person
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.templatetags.words import day, moment
from recert.portal.typesetting import as_file, typeset
from recert.registry.badges.drawing import picture_of
from recert.registry.badges.issuer import address
from recert.registry.badges.offers import Offer
from recert.registry.badges.queries import Badgeable, badgeable
from recert.registry.certificates.signing import is_signed, signed_by_board

PAPERS: Final = {"a4": "a4", "letter": "us-letter"}
"""The sizes of paper, by what an address says."""

ON_LETTER: Final = frozenset({"US", "CA", "MX", "PH"})
"""Where people print on US letter."""


@needs(Permission.KEEP_OWN_RECORD)
def certificate(request: Request, ref: str) -> HttpResponse:
    """Answer the certificate of one's own credential, as a PDF."""
    found, facts = _facts(request, ref)
    book, maintained = the_rulebook(), bool(found.standing.title.superscript)
    says = _("has maintained the certification of") if maintained else _("holds the certification")
    facts |= {
        "certifies": _("certifies that"),
        "says": says,
        "program": book.title if maintained else "",
        "sealed": _("Signed electronically by the board") if is_signed() else "",
    }
    content = signed_by_board(typeset("certificate", facts, at=request.at))
    return as_file(content, f"certificate-{found.credential.number}.pdf")


@needs(Permission.KEEP_OWN_RECORD)
def wallet_card(request: Request, ref: str) -> HttpResponse:
    """Answer the card of one's own credential, to cut out and fold."""
    found, facts = _facts(request, ref)
    facts |= {
        "about": _told(found, brief=True),
        "heading": _("Card for the wallet"),
        "program": the_rulebook().title,
        "fold": _("Cut along the outer marks, and fold at the middle one."),
    }
    return as_file(
        typeset("wallet_card", facts, at=request.at), f"card-{found.credential.number}.pdf"
    )


def _facts(request: Request, ref: str) -> tuple[Badgeable, dict[str, object]]:
    """Answer what both papers say. Raises `Refused` where the credential may not be shown."""
    person = own_record(request)
    found = badgeable(request.actor, ref, as_of=request.today)
    offer = _must_be_in_force(found)
    book, credential = the_rulebook(), found.credential
    where = verification_address(credential.number)
    seal = picture_of(book, credential.category, offer.title, until=None, form="svg")
    return found, {
        "language": (get_language() or "en").partition("-")[0],
        "paper": _paper(request, person),
        "heading": _("Certificate of %(title)s") % {"title": offer.title.plain},
        "board": book.board,
        "name": person.name,
        "credential": {"title": offer.title.text, "superscript": offer.title.superscript},
        "category": book.categories[credential.category].title,
        "about": _told(found, brief=False),
        "verify": _("Verify at"),
        "shown": where.partition("://")[2],
        "address": where,
        "code": qr_code(where),
        "seal": seal.decode(),
        "made": _made(request.at),
    }


def _must_be_in_force(found: Badgeable) -> Offer:
    if found.offer is None:
        raise Refused(
            "not-in-force",
            _("There is no certificate of it now: %(says)s (%(rule)s)")
            % {"says": found.standing.says, "rule": found.standing.rule},
        )
    return found.offer


def _told(found: Badgeable, *, brief: bool) -> list[dict[str, str]]:
    """Answer the facts of a paper, each with its label; `brief` where there is little room."""
    offer = _must_be_in_force(found)
    told = {
        _("Certification number"): found.credential.number,
        _("Certified on"): day(found.credential.certified_on),
    }
    if offer.until is None:
        told[_("Valid")] = _("without expiration")
    elif not offer.maintained:
        told[_("Valid until")] = day(offer.until)
    elif brief:
        told[_("Maintained until")] = day(offer.until)
    else:
        between = {"first": day(offer.starts), "last": day(offer.until)}
        told[_("Maintained")] = _("%(first)s to %(last)s") % between
    return [{"label": label, "says": says} for label, says in told.items()]


def _paper(request: Request, person: Person) -> str:
    """Answer the size of paper that an address asks for, else that of where the person lives."""
    asked = request.GET.get("paper", "")
    if asked in PAPERS:
        return PAPERS[asked]
    countries = {one.country for one in person.addresses.all()}
    return PAPERS["letter" if countries & ON_LETTER else "a4"]


def _made(at: datetime) -> str:
    when = {"day": moment(at), "zone": timezone.get_current_timezone_name()}
    return _("Made on %(day)s (%(zone)s) from the board's record") % when


def verification_address(number: str) -> str:
    """Answer where anybody verifies a credential, by its number."""
    return address(reverse("portal:verified", args=[number]))


def qr_code(text: str) -> str:
    """Draw a QR code as SVG; it bears a quarter of it being dirty or torn."""
    drawn = BytesIO()
    segno.make(text, error="q", micro=False).save(
        drawn,
        kind="svg",
        border=2,
        dark="#0b1b33",
        light="#ffffff",
        xmldecl=False,
        nl=False,
        omitsize=True,
    )
    return drawn.getvalue().decode()
