"""Writes the type stubs of the namespace, from those of the installed cv2: ``python tools/make_stubs.py``.

They are a stub package (PEP 561), ``src/torch_opencv-stubs/``, which is installed with the sources. Each is cv2's own,
word for word, but for the types, which are rewritten by two rules:

* A parameter takes what the bindings take: a tensor wherever cv2 takes an array, and a 0-dim tensor wherever cv2 takes
  a number. ``typing.MatLike``, ``typing.Point`` and so on mean that.
* A result is what the bindings give: a tensor for an array and for a list of numbers or of points, and a tuple of known
  length for a single point, size, rectangle or scalar, where cv2's own stubs say ``Sequence[int]``.

In ``cuda``, what is native here has the types that it is declared with; where it takes images, it gives a ``GpuMat``
for a ``GpuMat`` and a tensor for a tensor.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2

from torch_opencv._binding import wrap
from torch_opencv.cuda._routing import FORMS, NATIVE

PACKAGE = Path(__file__).parents[1] / "src" / "torch_opencv-stubs"
CV2 = Path(cv2.__file__).parent

_HEADER = f"# Made by tools/make_stubs.py from the stubs of OpenCV {cv2.__version__}: change that, not this.\n"

_PYTHON_MODULES = {
    "data": "haarcascades: str\n",
    "mat_wrapper": """\
from typing import Any

from numpy import ndarray
from torch import Tensor

class Mat(ndarray[Any, Any]):
    wrap_channels: bool | None
    def __new__(cls, arr: Tensor | ndarray[Any, Any], **kwargs: Any) -> Mat: ...
""",
    "version": "opencv_version: str\ncontrib: bool\nheadless: bool\nrolling: bool\nci_build: bool\n",
}
"""What cv2 has in Python code, without stubs."""

_REEXPORTED = "\nfrom torch_opencv import data as data\nfrom torch_opencv import version as version\n\n"

_CORRECTIONS = {
    # None is an empty array, and right for what is only a result or has a default (no distortion, a 3x3 kernel).
    r"\b(distCoeffs\d?|bestLabels|flow|nextPts|outImg|outImage|kernel|map2|newCameraMatrix|inputMask)"
    r": cv2\.typing\.MatLike(?=[,)])": r"\1: cv2.typing.MatLike | None",
    r"(def normalize\(src: cv2\.typing\.MatLike, dst: cv2\.typing\.MatLike),": r"\1 | None,",
    r"(matchesMask: [^)]*?)\bstr\b": r"\1int",  # in C++ a list of char, which are numbers
    r"(def __init__\(self, m: UMat)\b": r"\1 | cv2.typing.MatLike",
}
"""What cv2's stubs say, and what is so."""

_NUMBERS = {"int": "int | Tensor", "float": "float | Tensor"}

_ARRAYS = {"MatLike", "MatShape", "Matx33f", "Matx33d", "Matx44f", "Matx44d"}

_TUPLES = {
    **dict.fromkeys(("Point", "Point2i", "Size", "Range", "Vec2i"), "tuple[int, int]"),
    **dict.fromkeys(("Point2f", "Point2d", "Size2f", "Vec2f", "Vec2d"), "tuple[float, float]"),
    **dict.fromkeys(("Point3i", "Vec3i"), "tuple[int, int, int]"),
    **dict.fromkeys(("Point3f", "Point3d", "Vec3f", "Vec3d"), "tuple[float, float, float]"),
    **dict.fromkeys(("Rect", "Rect2i", "Vec4i"), "tuple[int, int, int, int]"),
    **dict.fromkeys(("Rect2f", "Rect2d", "Vec4f", "Vec4d", "Scalar"), "tuple[float, float, float, float]"),
    "Vec6f": "tuple[float, float, float, float, float, float]",
    "RotatedRect": "tuple[tuple[float, float], tuple[float, float], float]",
    "TermCriteria": "tuple[int, int, float]",
}

_ROWS = {"int", "float", "Target", "MatShape", *_TUPLES} - {"RotatedRect", "TermCriteria"}
"""The types a list of which cv2 gives as one array."""

# --- types ------------------------------------------------------------------------------------------------------------

_Rule = Callable[[ast.expr], ast.expr]


def parameter(node: ast.expr) -> ast.expr:
    """The type that a parameter has here, which is of this type in cv2's stubs."""
    name = ast.unparse(node)
    if name in _NUMBERS:
        return _expression(_NUMBERS[name])
    if name.startswith("numpy.ndarray["):
        return _expression("cv2.typing.MatLike")
    if _element(node) in _ROWS:
        return _expression(f"cv2.typing.MatLike | {ast.unparse(_inside(node, parameter))}")
    return _inside(node, parameter)


