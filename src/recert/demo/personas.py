"""The personas of a demo board: who they are, and how each is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recert.board import the_rulebook
from recert.demo.kinds import Kinds
from recert.demo.records import BOARD, Record, noon
from recert.demo.stories import STORIES
from recert.journal.actions import record_event
from recert.journal.notices import telling_nobody
from recert.people.actions import bind_account, grant_role, make_link
from recert.people.models import Account, Address, Person, PrivateLink, StaffRole
from recert.people.queries import actor_of
from recert.policy.cycles import (
    years_after,
)
from recert.policy.permissions import STAFF, Actor, Role
from recert.portal.templatetags.words import role as role_word
from recert.transcript.models import SignedForm
from recert.transcript.queries import activities_of
from recert.transcript.signing.actions import ask_for_signature


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to be in the demo; `says` tells who they are and what to look at."""

    key: str
    says: Promise
    given_names: str = ""
    family_name: str = ""
    country: str = ""
    time_zone: str = ""
    city: str = ""
    workplace: str = ""
    role: Role | None = None
    joined: timedelta | None = None

    @property
    def name(self) -> str:
        """The name, or of staff what they do."""
        if self.role:
            return role_word(self.role)
        return f"{self.given_names} {self.family_name}".strip()

    @property
    def email(self) -> str:
        """The address of the account."""
        return f"{self.key}@demo.example.org"


CERTIFICANTS: Final = (
    Persona(
        "marisol",
        _(
            "Half-way through her cycle. Look at the bars, at the points over a yearly limit that "
            "do not count, and at what the plan asks for next."
        ),
        "Marisol",
        "Villanueva",
        "PH",
        "Asia/Manila",
        "Iloilo City",
        "Iloilo City Doctors' Hospital",
    ),
    Persona(
        "anil",
        _(
            "Has everything, and the declaration is open. Declare, and pay in the sandbox: with "
            "4242 4242 4242 4242, or with a card that is declined or asks first."
        ),
        "Anil",
        "Menon",
        "IN",
        "Asia/Kolkata",
        "Kochi",
        "Kochi Institute of Medical Sciences",
    ),
    Persona(
        "tunde",
        _(
            "Past the due date, some points short. Allocating otherwise wins some of them back: "
            "let it be done, and undo it."
        ),
        "Olúwáṣeun Túndé",
        "Balógun",
        "NG",
        "Africa/Lagos",
        "Abeokuta",
        "Abeokuta Teaching Hospital",
    ),
    Persona(
        "anh",
        _(
            "Holds three credentials. Declare two of them on one day: the second costs the reduced "
            "fee. Look at what serves all of them together, and at the link for her employer."
        ),
        "Ngọc Ánh",
        "Trần",
        "VN",
        "Asia/Ho_Chi_Minh",
        "Huế",
        "Huế General Hospital",
    ),
    Persona(
        "kaethe",
        _(
            "Certified long ago, without expiration. She takes part because she wants to: make a "
            "voluntary declaration, and see how her designation goes on."
        ),
        "Käthe",
        "Schröder",
        "DE",
        "Europe/Berlin",
        "Göttingen",
        "Klinikum Göttingen",
    ),
    Persona(
        "sukarmi",
        _(
            "Has one name only, and let the certification expire last year. Reinstate it: a "
            "declaration with points of the last years, and both fees."
        ),
        "Sukarmi",
        "",
        "ID",
        "Asia/Jakarta",
        "Bandung",
        "Rumah Sakit Umum Bandung",
    ),
    Persona(
        "jiwoo",
        _("Inactive for a while: the title rests, and the cycle ends later. Look at the new days."),
        "Ji-woo",
        "Park",
        "KR",
        "Asia/Seoul",
        "Daegu",
        "Daegu University Hospital",
    ),
    Persona(
        "noura",
        _(
            "Certified some weeks ago, with an empty transcript. Begin it, and see how a name from "
            "right to left stands in a line."
        ),
        "نورة",
        "العتيبي",
        "SA",
        "Asia/Riyadh",
        "Riyadh",
        "Riyadh Specialist Hospital",
        joined=timedelta(days=18),
    ),
    Persona(
        "camila",
        _(
            "Declared and paid some days ago; the board is deciding. Look at what happens when, "
            "and at the receipt; be the reviewer, and come back."
        ),
        "Camila",
        "Duarte Ribeiro",
        "BR",
        "America/Sao_Paulo",
        "Curitiba",
        "Hospital das Araucárias",
    ),
    Persona(
        "wanjiru",
        _(
            "Her declaration was found deficient. See what is lacking and until when, put it "
            "right, and submit it again without paying."
        ),
        "Wanjiru",
        "Kamau",
        "KE",
        "Africa/Nairobi",
        "Nakuru",
        "Nakuru Valley Hospital",
    ),
    Persona(
        "daniyar",
        _(
            "Chosen for an audit. See which documents the board asks for, add what is missing, and "
            "send it; then be the auditor and judge it."
        ),
        "Daniyar",
        "Saparov",
        "KZ",
        "Asia/Almaty",
        "Almaty",
        "Almaty Clinical Laboratory",
    ),
    Persona(
        "leilani",
        _(
            "Asked for another name after her wedding, with the document that shows it. See what "
            "comes next; be the registrar, decide, and come back."
        ),
        "Leilani",
        "Tavares",
        "PH",
        "Asia/Manila",
        "Iloilo",
        "Iloilo Bay Medical Center",
    ),
)

