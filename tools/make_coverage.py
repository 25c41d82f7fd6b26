"""Writes docs/coverage.md: what of cv2 is wrapped, and where the old Lua library's names are now.

``python tools/make_coverage.py OTHER_PYTHON ...`` counts in this interpreter and in the others, each with an OpenCV of
its own, and writes a column for each.
"""

from __future__ import annotations

import fnmatch
import importlib
import json
import subprocess
import sys
import types
from collections import Counter
from pathlib import Path
from typing import Any

import cv2

import torch_opencv
from torch_opencv._binding import wrap
from torch_opencv.cuda._routing import NATIVE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "coverage.md"
LUA = tomllib.loads((ROOT / "tools" / "lua_names.toml").read_text(encoding="utf-8"))

# --- cv2 --------------------------------------------------------------------------------------------------------------

KINDS = ("functions", "classes", "members", "unchanged")


def count(module: types.ModuleType) -> dict[str, int]:
    """How many public names of a cv2 module are wrapped, by kind, and how many are here as they are in cv2."""
    here = importlib.import_module(module.__name__.replace("cv2", "torch_opencv", 1))
    counts: Counter[str] = Counter()
    at_home = set()
    for name in wrap.public_names(module):
        ours, theirs = getattr(here, name), getattr(module, name)
        if isinstance(theirs, types.ModuleType):
            continue
        if ours is theirs or isinstance(ours, types.UnionType):  # typing.MatLike
            counts["unchanged"] += 1
        elif isinstance(ours, type):
            counts["classes"] += 1
            if _home(ours) == here.__name__ or (module is cv2.cuda and ours is NATIVE.get(name)):
                at_home.add(ours)
        else:
            counts["functions"] += 1
    counts["members"] = sum(not name.startswith("_") for class_ in at_home for name in vars(class_))
    return {kind: counts[kind] for kind in KINDS}


def _home(class_: type) -> str:
    """The module of a class; the ``__module__`` of a nested one has the outer class in it."""
    name = class_.__module__
    while name not in sys.modules:
        name = name.rpartition(".")[0]
    return name


# --- the old library --------------------------------------------------------------------------------------------------

_TABLES = {"fisheye", "ml", "optflow", "superres", "detail", "xphoto", "flann", "cuda"}
"""The modules of the old library whose names were in a table of their own, as in ``cv.fisheye.calibrate``."""

OLD_KINDS = ("functions", "classes")


def old_names(kind: str) -> dict[str, str]:
    """The names of the old library's functions or classes, as the user wrote them, and the module of each."""
    return {
        f"{module}.{name}" if module in _TABLES else name: module
        for module, names in LUA[kind].items()
        for name in names.split()
    }


def successor(name: str, module: str) -> tuple[str, str]:
    """Where an old name is now, if anywhere, and a note.

    Raises:
        LookupError: for a name that is nowhere, and to which lua_names.toml has no answer.
    """
    if _has(name):
        return name, ""
    short = name.rpartition(".")[2]
    for home in LUA["homes"].get(module, module).split():
        if _has(f"{home}.{short}"):
            return f"{home}.{short}", ""
    for answer in LUA["answers"]:
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in answer["names"].split()):
            now = " ".join(path for path in answer.get("now", "").split() if _has(path))
            if now or "now" not in answer:
                return now, answer.get("note", "")
    raise LookupError(
        f"{name} is not in OpenCV {cv2.__version__}, and tools/lua_names.toml does not say what is instead"
    )


def _has(path: str) -> bool:
    owner: Any = torch_opencv
    for part in path.split("."):
        owner = getattr(owner, part, None)
    return owner is not None


# --- the document -----------------------------------------------------------------------------------------------------


def report() -> dict[str, Any]:
    """All that the document says of the installed OpenCV, as JSON has it."""
    modules = (cv2, *wrap.submodules(cv2))
    counts = {module.__name__.partition(".")[2]: count(module) for module in modules}
    successors = {kind: {name: successor(name, home) for name, home in old_names(kind).items()} for kind in OLD_KINDS}
    found = {"version": cv2.__version__, "modules": {name: c for name, c in counts.items() if any(c.values())}}
    return json.loads(json.dumps(found | successors))  # type: ignore[no-any-return]


def document(reports: list[dict[str, Any]]) -> str:
    parts = [_TITLE, _modules(reports), _OLD]
    for kind in OLD_KINDS:
        parts += [f"### {kind.capitalize()}\n", _old_counts(kind, reports), _changes(kind, reports)]
    return "\n".join(parts)


