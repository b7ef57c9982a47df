"""The kernel is pure: four small libraries, no files but the rulebook's, no clock, no chance."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import recert

KERNEL = Path(recert.__file__).parent / "policy"
MODULES = sorted(KERNEL.rglob("*.py"))
LOADING = "loading.py"  # the one module of the kernel that reads files

LIBRARIES = {"msgspec", "dateutil", "holidays", "moneyed"}
CLOCKS_AND_CHANCE = {"random", "secrets", "time"}
MACHINERY = {"asyncio", "io", "os", "shutil", "socket", "subprocess", "tempfile", "urllib"}
READING = {"open", "read_bytes", "read_text", "write_bytes", "write_text", "exists", "is_file"}
READING |= {"glob", "iterdir", "rglob", "__import__", "import_module"}
ASKING_THE_CLOCK = {"now", "today", "utcnow"}


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Answer each thing that is imported, with its line; a relative import stays at home."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name) for alias in node.names)
            case ast.ImportFrom(level=0, module=str(module)):
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Answer each name and attribute that is used, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield node.lineno, name


def faults(source: str, *, may_read: bool = False) -> list[str]:
    tree = ast.parse(source)
    found = []
    for line, module in imports(tree):
        top = module.partition(".")[0]
        if top == "recert":
            if not f"{module}.".startswith("recert.policy."):
                found.append(f"{line}: imports {module}, which stands above the kernel")
        elif top in CLOCKS_AND_CHANCE or (top in MACHINERY and not may_read):
            found.append(f"{line}: imports {module}, which is not pure")
        elif top not in LIBRARIES | sys.stdlib_module_names:
            found.append(f"{line}: imports {module}, which is not one of the kernel's libraries")
    for line, name in names(tree):
        if name in ASKING_THE_CLOCK:
            found.append(f"{line}: {name} asks the clock")
        elif name in READING and not may_read:
            found.append(f"{line}: {name} is for {LOADING}")
    return found


def test_there_is_a_kernel():
    assert KERNEL / LOADING in MODULES


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(KERNEL).as_posix())
def test_the_kernel_is_pure(module):
    assert faults(module.read_text("utf-8"), may_read=module == KERNEL / LOADING) == []


@pytest.mark.parametrize(
    "source",
    [
        "import django",
        "from yaml import safe_load",
        "import numpy as np",
        "from recert.casefile import read",
        "from recert import clock",
        "import time",
        "from random import choice",
        "from datetime import date\ndate.today()",
        "import datetime as d\nd.datetime.now(d.UTC)",
        "from datetime import datetime\nask = datetime.utcnow",
    ],
)
def test_a_fault_is_found_everywhere(source):
    assert len(faults(source)) == len(faults(source, may_read=True)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "open('rules.toml')",
        "from pathlib import Path\nPath('rules.toml').read_text()",
        "from os import environ",
        "from importlib.resources import files\nfiles('recert').joinpath('x').read_bytes()",
    ],
)
def test_only_loading_reads(source):
    assert len(faults(source)) == 1
    assert faults(source, may_read=True) == []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import date, timedelta",
        "import msgspec\nfrom dateutil.relativedelta import relativedelta",
        "import recert.policy.points",
        "from recert.policy import points\nfrom . import dated\nfrom .dated import Dated",
    ],
)
def test_what_is_pure_passes(source):
    assert faults(source) == []
