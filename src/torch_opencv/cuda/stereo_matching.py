"""OpenCV's module ``cudastereo``: disparities of rectified pairs, as OpenCV's CUDA functions define them.

They are other methods than the CPU classes of the same names: block matching compares squares and gives whole
disparities in bytes, semi-global matching compares census transforms.
"""

from __future__ import annotations

from typing import Any

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._calls import Image, Out, method, native, native_class, refuse
from torch_opencv.cuda._images import batched, channels, like
from torch_opencv.cuda._settings import settings
from torch_opencv.cuda.gpumat import GpuMat
from torch_opencv.cuda.kernels import disparity as disparities
from torch_opencv.cuda.streams import Stream

_NO_PREFILTER = -1


def _pair(left: Tensor, right: Tensor, dtypes: tuple[torch.dtype, ...]) -> tuple[Tensor, Tensor]:
    for argument, image in (("left", left), ("right", right)):
        if image.dtype not in dtypes or channels(image) != 1:
            allowed = " or ".join(str(d).removeprefix("torch.") for d in dtypes)
            raise refuse(argument, f"is {image.dtype} of {channels(image)} channels: pass {allowed} of one")
    if left.shape != right.shape or left.dtype != right.dtype:
        raise refuse("right", f"is {right.dtype} {tuple(right.shape)}, and 'left' {tuple(left.shape)}: pass two alike")
    return batched(left)[..., 0], batched(right)[..., 0]


