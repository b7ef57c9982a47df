"""A small world to play in: a certificant, a board, a card processor, days, and sudden deaths."""

from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from recert.credentials.models import InactivePeriod
from recert.credentials.queries import credentials_held_by
from recert.declarations import paying
from recert.declarations.actions.decisions import delete_declaration
from recert.declarations.declared import overdue_corrections
from recert.declarations.models import Declaration
from recert.declarations.queries import held_by, positions_of
from recert.journal.models import Event
from recert.payments.gateway import Unreachable
from recert.payments.models import Attempt
from recert.policy.cycles import declaration_window, examination_needed_from
from recert.policy.permissions import SYSTEM
from recert.policy.refusals import Refused
from recert.policy.standing import standing_on
from tests.declaring import BOOK
from tests.fakes import FakeGateway
from tests.making import actor, make_activity, make_credential, make_person
from tests.tracing import changed, everything

ZONE = ZoneInfo(BOOK.calendar.time_zone.value)
DAY = timedelta(days=1)


class Killed(BaseException):
    """The process ended here."""


class Mortal:
    """A card processor, asked by a process that can be killed before it asks or once it knows."""

    def __init__(self):
        self.gateway, self.dies, self.words = FakeGateway(), None, []

    def __getattr__(self, name):
        method = getattr(self.gateway, name)
        if not callable(method):
            return method

        def asked(*args, **named):
            if self.dies == (name, "before"):
                raise Killed
            answer = method(*args, **named)
            if self.dies == (name, "after"):
                raise Killed
            return answer

        return asked


