"""Letters: those that one was sent, an address that came back, and those one may do without."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt

from recert.board import the_rulebook
from recert.journal.courtesy import who_stops
from recert.journal.laid_out import laid_out
from recert.journal.letters import kept_words
from recert.journal.queries import notice_called, notices_to
from recert.journal.secret_links import behind
from recert.journal.stopping import stop_of
from recert.people.access import Request, needs, own_record, public
from recert.people.actions import choose_letters, confirm_email
from recert.people.queries import by_a_link, kept_called, reader_of, refs_of
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found
from recert.portal.posted import TONES, posted, state_of, state_words

PER_PAGE = 30

LONGEST = 19
"""The digits of the largest id, and one more."""


@needs(Permission.KEEP_OWN_RECORD)
def letters(request: Request) -> HttpResponse:
    """List the letters that one was sent; sent, confirm the address or choose which ones come."""
    person = own_record(request)
    to = reader_of(person).email
    if request.method == "POST":
        try:
            if "confirm" in request.POST:
                _confirm(request, person.pk, request.POST["confirm"])
            elif "courtesy" in request.POST:
                wanted = request.POST["courtesy"] == "yes"
                choose_letters(person.pk, courtesy=wanted, by=request.actor, at=request.at)
                messages.success(request, _said_of(courtesy=wanted))
        except Refused as refusal:
            messages.warning(request, refusal.message)
        return redirect("portal:letters")
    text = request.GET.get("before", "")
    before = int(text) if text.isdecimal() and len(text) < LONGEST else None
    found = notices_to(refs_of(person), before=before, most=PER_PAGE + 1)
    page = {
        "person": person,
        "to": to,
        "stop": stop_of(to),
        "letters": posted(found[:PER_PAGE]),
        "older": found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
        "is_later": before is not None,
        "always": titles_that_come_always(),
    }
    return render(request, "portal/letters.html", page)


def _confirm(request: Request, person: int, email: str) -> None:
    """Have letters go to one's address again, and say which ones do."""
    sent = confirm_email(person, email=email, by=request.actor, at=request.at)
    messages.success(request, _("Thank you. Letters go to %(to)s again.") % {"to": email})
    if sent:
        said = ngettext(
            "%(count)s letter that did not reach you is on its way once more.",
            "%(count)s letters that did not reach you are on their way once more.",
            len(sent),
        )
        messages.info(request, said % {"count": len(sent)})


def _said_of(*, courtesy: bool) -> str:
    if courtesy:
        return _("You get every reminder again.")
    return _("You get no more reminders but the last ones. Decisions are always told.")


def titles_that_come_always() -> list[str]:
    """Answer the reminders that nobody is spared, as the rulebook calls them."""
    return [one.title for one in the_rulebook().reminders.values() if not one.courtesy]


@needs(Permission.KEEP_OWN_RECORD)
def letter(request: Request, ref: str) -> HttpResponse:
    """Show a letter to oneself, as it was sent."""
    notice = notice_called(ref)
    if notice.person not in refs_of(own_record(request)):
        raise not_found()
    state, (subject, text) = state_of(notice), kept_words(notice)
    page = {
        "notice": notice,
        "title": subject,
        "letter": laid_out(text),
        "tone": TONES[state],
        "state": state_words()[state],
        "is_sent": notice.sent_at is not None,
    }
    return render(request, "portal/letter.html", page)


@public
@csrf_exempt
def stop(request: Request, token: str) -> HttpResponse:
    """Stop letters that one may do without, by the link in one of them; or get them again.

    Mail programs send it by themselves, in one click and without a cookie (RFC 8058); who only
    opens it, such as a scanner of links, changes nothing.
    """
    person = kept_called(who_stops(behind(token)))
    if request.method == "POST":
        wanted = "again" in request.POST
        choose_letters(person.pk, courtesy=wanted, by=by_a_link(person), at=request.at)
        person.refresh_from_db()
    page = {
        "gets_them": person.courtesy_letters,
        "done": request.method == "POST",
        "always": titles_that_come_always(),
    }
    return render(request, "portal/stop_letters.html", page)
