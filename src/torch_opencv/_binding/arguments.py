"""The user's arguments on their way to cv2.

There are two lanes. In the fast one, :data:`TO_CV2` turns each argument by its type alone: images become arrays over
the same memory, 0-dim tensors numbers, our objects cv2's, and everything else passes as it is. An argument that this
can't decide (a point or colour in a tensor, an odd layout, a callback, a mistake) raises :class:`NeedsSlowPathError`, and
the careful lane, :class:`SlowCall`, looks at each argument with the parameter's name and type in hand.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ClassVar

from torch import Tensor

from torch_opencv._binding import memory
from torch_opencv._binding.memory import SUPPORTED_DTYPES, OffCpuError, Output, RefusedError
from torch_opencv._binding.results import FromCv2, fill_empties
from torch_opencv._binding.signature import Signature

_POINT_LENGTH = 4
"""A 1-dim tensor up to this long may be a point, a size, a rectangle or a scalar, if the parameter's type says so."""


class NeedsSlowPathError(Exception):
    """An argument for the careful lane."""


class Wrapped:
    """An OpenCV object whose methods take and give tensors: the root of every class in the namespace."""

    __slots__ = ("__weakref__", "_cv")
    _cv: Any
    _class_of_cv2: ClassVar[type]

    @classmethod
    def around(cls, of_cv2: Any) -> Wrapped:
        """The tensor-speaking object around one of cv2's."""
        self = cls.__new__(cls)
        self._cv = of_cv2
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__qualname__} around {self._cv!r}>"


def _tensor(tensor: Tensor) -> object:
    if tensor.ndim > 1 and tensor.dtype in SUPPORTED_DTYPES:
        # .numpy() raises where there is nothing to share, and so leaves the fast lane
        return (tensor if tensor.is_contiguous() or memory.rows_apart(tensor) else tensor.contiguous()).numpy()
    if tensor.ndim == 0 and tensor.is_cpu:
        return tensor.item()
    raise NeedsSlowPathError


def _sequence(sequence: list[Any] | tuple[Any, ...]) -> object:
    if _PLAIN.issuperset(map(type, sequence)):
        return sequence
    inward = [x if (convert := TO_CV2[type(x)]) is None else convert(x) for x in sequence]
    return inward if isinstance(sequence, list) else tuple(inward)


def _of_cv2(bound: Wrapped) -> object:
    return bound._cv


def _needs_slow_path(_: object) -> object:
    raise NeedsSlowPathError


class _ToCv2(dict[type, Callable[[Any], object] | None]):
    def __missing__(self, type_: type) -> Callable[[Any], object] | None:
        convert: Callable[[Any], object] | None = None
        if issubclass(type_, (list, tuple)):
            convert = _sequence
        elif issubclass(type_, Wrapped):
            convert = _of_cv2
        elif issubclass(type_, (Tensor, type)) or any("__call__" in vars(base) for base in type_.__mro__):
            convert = _needs_slow_path  # whoever passes a callback may pass data with it, which is nobody's business
        else:
            _PLAIN.add(type_)
        self[type_] = convert
        return convert


_PLAIN: set[type] = set()
"""The types that pass as they are: those that have None in :data:`TO_CV2`."""

TO_CV2: dict[type, Callable[[Any], object] | None] = _ToCv2()
"""How each type of argument is turned into what cv2 takes; None where it passes as it is. Fills as types come by."""

TO_CV2[Tensor] = _tensor


