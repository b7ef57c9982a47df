"""What happens to a form that somebody is asked to sign, from the letter to the board's word."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.journal.actions import Move, advance, record_event
from recert.people.actions import must_be_themselves
from recert.people.queries import reader_of
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found
from recert.queue.actions import end_assignment
from recert.transcript.actions import hold_activities, must_be_own, release_activities
from recert.transcript.models import STANDING, Activity, SignedForm
from recert.transcript.signing import codes
from recert.transcript.signing.answers import differing
from recert.transcript.signing.flags import flags_at_asking, flags_at_signing, united
from recert.transcript.signing.letters import asking, facts_of
from recert.transcript.signing.paper import paper_of
from recert.transcript.signing.queries import (
    confirmed_addresses,
    form_for,
    link_state,
    needs_approval,
    reader_of_signer,
    signer_of,
    type_of,
)

State = SignedForm.State

MOVES = {
    "cancel_form": Move(
        "form.cancelled",
        frozenset({State.ASKED}),
        State.CANCELLED,
        Permission.KEEP_OWN_RECORD,
    ),
    "sign_form": Move("form.signed", frozenset({State.ASKED}), State.SIGNED, Permission.SIGN),
    "decline_form": Move(
        "form.declined", frozenset({State.ASKED}), State.DECLINED, Permission.SIGN
    ),
    "approve_claim": Move(
        "claim.approved",
        frozenset({State.SIGNED}),
        State.APPROVED,
        Permission.APPROVE_CLAIMS,
    ),
    "refuse_claim": Move(
        "claim.refused", frozenset({State.SIGNED}), State.REFUSED, Permission.APPROVE_CLAIMS
    ),
}
"""The life of a signed form. That a link has expired is no move: it follows from the dates."""

LINK_LASTS: Final = timedelta(days=14)


@transaction.atomic
def ask_for_signature(
    activity_id: int, *, name: str, email: str, note: str = "", by: Actor, at: datetime
) -> SignedForm:
    """Ask somebody to sign the board's form for an activity, by a letter with a link (PER-3)."""
    activity = _locked_activity(activity_id)
    must_be_own(activity.person_id, by)
    form_type = form_for(activity)
    if form_type is None or activity.state != Activity.State.ENTERED:
        raise Refused("no-form", _("For this activity no form of the board is signed."))
    if activity.reported_by:
        raise Refused("no-form", _("Its provider reported it, so nobody has to sign for it."))
    if SignedForm.objects.filter(activity=activity, state__in=STANDING).exists():
        raise Refused(
            "asked-already",
            _("Somebody has signed for this activity, or is asked to. Cancel that one first."),
        )
    form = SignedForm.objects.create(
        activity=activity,
        form=the_rulebook().kinds[activity.kind].signed_form,
        signer_name=name,
        signer_email=email.lower(),
        note=note,
        asked_at=at,
        expires_at=at + LINK_LASTS,
        flags=flags_at_asking(activity.person, name=name, email=email),
    )
    _tell_signer("form.asked", form, by, at, flags=form.flags)
    return form


@transaction.atomic
def ask_again(form_id: int, *, by: Actor, at: datetime) -> SignedForm:
    """Send the letter again, with a new link that lasts as long; the old one ends."""
    form = _locked(form_id)
    must_be_own(form.activity.person_id, by)
    if form.state != State.ASKED:
        raise Refused(
            "wrong-state", _("This form is not open any more; look at what became of it.")
        )
    form.link, form.asked_at, form.expires_at = form.link + 1, at, at + LINK_LASTS
    form.codes, form.code_sent_at, form.code_tries = 0, None, 0
    form.save(
        update_fields=["link", "asked_at", "expires_at", "codes", "code_sent_at", "code_tries"]
    )
    _tell_signer("form.asked-again", form, by, at)
    return form


@transaction.atomic
def cancel_form(form_id: int, *, by: Actor, at: datetime) -> SignedForm:
    """Ask no more: the link ends, and somebody else can be asked."""
    form = _locked(form_id)
    must_be_own(form.activity.person_id, by)
    about = form.activity.person.ref
    advance(form, MOVES["cancel_form"], about=about, by=by, at=at, ended_at=at, typed={})
    return form


