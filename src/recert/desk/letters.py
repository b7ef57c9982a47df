"""Letters at the desk: what somebody was sent and what became of it, and what each letter says."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from recert.desk.matters import is_untold, next_in_queue, queue_behind, slip_for
from recert.desk.queue_forms import SettleForm
from recert.desk.sources import SOURCES
from recert.journal.laid_out import laid_out
from recert.journal.letters import kept_words, letter_of
from recert.journal.models import Notice
from recert.journal.notices import NOTICES
from recert.journal.queries import copies_of, history_of, notice_called, notices_to
from recert.journal.readers import Reader
from recert.journal.samples import sample_notice
from recert.journal.stopping import stop_of
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.people.queries import person_seen_by, reader_of, refs_of
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found
from recert.portal.histories import lines_of_history, words_of_events
from recert.portal.policies import POLICY_OF_A_LETTER
from recert.portal.posted import TONES, posted, state_of, state_words
from recert.queue.actions import send_letter_again, settle_letter
from recert.queue.queries import subject_seen_by
from recert.refs import is_ref

PER_PAGE = 50

LONGEST = 19
"""The digits of the largest id, and one more."""


@needs(Permission.SEE_RECORDS)
def letters(request: Request, ref: str) -> HttpResponse:
    """List what a person was sent, when, where to, and what became of it.

    `of` in the address narrows it down to something of theirs, such as a declaration.
    """
    person = person_seen_by(request.actor, ref)
    text = request.GET.get("before", "")
    before = int(text) if text.isdecimal() and len(text) < LONGEST else None
    about = [one for one in request.GET.getlist("of") if is_ref(one)]
    found = notices_to(refs_of(person), about=about, before=before, most=PER_PAGE + 1)
    to = reader_of(person).email
    page = {
        "person": person,
        "to": to,
        "stop": stop_of(to),
        "letters": posted(found[:PER_PAGE]),
        "older": found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
        "about": about,
        "query": "".join(f"&of={one}" for one in about),
    }
    return render(request, "desk/letters.html", page)


@needs(Permission.SEE_RECORDS)
def letter(request: Request, ref: str) -> HttpResponse:
    """Show a letter and what became of it; sent, send it again or note what was done instead."""
    found = subject_seen_by(request.actor, ref, SOURCES)
    notice = notice_called(ref)
    to = _address_now(request, notice)
    form = SettleForm(request.POST if "settle" in request.POST else kept_form(request))
    if request.method == "POST" and not is_untold(request, ref):
        by, at = request.actor, request.at
        if "again" in request.POST:
            if not to:
                raise Refused("no-address", _("There is no address on record. Please add one."))
            again = send_letter_again(found, to=to, by=by, at=at)
            messages.success(request, _("The letter is on its way to %(to)s.") % {"to": to})
            return redirect(next_in_queue(request, ref) or reverse("desk:letter", args=[again.ref]))
        if form.is_valid():
            settle_letter(found, because=form.cleaned_data["because"], by=by, at=at)
            messages.success(request, _("It is noted that this letter needs nothing more."))
            return redirect(next_in_queue(request, ref) or reverse("desk:queue"))
    state, (subject, text) = state_of(notice), kept_words(notice)
    copies = copies_of(notice)
    page = {
        "notice": notice,
        "is_persons": notice.person.startswith("PE-"),
        "title": subject or words_of_events().get(notice.event.kind, notice.event.kind),
        "letter": laid_out(text) if text else None,
        "state": state_words()[state],
        "tone": TONES[state],
        "is_sent": notice.sent_at is not None,
        "waits": found.waits,
        "may_send": request.actor.may(found.needs) and state != "waits",
        "may_settle": request.actor.may(found.needs) and found.waits,
        "to": to,
        "stop": stop_of(to),
        "form": form,
        "slip": slip_for(request, ref),
        "what": lines_of_history([notice.event])[0].says,
        "copies": posted(copies),
        "history": lines_of_history(history_of(ref, *(one.ref for one in copies))),
        "behind": queue_behind(request),
    }
    return render(request, "desk/letter.html", page, status=422 if form.errors else 200)


def _address_now(request: Request, notice: Notice) -> str:
    """Answer where a letter would go now; to whoever has no record here, where it went."""
    if not notice.person.startswith("PE-"):
        return notice.to
    return reader_of(person_seen_by(request.actor, notice.person)).email


@needs(Permission.SEE_RECORDS)
def samples(request: Request) -> HttpResponse:
    """List every letter that there is, by its subject."""
    told = [(kind, letter_of(_sample(request, kind)).subject) for kind in _kinds()]
    return render(request, "desk/samples.html", {"letters": told})


@needs(Permission.SEE_RECORDS)
def sample(request: Request, kind: str) -> HttpResponse:
    """Show a letter as it would come to whoever looks, with invented facts."""
    notice, kinds = _sample(request, kind), _kinds()
    place = kinds.index(kind)
    page = {
        "kind": kind,
        "letter": letter_of(notice),
        "what": lines_of_history([notice.event])[0].says,
        "before": kinds[place - 1] if place else "",
        "after": kinds[place + 1] if place + 1 < len(kinds) else "",
    }
    return render(request, "desk/sample.html", page)


@needs(Permission.SEE_RECORDS)
@xframe_options_sameorigin
def sample_html(request: Request, kind: str) -> HttpResponse:
    """Show the HTML of a letter as a mail program gets it, inside the page about it."""
    answer = HttpResponse(letter_of(_sample(request, kind)).html)
    answer["Content-Security-Policy"] = POLICY_OF_A_LETTER
    return answer


def _sample(request: Request, kind: str) -> Notice:
    if kind not in _kinds():
        raise not_found()
    reader = Reader(
        ref="PE-0000-0000-0000",
        name="Amina Benali",
        email="amina@example.org",
        language=request.LANGUAGE_CODE,
        time_zone="",
    )
    return sample_notice(kind, reader=reader, at=request.at)


def _kinds() -> list[str]:
    return [kind for kind, told in NOTICES.items() if told]
