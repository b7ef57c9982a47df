"""What is declared, kept as it was."""

from __future__ import annotations

from recert.declarations.models import Declaration, DeclaredActivity
from recert.policy import Assessment
from recert.policy.written_case import written_case
from recert.transcript.actions import hold_activities, release_activities
from recert.transcript.models import Activity


def keep_declared(declaration: Declaration, assessment: Assessment) -> None:
    """Keep what is declared as it is now, with the answer, and let its activities not change."""
    refs = [one.id for one in assessment.case.activities]
    ids = dict(Activity.objects.filter(ref__in=refs).values_list("ref", "pk"))
    declaration.activities.all().delete()
    DeclaredActivity.objects.bulk_create(
        DeclaredActivity(
            declaration=declaration,
            activity_id=ids[ledger.activity],
            claimed=ledger.claimed,
            counted={area: some for area, some in ledger.counted.items() if some},
        )
        for ledger in assessment.ledgers()
    )
    declaration.case, declaration.answer = written_case(assessment.case), assessment.answer()
    declaration.rulebook = assessment.rulebook.fingerprint
    declaration.save(update_fields=["case", "answer", "rulebook"])
    release_activities(holder=declaration.ref, keep=ids.values())
    hold_activities(ids.values(), holder=declaration.ref)