def result(node: ast.expr) -> ast.expr:
    """The type that a result has here, which is of this type in cv2's stubs."""
    name = ast.unparse(node).removeprefix("cv2.typing.")
    if name in _ARRAYS or name.startswith("numpy.ndarray[") or _element(node) in _ROWS:
        return _expression("Tensor")
    return _expression(_TUPLES[name]) if name in _TUPLES else _inside(node, result)


def given(node: ast.expr) -> ast.expr:
    """The type of what OpenCV gives the user's own code, when it calls that: arrays are tensors, the rest as it is."""
    return result(node) if ast.unparse(node) == "cv2.typing.MatLike" else _inside(node, given)


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _element(node: ast.expr) -> str:
    """``Point`` for a sequence of ``cv2.typing.Point``; nothing for what is no sequence."""
    is_sequence = isinstance(node, ast.Subscript) and ast.unparse(node.value) == "_typing.Sequence"
    return ast.unparse(node)[len("_typing.Sequence[") : -1].removeprefix("cv2.typing.") if is_sequence else ""


def _inside(node: ast.expr, rule: _Rule) -> ast.expr:
    """The type with ``rule`` applied to the types that it is made of; callbacks and dictionaries stay as they are."""
    if isinstance(node, ast.BinOp):
        return ast.BinOp(rule(node.left), node.op, rule(node.right))
    if isinstance(node, ast.Tuple):
        return ast.Tuple([rule(element) for element in node.elts], node.ctx)
    if isinstance(node, ast.Subscript) and not re.match(r"(_typing\.)?(Callable|Dict|dict|Type)", ast.unparse(node)):
        return ast.Subscript(node.value, rule(node.slice), node.ctx)
    return node


# --- stubs ------------------------------------------------------------------------------------------------------------

_Edit = tuple[ast.stmt | ast.expr, str]


def _annotations(tree: ast.AST, of_parameters: _Rule = parameter, of_results: _Rule = result) -> Iterator[_Edit]:
    """Every type in a stub that is to be replaced, and what by."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            of_user = any(ast.unparse(base) == "Protocol" for base in node.bases)
            yield from _annotations(node, *((given, parameter) if of_user else (parameter, result)))
        elif isinstance(node, ast.FunctionDef):
            for argument in node.args.args:
                if argument.annotation is not None:
                    yield argument.annotation, ast.unparse(of_parameters(argument.annotation))
            if node.returns is not None:
                yield node.returns, ast.unparse(of_results(node.returns))
        elif isinstance(node, ast.AnnAssign) and isinstance(tree, ast.ClassDef):
            yield node, _attribute(node)


def _attribute(node: ast.AnnAssign) -> str:
    """An attribute: one line, or a property where what is read and what may be written differ."""
    name, read, write = (ast.unparse(n) for n in (node.target, result(node.annotation), parameter(node.annotation)))
    if read == write or read in _NUMBERS:
        return f"{name}: {read}"
    getter = f"@property\ndef {name}(self) -> {read}: ..."
    setter = f"@{name}.setter\ndef {name}(self, value: {write}) -> None: ..."
    return f"{getter}\n{setter}".replace("\n", "\n" + " " * node.col_offset)


def _aliases(tree: ast.Module) -> Iterator[_Edit]:
    """Every alias in cv2's ``typing`` that is to be replaced, and what by: a type as parameters have it."""
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        if (name := ast.unparse(node.targets[0])) == "MatLike":
            yield node.value, "_typing.Union[Tensor, numpy.ndarray[_typing.Any, _typing.Any]]"
        elif name in _ARRAYS | _ROWS | set(_TUPLES):
            wider = ast.unparse(parameter(node.value)).replace("cv2.typing.", "")
            wider = f"cv2.RotatedRect | {wider}" if name == "RotatedRect" else wider
            yield node.value, "MatLike" if wider.startswith("NumPyArray") else wider
        elif ast.unparse(node.value).startswith("_typing.Dict[") and name != "Moments":
            yield node.value, ast.unparse(node.value).replace("Dict", "Mapping", 1)  # takes a dict[str, int] too


def _edited(text: str, edits: Iterator[_Edit]) -> str:
    """The text with each of the nodes replaced; the rest of it, layout and comments, as it is."""
    data = text.encode()
    starts = [0, *itertools.accumulate(len(line) for line in data.splitlines(keepends=True))]
    for node, new in sorted(edits, key=lambda edit: (edit[0].lineno, edit[0].col_offset), reverse=True):
        start, stop = starts[node.lineno - 1] + node.col_offset, starts[(node.end_lineno or 0) - 1]
        data = data[:start] + new.encode() + data[stop + (node.end_col_offset or 0) :]
    return data.decode()


