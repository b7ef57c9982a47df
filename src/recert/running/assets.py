"""Lay out what pages are drawn with: the parts of the design system that are used.

python -m recert.running.assets FROM TO
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

SHEET = Path("css/uswds.min.css")
NAMED = re.compile(r"url\(\"?([^)\"?#]+)")
MAP = re.compile(r"/[/*]# sourceMappingURL=\S+(\s*\*/)?")


def lay_out(package: Path, to: Path) -> int:
    """Copy the style sheet and the files that it names; answer how many there are.

    Its source map stays out, and so does the line that names it.
    """
    shutil.rmtree(to, ignore_errors=True)
    text = MAP.sub("", (package / SHEET).read_text("utf-8"))
    (to / SHEET).parent.mkdir(parents=True)
    (to / SHEET).write_text(text, "utf-8")
    named = {(SHEET.parent / url) for url in NAMED.findall(text) if not url.startswith("data:")}
    for one in named:
        source = (package / one).resolve()
        target = to / source.relative_to(package.resolve())
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return len(named) + 1


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]), Path(sys.argv[2]))
