"""Declarations at the desk: what waits, one of them on one page, and what is decided of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.declarations.actions.decisions import approve_declaration, find_deficient
from recert.declarations.auditing import audit_of
from recert.declarations.declared import declaration_seen_by, declared_activities
from recert.declarations.models import Declaration
from recert.declarations.waiting import (
    counts_of_waiting,
    declarations_like,
    next_waiting,
    state_words,
)
from recert.desk.cases import case_of, lines_declared, rows_of
from recert.desk.forms import QUICK_TEXTS, DeficiencyForm, NoteForm, QueueFilter
from recert.desk.matters import Slip, is_untold, next_in_queue, queue_behind, slip_of
from recert.desk.rights import rights_of
from recert.journal.queries import history_of
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.policy.calendar import BusinessDays
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.histories import lines_of_history
from recert.refs import is_ref

PER_PAGE = 50


@needs(Permission.SEE_DECLARATIONS)
def declarations(request: Request) -> HttpResponse:
    """List what waits for us, what is due first first; or what else the filters ask for."""
    form = QueueFilter(request.GET or None)
    wanted = form.wanted()
    after = request.GET.get("after", "")
    found = declarations_like(
        request.actor,
        wanted,
        as_of=request.today,
        after=after if is_ref(after) else "",
        most=PER_PAGE + 1,
    )
    rows = rows_of(found[:PER_PAGE], person=request.actor.person, today=request.today)
    page = {
        "form": form,
        "rows": rows,
        "counts": counts_of_waiting(request.actor, as_of=request.today),
        "query": _filters(request),
        "after": rows[-1].ref if len(found) > PER_PAGE else "",
        "is_first": not after,
        "deadline": wanted.state in {"submitted", "deficient"},
    }
    return render(request, "desk/declarations.html", page)


def _filters(request: Request) -> str:
    """Answer the filters of the list as they stand in an address."""
    query = request.GET.copy()
    query.pop("after", None)
    return query.urlencode()


@needs(Permission.SEE_DECLARATIONS)
def declaration(request: Request, ref: str) -> HttpResponse:
    """Show a declaration on one page; sent, show what would be told before it is told."""
    found = declaration_seen_by(request.actor, ref)
    form = None
    if _may_decide(request, found):
        refs = [one.activity.ref for one in declared_activities(found)]
        form = DeficiencyForm(_typed(request), activities=refs)
    if request.method == "POST":
        return _decided_on_page(request, found, form)
    return _page(request, found, form)


def _typed(request: Request) -> QueryDict | None:
    """Answer what was sent, which may be nothing but the button; or what was kept of it."""
    return request.POST if request.method == "POST" else kept_form(request)


def _may_decide(request: Request, found: Declaration) -> bool:
    own = found.credential.person_id == request.actor.person
    waits = found.state == Declaration.State.SUBMITTED
    return waits and not own and request.actor.may(Permission.DECIDE_DECLARATIONS)


def _decided_on_page(
    request: Request, found: Declaration, form: DeficiencyForm | None
) -> HttpResponse:
    """Go on with what was typed on the page: to the approval, or to what would be told."""
    decide = request.POST.get("decide", "")
    if form is None:
        return _too_late(request, found)
    if not form.is_valid():
        return _page(request, found, form)
    if decide == "approve":
        if not form.says_something:
            return redirect(_address(request, "desk:approve-declaration", found.ref))
        message = _("You wrote what is lacking. Delete it to approve, or send it.")
        form.add_error(None, message)
    elif decide in {"deficient", "send"} and not form.says_something:
        form.add_error(None, _("Say what is lacking: in an activity, or in the whole."))
    elif decide == "deficient" or (decide == "send" and is_untold(request, found.ref)):
        return _told_before(request, found, form)
    elif decide == "send":
        return _find_deficient(request, found, form)
    return _page(request, found, form)


def _find_deficient(request: Request, found: Declaration, form: DeficiencyForm) -> HttpResponse:
    def decide() -> Declaration:
        return find_deficient(
            found.pk,
            reasons=form.reasons,
            because=form.cleaned_data["because"],
            today=request.today,
            by=request.actor,
            at=request.at,
        )

    return _decide(request, found, decide, _("%(link)s of %(name)s was found deficient."))


@needs(Permission.DECIDE_DECLARATIONS)
def approve(request: Request, ref: str) -> HttpResponse:
    """Show what an approval brings; sent, approve."""
    found = declaration_seen_by(request.actor, ref)
    form = NoteForm(_typed(request))
    sent = request.method == "POST" and form.is_valid()
    if sent and not is_untold(request, found.ref):

        def decide() -> Declaration:
            return approve_declaration(
                found.pk,
                because=form.cleaned_data["because"],
                today=request.today,
                by=request.actor,
                at=request.at,
            )

        return _decide(request, found, decide, _("%(link)s of %(name)s was approved."))
    if not _may_decide(request, found):
        return _too_late(request, found)
    page = {
        "declaration": found,
        "case": case_of(found, today=request.today),
        "form": form,
        "slip": _slip(request, found),
        "query": _filters(request),
    }
    status = 422 if form.errors else 200
    return render(request, "desk/approve.html", page, status=status)


def _decide(
    request: Request, found: Declaration, decide: Callable[[], Declaration], says: str
) -> HttpResponse:
    """Decide, and go to the next one; where somebody else was faster, say so."""
    try:
        decide()
    except Refused as refusal:
        if refusal.code == "not-met":
            messages.error(request, refusal.message)
            return redirect(_address(request, "desk:declaration", found.ref))
        if refusal.code != "wrong-state":
            raise
        return _too_late(request, declaration_seen_by(request.actor, found.ref))
    link = format_html(
        '<a class="usa-link" href="{}">{}</a>',
        reverse("desk:declaration", args=[found.ref]),
        found.ref,
    )
    name = format_html("<bdi>{}</bdi>", found.credential.person.name)
    messages.success(request, format_html(_braced(says), link=link, name=name))
    on_in_queue = next_in_queue(request, found.ref)
    if on_in_queue:
        return redirect(on_in_queue)
    following = next_waiting(
        request.actor, QueueFilter(request.GET or None).wanted(), as_of=request.today, after=found
    )
    if following:
        return redirect(_address(request, "desk:declaration", following.ref))
    return redirect(_address(request, "desk:declarations"))


def _braced(says: str) -> str:
    """Answer a sentence with the places that `format_html` fills."""
    return says % {"link": "{link}", "name": "{name}"}


def _too_late(request: Request, found: Declaration) -> HttpResponse:
    """Say why nothing can be decided, and show the declaration as it is now."""
    if found.credential.person_id == request.actor.person:
        raise Refused("own-case", _("Somebody else must decide about a declaration of your own."))
    if not request.actor.may(Permission.DECIDE_DECLARATIONS):
        raise Refused("not-permitted", _("You are not allowed to do this."))
    last = history_of(found.ref, most=1)
    said = _("Nothing was changed: this declaration is not waiting any more. It is %(state)s")
    told = said % {"state": state_words().get(found.state, found.state).lower()}
    by = _(", by %(name)s.") % {"name": last[0].by} if last else "."
    messages.warning(request, told + by)
    return redirect(_address(request, "desk:declaration", found.ref))


def _address(request: Request, name: str, *args: str) -> str:
    """Answer the address of a page, with the filters of the list that one came from."""
    query = _filters(request)
    return reverse(name, args=args) + (f"?{query}" if query else "")


def _page(request: Request, found: Declaration, form: DeficiencyForm | None) -> HttpResponse:
    own = found.credential.person_id == request.actor.person
    page = {
        "declaration": found,
        "person": found.credential.person,
        "case": case_of(found, today=request.today),
        "lines": lines_declared(found, form),
        "form": form,
        "audit": audit_of(found),
        "own": own and found.state == Declaration.State.SUBMITTED,
        "quick_texts": QUICK_TEXTS,
        "correct_by": _correct_by(request),
        "history": lines_of_history(history_of(found.ref)),
        "may": rights_of(request.actor),
        "slip": _slip(request, found),
        "query": _filters(request),
        "behind": queue_behind(request),
        "today": request.today,
    }
    status = 422 if form and form.is_bound and form.errors else 200
    return render(request, "desk/declaration.html", page, status=status)


def _slip(request: Request, found: Declaration) -> Slip:
    return slip_of(
        request,
        found.ref,
        waits=found.state == Declaration.State.SUBMITTED,
        needs=Permission.DECIDE_DECLARATIONS,
        owner=found.credential.person_id,
    )


def _correct_by(request: Request) -> object:
    """Answer by when what is found deficient today is to be put right (DEC-6)."""
    book = the_rulebook()
    days = book.deficiency.business_days.value
    return BusinessDays(book).after(request.today, business_days=days)


def _told_before(request: Request, found: Declaration, form: DeficiencyForm) -> HttpResponse:
    """Show what the certificant would be told, before it is."""
    titles = {one.activity.ref: one.activity.title for one in declared_activities(found)}
    page = {
        "declaration": found,
        "person": found.credential.person,
        "case": case_of(found, today=request.today),
        "told": [(titles[ref], text) for ref, text in form.reasons.items()],
        "because": form.cleaned_data["because"],
        "typed": [(name, text) for name, text in form.cleaned_data.items() if text],
        "correct_by": _correct_by(request),
        "then": the_rulebook().deficiency.then,
        "rule": the_rulebook().deficiency.business_days.rule,
        "slip": _slip(request, found),
        "query": _filters(request),
    }
    return render(request, "desk/deficient.html", page)
