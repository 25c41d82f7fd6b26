"""What the installed cv2 says about its own functions: parameters and results, from docstrings and type stubs.

Two sources, each used for what only it knows:

* The docstring (``resize(src, dsize[, dst[, fx ...]]) -> dst``, one such line an overload) is always there. It names
  the parameters and the results, and thereby the outputs: a parameter that is also a result is written by OpenCV.
* The type stubs that ship with cv2 (``cv2/**/__init__.pyi``) also know the types. They are read line by line, only for
  the function in question, and only where a type decides: whether three numbers are a colour or an array, and which
  shape an empty list of results stands for.
"""

from __future__ import annotations

import functools
import inspect
import keyword
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import cv2

_SIGNATURE = re.compile(r"^\.?\s*(?:\w+\.)*(\w+)\((.*)\)(?:\s*->\s*(.*))?$")
_Answer = TypeVar("_Answer")
_STUB = re.compile(r"^(?P<indent> *)def (?P<name>\w+)\((?P<parameters>.*)\) -> (?P<result>.*): \.\.\.$")


class _Unstated:
    """The default of an optional parameter, whose value OpenCV's docstrings do not give."""

    def __repr__(self) -> str:
        return "..."


_UNSTATED = _Unstated()


@dataclass(frozen=True, slots=True)
class Overload:
    """One line of a docstring: the names of the parameters, how many of them are required, the names of the results."""

    parameters: tuple[str, ...]
    required: int
    results: tuple[str, ...]

    def outputs(self) -> dict[int, str]:
        """Position and name of every parameter that OpenCV writes."""
        return {i: name for i, name in enumerate(self.parameters) if name in self.results}


@dataclass(frozen=True, slots=True)
class StubOverload:
    """One ``def`` of cv2's stubs.

    Attributes:
        types: of the parameters, by name.
        required: how many of them are.
        result: the type of the result.
    """

    types: dict[str, str]
    required: int
    result: str


def _remembered(question: Callable[..., _Answer]) -> Callable[..., _Answer]:
    """A question to a `Signature` that is asked at every call and always has the same answer."""
    name = question.__name__

    @functools.wraps(question)
    def ask(self: Signature, *args: int | str) -> _Answer:
        try:
            answer: _Answer = self._answers[name, args]
        except KeyError:
            answer = self._answers[name, args] = question(self, *args)
        return answer

    return ask


class Signature:
    """The overloads of one cv2 function or method. Positions are those of the call from Python.

    Args:
        name: as cv2 has it.
        owner: the module or class that has it, where the stubs are looked up.
        doc: its docstring, which lists the overloads.
        is_method: whether ``self`` is at position 0.
    """

    __slots__ = ("_answers", "name", "outputs", "overloads", "owner", "result_count")

    def __init__(self, name: str, owner: object, doc: str | None, *, is_method: bool = False) -> None:
        self._answers: dict[tuple[str, tuple[int | str, ...]], Any] = {}
        self.name = name
        self.owner = owner
        self.overloads = tuple(_overloads(name, doc or "", is_method))
        self.outputs: dict[int, str] = {}
        """Position and name of the parameters that some overload writes."""
        for overload in self.overloads:
            for i, parameter in overload.outputs().items():
                self.outputs.setdefault(i, parameter)
        counts = {len(overload.results) for overload in self.overloads}
        self.result_count = counts.pop() if len(counts) == 1 else 0
        """How many results the function has; 0 where that depends on the overload."""

    @property
    def qualified_name(self) -> str:
        """The name as the user writes it behind ``cv.``: ``resize``, ``ml.SVM_create``, ``VideoCapture.read``."""
        owner = self.owner.__name__ if inspect.ismodule(self.owner) else _class_path(self.owner)
        name = [] if self.name == "__init__" else [self.name]
        return ".".join([*owner.split(".")[1:], *name])

    @_remembered
    def parameter(self, position: int) -> str:
        """The name of a parameter.

        Args:
            position: of the first overload that has so many.
        """
        names = [overload.parameters for overload in self.overloads]
        names += [tuple(stub.types) for stub in self._stubs()]  # the docstrings say nothing of constructors
        return next((parameters[position] for parameters in names if position < len(parameters)), str(position))

    @_remembered
    def always_written(self, position: int | str) -> bool:
        """Whether every overload that has this parameter, by position or name, writes it."""
        if isinstance(position, str):
            return all(position in o.results for o in self.overloads if position in o.parameters)
        return all(position in o.outputs() for o in self.overloads if position < len(o.parameters))

    @_remembered
    def is_in_out(self, position: int | str) -> bool:
        """Whether a parameter is read before it is written, so that OpenCV may have to make a new array of the result.

        It then has no default. (Nor has ``dst`` in some functions, ``normalize`` for one.)

        Args:
            position: of the parameter, or its name.
        """
        for overload in self.overloads:
            required = overload.parameters[: overload.required]
            name = self.parameter(position) if isinstance(position, int) else position
            if name in required and name != "dst":
                return True
        return False

    @_remembered
    def result_index(self, name: str, count: int) -> int | None:
        """Where a result stands.

        Args:
            name: of the result.
            count: how many results there are.

        Returns:
            Its index; None if no overload of so many results has it.
        """
        for overload in self.overloads:
            if len(overload.results) == count and name in overload.results:
                return overload.results.index(name)
        return None

    @_remembered
    def types_at(self, key: int | str) -> list[str]:
        """The types that cv2's stubs give a parameter.

        Args:
            key: its position or its name.

        Returns:
            One for each overload that has it; [] without stubs.
        """
        if isinstance(key, str):
            return [stub.types[key] for stub in self._stubs() if key in stub.types]
        return [tuple(stub.types.values())[key] for stub in self._stubs() if key < len(stub.types)]

    @_remembered
    def takes_array(self, key: int | str) -> bool:
        """Whether a parameter may be an array; True as well where nothing is known of it."""
        types = self.types_at(key)
        return not types or any("Mat" in type_ for type_ in types)

    @_remembered
    def takes_anything(self, key: int | str) -> bool:
        """Whether a parameter is the user's own: a callback, or the data that it is called back with."""
        return any(type_.startswith(("_typing.Any", "_typing.Callable")) for type_ in self.types_at(key))

    @_remembered
    def result_types(self) -> list[str]:
        """The types of the results, from the first overload in cv2's stubs; [] without stubs."""
        for stub in self._stubs():
            return _split(stub.result[6:-1]) if stub.result.startswith("tuple[") else [stub.result]
        return []

    def _stubs(self) -> tuple[StubOverload, ...]:
        """The overloads in cv2's stubs; of a constructor, without ``self``, which is yet to be made."""
        overloads = _stub_overloads(self.owner, self.name)
        if self.name != "__init__":
            return overloads
        return tuple(
            StubOverload(dict([*stub.types.items()][1:]), stub.required - 1, stub.result) for stub in overloads
        )

    def as_inspect(self) -> inspect.Signature | None:
        """For ``inspect.signature`` and ``help``: the overload with the most parameters.

        Required are those that are so in every overload. The docstrings say nothing of constructors, but the stubs do.
        """
        overloads = [(overload.parameters, overload.required) for overload in self.overloads]
        overloads = overloads or [(tuple(stub.types), stub.required) for stub in self._stubs()]
        if not overloads:
            return None
        longest = max((names for names, _ in overloads), key=len)
        required = min(required for _, required in overloads)
        parameters, seen = [], set()
        for i, name in enumerate(longest):
            if not name.isidentifier() or keyword.iskeyword(name) or name in seen:
                return None
            seen.add(name)
            default = inspect.Parameter.empty if i < required else _UNSTATED
            parameters.append(inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default))
        return inspect.Signature(parameters)