def _modules(reports: list[dict[str, Any]]) -> str:
    rows = {
        f"`cv.{name}`" if name else "`cv`": [
            report["modules"].get(name, dict.fromkeys(KINDS, 0))[kind] for kind in KINDS for report in reports
        ]
        for name in sorted({name for report in reports for name in report["modules"]})
    }
    return _table("module", [f"{kind} {report['version']}" for kind in KINDS for report in reports], rows)


def _old_counts(kind: str, reports: list[dict[str, Any]]) -> str:
    states = ("same name", "other name", "none")
    rows = {}
    for module in LUA[kind]:
        names = [name for name, home in old_names(kind).items() if home == module]
        counts = [Counter(_state(name, report[kind][name][0]) for name in names) for report in reports]
        rows[module] = [len(names), *(count[state] for state in states for count in counts)]
    columns = [kind, *(f"{state} {report['version']}" for state in states for report in reports)]
    return _table("module", columns, rows)


def _state(name: str, now: str) -> str:
    return "none" if not now else "same name" if now == name else "other name"


def _changes(kind: str, reports: list[dict[str, Any]]) -> str:
    """The names that are called otherwise in one of the versions, and what they are called there."""
    changes: dict[tuple[str, ...], list[str]] = {}
    for name in reports[0][kind]:
        nows = [report[kind][name] for report in reports]
        if any(now != name for now, _ in nows):
            note = next((note for _, note in nows if note), "")
            changes.setdefault((*(_place(name, now) for now, _ in nows), note), []).append(f"`{name}`")
    rows = [_row("old name", *(f"OpenCV {report['version']}" for report in reports), "")]
    rows += [_row(*["---"] * (len(reports) + 2))]
    rows += [_row(", ".join(names), *change) for change, names in changes.items()]
    return "\n".join(rows) + "\n"


def _place(name: str, now: str) -> str:
    """How a row says where a name is now, so that names which moved together make one row."""
    module, _, short = now.rpartition(".")
    if now == name:
        return "the same"
    if short == name.rpartition(".")[2]:
        return f"the same in `{'.'.join(filter(None, ('cv', module)))}`"
    return ", ".join(f"`{path}`" for path in now.split()) or "—"


def _table(corner: str, columns: list[str], rows: dict[str, list[int]]) -> str:
    total = [sum(cells) for cells in zip(*rows.values(), strict=True)]
    lines = [_row(corner, *columns), _row("---", *["---:"] * len(columns))]
    lines += [_row(name, *cells) for name, cells in rows.items()]
    return "\n".join([*lines, _row("**all**", *(f"**{n}**" for n in total))]) + "\n"


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


_TITLE = """\
# Coverage

Made by `tools/make_coverage.py`.

Everything public in `cv2` is in `torch_opencv` under the same name. *Functions*, *classes* and their *members* (methods
and attributes) take and give tensors; *unchanged* are constants and what OpenCV has in Python code. A name that cv2 has
twice (`SIFT_create` and `SIFT.create`, `aruco.Board` and `aruco_Board`) counts twice, the members of a class once.
"""

_OLD = """\
## The old Lua library

What [torch-opencv for Lua](https://github.com/VisionLabs/torch-opencv) had, by its modules, and what each name is now.
Constructors of small values (`cv.Point`, `cv.Size`, `cv.Rect`, `cv.Scalar`, `cv.TermCriteria`, ...) are tuples now, or
short tensors; the constructors of classes are functions, as in OpenCV's Python: `createCLAHE`, `SIFT_create`. What was
in `cv.cuda` needs an OpenCV that was built with CUDA, where `torch_opencv.cuda` doesn't have it itself.
"""


def main() -> None:
    if sys.argv[1:] == ["--json"]:
        json.dump(report(), sys.stdout)
        return
    command = [__file__, "--json"]
    others = [subprocess.run([python, *command], check=True, capture_output=True) for python in sys.argv[1:]]
    reports = sorted([report(), *(json.loads(done.stdout) for done in others)], key=lambda found: str(found["version"]))
    DOCUMENT.write_text(document(reports), encoding="utf-8")
    print(f"{DOCUMENT.relative_to(ROOT)}: OpenCV {', '.join(found['version'] for found in reports)}")


if __name__ == "__main__":
    main()