@transaction.atomic
def send_code(
    form_id: int,
    *,
    link: int,
    typed: Mapping[str, object],
    version: int,
    by: Actor,
    at: datetime,
) -> tuple[SignedForm, bool]:
    """Keep what the signer typed, and give out a code; answer the form, and whether it is new.

    Whoever calls sends the code. `version` is that of the activity as the signer saw it.
    """
    form = _open(form_id, link, by, at)
    _must_be_as_seen(form, version)
    form.typed = dict(typed) | {"version": version}
    sent_at = form.code_sent_at
    if sent_at and codes.can_be_tried(form, at=at) and at < sent_at + codes.SENT_JUST_NOW:
        form.save(update_fields=["typed"])
        return form, False
    if form.codes >= codes.MOST_CODES:
        raise Refused(
            "too-many-codes",
            _(
                "Many codes were sent for this form, and none was used. Ask %(person)s to send "
                "the letter again; then there are new ones."
            )
            % {"person": form.activity.person.name},
        )
    form.codes, form.code_sent_at, form.code_tries = form.codes + 1, at, 0
    form.save(update_fields=["typed", "codes", "code_sent_at", "code_tries"])
    record_event(
        "form.code-sent",
        subject=form.ref,
        about=form.activity.person.ref,
        by=by,
        at=at,
        facts={"email": form.signer_email, "number": form.codes},
    )
    return form, True


@transaction.atomic
def sign_form(form_id: int, *, link: int, code: str, by: Actor, at: datetime) -> int | None:
    """Sign what was typed, with the code that confirms the address; None says that it is signed.

    Where the code is wrong, answer how many tries are left. A wrong try is counted, so it is
    answered and not raised: a refusal would undo the counting.
    """
    form = _open(form_id, link, by, at)
    if not form.typed:
        raise Refused("nothing-typed", _("Fill in the form first."))
    _must_be_as_seen(form, form.typed["version"])
    if not codes.can_be_tried(form, at=at):
        return 0
    if not codes.is_right(form, code):
        form.code_tries += 1
        form.save(update_fields=["code_tries"])
        return codes.MOST_TRIES - form.code_tries
    _sign(form, by, at)
    return None


@transaction.atomic
def sign_signed_in(
    form_id: int, *, typed: Mapping[str, object], version: int, by: Actor, at: datetime
) -> SignedForm:
    """Sign a form with the account whose confirmed address it was sent to, without a code.

    `by` is whoever signed in; what stands out is flagged as with a code. Raises `Refused`.
    """
    must_be_themselves(by)
    found = SignedForm.objects.get(pk=form_id)
    if found.signer_email not in confirmed_addresses(by.ref):
        raise not_found()
    signer = signer_of(found, person=by.person)
    form = _open(form_id, found.link, signer, at)
    _must_be_as_seen(form, version)
    form.typed = dict(typed) | {"version": version}
    _sign(form, signer, at, account=by.ref)
    return form


def _sign(form: SignedForm, by: Actor, at: datetime, *, account: str | None = None) -> None:
    """Keep what was signed, as it was, and let it prove the activity."""
    activity, name, answers = form.activity, form.typed["signed_name"], form.typed["answers"]
    differs = bool(differing(activity, type_of(form), answers))
    found = flags_at_signing(form, name=name, differs=differs, at=at, signed_in=by.person)
    flags = united(form.flags, found)
    content = paper_of(form, name=name, answers=answers, at=at)
    form.paper.save(form.ref, ContentFile(content), save=False)
    sha256 = hashlib.sha256(content).hexdigest()
    advance(
        form,
        MOVES["sign_form"],
        about=activity.person.ref,
        by=by,
        at=at,
        tell=reader_of(activity.person),
        facts=facts_of(form) | {"waits": needs_approval(form) or None, "account": account},
        signed_name=name,
        signed_at=at,
        answers=answers,
        paper=form.paper.name,
        sha256=sha256,
        flags=flags,
        typed={},
    )
    activity.attested_by = name
    activity.save(update_fields=["attested_by"])
    hold_activities([activity.pk], holder=form.ref)


