"""A native function's call: arrays in, the stream, results out. Every one goes through :func:`native`.

A function is written as its signature says, but for ``dst`` and ``stream``, which it leaves alone: it is given tensors
and returns new ones, and what happens around is the same for all of them:

1. Parameters annotated ``Tensor`` or ``Image`` become tensors (:mod:`~torch_opencv.cuda._inputs`), all on one device;
   an ``Image`` is an image or a batch.
2. The work is queued on ``stream`` if one is given, else on torch's current stream of the tensors' device.
3. With a mask, results are kept where it is not zero (functions declared ``masked``).
4. Results go where the parameters annotated ``Out`` say (:mod:`~torch_opencv.cuda._outputs`), in that order.
5. Given a ``GpuMat``, a function returns one.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from numbers import Real
from typing import Any, TypeVar

import torch
from torch import Tensor

from torch_opencv.cuda import _inputs, _routing
from torch_opencv.cuda._outputs import Output
from torch_opencv.cuda.gpumat import GpuMat
from torch_opencv.cuda.streams import Stream, in_use, state_in_use, work_on

Image = Tensor
"""An image (H, W) or (H, W, C), or a batch (N, H, W, C)."""

Operand = Any
"""An image, or a scalar: a number or up to four of them."""

Out = Tensor | None
"""A tensor that the result is written to."""

Function = TypeVar("Function", bound=Callable[..., Any])


def native(module: str, *, masked: bool = False) -> Callable[[Function], Function]:
    """Declare a function of ``cv.cuda`` and register it as native.

    Args:
        module: OpenCV's module, such as ``"cudaarithm"``.
        masked: whether ``mask`` says where the result is to be kept; elsewhere ``dst`` stays as it was, and a new
            result is 0.
    """

    def declare(function: Function) -> Function:
        call = _calling(function, function.__name__, masked, is_method=False)
        _routing.register(function.__name__, module, call)
        return call

    return declare


def method(name: str) -> Callable[[Function], Function]:
    """The same for a method of a native class; ``name`` is for errors, such as ``"Filter.apply"``."""
    return lambda function: _calling(function, name, masked=False, is_method=True)


def form(name: str) -> Callable[[Function], Function]:
    """The same for one of several forms that a function is called in; :func:`overloaded` registers the function."""
    return lambda function: _calling(function, name, masked=False, is_method=False)


def overloaded(module: str, *forms: Callable[..., Any]) -> Callable[[Function], Function]:
    """Register a function that hands over to one of its forms; it shows the signature of the first."""

    def declare(function: Function) -> Function:
        function.__signature__ = inspect.signature(forms[0])  # type: ignore[attr-defined]
        _routing.FORMS[function.__name__] = forms
        _routing.register(function.__name__, module, function)
        return function

    return declare


def native_class(module: str) -> Callable[[type], type]:
    """Register a class of ``cv.cuda`` as native."""

    def declare(class_: type) -> type:
        _routing.register(class_.__name__, module, class_)
        return class_

    return declare


def _calling(function: Function, name: str, masked: bool, is_method: bool) -> Function:
    signature = inspect.signature(function)
    kinds = {p.name: str(p.annotation) for p in signature.parameters.values()}
    arrays = [p for p, kind in kinds.items() if kind.startswith(("Tensor", "Image", "Operand"))]
    images = {p for p, kind in kinds.items() if kind.startswith(("Image", "Operand"))}
    operands = {p for p, kind in kinds.items() if kind.startswith("Operand")}
    optional = {p for p, kind in kinds.items() if kind.endswith("| None")}
    outputs = [p for p, kind in kinds.items() if kind == "Out"]

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"cv.cuda.{name}: {error}: its signature is {_shown(signature, is_method)}") from None
        given = bound.arguments
        tensors: dict[str, Tensor] = {}
        has_gpumat = False
        for parameter in arrays:
            value = given.get(parameter)
            if parameter in operands and not _inputs.is_array(value):
                _check_scalar(value, name, parameter)
                continue
            if value is None and parameter in optional:
                continue
            has_gpumat |= isinstance(value, GpuMat)
            tensors[parameter] = _inputs.tensor(value, name, parameter)
            if parameter in images:
                _inputs.image(tensors[parameter], name, parameter)
        if operands and not operands & set(tensors):
            raise TypeError(
                f"cv.cuda.{name}: argument 'src1' is a scalar, and so is 'src2': pass an image for one of them"
            )
        _on_one_device(tensors, name)
        places = {p: Output(given[p], name, p) for p in outputs if given.get(p) is not None}
        given.update(tensors)
        with working_on(given.get("stream"), [*tensors.values(), *(place.tensor for place in places.values())], name):
            if is_method:
                state_in_use(bound.args[0])
            try:
                made = function(*bound.args, **bound.kwargs)
            except _Refusal as refusal:
                raise refusal.error(f"cv.cuda.{name}: {refusal}") from None
            results = [_apart(x, tensors) for x in (made if isinstance(made, tuple) else (made,))]
            if masked and (mask := tensors.get("mask")) is not None:
                results[0] = _masked(results[0], mask, given.get("dst"), name)
            delivered = _delivered(results, outputs, places, has_gpumat)
        if given.get("stream") is not None:
            in_use(x.tensor if isinstance(x, GpuMat) else x for x in delivered if isinstance(x, (GpuMat, Tensor)))
        return tuple(delivered) if isinstance(made, tuple) else delivered[0]

    return call  # type: ignore[return-value]


class _Refusal(Exception):  # noqa: N818
    def __init__(self, message: str, error: type[Exception]) -> None:
        super().__init__(message)
        self.error = error


def refuse(argument: str, what: str, error: type[Exception] = ValueError) -> _Refusal:
    """The error for an argument; the call puts the function's name before it. ``what`` says reason and remedy."""
    return _Refusal(f"argument '{argument}' {what}", error)


