"""The kernel's answer in the oracle's shape: all that has only one right answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recert.policy import Assessment, assess, load_rulebook, read_case

BOOK = load_rulebook("ascp-international")


def assessment_of(case: Mapping[str, Any]) -> Assessment:
    return assess(BOOK, read_case(case))


def kernel_answer(case: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a case in the oracle's shape."""
    answer: Any = assessment_of(case).answer()
    best = ("outcome", "accepted", "short", "area_short")
    return {
        "outcome": answer["outcome"],
        "points": {key: answer["points"][key] for key in ("required", "accepted", "short")},
        "area_short": answer["area_short"],
        "best": {key: answer["best"][key] for key in best},
        "activity_findings": {
            activity["id"]: [finding["code"] for finding in activity["findings"]]
            for activity in answer["activities"]
            if activity["findings"]
        },
        "cap_findings": {
            (finding["code"], finding["kind"], finding.get("year")): finding["points"]
            for finding in answer["findings"]
        },
    }
