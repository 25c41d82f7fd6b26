"""The user's arguments on their way to cv2.

On the fast path, :data:`TO_CV2` turns each argument by its type alone: images become arrays over the same memory,
0-dim tensors numbers, our objects cv2's, and everything else passes as it is. An argument that this can't decide (a
point or colour in a tensor, an odd layout, 64-bit integers, a callback, a mistake) raises :class:`NeedsSlowPathError`,
and on the slow path :class:`SlowCall` looks at each argument with the parameter's name and type in hand.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ClassVar

import cv2
import torch
from torch import Tensor
from torch.autograd import forward_ad

from torch_opencv._binding import memory
from torch_opencv._binding.memory import SUPPORTED_DTYPES, OffCpuError, Output
from torch_opencv._binding.outputs import MismatchError, RefusedError, receive, with_names
from torch_opencv._binding.results import FromCv2, fill_empties
from torch_opencv._binding.signature import Signature

_POINT_LENGTH = 4
"""A 1-dim tensor up to this long may be a point, a size, a rectangle or a scalar, if the parameter's type says so."""


_SUPPORTED = frozenset(torch.empty(0, dtype=dtype).numpy().dtype for dtype in SUPPORTED_DTYPES)

_CONTIGUOUS, _OWN = 0x1, 0x4
_EITHER = _CONTIGUOUS | _OWN
"""numpy's flags of an array (``NPY_ARRAY_C_CONTIGUOUS``, ``NPY_ARRAY_OWNDATA``).

One over a tensor has memory of its own only if the tensor has none: it is empty, or a functional one
(``torch.func.functionalize``), whose memory is elsewhere.
"""


class NeedsSlowPathError(Exception):
    """An argument for the slow path."""


class Wrapped:
    """An OpenCV object whose methods take and give tensors: the root of every class in the namespace."""

    __slots__ = ("__weakref__", "_cv")
    _cv: Any
    _class_of_cv2: ClassVar[type]

    @classmethod
    def wrap(cls, cv2_object: Any) -> Wrapped:
        """The object over tensors for one of cv2's."""
        self = cls.__new__(cls)
        self._cv = cv2_object
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__qualname__} of {self._cv!r}>"


def _tensor(tensor: Tensor) -> object:
    if tensor.ndim > 1:
        if forward_ad._current_level >= 0:
            raise NeedsSlowPathError
        # It raises where there is nothing to share, and so leaves the fast path. The array is asked rather than the
        # tensor, which takes twice as long to say what it is.
        array: memory.Array = tensor.numpy()
        if array.dtype in _SUPPORTED:
            flags = array.flags.num
            if flags & _EITHER == _CONTIGUOUS:
                return array
            if not flags & _OWN:
                return array if memory.rows_apart(tensor) else tensor.contiguous().numpy()
    elif tensor.ndim == 0 and tensor.is_cpu:
        return tensor.item()
    raise NeedsSlowPathError


def _sequence(sequence: list[Any] | tuple[Any, ...]) -> object:
    if _PLAIN.issuperset(map(type, sequence)):
        return sequence
    converted = [x if (convert := TO_CV2[type(x)]) is None else convert(x) for x in sequence]
    return converted if isinstance(sequence, list) else tuple(converted)


def unwrap(wrapped: Wrapped) -> object:
    """The OpenCV object within one of ours."""
    return wrapped._cv


def _needs_slow_path(_: object) -> object:
    raise NeedsSlowPathError


