"""Requests and appeals before they are sent: begun, changed, dropped, and the files with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from recert.casework.actions.locking import own_appeal_locked, own_request_locked
from recert.casework.asked import own_enclosure, person_of
from recert.casework.asking import may_appeal
from recert.casework.lives import ENCLOSURE_MOVES, REQUEST_MOVES
from recert.casework.models import Appeal, Enclosure, Request
from recert.credentials.models import Credential
from recert.declarations.auditing import own_audit
from recert.journal.actions import advance, record_event
from recert.people.models import Person
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found
from recert.transcript.content import Content

MOST_ENCLOSURES = 20


@transaction.atomic
def start_request(
    person_id: int,
    *,
    kind: Request.Kind,
    credential: Credential | None,
    said: Mapping[str, str],
    by: Actor,
    at: datetime,
) -> Request:
    """Begin a request; nothing is sent yet. Of one kind about one thing one is open at a time."""
    if person_id != by.person or not by.may(Permission.DECLARE):
        raise not_found()
    if credential and credential.person_id != person_id:
        raise not_found()
    person = Person.objects.select_for_update().get(pk=person_id)
    try:
        with transaction.atomic():
            request = Request.objects.create(
                person=person, kind=kind, credential=credential, said=dict(said), started_at=at
            )
    except IntegrityError:
        raise Refused(
            "asked-already",
            _("You have asked for this already. Go on with that request, or take it back first."),
        ) from None
    facts = {"kind": kind, "credential": credential}
    record_event(
        "request.started", subject=request.ref, about=person.ref, by=by, at=at, facts=facts
    )
    return request


@transaction.atomic
def change_request(
    request_id: int,
    *,
    credential: Credential | None,
    said: Mapping[str, str],
    by: Actor,
    at: datetime,
) -> Request:
    """Change what a request says, before it is sent."""
    request = own_request_locked(request_id, by)
    _must_be_editable(request)
    if credential and credential.person_id != request.person_id:
        raise not_found()
    before = (request.credential, request.said)
    if before == (credential, dict(said)):
        return request
    request.credential, request.said = credential, dict(said)
    try:
        with transaction.atomic():
            request.save(update_fields=["credential", "said"])
    except IntegrityError:
        raise Refused(
            "asked-already",
            _("You have asked for this already. Go on with that request, or take it back first."),
        ) from None
    about = request.person.ref
    record_event("request.changed", subject=request.ref, about=about, by=by, at=at)
    return request


@transaction.atomic
def discard_request(request_id: int, *, by: Actor, at: datetime) -> Request:
    """Drop a request that was not sent."""
    request = own_request_locked(request_id, by)
    about = request.person.ref
    advance(request, REQUEST_MOVES["discard_request"], about=about, by=by, at=at)
    return request


@transaction.atomic
def start_appeal(
    audit_ref: str, *, ground: str, letter: str, today: date, by: Actor, at: datetime
) -> Appeal:
    """Begin an appeal after an audit that was not passed, or change what it says (AUD-6)."""
    audit = own_audit(by, audit_ref)
    person = audit.declaration.credential.person
    Person.objects.select_for_update().get(pk=person.pk)
    if not may_appeal(audit, as_of=today):
        raise Refused("no-appeal", _("There is nothing to appeal against here, or not any more."))
    appeal = Appeal.objects.filter(audit=audit).first()
    kind = "appeal.changed" if appeal else "appeal.started"
    if appeal is None:
        appeal = Appeal(audit=audit, started_at=at)
    _must_be_editable(appeal)
    appeal.ground, appeal.letter = ground, letter
    appeal.save()
    record_event(kind, subject=appeal.ref, about=person.ref, by=by, at=at, facts={"audit": audit})
    return appeal


@transaction.atomic
def enclose(
    asked: Request | Appeal,
    *,
    file: File[bytes],
    name: str,
    content: Content,
    is_translation: bool,
    by: Actor,
    at: datetime,
) -> Enclosure:
    """Keep a file that comes with a request or an appeal; `content` is what its check found.

    Raises `Refused` where the very same file is there already.
    """
    if isinstance(asked, Request):
        owner: dict[str, Request | Appeal] = {"request": own_request_locked(asked.pk, by)}
    else:
        owner = {"appeal": own_appeal_locked(asked.pk, by)}
    (locked,) = owner.values()
    _must_be_editable(locked)
    if locked.enclosures.filter(state=Enclosure.State.KEPT).count() >= MOST_ENCLOSURES:
        raise Refused(
            "too-many",
            _("%(most)s files are enough. Put several pages into one file.")
            % {"most": MOST_ENCLOSURES},
        )
    enclosure = Enclosure(
        name=name,
        media_type=content.media_type,
        size=content.size,
        sha256=content.sha256,
        is_translation=is_translation,
        added_at=at,
        **owner,
    )
    try:
        with transaction.atomic():
            enclosure.file.save(enclosure.ref, file, save=False)
            enclosure.save()
    except IntegrityError:
        enclosure.file.storage.delete(str(enclosure.file.name))
        raise Refused(
            "same-document", _("%(name)s is among the documents already.") % {"name": name}
        ) from None
    facts = {
        "of": locked,
        "name": name,
        "is_translation": is_translation,
        "sha256": content.sha256,
    }
    about = person_of(locked).ref
    record_event("enclosure.added", subject=enclosure.ref, about=about, by=by, at=at, facts=facts)
    return enclosure


@transaction.atomic
def remove_enclosure(ref: str, *, by: Actor, at: datetime) -> Enclosure:
    """Take a file away before what it came with is sent; it stays on record."""
    enclosure = own_enclosure(by, ref)
    lock = own_request_locked if enclosure.request else own_appeal_locked
    asked: Request | Appeal = lock(enclosure.of.pk, by)
    _must_be_editable(asked)
    about = person_of(asked).ref
    advance(enclosure, ENCLOSURE_MOVES["remove_enclosure"], about=about, by=by, at=at)
    return enclosure


@transaction.atomic
def open_enclosure(enclosure: Enclosure, *, by: Actor, at: datetime) -> Enclosure:
    """Note that staff open a file that came with what they decide about."""
    asked = enclosure.of
    needed = Permission.DECIDE_REQUESTS if isinstance(asked, Request) else Permission.DECIDE_APPEALS
    if not by.may(needed):
        raise not_found()
    record_event(
        "enclosure.opened",
        subject=enclosure.ref,
        about=person_of(asked).ref,
        by=by,
        at=at,
        because=_("To decide about %(ref)s") % {"ref": asked.ref},
        facts={"of": asked, "name": enclosure.name},
    )
    return enclosure


def _must_be_editable(asked: Request | Appeal) -> None:
    if not asked.is_editable:
        raise Refused("wrong-state", _("This was sent already, so it cannot change any more."))