class SlowCall:
    """One call of a cv2 function, with an eye on each argument and on what becomes of the outputs among them."""

    def __init__(self, signature: Signature, outward: FromCv2) -> None:
        self._signature = signature
        self._outward = outward
        self._outputs: list[tuple[int | str, str, Output]] = []  # where it was given, the parameter's name, the output

    def run(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call ``function`` of cv2, and return its results as the user gets them.

        Raises:
            TypeError: for an argument that can't be shared; it names function, argument, reason and remedy.
            ValueError: for an output of another shape or dtype than the result.
        """
        positions, names = self._signature.outputs, self._signature.outputs.values()
        arrays = [self._inward(x, i, i in positions) for i, x in enumerate(args)]
        keywords = {name: self._inward(x, name, name in names) for name, x in kwargs.items()}
        return self._results(function(*arrays, **keywords))

    def shared(self, place: int | str, output: Tensor, array: Any, result: Any) -> Any:
        """The results of a call whose one output the fast lane handed over, as ``array``, at a position or keyword."""
        self._outputs.append((place, self._name(place), Output.sharing(output, array)))
        return self._results(result)

    def _name(self, place: int | str) -> str:
        return place if isinstance(place, str) else self._signature.parameter(place)

    def _inward(self, x: Any, place: int | str, is_output: bool) -> Any:
        convert = TO_CV2[type(x)]
        if convert is None:
            return x
        if self._signature.takes_anything(place):
            return x
        if isinstance(x, type):
            return self._class(x, place)
        if isinstance(x, (list, tuple)):
            inward = [self._inward(element, place, is_output) for element in x]
            return inward if isinstance(x, list) else tuple(inward)
        if isinstance(x, Tensor):
            try:
                return self._tensor(x, place, is_output)
            except RefusedError as refusal:
                raise TypeError(self._explained(refusal, self._name(place))) from None
        return x if convert is _needs_slow_path else convert(x)

    def _class(self, class_: type, place: int | str) -> type:
        if issubclass(class_, Wrapped):
            return class_._class_of_cv2
        is_layer = any("LayerProtocol" in type_ for type_ in self._signature.types_at(place))
        return _layer_class(class_, self._outward) if is_layer else class_

    def _tensor(self, tensor: Tensor, place: int | str, is_output: bool) -> Any:
        if tensor.ndim == 0:
            return memory.numbers(tensor).item()
        if is_output and self._signature.takes_array(place):
            output = Output(tensor)
            self._outputs.append((place, self._name(place), output))
            return output.array
        short = tensor.ndim == 1 and tensor.numel() <= _POINT_LENGTH
        if not self._signature.takes_array(place):
            array = memory.numbers(tensor)
            return tuple(array.tolist()) if short else array
        if short and memory.is_unsupported_number(tensor):
            return tuple(memory.numbers(tensor).tolist())  # a scalar beside an image, as in cv.inRange
        return memory.share(tensor)

    def _explained(self, refusal: RefusedError, name: str) -> str:
        function = self._signature.qualified_name
        advice = ""
        if isinstance(refusal, OffCpuError):
            advice = f": call cv.cuda.{function}, or pass .cpu()" if _in_cuda(function) else ": pass .cpu()"
        return f"cv.{function}: argument '{name}' {refusal}{advice}"

    def _results(self, result: Any) -> Any:
        """The results, the caller's own tensors among them where OpenCV wrote these."""
        given = {id(output.array): output for _, _, output in self._outputs}
        written = set()

        def outward(x: Any) -> Any:
            if (output := given.get(id(x))) is not None:
                written.add(output)
                return output.finish()
            if type(x) in (tuple, list):
                return type(x)([outward(element) for element in x])
            return self._outward.convert(x)

        results = fill_empties(outward(result), self._signature)
        for place, name, output in self._outputs:
            if output not in written and self._signature.always_written(place) and self._signature.takes_array(place):
                results = self._taken(output, name, results)
        return results

    def _taken(self, output: Output, name: str, result: Any) -> Any:
        """The results after an output that OpenCV did not write has taken its result, or an error."""
        results = list(result) if isinstance(result, tuple) else [result]
        index = self._signature.result_index(name, len(results))
        if index is None or not isinstance(results[index], Tensor):
            return result
        try:
            results[index] = output.take(results[index])
        except ValueError as error:
            raise ValueError(f"cv.{self._signature.qualified_name}: argument '{name}' {error}") from None
        return tuple(results) if isinstance(result, tuple) else results[0]


def _in_cuda(function: str) -> bool:
    from torch_opencv import cuda

    return hasattr(cuda, function)


def _layer_class(class_: type, outward: FromCv2) -> type:
    """A class of the user's that cv2 will make objects of (``dnn_registerLayer``), its methods given tensors."""

    def adapted(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def of_arrays(self: Any, *args: Any) -> Any:
            result = method(self, *(outward.convert(x) for x in args))
            convert = TO_CV2[type(result)]
            return result if convert is None else convert(result)

        return of_arrays

    if class_ not in _LAYER_CLASSES:
        methods = inspect.getmembers(class_, inspect.isfunction)
        _LAYER_CLASSES[class_] = type(class_.__name__, (class_,), {name: adapted(m) for name, m in methods})
    return _LAYER_CLASSES[class_]


_LAYER_CLASSES: dict[type, type] = {}  # cv2 keeps the bare pointer to a class, so that somebody must hold the class