def _overloads(name: str, doc: str, is_method: bool) -> Iterator[Overload]:
    for line in doc.splitlines():
        if "(" not in line or line.startswith(".   "):
            continue
        found = _SIGNATURE.match(line.strip())
        # `ml.SVM_create` documents itself as `SVM_create`, a class's static `create` as `create` or `SVM_create`.
        if found is None or not (found[1] == name or found[1].endswith("_" + name) or name.endswith("_" + found[1])):
            continue
        required_text = found[2].split("[", 1)[0]
        names = tuple(n for n in (part.split("=")[0].strip(" []") for part in found[2].split(",")) if n)
        required = len([part for part in required_text.split(",") if part.strip()])
        results = tuple(r.strip() for r in (found[3] or "").split(",") if r.strip() not in ("", "None"))
        if is_method:
            names, required = ("self", *names), required + 1
        yield Overload(names, required, results)


def _class_path(owner: object) -> str:
    """``cv2.ml.SVM`` for a class; cv2 gives nested classes their outer class as a part of ``__module__``."""
    return f"{getattr(owner, '__module__', 'cv2')}.{getattr(owner, '__name__', owner)}"


@functools.cache
def _stub_lines(module: str) -> tuple[str, ...]:
    path = Path(cv2.__file__).parent.joinpath(*module.split(".")[1:], "__init__.pyi")
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else ()


@functools.cache
def _stub_overloads(owner: object, name: str) -> tuple[StubOverload, ...]:
    if inspect.ismodule(owner):
        lines, indent = _stub_lines(owner.__name__), ""
    else:
        module, class_name = _class_path(owner).rsplit(".", 1)
        every = _stub_lines(module)
        start = next((i for i, line in enumerate(every) if re.match(rf"class {class_name}\b", line)), len(every))
        stop = next((i for i in range(start + 1, len(every)) if re.match(r"\S", every[i])), len(every))
        lines, indent = every[start:stop], "    "
    found = (_STUB.match(line) for line in lines if f"def {name}(" in line)
    return tuple(
        _stub_overload(_split(line["parameters"]), line["result"])
        for line in found
        if line and line["indent"] == indent
    )


def _stub_overload(parameters: list[str], result: str) -> StubOverload:
    types = {}
    for parameter in parameters:
        name, _, rest = parameter.partition(":")
        types[name.strip()] = rest.partition("=")[0].strip()
    return StubOverload(types, sum("=" not in parameter for parameter in parameters), result)


def _split(text: str) -> list[str]:
    """Split at the commas that no bracket encloses."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "[(") - (character in "])")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]
