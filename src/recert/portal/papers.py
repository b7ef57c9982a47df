"""Papers of a declaration: the receipt, and the renewal notification (DEC-7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from moneyed import Money

from recert.board import the_rulebook
from recert.declarations.declared import declaration_read_by
from recert.declarations.models import Declaration
from recert.payments.models import Attempt, Order, OrderLine, Refund
from recert.payments.queries import attempts_at, lines_of_order, refunds_of
from recert.people.access import Request, signed_in
from recert.policy.fees import Charge
from recert.policy.refusals import Refused
from recert.policy.standing import title_of
from recert.portal.notifications import Notification, notification_of
from recert.portal.templatetags.words import amount, card, day, moment, points, short_day
from recert.portal.typesetting import as_file, head_of, typeset


@signed_in
def receipt(request: Request, ref: str) -> HttpResponse:
    """Answer what was paid for a declaration, as a PDF."""
    found = declaration_read_by(request.actor, ref)
    paid = [one for one in attempts_at(found.order) if one.charge] if found.order else []
    if found.order is None or not paid:
        raise Refused("nothing-paid", _("Nothing was paid for this, so there is no receipt."))
    facts = _receipt(found, found.order, paid, at=request.at)
    return as_file(typeset("receipt", facts, at=request.at), f"receipt-{found.order.ref}.pdf")


def _receipt(
    declaration: Declaration, order: Order, paid: list[Attempt], *, at: datetime
) -> dict[str, object]:
    book, credential = the_rulebook(), declaration.credential
    lines = lines_of_order(order)
    rule = rule_of_no_refund(lines)
    total = sum((one.amount for one in lines), start=paid[0].amount * 0)
    title = title_of(book, credential.category, maintained=False)
    purpose = book.declarations[declaration.for_purpose]
    about = [
        (_("Receipt"), order.ref, ""),
        (_("Paid on"), _instant(paid[0].started_at), ""),
        (_("Paid with"), card(paid[0]), ""),
        (_("Paid to"), book.board, ""),
        (_("Declaration"), f"{declaration.ref} · {title.text}", ""),
        (_("Purpose"), purpose.title, ""),
    ]
    done = [one for one in refunds_of(order) if one.state == Refund.State.DONE]
    made = _("Made on %(day)s (%(zone)s) from the board's record of payments")
    return {
        **head_of(credential.person, _("Receipt"), made=made, at=at),
        "about": [_told(*row) for row in about],
        "fees": _("Fees"),
        "lines": [
            _sum(one.title, one.because, one.rule, Money(one.amount, order.currency))
            for one in lines
        ],
        "total": {"title": _("Total"), "amount": amount(Money(total, order.currency))},
        "paid": _("Charges"),
        "payments": [_charged(one) for one in paid] if len(paid) > 1 or done else [],
        "given_back": _("Given back"),
        "refunds": [_given_back(one) for one in done],
        "no_refund": _("Fees are not refunded.") if rule else "",
        "no_refund_rule": rule,
    }


def _sum(title: str, because: str, rule: str, money: Money) -> dict[str, str]:
    return {"title": title, "because": because, "rule": rule, "amount": amount(money)}


def _charged(one: Attempt) -> dict[str, str]:
    return _sum(card(one), f"{_instant(one.started_at)} · {one.ref}", "", one.money)


def _given_back(one: Refund) -> dict[str, str]:
    when = _instant(one.settled_at) if one.settled_at else ""
    return _sum(one.because, f"{when} · {one.ref}", "", -one.money)


def _told(label: str, says: str, rule: str) -> dict[str, str]:
    return {"label": label, "says": says, "rule": rule}


def _instant(at: datetime) -> str:
    """Write an instant by the reader's clock, with its time zone."""
    return f"{moment(at)} ({timezone.get_current_timezone_name()})"


def rule_of_no_refund(lines: Iterable[OrderLine | Charge]) -> str:
    """Answer the rule by which fees are not refunded: that of a fee, and not of its reduction.

    Nothing where the programme refunds them.
    """
    book = the_rulebook()
    for line in lines:
        reduced = book.reduction and line.fee == book.reduction.fee
        fee = book.fees.get(book.reduction.instead_of if reduced and book.reduction else line.fee)
        if fee and not fee.refundable:
            return fee.rule
    return ""


@signed_in
def notification(request: Request, ref: str) -> HttpResponse:
    """Show that a credential was renewed, until when, and what comes next."""
    found = declaration_read_by(request.actor, ref)
    page = {
        "declaration": found,
        "person": found.credential.person,
        "own": found.credential.person_id == request.actor.person,
        "note": _must_be_approved(found, request.today),
        "paid": found.order is not None,
    }
    return render(request, "portal/notification.html", page)


@signed_in
def notification_pdf(request: Request, ref: str) -> HttpResponse:
    """Answer the renewal notification as a PDF, to show to an employer."""
    found = declaration_read_by(request.actor, ref)
    note = _must_be_approved(found, request.today)
    made = _("Made on %(day)s (%(zone)s) from the board's record")
    facts = head_of(found.credential.person, note.heading, made=made, at=request.at) | {
        "says": note.says,
        "credential": {"title": note.title.text, "superscript": note.title.superscript},
        "category": f"{note.category} · {note.number}",
        "days": note.days,
        "about": [_told(*row) for row in note.facts],
        "next": _("What comes next"),
        "todo": [{"says": says, "rule": rule} for says, rule in note.todo],
        "used": note.used,
        "heads": [_("Completed"), _("Activity"), _("Areas"), _("Counted")],
        "activities": [
            {
                "day": short_day(line.completed_on),
                "title": line.title,
                "kind": line.kind,
                "areas": [f"{area} {points(some)}" for area, some in line.counted],
                "points": points(line.points),
            }
            for line in note.lines
        ],
    }
    return as_file(typeset("notification", facts, at=request.at), f"renewal-{found.ref}.pdf")


def _must_be_approved(found: Declaration, today: date) -> Notification:
    note = notification_of(found)
    if note is None:
        raise Refused(
            "not-approved",
            _("There is a renewal notification once the board has approved the declaration."),
        )
    revoked_on = found.grant and found.grant.revoked_on
    if revoked_on and revoked_on <= today:
        raise Refused(
            "revoked",
            _("This renewal was revoked on %(day)s, so there is no notification of it any more.")
            % {"day": day(revoked_on)},
        )
    return note
