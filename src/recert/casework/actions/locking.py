"""A request or an appeal, locked for whoever may change it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from recert.casework.asked import appeals_whole, person_of, requests_whole
from recert.casework.models import Appeal, Request
from recert.declarations.models import Audit, Declaration
from recert.people.models import Person
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found


def own_request_locked(request_id: int, by: Actor) -> Request:
    """Lock a person, then a request of theirs. Raises `Refused` where it is somebody else's."""
    request = _with_person(request_id)
    if request.person_id != by.person or not by.may(Permission.DECLARE):
        raise not_found()
    return request


def request_to_decide(request_id: int, by: Actor) -> Request:
    """Lock a request for whoever decides about it; nobody decides about their own."""
    if not by.may(Permission.DECIDE_REQUESTS):
        raise not_found()
    request = _with_person(request_id)
    if request.person_id == by.person:
        raise Refused("own-case", _("Somebody else must decide about a request of your own."))
    return request


def _with_person(request_id: int) -> Request:
    owner = Request.objects.filter(pk=request_id).values_list("person_id", flat=True).first()
    if owner is None:
        raise not_found()
    Person.objects.select_for_update().get(pk=owner)
    return request_locked(request_id)


def request_locked(request_id: int) -> Request:
    """Lock a request, and read it as it is then."""
    return requests_whole().select_for_update(of=("self",)).get(pk=request_id)


def own_appeal_locked(appeal_id: int, by: Actor) -> Appeal:
    """Lock an appeal of one's own. Raises `Refused` where it is somebody else's."""
    appeal = _appeal_locked(appeal_id)
    if person_of(appeal).pk != by.person or not by.may(Permission.DECLARE):
        raise not_found()
    return appeal


def appeal_to_decide(appeal_id: int, by: Actor) -> Appeal:
    """Lock an appeal for whoever decides: not their own, and not after an audit they judged."""
    if not by.may(Permission.DECIDE_APPEALS):
        raise not_found()
    appeal = _appeal_locked(appeal_id)
    if person_of(appeal).pk == by.person:
        raise Refused("own-case", _("Somebody else must decide about an appeal of your own."))
    if appeal.audit.judged_by == by.ref:
        raise Refused(
            "judged-it", _("You judged this audit; somebody else must decide about the appeal.")
        )
    return appeal


def _appeal_locked(appeal_id: int) -> Appeal:
    """Lock whose appeal it is, the declaration, the audit and the appeal, in the house's order."""
    found = appeals_whole().filter(pk=appeal_id).first()
    if found is None:
        raise not_found()
    Person.objects.select_for_update().get(pk=person_of(found).pk)
    Declaration.objects.select_for_update().get(pk=found.audit.declaration_id)
    Audit.objects.select_for_update().get(pk=found.audit_id)
    return appeals_whole().select_for_update(of=("self",)).get(pk=appeal_id)


def must_say_why(because: str) -> str:
    """Answer the reason of a decision; whoever decides gives one."""
    if not because.strip():
        raise Refused("no-reason", _("Say why: the certificant reads it in the letter."))
    return because.strip()
