"""Everything public in cv2 is here; docs/coverage.md, which tools/make_coverage.py writes, is true."""

from __future__ import annotations

import fnmatch
import importlib
import importlib.util
import inspect
import itertools
import types
from pathlib import Path
from typing import Any

import cv2
import pytest

import torch_opencv
from torch_opencv._binding import wrap
from torch_opencv._binding.results import is_opencv_class
from torch_opencv.cuda._routing import NATIVE

CHECKOUT = Path(__file__).resolve().parents[1]

FUNCTIONS = (types.BuiltinFunctionType, types.FunctionType)


@pytest.fixture(scope="module")
def make_coverage() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("make_coverage", CHECKOUT / "tools" / "make_coverage.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- cv2 --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", (cv2, *wrap.submodules(cv2)), ids=lambda module: module.__name__)
def test_every_public_name_of_cv2_is_here(module):
    here = importlib.import_module(module.__name__.replace("cv2", "torch_opencv", 1))
    wrong = {}
    for name in wrap.public_names(module):
        theirs = getattr(module, name)
        if not hasattr(here, name):
            wrong[name] = "missing"
        elif module is cv2.cuda and name in NATIVE:
            wrong[name] = "" if getattr(here, name) is NATIVE[name] else "not the native one"
        elif isinstance(theirs, types.ModuleType):
            if not isinstance(getattr(here, name), types.ModuleType):
                wrong[name] = "no module"
        elif isinstance(theirs, FUNCTIONS):
            wrong[name] = _wrong_function(getattr(here, name), theirs)
        elif isinstance(theirs, type) and is_opencv_class(theirs):
            wrong[name] = _wrong_class(getattr(here, name), theirs)
        elif getattr(here, name) is not theirs and name not in ("Mat", "MatLike"):  # which have a tensor in them here
            wrong[name] = "another value"
    assert not {name: what for name, what in wrong.items() if what}


def _wrong_function(ours: Any, theirs: Any) -> str:
    if ours is theirs or not callable(ours):
        return "not wrapped"
    if ours.__doc__ != theirs.__doc__:
        return "another docstring"
    try:
        inspect.signature(ours)
    except (TypeError, ValueError) as error:
        return f"no signature: {error}"
    return ""


def _wrong_class(ours: Any, theirs: type) -> dict[str, str]:
    if not (isinstance(ours, type) and issubclass(ours, wrap.Wrapped)):
        return {"": "not wrapped"}
    wrong = {"": "another docstring" if ours.__doc__ != theirs.__doc__ else ""}
    for name, theirs_raw in vars(theirs).items():
        if not name.startswith("_"):
            wrong[name] = _wrong_member(vars(ours).get(name), getattr(ours, name, None), theirs_raw, theirs, name)
    return {name: what for name, what in wrong.items() if what}


def _wrong_member(raw: Any, ours: Any, theirs_raw: Any, owner: type, name: str) -> Any:
    if raw is None:
        return "missing"
    if inspect.isgetsetdescriptor(theirs_raw):
        if not isinstance(raw, property):
            return "no property"
        return "another docstring" if raw.__doc__ != theirs_raw.__doc__ else ""
    theirs = getattr(owner, name)
    if isinstance(theirs, type):
        return _wrong_class(ours, theirs)
    if not callable(theirs):
        return "another value" if ours != theirs else ""
    if isinstance(raw, staticmethod) != isinstance(theirs_raw, staticmethod):
        return "static here or there only"
    return _wrong_function(ours, theirs)


def test_the_walk_sees_what_is_wrong():
    def plain() -> None: ...

    assert _wrong_function(cv2.resize, cv2.resize) == "not wrapped"
    assert _wrong_function(plain, cv2.resize) == "another docstring"
    assert _wrong_function(torch_opencv.resize, cv2.resize) == ""
    assert _wrong_class(cv2.KeyPoint, cv2.KeyPoint) == {"": "not wrapped"}
    assert _wrong_class(torch_opencv.Feature2D, cv2.KeyPoint)["pt"] == "missing"
    assert _wrong_class(torch_opencv.KeyPoint, cv2.KeyPoint) == {}


# --- the document -----------------------------------------------------------------------------------------------------


def test_the_document_is_up_to_date(make_coverage):
    written = _cells(make_coverage.DOCUMENT.read_text(encoding="utf-8"))
    if not written:
        pytest.skip(f"docs/coverage.md has no column of OpenCV {cv2.__version__}")
    fresh = _cells(make_coverage.document([make_coverage.report()]))
    outdated = {key: cell for key, cell in fresh.items() if written.get(key) != cell}
    assert not outdated, "run python tools/make_coverage.py OTHER_PYTHON"
    # Names and modules that only the other OpenCV has, or has elsewhere.
    assert {cell for key, cell in written.items() if key not in fresh} <= {"0", "the same"}


def _cells(text: str) -> dict[tuple[int, str, str], str]:
    """The cells of a document about the installed OpenCV, by their table, the name in the row and the column."""
    cells: dict[tuple[int, str, str], str] = {}
    tables = itertools.groupby(text.splitlines(), lambda line: line.startswith("|"))
    for number, lines in enumerate(list(lines) for is_table, lines in tables if is_table):
        (_, *columns), _, *rows = ([cell.strip() for cell in line[1:-1].split("|")] for line in lines)
        for names, *row in rows:
            for name, (column, cell) in itertools.product(names.split(", "), zip(columns, row, strict=True)):
                if cv2.__version__ in column:
                    cells[number, name, column] = cell
    return cells


def test_the_document_says_what_the_old_names_are_now(make_coverage):
    successors = make_coverage.report()["functions"] | make_coverage.report()["classes"]
    assert successors["resize"] == ["resize", ""]
    assert successors["niBlackThreshold"] == ["ximgproc.niBlackThreshold", ""]
    assert successors["findHomography2"][0] == "findHomography"
    assert successors["RotationWarper"][0] == "PyRotationWarper"
    assert successors["updateWindow"][0] == ""
    five = int(cv2.__version__.split(".")[0]) >= 5
    assert successors["logPolar"][0] == ("warpPolar" if five else "logPolar")
    assert successors["AKAZE"][0] == ("xfeatures2d.AKAZE" if five else "AKAZE")


def test_a_name_that_is_nowhere_needs_an_answer(make_coverage):
    with pytest.raises(LookupError, match=r"noSuchThing is not in OpenCV .*lua_names.toml"):
        make_coverage.successor("noSuchThing", "core")


def test_no_answer_is_idle(make_coverage):
    names = {name for kind in make_coverage.OLD_KINDS for name in make_coverage.old_names(kind)}
    for answer in make_coverage.LUA["answers"]:
        assert answer.get("now") or answer.get("note")
        for pattern in answer["names"].split():
            assert fnmatch.filter(names, pattern), f"no old name is {pattern}"
