"""OpenCV's module ``cudaobjdetect``: people and other objects by histograms of oriented gradients.

It follows the CPU class, ``cv.HOGDescriptor``.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda import _inputs
from torch_opencv.cuda._calls import Image, Out, form, method, native_class, refuse
from torch_opencv.cuda._images import batched, channels
from torch_opencv.cuda._routing import register
from torch_opencv.cuda._settings import settings
from torch_opencv.cuda._tables import table
from torch_opencv.cuda.kernels import gradients
from torch_opencv.cuda.kernels.cascade import linear_exact
from torch_opencv.cuda.streams import Stream

_EPSILON = 0.2
_COLUMN_BY_COLUMN, _ROW_BY_ROW = 0, 1

Box = tuple[int, int, int, int]


@native_class("cudaobjdetect")
@settings(
    ("WinSigma", "float", "the standard deviation of a block's weights, in pixels; -1: an eighth of both its sides"),
    ("L2HysThreshold", "float", "what a block's numbers are clamped to before they are normalised once more"),
    ("GammaCorrection", "bool", "whether roots are taken of the levels first"),
    ("NumLevels", "int", "how many sizes of the image are looked at, at most"),
    ("HitThreshold", "float", "the confidence that a window must have"),
    ("WinStride", "tuple[int, int]", "the steps between windows, along x and y: multiples of those between blocks"),
    ("ScaleFactor", "float", "how much smaller each size is than the one before, above 1"),
    ("GroupThreshold", "int", "how many windows must agree on an object, less one; 0: each window is one"),
    ("DescriptorFormat", "int", "how a window's blocks are ordered: 0 column by column, 1 row by row"),
)
class HOG:
    """Objects by histograms of oriented gradients and a linear classifier; :meth:`create` makes it."""

    def __init__(self, shape: gradients.Shape) -> None:
        self._shape = shape
        self._winSigma, self._l2HysThreshold, self._gammaCorrection, self._numLevels = -1.0, 0.2, True, 64
        self._hitThreshold, self._winStride, self._scaleFactor, self._groupThreshold = 0.0, shape.stride, 1.05, 2
        self._descriptorFormat = _COLUMN_BY_COLUMN
        self._detector: list[float] = []

    @staticmethod
    @form("HOG.create")
    def create(
        win_size: tuple[int, int] = (64, 128),
        block_size: tuple[int, int] = (16, 16),
        block_stride: tuple[int, int] = (8, 8),
        cell_size: tuple[int, int] = (8, 8),
        nbins: int = 9,
    ) -> HOG:
        """A :class:`HOG`.

        Args:
            win_size: width and height of the windows.
            block_size: width and height of the blocks, multiples of the cells'.
            block_stride: the steps between blocks, along x and y.
            cell_size: width and height of the cells.
            nbins: how many directions are told apart.
        """
        for axis in (0, 1):
            if block_size[axis] % cell_size[axis] or (win_size[axis] - block_size[axis]) % block_stride[axis]:
                raise refuse(
                    "block_size", f"is {block_size}: pass a multiple of the cells' that steps fill a window with"
                )
        return HOG(gradients.Shape(win_size, block_size, block_stride, cell_size, nbins))

    def getDescriptorSize(self) -> int:  # noqa: N802
        """How many numbers describe a window."""
        return self._shape.blocks[0] * self._shape.blocks[1] * self._shape.of_block

    def getBlockHistogramSize(self) -> int:  # noqa: N802
        """How many numbers describe a block."""
        return self._shape.of_block

    def getDefaultPeopleDetector(self) -> Tensor:  # noqa: N802
        """The coefficients of OpenCV's detectors of people, for windows of 64 x 128 and 48 x 96: float32, (K, 1).

        Raises:
            ValueError: for other windows.
        """
        of_cv2: Any = cv2  # whose stubs lack these two
        known = {
            (64, 128): of_cv2.HOGDescriptor_getDefaultPeopleDetector,
            (48, 96): of_cv2.HOGDescriptor_getDaimlerPeopleDetector,
        }
        if self._shape.window not in known:
            raise ValueError(
                f"cv.cuda.HOG.getDefaultPeopleDetector: there is none for windows of {self._shape.window}: "
                "create this for (64, 128) or (48, 96)"
            )
        return torch.from_numpy(np.asarray(known[self._shape.window](), np.float32).reshape(-1, 1))

    def setSVMDetector(self, detector: Any) -> None:  # noqa: N802
        """Set the coefficients of the classifier: one for each number of a window, and the constant, if there is."""
        found = [float(x) for x in torch.as_tensor(detector).reshape(-1).tolist()]
        if len(found) - self.getDescriptorSize() not in (0, 1):
            raise ValueError(
                f"cv.cuda.HOG.setSVMDetector: argument 'detector' has {len(found)} numbers: pass "
                f"{self.getDescriptorSize()}, and a constant"
            )
        self._detector = found

    @method("HOG.compute")
    def compute(self, img: Image, descriptors: Out = None, stream: Stream | None = None) -> Tensor:
        """The descriptors of all windows of an image.

        Args:
            img: uint8, (H, W), (H, W, 3) or (H, W, 4).
            descriptors: where to write the result.
            stream: the stream to work on.

        Returns:
            float32, (number of windows, numbers of a window), row by row.
        """
        steps, image = self._steps(), _image(img)
        if image.shape[0] < self._shape.window[1] or image.shape[1] < self._shape.window[0]:
            return torch.empty(0, self.getDescriptorSize(), device=img.device)
        found = gradients.windows(self._blocks(image), self._shape, steps).flatten(0, 1)
        if self._descriptorFormat == _ROW_BY_ROW:
            w, h = self._shape.blocks
            found = found.reshape(-1, w, h, self._shape.of_block).transpose(1, 2).flatten(1)
        return found

    def detect(self, img: Any) -> tuple[list[tuple[int, int]], list[float]]:
        """The windows of an image that are objects, and how sure that is. The host waits for them.

        Args:
            img: uint8, (H, W), (H, W, 3) or (H, W, 4).

        Returns:
            The windows' corners, x and y, and their confidences.
        """
        found = self._scores(img)
        places, values = self._hits(found)
        return places, values

    def detectWithoutConf(self, img: Any) -> list[tuple[int, int]]:  # noqa: N802
        """The same without confidences."""
        return self.detect(img)[0]

    def detectMultiScale(self, img: Any) -> tuple[list[tuple[int, int, int, int]], list[float]]:  # noqa: N802
        """The objects of all sizes in an image, and how sure that is; windows that agree are joined on the host.

        Args:
            img: uint8, (H, W), (H, W, 3) or (H, W, 4).

        Returns:
            Boxes of x, y, width and height, and their confidences.
        """
        tensor = _inputs.tensor(img, "HOG.detectMultiScale", "img")
        boxes: list[Box] = []
        values: list[float] = []
        for scale in self._scales(tensor.shape[1], tensor.shape[0]):
            places, some = self._hits(self._scores(tensor, scale))
            size = tuple(round(n * scale) for n in self._shape.window)
            boxes += [(round(x * scale), round(y * scale), size[0], size[1]) for x, y in places]
            values += some
        return grouped(boxes, values, self._groupThreshold)

    def detectMultiScaleWithoutConf(self, img: Any) -> list[tuple[int, int, int, int]]:  # noqa: N802
        """The same without confidences."""
        return self.detectMultiScale(img)[0]

    def _scales(self, width: int, height: int) -> list[float]:
        scales, scale = [1.0], self._scaleFactor
        while len(scales) < self._numLevels and self._scaleFactor > 1:
            if round(width / scale) < self._shape.window[0] or round(height / scale) < self._shape.window[1]:
                break
            scales.append(scale)
            scale *= self._scaleFactor
        return scales

    @method("HOG.detect")
    def _scores(self, img: Image, scale: float = 1.0) -> Tensor:
        """How sure each window (rows, columns) is to be an object; there are none in an image that is too small."""
        if not self._detector:
            raise refuse("detector", "is not set: call setSVMDetector(hog.getDefaultPeopleDetector()) first")
        image = _image(img)
        height, width = (round(n / scale) for n in image.shape[:2])
        if (height, width) != tuple(image.shape[:2]):
            planes = image.permute(2, 0, 1)[..., None]
            image = linear_exact(planes, height, width)[..., 0].permute(1, 2, 0).to(torch.uint8)
        if height < self._shape.window[1] or width < self._shape.window[0]:
            return torch.empty(0, 0, dtype=torch.float64, device=img.device)
        size = self.getDescriptorSize()
        w, h = self._shape.blocks
        learned = table(self._detector[:size], torch.float64, img.device).reshape(w, h, -1).permute(2, 1, 0)
        found = self._blocks(image).double()
        steps = self._steps()
        sums = torch.nn.functional.conv2d(found[None], learned[None], stride=(steps[1], steps[0]))
        return sums[0, 0] + (self._detector[size] if len(self._detector) > size else 0.0)

    def _hits(self, scores: Tensor) -> tuple[list[tuple[int, int]], list[float]]:
        places = (scores >= self._hitThreshold).nonzero()
        values: list[float] = scores[places[:, 0], places[:, 1]].tolist()
        return [(x * self._winStride[0], y * self._winStride[1]) for y, x in places.tolist()], values

    def _steps(self) -> tuple[int, int]:
        if any(self._winStride[i] % self._shape.stride[i] or self._winStride[i] < 1 for i in (0, 1)):
            raise refuse("winStride", f"is {self._winStride}: set multiples of the blocks' steps, {self._shape.stride}")
        return self._winStride[0] // self._shape.stride[0], self._winStride[1] // self._shape.stride[1]

    def _blocks(self, image: Tensor) -> Tensor:
        sigma = self._winSigma if self._winSigma >= 0 else sum(self._shape.block) / 8
        return gradients.blocks(image, self._shape, sigma, self._l2HysThreshold, self._gammaCorrection)


def _image(img: Tensor) -> Tensor:
    if img.dtype != torch.uint8 or channels(img) not in (1, 3, 4) or batched(img).shape[0] != 1:
        raise refuse("img", f"is {img.dtype} {tuple(img.shape)}: pass one image of uint8 and 1, 3 or 4 channels")
    return batched(img)[0]


def grouped(boxes: list[Box], values: list[float], threshold: int) -> tuple[list[Box], list[float]]:
    """Boxes that lie nearly on one another, joined; those of which there are no more than a number are dropped."""
    if threshold <= 0 or not boxes:
        return boxes, values
    groups: list[list[int]] = []
    for i, box in enumerate(boxes):
        near = [group for group in groups if any(_similar(box, boxes[j]) for j in group)]
        groups = [group for group in groups if group not in near] + [[*(j for group in near for j in group), i]]
    groups = sorted((sorted(group) for group in groups), key=lambda group: group[0])
    means: list[Box] = []
    for group in groups:
        x, y, w, h = (round(sum(boxes[j][k] for j in group) / len(group)) for k in range(4))
        means.append((x, y, w, h))
    kept = []
    for i, (mean, group) in enumerate(zip(means, groups, strict=True)):
        inside = (
            _inside(mean, means[j]) and (len(other) > max(3, len(group)) or len(group) < 3)
            for j, other in enumerate(groups)
            if j != i and len(other) > threshold
        )
        if len(group) > threshold and not any(inside):
            kept.append((mean, max(values[j] for j in group)))
    return [box for box, _ in kept], [value for _, value in kept]


def _similar(a: Box, b: Box) -> bool:
    far = _EPSILON * (min(a[2], b[2]) + min(a[3], b[3])) * 0.5
    corners = ((a[0], b[0]), (a[1], b[1]), (a[0] + a[2], b[0] + b[2]), (a[1] + a[3], b[1] + b[3]))
    return all(abs(u - v) <= far for u, v in corners)


def _inside(small: Box, large: Box) -> bool:
    dx, dy = round(large[2] * _EPSILON), round(large[3] * _EPSILON)
    return (
        small[0] >= large[0] - dx
        and small[1] >= large[1] - dy
        and small[0] + small[2] <= large[0] + large[2] + dx
        and small[1] + small[3] <= large[1] + large[3] + dy
    )


register("HOG_create", "cudaobjdetect", HOG.create)
