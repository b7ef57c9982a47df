"""Measure assessing beside two libraries, its growth, and the command as a whole process.

Prints ratios: absolute times say more about the machine than about the code.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from bench.baselines import by_linear_programme, by_networkx
from bench.transcripts import transcript
from recert.policy import Case, assess, load_rulebook
from recert.policy.allocation import Placement
from recert.policy.judging import judge_activities
from recert.policy.terms import terms_of

BOOK = load_rulebook("ascp-international")
CASES = 25
ALLOWED_MS = 0.25
ALLOWED_PROCESS_S = 0.25
TIMES_FASTER = 20
LINEAR_WITHIN = 1.2


def p50(run: Callable[[], object], *, rounds: int) -> float:
    """Answer the median seconds of a run."""
    run()
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begun)
    return median(seconds)


def p50_of_each(cases: Sequence[Case], ask: Callable[[Case], object], *, rounds: int) -> float:
    """Answer the median seconds over cases."""
    return median(p50(lambda case=case: ask(case), rounds=rounds) for case in cases)


def filled(placement: Placement) -> tuple[int, int]:
    """Answer the numbers that the baselines find."""
    terms = placement.terms
    got = zip(terms.needs, placement.in_need, strict=True)
    return sum(min(need.points, points) for need, points in got), placement.total


def say(what: str, found: str, *, good: bool | None = None) -> None:
    """Print a line of the report."""
    mark = {True: "yes", False: "NO", None: ""}[good]
    print(f"{what:<66}{found:>10}  {mark}")


def beside_libraries() -> None:
    """Compare with the two libraries, on questions that all three answer alike."""
    cases = [transcript(BOOK, activities=40, seed=seed) for seed in range(CASES)]
    ours = p50_of_each(cases, lambda case: assess(BOOK, case), rounds=40)
    share = ours * 1000 / ALLOWED_MS
    say(f"p50 of 40 activities, as a share of {ALLOWED_MS} ms", f"{share:.2f}", good=share < 1)
    for name, solve in (("linprog", by_linear_programme), ("networkx", by_networkx)):

        def ask(case: Case, solve: Callable[..., tuple[int, int]] = solve) -> object:
            terms = terms_of(BOOK, case)
            entries = judge_activities(BOOK, case, terms)
            return solve(terms, entries, free=False), solve(terms, entries, free=True)

        for case in cases:
            found = assess(BOOK, case)
            if ask(case) != (filled(found.claimed), filled(found.best)):
                sys.exit(f"{name} and recert do not agree; the comparison would be worth nothing")
        times = p50_of_each(cases, ask, rounds=3) / ours
        say(f"times faster than {name}", f"{times:.0f}", good=times >= TIMES_FASTER)


def growth() -> None:
    """Measure how assessing grows with the number of activities."""
    seconds = {}
    for size in (10, 100, 1000):
        cases = [transcript(BOOK, activities=size, seed=seed) for seed in range(9)]
        seconds[size] = p50_of_each(cases, lambda case: assess(BOOK, case), rounds=15)
    for size in (100, 1000):
        ratio = seconds[size] / seconds[10] / (size / 10)
        good = ratio <= LINEAR_WITHIN
        say(f"growth from 10 to {size} activities, 1 is linear", f"{ratio:.2f}", good=good)


def process() -> None:
    """Measure the command as a whole process, beside a Python that does nothing."""
    example = Path(__file__).parent.parent / "examples" / "amina-mls.yaml"
    command = [str(Path(sys.executable).with_name("recert")), "assess", str(example)]

    def run(arguments: list[str]) -> float:
        return p50(
            lambda: subprocess.run(arguments, check=True, capture_output=True),  # noqa: S603  # ours
            rounds=15,
        )

    nothing = run([sys.executable, "-c", "pass"])
    for arguments in (command, [*command, "--json"]):
        seconds = run(arguments)
        what = f"recert assess{' --json' if '--json' in arguments else ''}"
        say(f"{what}, in starts of Python", f"{seconds / nothing:.0f}")
        share = seconds / ALLOWED_PROCESS_S
        say(f"{what}, as a share of {ALLOWED_PROCESS_S} s", f"{share:.2f}", good=share < 1)


if __name__ == "__main__":
    beside_libraries()
    growth()
    process()