def told_apart(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """``stream`` and ``disparity``, in either order or by name."""
    for x in args:
        if isinstance(x, (Stream, torch.Stream)):
            kwargs["stream"] = x
        elif isinstance(x, (Tensor, GpuMat)):
            kwargs["disparity"] = x
        elif x is not None:
            raise TypeError(
                f"cv.cuda.{name}: argument 'stream' is {type(x).__name__}: pass a cv.cuda.Stream, or a tensor to write"
            )
    return kwargs


@native_class("cudastereo")
@settings(
    ("NumDisparities", "int", "how many disparities are looked at, from 0 on"),
    ("BlockSize", "int", "the side of the windows that are compared"),
    ("PreFilterType", "int", "cv.StereoBM_PREFILTER_XSOBEL, cv.StereoBM_PREFILTER_NORMALIZED_RESPONSE, or -1 for none"),
    ("PreFilterSize", "int", "the side of the surroundings whose mean is taken off"),
    ("PreFilterCap", "int", "the largest value that the filter gives"),
    ("TextureThreshold", "int", "the mean gradient that a window must have"),
    ("UniquenessRatio", "int", "by how many per cent the best window must be better than others"),
)
class StereoBM:
    """Disparities by matching blocks; :func:`createStereoBM` makes it."""

    def __init__(self, numDisparities: int, blockSize: int) -> None:  # noqa: N803
        self._numDisparities, self._blockSize = numDisparities, blockSize
        self._preFilterType, self._preFilterSize, self._preFilterCap = _NO_PREFILTER, 9, 31
        self._textureThreshold, self._uniquenessRatio = 3, 0

    def compute(self, left: Any, right: Any, *args: Any, **kwargs: Any) -> Any:
        """How far each pixel of the left image is to the left in the right one.

        ``compute(left, right[, stream[, disparity]])``, or ``compute(left, right[, disparity])``.

        Args:
            left: uint8, (H, W) or (N, H, W, 1).
            right: the same of the right camera.
            *args: a stream to work on, and where to write the result.
            **kwargs: the same as ``stream=`` and ``disparity=``.

        Returns:
            uint8, of the shape of ``left``: whole pixels; 0 where there is no answer.
        """
        return self._compute(left, right, **told_apart("StereoBM.compute", args, kwargs))

    @method("StereoBM.compute")
    def _compute(self, left: Image, right: Image, disparity: Out = None, stream: Stream | None = None) -> Tensor:
        if not 0 < self._numDisparities <= 256 or self._numDisparities % 8:
            raise refuse("numDisparities", f"is {self._numDisparities}: pass a multiple of 8 up to 256")
        if self._blockSize % 2 == 0 or not 3 <= self._blockSize <= 51:
            raise refuse("blockSize", f"is {self._blockSize}: pass an odd number from 3 to 51")
        first, second = (self._filtered(image) for image in _pair(left, right, (torch.uint8,)))
        found = disparities.block_matched(first, second, self._numDisparities, self._blockSize, self._uniquenessRatio)
        if self._textureThreshold > 0:
            least = self._textureThreshold * self._blockSize**2
            found = torch.where(disparities.texture(first, self._blockSize) < least, 0, found)
        return like(left, found[..., None])

    def _filtered(self, image: Tensor) -> Tensor:
        if self._preFilterType == cv2.StereoBM_PREFILTER_XSOBEL:
            return disparities.by_x_gradient(image, self._preFilterCap)
        if self._preFilterType == cv2.StereoBM_PREFILTER_NORMALIZED_RESPONSE:
            return disparities.by_normalized_response(image, self._preFilterCap, self._preFilterSize).to(torch.int32)
        return image.to(torch.int32)


@native("cudastereo")
def createStereoBM(numDisparities: int = 64, blockSize: int = 19) -> StereoBM:  # noqa: N802, N803
    """A :class:`StereoBM`.

    Args:
        numDisparities: how many disparities are looked at: a multiple of 8 up to 256.
        blockSize: the side of the windows that are compared, odd, from 3 to 51.
    """
    return StereoBM(numDisparities, blockSize)


@native_class("cudastereo")
@settings(
    ("MinDisparity", "int", "the least disparity"),
    ("NumDisparities", "int", "how many disparities are looked at"),
    ("P1", "int", "what a step of 1 between neighbours costs"),
    ("P2", "int", "what a larger step costs"),
    ("UniquenessRatio", "int", "by how many per cent the best disparity must be better than others"),
    ("Mode", "int", "cv.StereoSGBM_MODE_HH4 for paths from 4 sides, cv.StereoSGBM_MODE_HH for 8"),
)
class StereoSGM:
    """Disparities by semi-global matching of census transforms; :func:`createStereoSGM` makes it."""

    def __init__(
        self,
        minDisparity: int,  # noqa: N803
        numDisparities: int,  # noqa: N803
        P1: int,  # noqa: N803
        P2: int,  # noqa: N803
        uniquenessRatio: int,  # noqa: N803
        mode: int,
    ) -> None:
        self._minDisparity, self._numDisparities, self._p1, self._p2 = minDisparity, numDisparities, P1, P2
        self._uniquenessRatio, self._mode = uniquenessRatio, mode

    def compute(self, left: Any, right: Any, *args: Any, **kwargs: Any) -> Any:
        """How far each pixel of the left image is to the left in the right one.

        Args:
            left: uint8 or uint16, (H, W) or (N, H, W, 1).
            right: the same of the right camera.
            *args: a stream to work on, and where to write the result.
            **kwargs: the same as ``stream=`` and ``disparity=``.

        Returns:
            int16, of the shape of ``left``: 16ths of a pixel; 16 less than the least disparity where there is no
            answer. (The outermost pixels are not filtered; OpenCV leaves them as they are in memory.)
        """
        return self._compute(left, right, **told_apart("StereoSGM.compute", args, kwargs))

    def compute_with_stream(self, left: Any, right: Any, stream: Stream, disparity: Any = None) -> Any:
        """:meth:`compute` on a stream."""
        return self._compute(left, right, disparity=disparity, stream=stream)

    @method("StereoSGM.compute")
    def _compute(self, left: Image, right: Image, disparity: Out = None, stream: Stream | None = None) -> Tensor:
        if self._mode not in (cv2.StereoSGBM_MODE_HH, cv2.StereoSGBM_MODE_HH4):
            raise refuse("mode", f"is {self._mode}: pass cv.StereoSGBM_MODE_HH or cv.StereoSGBM_MODE_HH4")
        if not 2 <= self._numDisparities <= 256:
            raise refuse("numDisparities", f"is {self._numDisparities}: pass 2 to 256")
        images = [x.to(torch.int32) for x in _pair(left, right, (torch.uint8, torch.uint16))]
        marks = [disparities.census(image) for image in images]
        cost = disparities.census_costs(marks[0], marks[1], self._numDisparities, self._minDisparity)
        total = disparities.aggregated(cost, self._p1, self._p2, self._mode == cv2.StereoSGBM_MODE_HH)
        found, other = disparities.winners(total, (100 - self._uniquenessRatio) / 100)
        found, other = disparities.without_noise(found), disparities.without_noise(other)
        found = disparities.consistent(found, other, images[0])
        shift = self._minDisparity * 16
        return like(
            left, torch.where(found == disparities.INVALID, shift - 16, found + shift)[..., None].to(torch.int16)
        )


@native("cudastereo")
def createStereoSGM(  # noqa: N802
    minDisparity: int = 0,  # noqa: N803
    numDisparities: int = 128,  # noqa: N803
    P1: int = 10,  # noqa: N803
    P2: int = 120,  # noqa: N803
    uniquenessRatio: int = 5,  # noqa: N803
    mode: int = cv2.StereoSGBM_MODE_HH4,
) -> StereoSGM:
    """A :class:`StereoSGM`.

    Args:
        minDisparity: the least disparity.
        numDisparities: how many disparities are looked at, up to 256. (OpenCV has 64, 128 and 256.)
        P1: what a step of 1 between neighbours costs.
        P2: what a larger step costs.
        uniquenessRatio: by how many per cent the best disparity must be better than others.
        mode: ``cv.StereoSGBM_MODE_HH4`` for paths from 4 sides, ``cv.StereoSGBM_MODE_HH`` for 8.
    """
    return StereoSGM(minDisparity, numDisparities, P1, P2, uniquenessRatio, mode)