def _here(text: str) -> str:
    """What is said of cv2, said of torch_opencv."""
    text = re.sub(r"^__all__[^=]*= \[[^]]*\]\n\n|^import typing as _typing\n", "", text, flags=re.M)
    text = re.sub(r"\bcv2\b", "torch_opencv", text)
    return f"{_HEADER}import typing as _typing\n\nfrom torch import Tensor\n\n{text}"


# --- what is native in cuda -------------------------------------------------------------------------------------------

_NATIVE_HEADER = """
import torch
from torch_opencv.cuda._numbers import Scalar as _Scalar

_Array = _typing.TypeVar("_Array", Tensor, GpuMat)
"""

_TYPED = ("GpuMat", "GpuMatND", "Stream", "Event", "DeviceInfo", "HostMem")
"""The classes that are not declared with tensors alone; the stub has them from where they are."""


def _natives() -> str:
    """The stub of what ``torch_opencv.cuda`` has itself."""
    classes = {name: value for name, value in NATIVE.items() if isinstance(value, type)}
    lines = [f"from {classes[name].__module__} import {name} as {name}\n" for name in _TYPED]
    lines += [_NATIVE_HEADER]
    for name, value in NATIVE.items():
        if isinstance(value, type) and name not in _TYPED:
            lines += ["\n", *_native_class(value)]
    for name, value in NATIVE.items():
        if inspect.isfunction(value):
            forms = FORMS.get(name, (value,))
            lines += ["@_typing.overload\n" * (len(forms) > 1) + _native_function(name, form) for form in forms]
        elif not isinstance(value, type):
            lines.append(f"{name}: {type(value).__name__}\n")
    return "".join(lines)


def _native_class(class_: type) -> Iterator[str]:
    public = [base.__name__ for base in class_.__bases__ if base is not object and not base.__name__.startswith("_")]
    yield f"class {class_.__name__}({', '.join(public)}):\n" if public else f"class {class_.__name__}:\n"
    own = [class_, *(base for base in class_.__bases__ if base.__name__.startswith("_"))]
    for name, member in (item for each in own for item in vars(each).items()):
        if isinstance(member, staticmethod) and not name.startswith("_"):
            yield f"    @staticmethod\n    {_native_function(name, member.__func__)}"
        elif inspect.isfunction(member) and not name.startswith("_"):
            yield f"    {_native_function(name, member)}"


def _native_function(name: str, function: Callable[..., Any]) -> str:
    """A function as its annotations declare it, over tensors or over ``GpuMat``."""
    signature = inspect.signature(function)
    kinds = {p.name: str(p.annotation) for p in signature.parameters.values()}
    of_images = any(re.match("Image|Operand", kind) for kind in kinds.values())
    array = "_Array" if of_images else "Tensor"
    parameters = []
    for p in signature.parameters.values():
        if p.kind is p.KEYWORD_ONLY and not any("*" in before for before in parameters):
            parameters.append("*")
        name_and_type = str(p.replace(annotation=p.empty, default=p.empty))
        if p.annotation is not p.empty:
            name_and_type += f": {_native_type(kinds[p.name], array)}"
        parameters.append(name_and_type + (" = ..." if p.default is not p.empty else ""))
    result_type = re.sub(r"\bTensor\b(?! \|)", array, str(signature.return_annotation))
    result_type = re.sub(r"(?<!\.)\bAny\b", "_typing.Any", result_type)
    return f"def {name}({', '.join(parameters)}) -> {result_type}: ...\n"


def _native_type(kind: str, array: str) -> str:
    """A parameter's type in the stub; ``array`` is what images and outputs are."""
    either = "Tensor | GpuMat"
    types_here = {"Out": f"{array if array == '_Array' else either} | None", "Operand": f"{array} | _Scalar"}
    types_here |= {
        "Criteria": "tuple[int, int, float]",
        "Scalar": "_Scalar",
        "Size": "tuple[int, int]",
        "Any": "_typing.Any",
    }
    types_here |= {"Tensor": either, "Tensor | None": f"{either} | None"}
    found = types_here.get(kind, kind).replace("Image", array).replace("Sequence", "_typing.Sequence")
    return re.sub(r"(?<!\.)\bAny\b", "_typing.Any", found)


def _without_natives(text: str) -> str:
    """A stub of ``cv2.cuda`` without what is native here."""
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        names = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        name = node.name if isinstance(node, (ast.ClassDef, ast.FunctionDef)) else "".join(map(ast.unparse, names))
        if name in NATIVE:
            decorators = getattr(node, "decorator_list", [])
            del lines[min([node.lineno, *(d.lineno for d in decorators)]) - 1 : node.end_lineno]
    kept = re.sub(r"\n{4,}", "\n\n\n", "".join(lines))
    kept = re.sub(r"^(\w+) = GpuMat\.\w+$", r"\1: _typing.Any", kept, flags=re.M)
    return re.sub(r"\bGpuMat\.Allocator\b", "_typing.Any", kept)  # which our GpuMat has none of


