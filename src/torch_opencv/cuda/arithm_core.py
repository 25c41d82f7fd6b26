"""OpenCV's module ``cudaarithm``, its "core": channels, transposition, borders, look-up tables. Nothing is computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda import _borders, _inputs, _numbers
from torch_opencv.cuda._calls import Image, Out, form, method, native, native_class, refuse, working_on
from torch_opencv.cuda._images import batched, channels, like, movable, squeezed
from torch_opencv.cuda._numbers import Scalar
from torch_opencv.cuda._outputs import Output
from torch_opencv.cuda._routing import register
from torch_opencv.cuda.gpumat import GpuMat
from torch_opencv.cuda.streams import Stream

_DENSE = torch.contiguous_format


def merge(src: Sequence[Tensor | GpuMat], dst: Tensor | GpuMat | None = None, stream: Stream | None = None) -> Any:
    """One array of several channels, made of several arrays.

    Args:
        src: arrays of one size and dtype, (H, W) or (H, W, C), or batches; their channels follow one another.
        dst: where to write the result.
        stream: the stream to work on.

    Returns:
        An image (H, W, C); of batches (N, H, W, C).
    """
    if isinstance(src, (Tensor, GpuMat)) or not src:
        raise TypeError("cv.cuda.merge: argument 'src' is no list of arrays: pass [b, g, r]")
    tensors = [_inputs.image(_inputs.tensor(x, "merge", f"src[{i}]"), "merge", f"src[{i}]") for i, x in enumerate(src)]
    first = tensors[0]
    for i, x in enumerate(tensors):
        if batched(x).shape[:3] != batched(first).shape[:3] or x.dtype != first.dtype or x.device != first.device:
            raise ValueError(
                f"cv.cuda.merge: argument 'src[{i}]' is {x.dtype} {tuple(x.shape)} on {x.device}, and 'src[0]' "
                f"{first.dtype} {tuple(first.shape)} on {first.device}: pass arrays of one size, dtype and device"
            )
    place = None if dst is None else Output(dst, "merge", "dst")
    with working_on(stream, tensors, "merge"):
        merged = torch.cat([movable(batched(x)) for x in tensors], -1).view(first.dtype)
        result = like(first, merged)
        if place is None:
            return GpuMat.over(result) if isinstance(src[0], GpuMat) else result
        place.accept(result)
        return place.write(result)


def split(
    src: Any, dst: Sequence[Tensor | GpuMat] | None = None, stream: Stream | None = None
) -> tuple[Tensor | GpuMat, ...]:
    """The channels of an array, each as an array of its own.

    Args:
        src: an image or batch.
        dst: where to write the results, one array for each channel.
        stream: the stream to work on.

    Returns:
        As many arrays (H, W) as there are channels; of a batch (N, H, W, 1).
    """
    image = _inputs.image(_inputs.tensor(src, "split", "src"), "split", "src")
    count = channels(image)
    if dst is not None and len(dst) != count:
        raise ValueError(
            f"cv.cuda.split: argument 'dst' has {len(dst)} arrays, and 'src' {count} channels: pass as many"
        )
    places = None if dst is None else [Output(x, "split", f"dst[{i}]") for i, x in enumerate(dst)]
    with working_on(stream, [image], "split"):
        planes = [like(image, batched(image)[..., i : i + 1]).clone(memory_format=_DENSE) for i in range(count)]
        if places is None:
            return tuple(GpuMat.over(x) if isinstance(src, GpuMat) else x for x in planes)
        for place, plane in zip(places, planes, strict=True):
            place.accept(plane)
        return tuple(place.write(plane) for place, plane in zip(places, planes, strict=True))


register("merge", "cudaarithm", merge)
register("split", "cudaarithm", split)


@native("cudaarithm")
def transpose(src1: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:
    """Rows and columns exchanged: (H, W, C) to (W, H, C).

    Args:
        src1: an image or batch.
        dst: where to write the result.
        stream: the stream to work on.
    """
    return like(src1, batched(src1).transpose(1, 2)).contiguous()


@native("cudaarithm")
def flip(src: Image, flipCode: int, dst: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N803
    """An array upside down (``flipCode`` 0), left to right (above 0), or both (below 0).

    Args:
        src: an image or batch.
        flipCode: which of the three.
        dst: where to write the result.
        stream: the stream to work on.
    """
    axes = [1] if flipCode == 0 else [2] if flipCode > 0 else [1, 2]
    return like(src, movable(batched(src)).flip(axes)).view(src.dtype)


@native("cudaarithm")
def copyMakeBorder(  # noqa: N802
    src: Image,
    top: int,
    bottom: int,
    left: int,
    right: int,
    borderType: int,  # noqa: N803
    dst: Out = None,
    value: Scalar = 0,
    stream: Stream | None = None,
) -> Tensor:
    """An array with a border around it.

    Args:
        src: an image or batch.
        top: rows above.
        bottom: rows below.
        left: columns on the left.
        right: columns on the right.
        borderType: ``cv.BORDER_CONSTANT``, ``BORDER_REPLICATE``, ``BORDER_REFLECT``, ``BORDER_REFLECT_101`` or
            ``BORDER_WRAP``.
        dst: where to write the result.
        value: the border's value for ``BORDER_CONSTANT``.
        stream: the stream to work on.

    Returns:
        (top + H + bottom, left + W + right, C).
    """
    if min(top, bottom, left, right) < 0:
        raise refuse("top", f"and the other three are {top}, {bottom}, {left}, {right}: pass numbers from 0")
    kind = _borders.check(borderType, "copyMakeBorder", "borderType")
    try:
        padded = _borders.padded(batched(src), top, bottom, left, right, kind, _numbers.four(value))
    except ValueError as error:
        raise refuse("value", f"{error}: pass fewer channels") from None
    return like(src, padded)


@native_class("cudaarithm")
class LookUpTable:
    """A table of 256 values on a device, looked up for each element; :func:`createLookUpTable` makes it."""

    def __init__(self, lut: Tensor) -> None:
        self._table = lut

    @method("LookUpTable.transform")
    def transform(self, src: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:
        """What the table holds for each element.

        Args:
            src: uint8 or int8, an image or batch; the bits of int8 are taken as those of uint8, as in ``cv.LUT``.
            dst: where to write the result.
            stream: the stream to work on.

        Returns:
            The table's dtype, the shape of ``src``.
        """
        if src.dtype not in (torch.uint8, torch.int8):
            raise refuse("src", f"is {src.dtype}: pass uint8 or int8")
        table, count = self._table.to(src.device, non_blocking=True), self._table.shape[1]
        if count not in (1, channels(src)):
            raise refuse(
                "src", f"has {channels(src)} channels, and the table {count}: make the table with as many, or 1"
            )
        values = squeezed(src)
        index = values.to(torch.int64) & 255
        if count > 1:
            index = index * count + torch.arange(count, device=src.device)
        return movable(table).reshape(-1).index_select(0, index.reshape(-1)).reshape(index.shape).view(table.dtype)


@native("cudaarithm")
def createLookUpTable(lut: Tensor) -> LookUpTable:  # noqa: N802
    """Prepare a table for :meth:`LookUpTable.transform`.

    Args:
        lut: 256 values of any dtype: (256,), (1, 256) or (256, 1), or (1, 256, C) with a table for each channel.
    """
    if lut.numel() == 0 or lut.numel() % 256 or lut.ndim > 3 or (lut.ndim == 3 and lut.shape[0] * lut.shape[1] != 256):
        raise refuse("lut", f"has the shape {tuple(lut.shape)}: pass 256 values, (1, 256) or (1, 256, C)")
    return LookUpTable(lut.reshape(256, -1).contiguous())


@form("swapChannels")
def _swapped(image: Image, order: Any, dst: Out = None, stream: Stream | None = None) -> Tensor:
    if channels(image) != 4:
        raise refuse("image", f"has {channels(image)} channels: pass 4")
    numbers = [int(i) for i in np.asarray(order).ravel()]
    if len(numbers) != 4 or any(not 0 <= i < 4 for i in numbers):
        raise refuse("dstOrder", f"is {order}: pass four numbers from 0 to 3")
    pixels = movable(image)
    return torch.stack([pixels[..., i] for i in numbers], -1).view(image.dtype)


def swapChannels(image: Any, dstOrder: Sequence[int], stream: Stream | None = None) -> Any:  # noqa: N802, N803
    """Put the four channels of an image in another order, in place.

    Args:
        image: (H, W, 4) or (N, H, W, 4); it is written.
        dstOrder: for each channel of the result, which one it was: ``(2, 1, 0, 3)`` makes RGBA of BGRA.
        stream: the stream to work on.

    Returns:
        ``image``.
    """
    return _swapped(image, dstOrder, image, stream)


register("swapChannels", "cudaimgproc", swapChannels)
