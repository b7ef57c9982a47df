"""The kernel: what a programme's rules say about given facts on a given day.

Facts in, findings out. Nothing here reads a clock, a database or the network, and no "no" is an
exception. The front door:

    book = load_rulebook("ascp-international")
    case = read_case({"program": "ascp-international", "category": "MLS", ...})
    assessment = assess(book, case)
"""

from recert.policy.assessment import Assessment, assess
from recert.policy.case import Case, read_case
from recert.policy.loading import load_rulebook
from recert.policy.mistakes import Mistake, Unusable
from recert.policy.rulebook import Rulebook

__all__ = [
    "Assessment",
    "Case",
    "Mistake",
    "Rulebook",
    "Unusable",
    "assess",
    "load_rulebook",
    "read_case",
]
