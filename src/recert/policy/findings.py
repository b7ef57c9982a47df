"""What is said about points that do not count: which rule, how many points, and the way out."""

from __future__ import annotations

import msgspec

from recert.policy.points import points_text
from recert.policy.rulebook import FindingText


class Finding(msgspec.Struct, frozen=True):
    """A "no" that explains itself. `points`: lost to it, in hundredths."""

    code: str
    points: int
    rule: str
    message: str
    remedy: str
    kind: str = ""  # of a cap: the kind that it limits
    group: str = ""  # of a cap on several kinds: the group
    year: int | None = None  # of a yearly cap: the twelve-month year of the cycle

    def answer(self) -> dict[str, object]:
        """Answer the finding as plain data, in the case format."""
        fields: dict[str, object] = {
            "code": self.code,
            "points": points_text(self.points),
            "rule": self.rule,
            "message": self.message,
            "remedy": self.remedy,
        }
        optional = {"kind": self.kind, "group": self.group, "year": self.year}
        return fields | {name: value for name, value in optional.items() if value}


WORDS: dict[str, tuple[str, str]] = {
    "unknown-credential": (
        "{earned} is not a credential for which this programme gives points.",
        "Enter the credential by its key, if it is one of: {known}.",
    ),
    "outside-cycle": (
        "Completed on {day}, outside the days that count: {starts} to {ends}.",
        "Nothing can move it into these days; if the date is a slip, correct it.",
    ),
    "after-submission": (
        "Completed on {day}, after the day of submission, {as_of}.",
        "It counts in a declaration submitted on {day} or later, up to {ends}.",
    ),
    "duplicate": (
        "The same activity as {first}: same kind, title and day. It counts once.",
        "If it was another activity, give it its own title or day.",
    ),
    "used-in-earlier-cycle": (
        "Used already in the cycle that ended on {cycle}; points serve one cycle only.",
        "Enter an activity that no earlier declaration has used.",
    ),
    "own-category": (
        "The points for earning {earned} do not count toward keeping {earned} itself.",
        "They may serve another of your credentials.",
    ),
    "area-not-allowed": (
        "Points of this kind may only go to {allowed}; {points} claimed elsewhere do not count.",
        "Allocate them to {allowed}.",
    ),
    "allocation-exceeds-worth": (
        "{claimed} allocated, but the activity is worth {worth}.",
        "Allocate {worth} at most; the points over it count nowhere.",
    ),
    "not-documented": (
        "{documented} of {claimed} were proven by documents; the others do not count.",
        "Other activities may make up for them, or an appeal may be sent.",
    ),
    "cap-per-year": (
        "{title}: at most {limit} in each year of the cycle; year {year} brought {brought}.",
        "Points of other kinds are not limited by this.",
    ),
    "cap-per-cycle": (
        "{title}: at most {limit} in a cycle; {brought} were brought.",
        "Points of other kinds are not limited by this.",
    ),
    "cap-share-of-total": (
        "{title}: at most {limit}, {percent} % of the total required; {brought} were brought.",
        "Points of other kinds are not limited by this.",
    ),
}
"""The kernel's own findings: what each says, and its remedy."""


def kernel_finding(code: str, points: int, rule: str, /, **facts: object) -> Finding:
    """Make one of the kernel's own findings, with its words filled from `facts`."""
    says, remedy = WORDS[code]
    return Finding(code, points, rule, says.format(**facts), remedy.format(**facts))


def programme_finding(text: FindingText, points: int) -> Finding:
    """Make a finding that the rulebook words itself."""
    return Finding(text.code, points, text.rule, text.says, text.remedy)