def _apart(result: Any, tensors: dict[str, Tensor]) -> Any:
    """A result that shares no memory with what was given."""
    if isinstance(result, Tensor) and not result.is_meta:
        place = result.untyped_storage().data_ptr()
        if any(place == x.untyped_storage().data_ptr() for x in tensors.values()):
            return result.clone(memory_format=torch.contiguous_format)
    return result


def _check_scalar(value: Any, name: str, parameter: str) -> None:
    numbers = [value] if isinstance(value, (Real, Tensor)) else value
    if not isinstance(numbers, (list, tuple)) or not all(isinstance(x, Real) or _is_number(x) for x in numbers):
        raise TypeError(
            f"cv.cuda.{name}: argument '{parameter}' is {type(value).__name__}: "
            "pass an image, or a scalar of 1 to 4 numbers"
        )


def _is_number(x: object) -> bool:
    return isinstance(x, Tensor) and x.ndim == 0


def _shown(signature: inspect.Signature, is_method: bool) -> str:
    names = [p.name if p.default is p.empty else f"{p.name}=..." for p in signature.parameters.values()]
    return f"({', '.join(names[1:] if is_method else names)})"


def _on_one_device(tensors: dict[str, Tensor], name: str) -> None:
    if len(tensors) < 2:
        return
    (first, tensor), *others = tensors.items()
    for parameter, other in others:
        if other.device != tensor.device:
            raise ValueError(
                f"cv.cuda.{name}: argument '{parameter}' is on {other.device}, but '{first}' is on {tensor.device}: "
                f"pass {parameter}.to({str(tensor.device)!r})"
            )


@contextlib.contextmanager
def working_on(stream: Any, tensors: list[Tensor], name: str) -> Iterator[None]:
    """Queue work on a stream, if one is given and the tensors are on a CUDA device."""
    if stream is None:
        yield
        return
    if not isinstance(stream, (Stream, torch.Stream)):
        raise TypeError(
            f"cv.cuda.{name}: argument 'stream' is {type(stream).__name__}: pass a cv.cuda.Stream or torch.cuda.Stream"
        )
    if not (isinstance(stream, Stream) and stream.is_null):
        queue: Any = stream.torch if isinstance(stream, Stream) else stream
        for tensor in tensors:
            if tensor.is_cuda and queue.device != tensor.device:
                raise ValueError(
                    f"cv.cuda.{name}: argument 'stream' is on {queue.device}, and the tensors on {tensor.device}: "
                    "pass a stream of that device"
                )
    with work_on(stream, tensors):
        yield


def _masked(result: Tensor, mask: Tensor, dst: Any, name: str) -> Tensor:
    """The result where the mask is not zero, what ``dst`` holds (or 0) elsewhere."""
    keep = mask_for(mask, result, name)
    before = dst.tensor if isinstance(dst, GpuMat) else dst
    alike = (result.numel(), result.dtype, result.device)
    if before is not None and (before.numel(), before.dtype, before.device) == alike:
        before = before.reshape(result.shape)
    else:
        before = torch.zeros((), dtype=result.dtype, device=result.device)
    if result.dtype == torch.uint16:
        kept = torch.where(keep, result.view(torch.int16), before.contiguous().view(torch.int16))
        return kept.view(torch.uint16)
    return torch.where(keep, result, before)


def mask_for(mask: Tensor, image: Tensor, name: str) -> Tensor:
    """A mask as bool, in a shape that broadcasts against an image or batch.

    Raises:
        ValueError: for a mask of another size or dtype than the image's mask has.
    """
    if mask.dtype not in (torch.uint8, torch.int8):
        raise ValueError(f"cv.cuda.{name}: argument 'mask' is {mask.dtype}: pass uint8 or bool, (H, W)")
    flat = mask[..., 0] if mask.ndim == image.ndim and mask.ndim > 2 and mask.shape[-1] == 1 else mask
    has_channels = image.ndim > 2
    expected = image.shape[:-1] if has_channels else image.shape
    if flat.shape != expected and flat.shape != expected[-2:]:
        raise ValueError(
            f"cv.cuda.{name}: argument 'mask' has the shape {tuple(mask.shape)}, and the image {tuple(image.shape)}: "
            "pass one of its height and width"
        )
    return (flat != 0)[..., None] if has_channels else flat != 0


def _delivered(results: list[Any], outputs: list[str], places: dict[str, Output], has_gpumat: bool) -> list[Any]:
    """The results, written where the caller wants them; the last ones are those of the ``Out`` parameters."""
    first = len(results) - len(outputs)
    named = dict(zip(outputs, results[first:], strict=True)) if first >= 0 else {}
    for parameter, place in places.items():
        place.accept(named[parameter])
    delivered = results[: max(first, 0)]
    for parameter, result in named.items():
        if parameter in places:
            delivered.append(places[parameter].write(result))
        else:
            delivered.append(GpuMat.over(result) if has_gpumat else result)
    return delivered if outputs else results
