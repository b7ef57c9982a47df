"""What an xAPI statement says, as a line says it.

A statement counts that says of somebody that they completed or passed a course; one that voids it
revokes it. What the course brings stands in an extension, or with the course that its provider
keeps here under the activity's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from recert.intake.models import Course
from recert.intake.reading import Said
from recert.organisations.models import Organisation
from recert.policy.refusals import Refused

COMPLETED: Final = "http://adlnet.gov/expapi/verbs/completed"
PASSED: Final = "http://adlnet.gov/expapi/verbs/passed"
VOIDED: Final = "http://adlnet.gov/expapi/verbs/voided"

CREDIT: Final = ("kind", "contact_hours", "areas", "customer_number", "born_on")
"""What the extension may say."""


def credit_extension() -> str:
    """Answer what the extension is called: the board's address, and where this is."""
    return f"{settings.ADDRESS}/xapi/credit"


def line_in(statement: Mapping[str, Any], provider: Organisation) -> Said:
    """Answer what a statement says. Raises `Refused` for what is no completion."""
    verb = _part(statement, "verb").get("id")
    target = _part(statement, "object")
    if verb == VOIDED:
        return {"completion": str(uuid_in(target.get("id"))), "revoked": "yes"}
    if verb not in {COMPLETED, PASSED}:
        known = f"{COMPLETED}, {PASSED}, {VOIDED}"
        raise _wrong(_("verb.id: expected one of %(known)s") % {"known": known})
    result = _part(statement, "result", needed=False)
    if result.get("completion") is False or result.get("success") is False:
        raise _wrong(_("result: it says that the course was not completed or not passed"))
    definition = _part(target, "definition", needed=False)
    number = str(target.get("id", ""))
    course = Course.objects.filter(organisation=provider, number=number).exists()
    return {
        "completion": str(uuid_in(statement.get("id"))),
        "course": number if course else "",
        "title": "" if course else _first(_part(definition, "name", needed=False)),
        "completed_on": str(statement.get("timestamp", ""))[:10],
        **_credit_in(statement, definition, result),
        **_who(_part(statement, "actor"), statement, result, definition),
    }


def _credit_in(*parts: Mapping[str, Any]) -> dict[str, str]:
    credit = _extension_in(*parts)
    areas = credit.get("areas", [])
    said = {
        "kind": str(credit.get("kind", "")),
        "contact_hours": str(credit.get("contact_hours", "")),
        "areas": ",".join(map(str, areas if isinstance(areas, list) else [areas])),
    }
    return {name: text for name, text in said.items() if text}


def _extension_in(*parts: Mapping[str, Any]) -> Mapping[str, Any]:
    for part in parts:
        for place in (part, _part(part, "context", needed=False)):
            found = _part(place, "extensions", needed=False).get(credit_extension())
            if isinstance(found, dict):
                unknown = [name for name in found if name not in CREDIT]
                if unknown:
                    message = _("%(place)s: not known: %(names)s")
                    names = {"place": credit_extension(), "names": ", ".join(unknown)}
                    raise _wrong(message % names)
                return found
    return {}


def _who(actor: Mapping[str, Any], *parts: Mapping[str, Any]) -> dict[str, str]:
    given, _space, family = str(actor.get("name", "")).strip().rpartition(" ")
    account = _part(actor, "account", needed=False)
    ours = str(account.get("homePage", "")).rstrip("/") == settings.ADDRESS
    credit = _extension_in(*parts)
    number = account.get("name", "") if ours else credit.get("customer_number", "")
    return {
        "given_names": given or family,
        "family_name": family if given else "",
        "email": str(actor.get("mbox", "")).removeprefix("mailto:"),
        "customer_number": str(number),
        "born_on": str(credit.get("born_on", "")),
    }


def uuid_in(text: object) -> UUID:
    """Read the id of a statement. Raises `Refused`."""
    try:
        return UUID(str(text))
    except ValueError:
        raise _wrong(_("id: expected a UUID")) from None


def _part(whole: Mapping[str, Any], name: str, *, needed: bool = True) -> Mapping[str, Any]:
    part = whole.get(name)
    if isinstance(part, dict):
        return part
    if needed or part is not None:
        raise _wrong(_("%(name)s: expected an object") % {"name": name})
    return {}


def _first(texts: Mapping[str, Any]) -> str:
    return str(next(iter(texts.values()), ""))


def _wrong(what: str) -> Refused:
    return Refused("unreadable", what)
