"""Processes that do what pages and the worker do, and are killed right there, for `test_kills`.

python -m tests.running.killing

It runs in the environment of a running system: on its database, its outbox and its card processor.
Each act is made by a child of this process, which ends by SIGKILL at its place. What became of it
is printed at the end, as JSON.
"""

import json
import os
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import django

django.setup()

from django.conf import settings  # noqa: E402  # once Django is set up
from django.db import connections  # noqa: E402
from procrastinate.exceptions import AlreadyEnqueued  # noqa: E402

from recert import clock  # noqa: E402
from recert.board import the_rulebook  # noqa: E402
from recert.casework.jobs import reconcile_payments  # noqa: E402
from recert.casework.paying import reconcile  # noqa: E402
from recert.credentials.models import Grant  # noqa: E402
from recert.declarations import paying  # noqa: E402
from recert.declarations.actions import decisions, submissions  # noqa: E402
from recert.declarations.actions.decisions import approve_declaration  # noqa: E402
from recert.declarations.models import Declaration  # noqa: E402
from recert.journal import actions as journal  # noqa: E402
from recert.journal.jobs import sweep_notices  # noqa: E402
from recert.journal.models import Event, Notice  # noqa: E402
from recert.journal.sending import send_owed  # noqa: E402
from recert.payments.actions.refunds import agree_refund, ask_refund  # noqa: E402
from recert.payments.gateway import the_gateway  # noqa: E402
from recert.payments.models import Attempt, Refund  # noqa: E402
from recert.payments.stripe_gateway import StripeGateway  # noqa: E402
from recert.policy.calendar import board_day  # noqa: E402
from recert.policy.permissions import Actor  # noqa: E402
from tests.declaring import (  # noqa: E402
    FINANCE,
    REVIEWER,
    certified_for,
    draft,
    earn_everything,
)
from tests.fakes import GOOD  # noqa: E402
from tests.gateway.processor import Processor  # noqa: E402
from tests.making import actor, make_credential, make_person  # noqa: E402

PATIENCE = 120
SECOND = Actor(ref="AN-S", name="Sven", roles=FINANCE.roles)
BROWSER = Processor(Path(), port=urlsplit(str(settings.CARDS["address"])).port)
AT = clock.now() - timedelta(minutes=6)  # so long ago that every job looks for what was left
TODAY = board_day(the_rulebook(), at=AT)


def die(*_args, **_named):
    """End as a process does that is killed."""
    os.kill(os.getpid(), signal.SIGKILL)


def dies_instead(owner, name):
    """Let a process be killed when it comes to a function."""
    setattr(owner, name, die)


def dies_after(owner, name):
    """Let a process be killed once a function has done its work."""
    done = getattr(owner, name)

    def last(*args, **named):
        done(*args, **named)
        die()

    setattr(owner, name, last)