class _ToCv2(dict[type, Callable[[Any], object] | None]):
    def __missing__(self, type_: type) -> Callable[[Any], object] | None:
        convert: Callable[[Any], object] | None = None
        if issubclass(type_, (list, tuple)):
            convert = _sequence
        elif issubclass(type_, Wrapped):
            convert = unwrap
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
    """One call of a cv2 function, with an eye on each argument and on what becomes of the outputs among them.

    Args:
        signature: the function's.
        from_cv2: converts its results.
    """

    def __init__(self, signature: Signature, from_cv2: FromCv2) -> None:
        self._signature = signature
        self._from_cv2 = from_cv2
        self._outputs: list[tuple[int | str, str, Output]] = []  # where it was given, the parameter's name, the output

    def run(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function of cv2.

        Args:
            function: of the signature.
            args: as the user gave them.
            kwargs: likewise.

        Returns:
            Its results as the user gets them.

        Raises:
            TypeError: for an argument that can't be shared; it names function, argument, reason and remedy.
            ValueError: for an output of another shape or dtype than the result.
        """
        positions, names = self._signature.outputs, self._signature.outputs.values()
        arrays = [self._to_cv2(x, i, i in positions) for i, x in enumerate(args)]
        keywords = {name: self._to_cv2(x, name, name in names) for name, x in kwargs.items()}
        try:
            result = function(*arrays, **keywords)
        except cv2.error as error:
            add_hint(error, self._signature, args, kwargs)
            raise
        return self._results(result)

    def results_into(self, outputs: list[tuple[int | str, Tensor, Any]], result: Any) -> Any:
        """The results of a call whose outputs the fast path handed over.

        Args:
            outputs: the position or keyword at which each was given, the tensor, and the array over its memory.
            result: of cv2.

        Raises:
            ValueError: an output has another shape or dtype than the result.
        """
        for key, output, array in outputs:
            self._outputs.append((key, self._name(key), Output.sharing(output, array)))
        return self._results(result)

    def _name(self, key: int | str) -> str:
        return key if isinstance(key, str) else self._signature.parameter(key)

    def _to_cv2(self, x: Any, key: int | str, is_output: bool) -> Any:
        convert = TO_CV2[type(x)]
        if convert is None:
            return x
        if self._signature.takes_anything(key):
            return x
        if isinstance(x, type):
            return self._class(x, key)
        if isinstance(x, (list, tuple)):
            converted = [self._to_cv2(element, key, is_output) for element in x]
            return converted if isinstance(x, list) else tuple(converted)
        if isinstance(x, Tensor):
            try:
                return self._tensor(x, key, is_output)
            except RefusedError as refusal:
                raise self._explained(refusal, self._name(key)) from None
        return x if convert is _needs_slow_path else convert(x)

    def _class(self, class_: type, key: int | str) -> type:
        if issubclass(class_, Wrapped):
            return class_._class_of_cv2
        is_layer = any("LayerProtocol" in type_ for type_ in self._signature.types_at(key))
        return _layer_class(class_, self._from_cv2) if is_layer else class_

    def _tensor(self, tensor: Tensor, key: int | str, is_output: bool) -> Any:
        if tensor.ndim == 0:
            return memory.numbers(tensor).item()
        if not self._signature.takes_array(key):
            array = memory.numbers(tensor)
            return tuple(array.tolist()) if tensor.ndim == 1 and tensor.numel() <= _POINT_LENGTH else array
        if is_output:
            output = Output(tensor)
            self._outputs.append((key, self._name(key), output))
            return output.array
        if tensor.ndim == 1 and tensor.numel() <= _POINT_LENGTH and not self._signature.types_at(key):
            return tuple(
                memory.numbers(tensor).tolist()
            )  # an attribute, and cv2 takes no array of integers for a point
        return memory.to_array(tensor)

    def _explained(self, refusal: RefusedError, name: str) -> TypeError | ValueError:
        function = self._signature.qualified_name
        if isinstance(refusal, OffCpuError):
            advice = f"call cv.cuda.{function}, or pass .cpu()" if is_in_cuda(function) else "pass .cpu()"
            refusal = RefusedError(f"{refusal}: {advice}")
        return with_names(refusal, function, name)

    def _results(self, result: Any) -> Any:
        """The results, the caller's own tensors among them where OpenCV wrote these."""
        given = {id(output.array): output.finish() for _, _, output in self._outputs}
        written: set[int] = set()

        def convert(x: Any) -> Any:
            if (tensor := given.get(id(x))) is not None:
                written.add(id(x))
                return tensor
            if type(x) in (tuple, list):
                return type(x)([convert(element) for element in x])
            return self._from_cv2.convert(x)

        results = fill_empties(convert(result), self._signature)
        for key, name, output in self._outputs:
            if id(output.array) not in written and self._is_written(key):
                results = self._received(output, name, results)
        return results

    def _is_written(self, key: int | str) -> bool:
        """Whether a result belongs into the tensor that was given there, instead of being handed back beside it."""
        signature = self._signature
        return signature.takes_array(key) and signature.always_written(key) and not signature.is_in_out(key)

    def _received(self, output: Output, name: str, result: Any) -> Any:
        """The results after an output that OpenCV did not write has taken its result, or an error."""
        results = list(result) if isinstance(result, tuple) else [result]
        index = self._signature.result_index(name, len(results))
        if index is None or not isinstance(results[index], Tensor):
            return result
        try:
            results[index] = receive(output.tensor, results[index])
        except MismatchError as error:
            raise with_names(error, self._signature.qualified_name, name) from None
        return tuple(results) if isinstance(result, tuple) else results[0]


def _in_no_namespace(_: str) -> bool:
    return False


is_in_cuda: Callable[[str], bool] = _in_no_namespace
"""Whether ``cv.cuda`` has a function of that name; :mod:`~torch_opencv._binding.namespace` sets it, which knows."""


def add_hint(error: cv2.error, signature: Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Say in an error of OpenCV 5, which has a bool of its own, that its older functions know uint8 masks only."""
    if torch.bool not in SUPPORTED_DTYPES:
        return
    named = [*((signature.parameter(i), x) for i, x in enumerate(args)), *kwargs.items()]
    for name in [name for name, x in named if isinstance(x, Tensor) and x.dtype == torch.bool and x.ndim > 0][:1]:
        hint = f"argument '{name}' is a bool tensor: if that is what OpenCV refuses, pass .byte()"
        error.args = (f"{error}\ncv.{signature.qualified_name}: {hint}",)


def _layer_class(class_: type, from_cv2: FromCv2) -> type:
    """A class of the user's that cv2 will make objects of (``dnn_registerLayer``), its methods given tensors."""

    def adapted(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def of_arrays(self: Any, *args: Any) -> Any:
            result = method(self, *(from_cv2.convert(x) for x in args))
            convert = TO_CV2[type(result)]
            return result if convert is None else convert(result)

        return of_arrays

    if class_ not in _LAYER_CLASSES:
        methods = inspect.getmembers(class_, inspect.isfunction)
        _LAYER_CLASSES[class_] = type(class_.__name__, (class_,), {name: adapted(m) for name, m in methods})
    return _LAYER_CLASSES[class_]


_LAYER_CLASSES: dict[type, type] = {}  # cv2 keeps the bare pointer to a class, so that somebody must hold the class