class World:
    """What there is, and what may be done. Each thing that is done answers whether it was."""

    def __init__(self, today):
        self.today, self.ticks = today, 0
        self.person = make_person()
        self.by = actor(self.person)
        self.gateway = Mortal()
        self.credentials = []
        self.known = []  # what was found on earlier days: (day, credential, standing)
        self.words = []  # what the processor said: (attempt, found)

    # Days

    @property
    def at(self):
        """The next instant of the day, after all others."""
        self.ticks += 1
        begins = datetime.combine(self.today, time(8), tzinfo=ZONE)
        return (begins + timedelta(seconds=self.ticks)).astimezone(UTC)

    def pass_days_until(self, day):
        """Let days pass, and keep what was found on this one and some of those between."""
        for between in sorted({self.today, *self._edges(), day - DAY}):
            if self.today <= between < day:
                self._remember(between)
        self.today, self.ticks = max(day, self.today), 0

    def _edges(self):
        found = set()
        for held in credentials_held_by(self.person.pk):
            cycle = standing_on(BOOK, held.holding, as_of=self.today).cycle
            if cycle:
                found |= {cycle.ends, cycle.ends + DAY}
        return found

    def _remember(self, day):
        for held, _declaration in held_by(self.person.pk, day):
            standing = standing_on(BOOK, held.holding, as_of=day)
            self.known.append((day, held.credential.pk, what_of(standing)))

    def days_that_matter(self, credential):
        """Answer the days at which something of a credential turns, after today."""
        held = next(one for one in credentials_held_by(self.person.pk) if one[0] == credential)
        cycle = standing_on(BOOK, held.holding, as_of=self.today).cycle
        open_one = self.open_declaration(credential)
        days = [self.today + DAY]
        if cycle:
            window = declaration_window(BOOK, cycle)
            tenth = examination_needed_from(BOOK, expired_on=cycle.ends)
            days += [window.opens_on, window.due_on, window.expires_on, cycle.ends.replace(day=1)]
            days += [tenth, tenth - DAY] if self.today > cycle.ends else []
        if open_one and open_one.correct_by:
            days.append(open_one.correct_by)
        return sorted(
            {one + off for one in days for off in (0 * DAY, DAY) if one + off > self.today}
        )

    def day_of(self, credential, when):
        """Answer a day of a credential's cycle by what it is."""
        held = next(one for one in credentials_held_by(self.person.pk) if one[0] == credential)
        cycle = standing_on(BOOK, held.holding, as_of=self.today).cycle
        if cycle is None:
            return self.today
        window = declaration_window(BOOK, cycle)
        if when == "today":
            return self.today if self.today > cycle.ends else max(self.today, window.opens_on)
        return {
            "opens": window.opens_on,
            "due": window.due_on,
            "late": window.due_on + DAY,
            "last": window.expires_on,
            "after": window.expires_on + DAY,
            "tenth": examination_needed_from(BOOK, expired_on=cycle.ends) - DAY,
        }[when]

    # What there is

    def certify(self, category, certified_on, *, inactive_for=0):
        """Let the person hold a credential, perhaps inactive for so many days from now on."""
        credential = make_credential(self.person, category=category, certified_on=certified_on)
        if inactive_for:
            until = self.today + timedelta(days=inactive_for)
            InactivePeriod.objects.create(
                credential=credential, granted_on=self.today, until_on=until
            )
        self.credentials.append(credential)

    def declarations(self, *states):
        found = Declaration.objects.filter(credential__person=self.person).order_by("id")
        return list(found.filter(state__in=states) if states else found)

    def open_declaration(self, credential):
        states = ("draft", "awaiting-payment", "submitted", "deficient")
        return next(
            (o for o in self.declarations(*states) if o.credential_id == credential.pk), None
        )

    def attempts(self, *states):
        found = Attempt.objects.filter(order__person=self.person).order_by("id")
        return list(found.filter(state__in=states) if states else found)

    def activities(self):
        return list(self.person.activities.order_by("id"))

    # What may be done

    def do(self, act, **named):
        """Do one thing; refused, it must not have left a trace. Answers whether it was done."""
        before = everything()
        try:
            with transaction.atomic():
                act(**named)
        except Refused:
            assert changed(before, everything()) == set(), "it was refused, and left a trace"
            return False
        return True

    def enter(self, kind, day, **fields):
        number = self.person.activities.count()
        return make_activity(
            self.person, f"Activity {number}", kind=kind, completed_on=day, **fields
        )

    def course(self, area, points, day):
        kind = "formal-course"
        self.enter(kind, day, contact_hours=points, covers=[area], portions={area: points})

    def awarded(self, day):
        portions = {"related": 600}
        kind = "advanced-certification"
        self.enter(kind, day, contact_hours=None, earned="QLS", portions=portions)

    def claim(self, day):
        self.enter(
            "covid-claim",
            day,
            from_on=day,
            contact_hours=100,
            covers=["related"],
            portions={"related": 100},
            approved=True,
        )

    def earn(self, credential):
        """Enter what the next declaration of a credential lacks, on a day that counts."""
        position = positions_of(self.person.pk, as_of=self.today, planned=False).of(credential)
        assessment = position.assessment
        if assessment is None or assessment.case.period.starts > self.today:
            return
        day = min(self.today, assessment.case.period.ends)
        lacking = assessment.total_short(assessment.claimed)
        for result in assessment.requirements(assessment.claimed):
            if result.short:
                self.course(result.need.areas[0], result.short, day)
                lacking -= result.short
        if lacking > 0:
            self.course("related", lacking, day)

    def pay(self, declaration, number):
        """Enter a card and submit, as the page does; the process may be killed anywhere."""
        asked = {"gateway": self.gateway}
        with self.mortal():
            once = f"{declaration.ref}-{self.ticks}"
            form = paying.set_up_card(self.person, once=once, at=self.at, **asked)
            self.gateway.enter_card(form.ref, number)
            card = paying.card_from(self.person, form.ref, **asked)
            paying.pay_declaration(
                declaration, card=card, today=self.today, by=self.by, at=self.at, **asked
            )

    def go_on(self, attempt, how=paying.pursue, **named):
        """Ask what became of a payment, as a webhook, a page and a job do."""
        with self.mortal():
            how(attempt.pk, gateway=self.gateway, at=self.at, **named)

    def answers_the_bank(self, *, success):
        for attempt in self.attempts("open"):
            found = self.gateway.intents.get(attempt.intent)
            if found and found.status == "to-authenticate":
                self.gateway.authenticate(attempt.intent, success=success)

    def reconcile_all(self):
        for attempt in self.attempts("open"):
            self.go_on(attempt, paying.reconcile)

    def note_what_is_over(self):
        for pk in overdue_corrections(as_of=self.today):
            delete_declaration(pk, today=self.today, by=SYSTEM, at=self.at)

    def say_again(self, attempt, found):
        """Let a word of the processor come once more, late."""
        paying.settle_payment(attempt, found=found, at=self.at)

    @contextmanager
    def mortal(self):
        """Let what is done here be done by a process that may be killed, or be told no."""
        with suppress(Refused, Unreachable):
            try:
                yield
            except Killed:
                self.gateway.dies = None

    def heal(self):
        """Let the processor work and nobody be killed, and all payments come to their end."""
        self.gateway.dies = None
        self.gateway.work()
        self.reconcile_all()
        self.pass_days_until(self.today + 2 * DAY)
        self.reconcile_all()


@contextmanager
def watched(world, monkeypatch):
    """Keep each word of the processor that is noted; let a process die while it notes an event."""
    settle, create = paying.settle_payment, Event.objects.create

    def settle_payment(attempt, *, found, at):
        world.words.append((attempt, found))
        return settle(attempt, found=found, at=at)

    def noted(**said):
        if world.gateway.dies == (said["kind"], "noted"):
            raise Killed
        return create(**said)

    with monkeypatch.context() as patch:
        patch.setattr(paying, "settle_payment", settle_payment)
        patch.setattr(Event.objects, "create", noted)
        yield


def what_of(standing):
    """Answer what people go by on a day."""
    return standing.state, standing.valid, str(standing.title)


STARTS = (date(2023, 1, 31), date(2024, 2, 29), date(2024, 10, 31), date(2024, 12, 29))
"""Days on which a world begins: ends of months, a leap day, the days before a new year."""
