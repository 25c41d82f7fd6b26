"""OpenCV's module ``cudaoptflow``: optical flow by Lucas and Kanade's method, of points and of every pixel.

That of points follows the CPU function, that of every pixel OpenCV's CUDA function, which has no counterpart.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from torch_opencv.cuda._calls import Image, Out, form, method, native_class, refuse
from torch_opencv.cuda._images import batched, channels, like
from torch_opencv.cuda._inputs import is_array, tensor
from torch_opencv.cuda._routing import register
from torch_opencv.cuda._settings import settings
from torch_opencv.cuda.kernels import lucas_kanade
from torch_opencv.cuda.streams import Stream


@native_class("cudaoptflow")
class DenseOpticalFlow:
    """Optical flow of every pixel: what :class:`FarnebackOpticalFlow` and its like have in common."""

    def calc(self, I0: Any, I1: Any, flow: Any, stream: Stream | None = None) -> Any:  # noqa: N803
        """Where each pixel of an image is in the next.

        Args:
            I0: an image (H, W) or a batch (N, H, W, 1).
            I1: the next one.
            flow: where to write the result, or None; what it holds is where to begin, for methods that are told so.
            stream: the stream to work on.

        Returns:
            float32, (H, W, 2) or (N, H, W, 2): how far to the right and down, in pixels.
        """
        raise NotImplementedError(f"cv.cuda.DenseOpticalFlow.calc: {type(self).__name__} is no method: create one")


@native_class("cudaoptflow")
class SparseOpticalFlow:
    """Optical flow of points: what :class:`SparsePyrLKOpticalFlow` is one of."""

    def calc(self, prevImg: Any, nextImg: Any, prevPts: Any, nextPts: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N803
        """Where points of an image are in the next: ``calc(prevImg, nextImg, prevPts, nextPts[, status[, err]])``."""
        raise NotImplementedError(f"cv.cuda.SparseOpticalFlow.calc: {type(self).__name__} is no method: create one")


def pair(first: Tensor, second: Tensor, names: tuple[str, str], dtypes: tuple[torch.dtype, ...], most: int = 1) -> None:
    """See that two images are of one shape and dtype, and of those that a method takes."""
    for argument, image in zip(names, (first, second), strict=True):
        if image.dtype not in dtypes or channels(image) > most:
            allowed = " or ".join(str(d).removeprefix("torch.") for d in dtypes)
            raise refuse(argument, f"is {image.dtype} of {channels(image)} channels: pass {allowed} of {most} at most")
    if second.shape != first.shape or second.dtype != first.dtype:
        raise refuse(
            names[1], f"is {second.dtype} {tuple(second.shape)}, and '{names[0]}' {tuple(first.shape)}: pass two alike"
        )


def begun(flow: Any, image: Tensor) -> Tensor:
    """The flow (N, H, W, 2) that a caller begins with."""
    expected = (*batched(image).shape[:3], 2)
    given = tensor(flow, "DenseOpticalFlow.calc", "flow") if is_array(flow) else None
    if given is None or given.dtype != torch.float32 or tuple(batched(given).shape) != expected:
        shown = None if given is None else f"{given.dtype} {tuple(given.shape)}"
        raise refuse("flow", f"is {shown}: pass float32 of the image's size and 2 channels, from which to begin")
    return batched(given).clone()


@native_class("cudaoptflow")
@settings(
    ("WinSize", "tuple[int, int]", "width and height of the patches that are compared"),
    ("MaxLevel", "int", "how many times the images are halved at most"),
    ("NumIters", "int", "how many steps a search takes at most"),
    ("UseInitialFlow", "bool", "whether the search begins at the places that are given"),
)
class SparsePyrLKOpticalFlow(SparseOpticalFlow):
    """Optical flow of points, as ``cv.calcOpticalFlowPyrLK``; :meth:`create` makes it."""

    def __init__(self, winSize: tuple[int, int], maxLevel: int, iters: int, useInitialFlow: bool) -> None:  # noqa: N803
        self._winSize, self._maxLevel, self._numIters, self._useInitialFlow = winSize, maxLevel, iters, useInitialFlow

    @staticmethod
    @form("SparsePyrLKOpticalFlow.create")
    def create(
        winSize: tuple[int, int] = (21, 21),  # noqa: N803
        maxLevel: int = 3,  # noqa: N803
        iters: int = 30,
        useInitialFlow: bool = False,  # noqa: N803
    ) -> SparsePyrLKOpticalFlow:
        """A :class:`SparsePyrLKOpticalFlow`.

        Args:
            winSize: width and height of the patches that are compared, above 2.
            maxLevel: how many times the images are halved at most.
            iters: how many steps a search takes at most.
            useInitialFlow: whether the search begins at the places that are given.
        """
        _check_window(winSize, maxLevel)
        return SparsePyrLKOpticalFlow(winSize, maxLevel, iters, useInitialFlow)

    @method("SparsePyrLKOpticalFlow.calc")
    def calc(
        self,
        prevImg: Image,  # noqa: N803
        nextImg: Image,  # noqa: N803
        prevPts: Tensor,  # noqa: N803
        nextPts: Out = None,  # noqa: N803
        status: Out = None,
        err: Out = None,
        stream: Stream | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Where points of an image are in the next.

        Args:
            prevImg: uint8, (H, W) or (H, W, C) of up to 4 channels.
            nextImg: the next one.
            prevPts: float32, (1, K, 2): x and y.
            nextPts: where to write the places; what it holds is where to begin, if this was created so.
            status: where to write whether points were found.
            err: where to write how different the patches are.
            stream: the stream to work on.

        Returns:
            Places, float32 (1, K, 2); uint8 (1, K), 1 where a point was found; the mean difference of the patches in
            levels, float32 (1, K), 0 where it was not.
        """
        pair(prevImg, nextImg, ("prevImg", "nextImg"), (torch.uint8,), 4)
        if batched(prevImg).shape[0] != 1:
            raise refuse("prevImg", "is a batch: pass one image")
        if prevPts.dtype != torch.float32 or prevPts.shape[-1:] != (2,):
            raise refuse("prevPts", f"is {prevPts.dtype} {tuple(prevPts.shape)}: pass float32, (1, K, 2)")
        points, start = prevPts.reshape(-1, 2), None
        if self._useInitialFlow:
            start = tensor(nextPts, "SparsePyrLKOpticalFlow.calc", "nextPts").reshape(-1, 2).clone()
            if start.shape != points.shape or start.dtype != points.dtype:
                raise refuse("nextPts", f"is {start.dtype} of {len(start)} points: pass as many as 'prevPts' has")
        options = (self._winSize, self._maxLevel, self._numIters)
        found, ok, error = lucas_kanade.track(batched(prevImg), batched(nextImg), points, start, *options)
        return found[None], ok[None], error[None]


