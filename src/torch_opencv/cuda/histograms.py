"""OpenCV's module ``cudaimgproc``: histograms and equalisation. They follow the CPU functions."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from torch_opencv.cuda import _inputs
from torch_opencv.cuda._calls import Image, Out, form, mask_for, method, native, native_class, overloaded, refuse
from torch_opencv.cuda._images import batched, channels, computable, like
from torch_opencv.cuda.devices import home
from torch_opencv.cuda.kernels import adaptive, histogram
from torch_opencv.cuda.streams import Stream


def _gray_bytes(src: Tensor) -> Tensor:
    if src.dtype != torch.uint8 or channels(src) != 1:
        raise refuse("src", f"is {src.dtype} of {channels(src)} channels: pass uint8 of one")
    return batched(src)


def _row(src: Tensor, counts: Tensor) -> Tensor:
    """Counts (N, bins) as (1, bins), or (N, 1, bins, 1) of a batch."""
    return like(src, counts[:, None, :, None])


@form("calcHist")
def _hist(src: Image, hist: Out = None, stream: Stream | None = None) -> Tensor:
    return _row(src, histogram.of_bytes(_gray_bytes(src))[:, 0])


@form("calcHist")
def _masked_hist(src: Image, mask: Tensor, hist: Out = None, stream: Stream | None = None) -> Tensor:
    keep = mask_for(mask, src, "calcHist")
    values = _gray_bytes(src).to(torch.int32)
    return _row(src, histogram.of_bytes(torch.where(keep.reshape(values.shape), values, 256), 257)[:, 0, :256])


@overloaded("cudaimgproc", _hist, _masked_hist)
def calcHist(*args: Any, **kwargs: Any) -> Any:  # noqa: N802
    """How often each value occurs: ``calcHist(src[, hist[, stream]])`` or ``calcHist(src, mask[, hist[, stream]])``.

    Args:
        src: uint8, (H, W) or (N, H, W, 1).
        mask: uint8 or bool, (H, W): what it is not 0 for counts.
        hist: where to write the result.
        stream: the stream to work on.

    Returns:
        int32, (1, 256).
    """
    second = args[1] if len(args) > 1 else None
    is_mask = _inputs.is_array(second) and _inputs.tensor(second, "calcHist", "mask").dtype in (torch.uint8, torch.int8)
    return (_masked_hist if "mask" in kwargs or is_mask else _hist)(*args, **kwargs)


@native("cudaimgproc")
def equalizeHist(src: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """An image whose levels are spread evenly, as ``cv.equalizeHist`` makes it.

    Args:
        src: uint8, (H, W), or a batch (N, H, W, 1), each of which is equalised on its own.
        dst: where to write the result.
        stream: the stream to work on.
    """
    image = _gray_bytes(src)
    tables = histogram.equalizing(histogram.of_bytes(image)[:, 0])
    offsets = torch.arange(image.shape[0], device=image.device)[:, None, None, None] * 256
    index = image.to(torch.int64) + offsets
    return like(src, tables.reshape(-1).index_select(0, index.reshape(-1)).reshape(index.shape).to(torch.uint8))


@native("cudaimgproc")
def evenLevels(  # noqa: N802
    nLevels: int,  # noqa: N803
    lowerLevel: int,  # noqa: N803
    upperLevel: int,  # noqa: N803
    levels: Out = None,
    stream: Stream | None = None,
) -> Tensor:
    """Evenly spaced levels from the lower to the upper one, both included.

    Args:
        nLevels: how many, 2 or more.
        lowerLevel: the first.
        upperLevel: the last.
        levels: where to write the result, which is on its device, else on the current CUDA device, else on the CPU.
        stream: the stream to work on.

    Returns:
        int32, (1, nLevels), rounded.
    """
    if nLevels < 2:
        raise refuse("nLevels", f"is {nLevels}: pass 2 or more")
    device = home() if levels is None else getattr(levels, "tensor", levels).device
    step = (upperLevel - lowerLevel) / (nLevels - 1)
    place = torch.arange(nLevels, dtype=torch.float64, device=device)
    return (place * step + lowerLevel).round().to(torch.int32)[None]


def _one_channel(src: Tensor) -> Tensor:
    if channels(src) != 1:
        raise refuse("src", f"has {channels(src)} channels: pass one")
    return batched(src)


@native("cudaimgproc")
def histEven(  # noqa: N802
    src: Image,
    histSize: int,  # noqa: N803
    lowerLevel: int,  # noqa: N803
    upperLevel: int,  # noqa: N803
    hist: Out = None,
    stream: Stream | None = None,
) -> Tensor:
    """How many values are in each of ``histSize`` bins of one width.

    Args:
        src: an image or batch of one channel.
        histSize: how many bins.
        lowerLevel: where the first begins.
        upperLevel: where the last ends; it is not in it.
        hist: where to write the result.
        stream: the stream to work on.

    Returns:
        int32, (1, histSize).
    """
    if histSize < 1 or upperLevel <= lowerLevel:
        raise refuse(
            "histSize", f"and the levels are {histSize}, {lowerLevel}, {upperLevel}: pass rising levels, 1 bin or more"
        )
    bins = histogram.even_bins(computable(_one_channel(src)), histSize, lowerLevel, upperLevel)
    return _row(src, histogram.of_bytes(bins, histSize + 1)[:, 0, :histSize])


@native("cudaimgproc")
def histRange(src: Image, levels: Tensor, hist: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """How many values are in each bin between given levels.

    Args:
        src: an image or batch of one channel.
        levels: rising levels, int32 or float32, (1, L); each bin begins with one and ends before the next.
        hist: where to write the result.
        stream: the stream to work on.

    Returns:
        int32, (1, L - 1).
    """
    count = levels.numel() - 1
    if count < 1:
        raise refuse("levels", f"has the shape {tuple(levels.shape)}: pass 2 levels or more")
    bins = histogram.bins_between(computable(_one_channel(src)), levels.reshape(-1))
    return _row(src, histogram.of_bytes(bins, count + 1)[:, 0, :count])


@native_class("cudaimgproc")
class CLAHE:
    """Contrast-limited adaptive histogram equalisation, as ``cv.CLAHE``; :func:`createCLAHE` makes it."""

    def __init__(self, clip_limit: float, tiles: tuple[int, int]) -> None:
        self._clip_limit, self._tiles = float(clip_limit), tiles

    def apply(self, src: Any, *args: Any, **kwargs: Any) -> Any:
        """The equalised image: ``apply(src[, dst])`` or ``apply(src, stream[, dst])``.

        Args:
            src: uint8 or uint16, (H, W), or a batch (N, H, W, 1), each of which is equalised on its own.
            *args: a stream and a tensor to write, or either.
            **kwargs: the same as ``stream=`` and ``dst=``.
        """
        for x in args:
            kwargs["stream" if isinstance(x, (Stream, torch.Stream)) else "dst"] = x
        return self._apply(src, **kwargs)

    @method("CLAHE.apply")
    def _apply(self, src: Image, dst: Out = None, stream: Stream | None = None) -> Tensor:
        if src.dtype not in (torch.uint8, torch.uint16):
            raise refuse("src", f"is {src.dtype}: pass uint8 or uint16")
        return like(src, adaptive.equalized(_one_channel(src), self._clip_limit, self._tiles))

    def setClipLimit(self, clipLimit: float) -> None:  # noqa: N802, N803
        """Set the limit of contrast."""
        self._clip_limit = float(clipLimit)

    def getClipLimit(self) -> float:  # noqa: N802
        """The limit of contrast."""
        return self._clip_limit

    def setTilesGridSize(self, tileGridSize: tuple[int, int]) -> None:  # noqa: N802, N803
        """Set how many tiles there are, along x and y."""
        self._tiles = tileGridSize

    def getTilesGridSize(self) -> tuple[int, int]:  # noqa: N802
        """How many tiles there are, along x and y."""
        return self._tiles

    def collectGarbage(self) -> None:  # noqa: N802
        """Nothing to do: no memory is kept."""


@native("cudaimgproc")
def createCLAHE(clipLimit: float = 40.0, tileGridSize: tuple[int, int] = (8, 8)) -> CLAHE:  # noqa: N802, N803
    """A :class:`CLAHE` with a limit of contrast (0: none) and a number of tiles along x and y."""
    if tileGridSize[0] < 1 or tileGridSize[1] < 1:
        raise refuse("tileGridSize", f"is {tuple(tileGridSize)}: pass numbers from 1")
    return CLAHE(clipLimit, tileGridSize)
