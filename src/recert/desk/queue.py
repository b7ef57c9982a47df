"""The queue: all that waits for us, who looks after what, and notes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.desk.matters import (
    FROM_QUEUE,
    Row,
    filters_in,
    from_queue,
    rows_of,
    slip_for,
)
from recert.desk.queue_forms import HandOverForm, MatterFilter, RemarkForm
from recert.desk.sources import SOURCES, kind_words, page_of
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.people.queries import account_called
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.queue.actions import (
    hand_matter_over,
    release_matter,
    take_matter,
    write_note,
)
from recert.queue.queries import (
    Subject,
    Wanted,
    counts_for,
    matters_like,
    place_of,
    subject_seen_by,
)
from recert.refs import is_ref

PER_PAGE = 50
FIRST = 8


@needs(Permission.SEE_RECORDS)
def queue(request: Request) -> HttpResponse:
    """List all that waits for whoever looks, what is due first first."""
    form = MatterFilter(request.GET or None, actor=request.actor)
    wanted, after = form.wanted(), request.GET.get("after", "")
    found = matters_like(
        request.actor,
        SOURCES,
        wanted,
        as_of=request.today,
        after=place_of(after, SOURCES) if is_ref(after) else None,
        most=PER_PAGE + 1,
    )
    rows = rows_of(found[:PER_PAGE], request.actor, today=request.today, query=from_queue(request))
    page = {
        "form": form,
        "rows": rows,
        "tallies": tallies_of(request),
        "query": filters_in(request),
        "after": rows[-1].ref if len(found) > PER_PAGE else "",
        "is_first": not after,
        "may_see_pictures": request.actor.may(Permission.SEE_DECLARATIONS),
    }
    return render(request, "desk/queue.html", page)


def first_rows(request: Request) -> list[Row]:
    """Answer what comes first of all that waits, for the page from which one begins."""
    found = matters_like(request.actor, SOURCES, Wanted(), as_of=request.today, most=FIRST)
    query = f"from={FROM_QUEUE}"
    return rows_of(found, request.actor, today=request.today, query=query)


def tallies_of(request: Request) -> list[tuple[str, str, int, int]]:
    """Answer of each kind what it is called, how much waits, and how much is overdue."""
    words = kind_words()
    counted = counts_for(request.actor, SOURCES, as_of=request.today)
    return [(one.source.kind, words[one.source.kind], one.waiting, one.overdue) for one in counted]


@needs(Permission.SEE_RECORDS)
def matter(request: Request, ref: str) -> HttpResponse:
    """Show who looks after something and what is noted about it; sent, change that."""
    found = subject_seen_by(request.actor, ref, SOURCES)
    back = page_of(found.source, found.opens, query=filters_in(request))
    sent = request.POST if request.method == "POST" else None
    remark = RemarkForm(sent if sent and "note" in sent else kept_form(request))
    over = HandOverForm(sent if sent and "hand-over" in sent else None, needs=found.needs)
    if sent is not None and _done(request, found, remark, over):
        return redirect(back)
    slip = slip_for(request, ref)
    page = {
        "subject": found,
        "kind": kind_words()[found.source.kind],
        "slip": slip,
        "back": back,
        "form": remark,
        "over": over if slip.may_take else None,
    }
    status = 422 if remark.errors or over.errors else 200
    return render(request, "desk/matter.html", page, status=status)


def _done(request: Request, found: Subject, remark: RemarkForm, over: HandOverForm) -> bool:
    """Do what was sent, where it can be done."""
    by, at = request.actor, request.at
    try:
        if "take" in request.POST:
            take_matter(found, by=by, at=at)
            messages.success(request, _("You look after it now."))
        elif "release" in request.POST:
            release_matter(found, by=by, at=at)
            messages.success(request, _("You look after it no more."))
        elif "take-over" in request.POST:
            to = account_called(by.ref)
            hand_matter_over(found, to=to, by=by, at=at)
            messages.success(request, _("You look after it now."))
        elif over.is_bound and over.is_valid():
            to, because = over.accounts[over.cleaned_data["to"]], over.cleaned_data["because"]
            made = hand_matter_over(found, to=to, because=because, by=by, at=at)
            said = _("%(name)s looks after it now.")
            messages.success(request, said % {"name": made.name})
        elif remark.is_bound and remark.is_valid():
            write_note(found, text=remark.cleaned_data["text"], by=by, at=at)
            messages.success(request, _("The note is kept."))
        else:
            return False
    except Refused as refusal:
        messages.warning(request, refusal.message)
    return True