# --- names ------------------------------------------------------------------------------------------------------------

_Names = dict[str, "_Names"]


def _names_of(module: types.ModuleType) -> _Names:
    """The names in a module's stub, and those inside of its classes and submodules."""
    below = ((inner.__name__.removeprefix(module.__name__ + "."), inner) for inner in wrap.submodules(module))
    names = {name: _names_of(inner) for name, inner in below if "." not in name}
    source = _source(module)
    return names | (_names_in(ast.parse(source.read_text(encoding="utf-8"))) if source.is_file() else {})


def _names_in(tree: ast.Module | ast.ClassDef) -> _Names:
    names: _Names = {}
    for node in tree.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            names[node.name] = _names_in(node) if isinstance(node, ast.ClassDef) else {}
        elif isinstance(node, (ast.AnnAssign, ast.Assign)):
            names[ast.unparse(node.target if isinstance(node, ast.AnnAssign) else node.targets[0])] = {}
    return names


def _flat_names(module: types.ModuleType) -> str:
    """``SIFT_create = SIFT.create``: cv2 also has its static methods and nested classes by one flat name each."""
    names = _names_of(module)
    missing = [name for name in wrap.public_names(module) if name not in names and not name.startswith("cuda_")]
    return "".join(f"{name} = {path}\n" for name in missing if (path := _path(name.split("_"), names)))


def _cuda_names() -> str:
    """``cuda_GpuMat = cv2.cuda.GpuMat``: cv2's own classes, whatever ``torch_opencv.cuda`` has by these names."""
    names = _names_of(cv2)
    of_cuda = [name for name in wrap.public_names(cv2) if name.startswith("cuda_") and name not in names]
    lines = [f"{name} = _cv2_{path}\n" for name in of_cuda if (path := _path(name.split("_"), names))]
    return "".join(["\nimport cv2.cuda as _cv2_cuda\n\n", *lines])


def _path(words: list[str], names: _Names) -> str:
    """``SVM.create`` for the words of ``SVM_create``; nothing where there is no such member."""
    for i in range(1, len(words) + 1):
        if (name := "_".join(words[:i])) in names:
            if i == len(words):
                return name
            if rest := _path(words[i:], names[name]):
                return f"{name}.{rest}"
    return ""


_CODEC = "\nfrom torch_opencv import cudacodec as cudacodec\n"
"""What no wheel of cv2 has, and is all here."""

# --- files ------------------------------------------------------------------------------------------------------------


def stubs() -> dict[str, str]:
    """The text of every stub, by its path below ``src/torch_opencv-stubs/``."""
    files = {f"{name}.pyi": _HEADER + text for name, text in _PYTHON_MODULES.items()}
    for module in (cv2, *wrap.submodules(cv2)):
        if (source := _source(module)).is_file():
            text = source.read_text(encoding="utf-8")
            for said, so in _CORRECTIONS.items():
                text = re.sub(said, so, text)
            text = _edited(text, _annotations(ast.parse(text))) + (_REEXPORTED if module is cv2 else "")
            if module is cv2.cuda:
                text = _without_natives(text + _flat_names(module)) + _natives()
            else:
                text += _flat_names(module)
            files[_place(module)] = _here(text) + (_cuda_names() + _CODEC if module is cv2 else "")
    text = (CV2 / "typing" / "__init__.py").read_text(encoding="utf-8")
    without_numpy = re.sub(r"^if _typing.TYPE_CHECKING:\n    NumPy.*?\n\n\n", "", text, flags=re.M | re.S)
    files["typing.pyi"] = _here(_edited(without_numpy, _aliases(ast.parse(without_numpy))))
    return files


def _source(module: types.ModuleType) -> Path:
    return CV2.joinpath(*module.__name__.split(".")[1:], "__init__.pyi")


def _place(module: types.ModuleType) -> str:
    """Where a module's stub goes: in a folder only where it must, as Python could import a folder without code."""
    name = "/".join(module.__name__.split(".")[1:])
    in_folder = module in (cv2, cv2.cuda) or any(wrap.submodules(module))
    return f"{name}/__init__.pyi".lstrip("/") if in_folder else f"{name}.pyi"


def main() -> None:
    for old in PACKAGE.rglob("*.pyi"):
        old.unlink()
    files = stubs()
    for name, text in files.items():
        path = PACKAGE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(files)} files from the stubs of OpenCV {cv2.__version__}")


if __name__ == "__main__":
    main()
