"""The kernel: what a programme's rules say about given facts on a given day.

Facts in, findings out. Nothing here reads a clock, a database or the network, and no "no" is an
exception. The front door:

    book = load_rulebook("ascp-international")
    case = read_case({"program": "ascp-international", "category": "MLS", ...})
    assessment = assess(book, case)
    todo = plan(assessment, as_of=date(2024, 11, 15))

Cycles and windows are in `cycles`, business days in `calendar`, what it costs in `fees`, and what
a certification is worth on a day in `standing`.
"""

from recert.policy.assessment import Assessment, assess
from recert.policy.case import Case, read_case
from recert.policy.dated import NotInForce
from recert.policy.loading import load_rulebook
from recert.policy.mistakes import Mistake, Unusable
from recert.policy.planned import Plan
from recert.policy.planning import plan
from recert.policy.rulebook import Rulebook

__all__ = [
    "Assessment",
    "Case",
    "Mistake",
    "NotInForce",
    "Plan",
    "Rulebook",
    "Unusable",
    "assess",
    "load_rulebook",
    "plan",
    "read_case",
]