def killed(act, *places):
    """Have something done by a process that is killed while it does so."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        for dies, owner, name in places:
            dies(owner, name)
        act()
        if not places:
            die()
        os._exit(0)  # it came through, which the parent takes for a failure
    _pid, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), "it was not killed"
    assert os.WTERMSIG(status) == signal.SIGKILL


class Case:
    """A declaration that is ready to be paid, and the card with which."""

    def __init__(self):
        self.person = make_person()
        credential = make_credential(self.person, category="PBT", certified_on=certified_for(TODAY))
        earn_everything(self.person, credential, on=TODAY)
        self.declaration = draft(credential, on=TODAY)

    def pay(self):
        gateway = the_gateway()
        form = paying.set_up_card(self.person, gateway=gateway, once=self.person.ref, at=AT)
        BROWSER.enter_card(form.ref, GOOD)
        card = paying.card_from(self.person, form.ref, gateway=gateway)
        paying.pay_declaration(
            self.declaration,
            card=card,
            gateway=gateway,
            today=TODAY,
            by=actor(self.person),
            at=AT,
        )

    def approve(self):
        approve_declaration(self.declaration.pk, today=TODAY, by=REVIEWER, at=AT)

    @property
    def attempts(self):
        return Attempt.objects.filter(order__person=self.person)

    def reconcile(self):
        for attempt in self.attempts:
            reconcile(attempt.pk, gateway=the_gateway(), at=AT)

    def send(self):
        for notice in Notice.objects.filter(person=self.person.ref):
            send_owed(notice.pk, at=clock.now())

    def give_back(self):
        for refund in Refund.objects.filter(attempt__order__person=self.person):
            paying.give_back(refund.pk, gateway=the_gateway(), at=AT)


def while_paying(*place):
    def case():
        one = Case()
        killed(one.pay, *([place] if place else []))
        return one

    return case


def while_reconciling():
    one = Case()
    killed(one.pay, (dies_instead, StripeGateway, "confirm_charge"))
    killed(one.reconcile, (dies_after, submissions, "_submit"))
    return one


def while_approving(*place):
    def case():
        one = Case()
        one.pay()
        killed(one.approve, *([place] if place else []))
        return one

    return case


def while_sending():
    """The job was taken by the process that was killed: nobody else has it."""
    one = Case()
    with patch.object(journal, "defer_notice"):
        one.pay()
    killed(one.send, (dies_instead, Notice, "save"))
    return one


def while_giving_back():
    one = Case()
    one.pay()
    (attempt,) = one.attempts
    refund = ask_refund(attempt.pk, amount=Decimal(5), because="By mistake.", by=FINANCE, at=AT)
    if refund.state == Refund.State.PROPOSED:
        agree_refund(refund.pk, by=SECOND, at=AT)
    killed(one.give_back, (dies_instead, paying, "settle_refund"))
    return one


CASES = {
    "payment started": while_paying(dies_instead, paying, "pursue"),
    "charge prepared and not kept": while_paying(dies_instead, paying, "keep_intent"),
    "charge kept and not confirmed": while_paying(dies_instead, StripeGateway, "confirm_charge"),
    "charge confirmed and not noted": while_paying(dies_after, StripeGateway, "confirm_charge"),
    "charge being noted": while_paying(dies_after, submissions, "_submit"),
    "payment noted and not answered": while_paying(),
    "payment reconciled": while_reconciling,
    "renewal being noted": while_approving(dies_after, decisions, "advance"),
    "renewal noted and not answered": while_approving(),
    "letter sent and not noted": while_sending,
    "money given back and not noted": while_giving_back,
}
"""By where the process is killed."""


def let_jobs_run():
    """Have the system's own worker do what it does each minute, now, until nothing is left."""
    until = time.monotonic() + PATIENCE
    while Attempt.objects.filter(state="open").exists() or (
        Notice.objects.filter(sent_at=None).exists()
        or Refund.objects.filter(state="asked").exists()
    ):
        assert time.monotonic() < until, "the worker did not end it"
        with suppress(AlreadyEnqueued):
            reconcile_payments.configure().defer(timestamp=0)
        with suppress(AlreadyEnqueued):
            sweep_notices.configure().defer(timestamp=0)
        time.sleep(0.5)


def letters():
    """Answer how often each letter was sent, by who got it and its Message-ID."""
    sent: dict[str, Counter] = {}
    for file in settings.EMAIL_FILE_PATH.iterdir():
        for text in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
            message = message_from_bytes(text.lstrip())
            if message["To"]:
                sent.setdefault(message["To"], Counter())[message["Message-ID"]] += 1
    return sent


def outcome(one, sent):
    """Answer all that is said of a case, by the system, the processor and the post."""
    declaration = Declaration.objects.get(pk=one.declaration.pk)
    refs = [declaration.ref, *one.attempts.values_list("ref", flat=True)]
    notices = Notice.objects.filter(person=one.person.ref).values_list("message_id", flat=True)
    posted = sent[one.person.account.email]
    assert set(posted) == set(notices)
    refunds = Refund.objects.filter(attempt__order__person=one.person)
    return {
        "state": declaration.state,
        "events": sorted(Event.objects.filter(subject__in=refs).values_list("kind", flat=True)),
        "charges": sum(len(BROWSER.charges_of(ref)) for ref in refs),
        "grants": Grant.objects.filter(credential=declaration.credential).count(),
        "letters": sorted(posted.values()),
        "refunds": [one.state for one in refunds],
        "given back": [
            int(each.amount.amount)
            for attempt in one.attempts
            for each in the_gateway().refunds_of(attempt.charge)
        ],
    }


def main():
    """Kill, wait for the system, let the board decide what waits, and tell what became of it."""
    cases = {name: make() for name, make in CASES.items()}
    sys.stdout.write("killed\n")
    sys.stdout.flush()
    sys.stdin.readline()  # the system itself is killed meanwhile
    connections.close_all()
    let_jobs_run()
    for one in cases.values():
        if Declaration.objects.get(pk=one.declaration.pk).state == "submitted":
            one.approve()
    let_jobs_run()
    sent = letters()
    told = {name: outcome(one, sent) for name, one in cases.items()}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
