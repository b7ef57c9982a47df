"""Signed forms, to read: by their certificant, by staff, and by whoever has the link."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from recert.board import the_rulebook
from recert.journal.readers import Reader
from recert.journal.secret_links import behind
from recert.people.queries import reader_of
from recert.policy.permissions import Actor, Permission, Role
from recert.policy.refusals import not_found
from recert.policy.rulebook import SignedFormType
from recert.transcript.models import ONCE_SIGNED, Activity, SignedForm

LinkState = Literal["open", "signed", "declined", "cancelled", "replaced", "not-needed", "expired"]
"""What became of what a link leads to."""

State = SignedForm.State


def form_for(activity: Activity) -> SignedFormType | None:
    """Answer the form of the board that proves an activity of this kind, where there is one."""
    book = the_rulebook()
    return book.signed_forms.get(book.kinds[activity.kind].signed_form)


def type_of(form: SignedForm) -> SignedFormType:
    """Answer what kind of form it is."""
    return the_rulebook().signed_forms[form.form]


def needs_approval(form: SignedForm) -> bool:
    """Answer whether the board approves what was signed before it counts (ACT-5)."""
    return form.form in claims()


def claims() -> list[str]:
    """Answer the keys of the forms that the board approves."""
    kinds = the_rulebook().kinds.values()
    return sorted({one.signed_form for one in kinds if one.signed_form and one.approval})


def link_state(form: SignedForm, link: int, *, at: datetime) -> LinkState:
    """Answer what became of a form, for whoever opens one of its links.

    Whether it has expired is never stored: it follows from the dates.
    """
    if form.state in ONCE_SIGNED:
        return "signed"
    if form.state == State.DECLINED:
        return "declined"
    if form.state == State.CANCELLED:
        return "cancelled"
    if link != form.link:
        return "replaced"
    if not is_wanted(form):
        return "not-needed"
    return "open" if at < form.expires_at else "expired"


def is_wanted(form: SignedForm) -> bool:
    """Answer whether the activity still stands, and is proven by this form."""
    activity = form.activity
    kind = the_rulebook().kinds[activity.kind]
    return activity.state == Activity.State.ENTERED and kind.signed_form == form.form


def forms_of(activity: Activity) -> list[SignedForm]:
    """Answer the forms that were asked for an activity, the latest first."""
    forms = list(activity.signed_forms.order_by("-id"))
    for one in forms:
        one.activity = activity
    return forms


def forms_of_each(activities: Iterable[int]) -> dict[int, list[SignedForm]]:
    """Answer the forms that were signed for some activities, by the id of each. One query."""
    found = SignedForm.objects.filter(activity__in=list(activities), signed_at__isnull=False)
    by_activity: dict[int, list[SignedForm]] = {}
    for one in found.select_related("activity__person").order_by("-id"):
        by_activity.setdefault(one.activity_id, []).append(one)
    return by_activity


def own_form(actor: Actor, ref: str) -> SignedForm:
    """Answer a form to the certificant whom it is about, and to nobody else. Raises `Refused`."""
    found = _whole().filter(ref=ref).first()
    if found is None or found.activity.person_id != actor.person:
        raise not_found()
    return found


def signed_form_seen_by(actor: Actor, ref: str) -> SignedForm:
    """Answer what was signed to staff who open documents. Raises `Refused`."""
    found = _whole().filter(ref=ref, signed_at__isnull=False).first()
    if found is None or not actor.may(Permission.OPEN_DOCUMENTS):
        raise not_found()
    return found


def claim_seen_by(actor: Actor, ref: str) -> SignedForm:
    """Answer a claim to staff who approve claims. Raises `Refused`."""
    found = _whole().filter(ref=ref, signed_at__isnull=False, form__in=claims()).first()
    if found is None or not actor.may(Permission.APPROVE_CLAIMS):
        raise not_found()
    return found


def claims_waiting(actor: Actor, *, most: int = 100) -> list[SignedForm]:
    """Answer the claims that wait for the board, the oldest first."""
    if not actor.may(Permission.APPROVE_CLAIMS):
        raise not_found()
    found = _whole().filter(state=State.SIGNED, form__in=claims())
    return list(found.order_by("signed_at", "id")[:most])


def forms_flagged(
    actor: Actor, *, at: datetime, days: int = 90, most: int = 100
) -> list[SignedForm]:
    """Answer what was signed lately and stands out, the latest first."""
    if not actor.may(Permission.APPROVE_CLAIMS):
        raise not_found()
    found = _whole().filter(signed_at__gt=at - timedelta(days=days)).exclude(flags=[])
    return list(found.order_by("-signed_at", "-id")[:most])


def form_behind(token: str) -> tuple[SignedForm, int]:
    """Answer the form that an address leads to, and by which of its links. Raises `Refused`."""
    ref, _dot, link = behind(token).rpartition(".")
    found = _whole().filter(ref=ref).first()
    if found is None:
        raise not_found()
    return found, int(link)


def key_of(form: SignedForm) -> str:
    """Answer for what the address of the form's present link stands."""
    return f"{form.ref}.{form.link}"


def confirmed_addresses(account_ref: str) -> set[str]:
    """Answer the addresses that an account has shown to be its own. One query."""
    found = EmailAddress.objects.filter(user__ref=account_ref, verified=True)
    return {one.lower() for one in found.values_list("email", flat=True)}


def forms_to_sign(account_ref: str, *, at: datetime, most: int) -> list[SignedForm]:
    """Answer the forms that wait for whoever reads an account's addresses, the oldest first."""
    found = _whole().filter(
        signer_email__in=confirmed_addresses(account_ref), state=State.ASKED, expires_at__gt=at
    )
    return [one for one in found.order_by("asked_at", "id")[:most] if is_wanted(one)]


def signer_of(form: SignedForm, *, person: int | None = None) -> Actor:
    """Answer the signer as somebody who acts; `person` is whoever is signed in where they do."""
    roles = frozenset({Role.SIGNER})
    return Actor(ref=form.ref, name=form.signer_name, roles=roles, person=person)


def reader_of_signer(form: SignedForm) -> Reader:
    """Answer the signer as somebody to whom letters go.

    Nobody knows how they read; those whom they know are the best guess.
    """
    asks = reader_of(form.activity.person)
    return Reader(
        ref=form.ref,
        name=form.signer_name,
        email=form.signer_email,
        language=asks.language,
        time_zone=asks.time_zone,
    )


def _whole() -> QuerySet[SignedForm]:
    return SignedForm.objects.select_related("activity__person__account")


def claims_to_decide() -> QuerySet[SignedForm]:
    """Answer all claims that a manager signed and that wait for the board (ACT-5)."""
    return SignedForm.objects.filter(state=State.SIGNED, form__in=claims())


def claims_signed() -> QuerySet[SignedForm]:
    """Answer all claims that were signed, whatever became of them."""
    return SignedForm.objects.filter(form__in=claims()).exclude(signed_at=None)