STAFF_PERSONAS: Final = (
    Persona(
        "administrator",
        _("Gives and takes the roles of staff, and reads the journal."),
        role=Role.ADMINISTRATOR,
    ),
    Persona(
        "reviewer",
        _(
            "Decides: a declaration waits. Approve it, or say what is lacking; open a document "
            "with a reason that is kept."
        ),
        role=Role.REVIEWER,
    ),
    Persona(
        "auditor",
        _(
            "Judges what documents prove, once somebody has sent them: be Daniyar first. See how "
            "audits are drawn, so that anybody can check it."
        ),
        role=Role.AUDITOR,
    ),
    Persona(
        "registrar",
        _(
            "Keeps the records of people, and decides what they ask for: Leilani waits for another "
            "name. Merge two records, or take one out."
        ),
        role=Role.REGISTRAR,
    ),
    Persona(
        "finance",
        _(
            "Sees each payment, and what needs a look. Pay as Anil first, and then give it back "
            "here with a reason."
        ),
        role=Role.FINANCE,
    ),
)

WITH_LINK: Final = "anh"
"""Who has a link for an employer."""

WITH_FORM: Final = "marisol"
"""Who asked an employer to sign a form."""

AGO: Final = 4
"""So many years ago the others found their record."""

PERSONAS: Final = (*CERTIFICANTS, *STAFF_PERSONAS)


def are_there() -> bool:
    """Answer whether the personas have been made."""
    return Account.objects.filter(email__in=[one.email for one in PERSONAS]).exists()


@transaction.atomic
@telling_nobody()
def make_personas(*, as_of: date) -> bool:
    """Make the personas as they are on a day; answer whether they were not there yet."""
    if are_there():
        return False
    _make_staff(as_of)
    for number, persona in enumerate(CERTIFICANTS, 1):
        record = _make_record(persona, number, as_of)
        STORIES[persona.key](record)
        record.write()
    _make_link(as_of)
    _ask_to_sign(as_of)
    return True


def employers_link() -> PrivateLink | None:
    """Answer the link of a persona to their standing; those made after it are the visitor's own."""
    links = PrivateLink.objects.filter(
        person__account__email__in=[one.email for one in CERTIFICANTS],
        purpose=PrivateLink.Purpose.STANDING,
        revoked_at=None,
    )
    return (
        links.select_related("person").order_by("id").first()
    )  # those made later are the visitor's


def form_to_sign() -> SignedForm | None:
    """Answer the form that a persona asked an employer to sign, while nobody did."""
    forms = SignedForm.objects.filter(
        activity__person__account__email__in=[one.email for one in CERTIFICANTS],
        state=SignedForm.State.ASKED,
    )
    return forms.select_related("activity__person").order_by("-id").first()


def _make_account(persona: Persona) -> Account:
    """Make an account that is entered by a click only: no password fits."""
    account = Account.objects.create_user(persona.email)
    EmailAddress.objects.create(user=account, email=persona.email, verified=True, primary=True)
    return account


def _make_staff(as_of: date) -> None:
    at = noon(years_after(as_of, -1))
    first: Actor | None = None
    for persona in STAFF_PERSONAS:
        account = _make_account(persona)
        TOTP.activate(account, generate_totp_secret())
        role = persona.role or Role.ADMINISTRATOR
        if first is None:  # nobody is there yet to give the first role
            StaffRole.objects.create(account=account, role=role)
            facts = {"role": role}
            record_event("role.granted", subject=account.ref, by=BOARD, at=at, facts=facts)
            first = actor_of(account)
        else:
            grant_role(account, role=role, by=first, at=at)
    if {one.role for one in STAFF_PERSONAS} != STAFF:
        raise AssertionError("a role of staff has no persona")


def _make_record(persona: Persona, number: int, as_of: date) -> Record:
    account = _make_account(persona)
    born_on = date(1996 - 3 * number, number, 5 + 2 * number)
    person = Person.objects.create(
        customer_number=f"DM{number:06}",
        born_on=born_on,
        given_names=persona.given_names,
        family_name=persona.family_name,
        email=persona.email,
        time_zone=persona.time_zone,
        workplace=persona.workplace,
    )
    Address.objects.create(
        person=person,
        use=Address.Use.HOME,
        lines=f"{12 + number} Garden Lane",
        city=persona.city,
        country=persona.country,
    )
    at = noon(as_of - persona.joined if persona.joined else years_after(as_of, -AGO))
    record_event("record.imported", subject=person.ref, about=person.ref, by=BOARD, at=at)
    person = bind_account(
        account,
        customer_number=person.customer_number,
        born_on=born_on,
        by=actor_of(account),
        at=at + timedelta(hours=2),
    )
    return Record(person, actor_of(account), as_of)


def _make_link(as_of: date) -> None:
    person = Person.objects.get(account__email=f"{WITH_LINK}@demo.example.org")
    if person.account:
        make_link(
            person,
            purpose=PrivateLink.Purpose.STANDING,
            label=person.workplace,
            by=actor_of(person.account),
            at=noon(as_of - timedelta(days=1)),
        )


def _ask_to_sign(as_of: date) -> None:
    person = Person.objects.get(account__email=f"{WITH_FORM}@demo.example.org")
    signed = Kinds(the_rulebook()).signed
    activity = activities_of(person.pk).filter(kind__in=signed).first()
    if person.account and activity:
        ask_for_signature(
            activity.pk,
            name="Corazon Lim-Reyes",
            email="laboratory@employer.example.org",
            note=_NOTE,
            by=actor_of(person.account),
            at=noon(as_of - timedelta(days=1)),
        )


_NOTE: Final = "For my renewal. Thank you very much!"