def _check_window(size: tuple[int, int], levels: int) -> None:
    if min(size) < 3:
        raise refuse("winSize", f"is {size}: pass a width and a height above 2")
    if levels < 0:
        raise refuse("maxLevel", f"is {levels}: pass 0 or more")


@native_class("cudaoptflow")
@settings(
    ("WinSize", "tuple[int, int]", "width and height of the patches that are compared"),
    ("MaxLevel", "int", "how many times the images are halved"),
    ("NumIters", "int", "how many steps a search takes at most"),
    ("UseInitialFlow", "bool", "nothing: OpenCV does not use it either"),
)
class DensePyrLKOpticalFlow(DenseOpticalFlow):
    """Optical flow of every pixel by Lucas and Kanade's method; :meth:`create` makes it.

    It is what OpenCV's CUDA function defines; where a pixel can't be followed, that has what is left in memory of an
    earlier level, and this the flow of the level above.
    """

    def __init__(self, winSize: tuple[int, int], maxLevel: int, iters: int, useInitialFlow: bool) -> None:  # noqa: N803
        self._winSize, self._maxLevel, self._numIters, self._useInitialFlow = winSize, maxLevel, iters, useInitialFlow

    @staticmethod
    @form("DensePyrLKOpticalFlow.create")
    def create(
        winSize: tuple[int, int] = (13, 13),  # noqa: N803
        maxLevel: int = 3,  # noqa: N803
        iters: int = 30,
        useInitialFlow: bool = False,  # noqa: N803
    ) -> DensePyrLKOpticalFlow:
        """A :class:`DensePyrLKOpticalFlow`.

        Args:
            winSize: width and height of the patches that are compared, above 2.
            maxLevel: how many times the images are halved.
            iters: how many steps a search takes at most.
            useInitialFlow: not used, as in OpenCV.
        """
        _check_window(winSize, maxLevel)
        return DensePyrLKOpticalFlow(winSize, maxLevel, iters, useInitialFlow)

    @method("DensePyrLKOpticalFlow.calc")
    def calc(self, I0: Image, I1: Image, flow: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N803
        """Where each pixel of an image is in the next.

        Args:
            I0: uint8, (H, W) or (N, H, W, 1).
            I1: the next one.
            flow: where to write the result.
            stream: the stream to work on.

        Returns:
            float32, (H, W, 2) or (N, H, W, 2): how far to the right and down, in pixels.
        """
        pair(I0, I1, ("I0", "I1"), (torch.uint8,))
        options = (self._winSize, self._maxLevel, self._numIters)
        return like(I0, lucas_kanade.dense(batched(I0), batched(I1), *options))


register("SparsePyrLKOpticalFlow_create", "cudaoptflow", SparsePyrLKOpticalFlow.create)
register("DensePyrLKOpticalFlow_create", "cudaoptflow", DensePyrLKOpticalFlow.create)
