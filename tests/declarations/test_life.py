"""A declaration from its first page to the decision, as the actions see it."""

from datetime import date

import pytest

from recert.credentials.models import Grant
from recert.declarations.actions.decisions import approve_declaration
from recert.declarations.models import Use
from recert.declarations.queries import positions_of
from tests.declaring import REVIEWER, at, earn_everything, submit
from tests.making import make_credential, make_person

pytestmark = pytest.mark.django_db

CERTIFIED = date(2022, 1, 10)  # the cycle ends on 2025-01-31
OPEN = date(2024, 11, 15)


def test_from_a_full_transcript_to_a_renewed_credential():  # DEC-3, DEC-7, CYC-2
    person = make_person()
    credential = make_credential(person, certified_on=CERTIFIED)
    earn_everything(person, credential, on=OPEN)
    declaration = submit(credential, on=OPEN)
    assert declaration.state == "submitted"
    assert declaration.submitted_on == OPEN
    assert declaration.due_on == date(2024, 12, 31)
    decided = date(2024, 12, 20)
    approve_declaration(declaration.pk, today=decided, by=REVIEWER, at=at(decided))
    grant = Grant.objects.get()
    assert (grant.starts_on, grant.ends_on) == (date(2025, 1, 1), date(2028, 1, 31))
    assert Use.objects.count() == 7
    position = positions_of(person.pk, as_of=decided).each[0]
    assert position.standing.renewed
    assert position.declarable.purpose is None
    later = positions_of(person.pk, as_of=date(2025, 1, 1)).each[0]
    assert later.title == "MLS(ASCPi)ᶜᴹ"