@transaction.atomic
def decline_form(form_id: int, *, link: int, because: str, by: Actor, at: datetime) -> SignedForm:
    """Say that one does not sign, and why."""
    form = _open(form_id, link, by, at)
    person = form.activity.person
    advance(
        form,
        MOVES["decline_form"],
        about=person.ref,
        by=by,
        at=at,
        because=because,
        tell=reader_of(person),
        facts=facts_of(form),
        ended_at=at,
        typed={},
        reason=because,
    )
    return form


@transaction.atomic
def approve_claim(form_id: int, *, because: str = "", by: Actor, at: datetime) -> SignedForm:
    """Approve a claim that a manager signed: from now on it counts (ACT-5)."""
    form = _decide(form_id, "approve_claim", because.strip(), by, at)
    form.activity.approved = True
    form.activity.save(update_fields=["approved"])
    return form


@transaction.atomic
def refuse_claim(form_id: int, *, because: str, by: Actor, at: datetime) -> SignedForm:
    """Refuse a claim, with the reason; its entry can be changed and signed for anew (ACT-5)."""
    if not because.strip():
        raise Refused("no-reason", _("Say why the claim is refused."))
    form = _decide(form_id, "refuse_claim", because.strip(), by, at)
    form.activity.attested_by = ""
    form.activity.save(update_fields=["attested_by"])
    release_activities(holder=form.ref)
    return form


def _decide(form_id: int, move: str, because: str, by: Actor, at: datetime) -> SignedForm:
    form = _locked(form_id)
    person = form.activity.person
    if not needs_approval(form):
        raise not_found()
    if person.pk == by.person:
        raise Refused("own-case", _("Somebody else must decide about a claim of your own."))
    advance(
        form,
        MOVES[move],
        about=person.ref,
        by=by,
        at=at,
        because=because,
        tell=reader_of(person),
        facts=facts_of(form),
        ended_at=at,
        reason=because,
    )
    end_assignment(form.ref, at=at)
    return form


@transaction.atomic
def open_paper(form: SignedForm, *, because: str, by: Actor, at: datetime) -> SignedForm:
    """Note that staff open what somebody signed, and why."""
    if not by.may(Permission.OPEN_DOCUMENTS):
        raise not_found()
    if not because.strip():
        raise Refused("no-reason", _("Say why you open this document."))
    record_event(
        "form.opened",
        subject=form.ref,
        about=form.activity.person.ref,
        by=by,
        at=at,
        because=because.strip(),
    )
    return form


def _tell_signer(kind: str, form: SignedForm, by: Actor, at: datetime, **facts: object) -> None:
    """Note that somebody was asked, and owe them the letter with the link."""
    record_event(
        kind,
        subject=form.ref,
        about=form.activity.person.ref,
        by=by,
        at=at,
        tell=reader_of_signer(form),
        facts=asking(form) | facts,
    )


def _locked_activity(activity_id: int) -> Activity:
    rows = Activity.objects.select_related("person__account").select_for_update(of=("self",))
    return rows.get(pk=activity_id)


def _locked(form_id: int) -> SignedForm:
    """Lock an activity, then a form for it."""
    activity = _locked_activity(
        SignedForm.objects.values_list("activity", flat=True).get(pk=form_id)
    )
    form = SignedForm.objects.select_for_update().get(pk=form_id)
    form.activity = activity
    return form


def _open(form_id: int, link: int, by: Actor, at: datetime) -> SignedForm:
    """Lock a form for its signer, while their link leads to it. Raises `Refused`."""
    if not by.may(Permission.SIGN) or by.ref != SignedForm.objects.get(pk=form_id).ref:
        raise not_found()
    form = _locked(form_id)
    if link_state(form, link, at=at) != "open":
        raise Refused("form-over", _("This form is not open any more; look at what became of it."))
    return form


def _must_be_as_seen(form: SignedForm, version: int) -> None:
    if form.activity.version != version:
        raise Refused(
            "changed-meanwhile",
            _(
                "%(person)s changed the entry while this page was open. Below is how it is now; "
                "what you typed is still there. Please check both."
            )
            % {"person": form.activity.person.name},
        )
