"""OpenCV's module ``cudafeatures2d``: FAST corners. They follow the CPU function.

What a detector finds stays on the device, in the rows that OpenCV packs it in; ``convert`` makes key points of it.
"""

from __future__ import annotations

from typing import Any

import cv2
import torch
from torch import Tensor

from torch_opencv._binding import wrap
from torch_opencv.cuda._calls import Image, Out, form, method, native_class, refuse
from torch_opencv.cuda._images import batched, channels
from torch_opencv.cuda._inputs import tensor
from torch_opencv.cuda._routing import register
from torch_opencv.cuda._settings import settings
from torch_opencv.cuda.kernels import fast
from torch_opencv.cuda.streams import Stream

_SIZE = 7.0

for _name, _row in (("LOCATION_ROW", 0), ("RESPONSE_ROW", 1), ("ROWS_COUNT", 2), ("FEATURE_SIZE", 7)):
    register(f"FastFeatureDetector_{_name}", "cudafeatures2d", _row)


def key_points(numbers: list[tuple[float, ...]]) -> list[Any]:
    """Key points of x, y, size, angle, response and octave."""
    kind: Any = wrap.counterpart(cv2, "KeyPoint")
    return [kind(*x) for x in numbers]


@native_class("cudafeatures2d")
class Feature2DAsync:
    """What detectors of features have in common."""

    def detectAsync(self, image: Any, keypoints: Any = None, mask: Any = None, stream: Stream | None = None) -> Any:  # noqa: N802
        """What is found in an image, left on the device."""
        raise NotImplementedError(
            f"cv.cuda.Feature2DAsync.detectAsync: {type(self).__name__} is no detector: create one"
        )

    def convert(self, gpu_keypoints: Any) -> list[Any]:
        """What :meth:`detectAsync` found, as a list of ``cv.KeyPoint``."""
        raise NotImplementedError(f"cv.cuda.Feature2DAsync.convert: {type(self).__name__} is no detector: create one")

    def detect(self, image: Any, mask: Any = None) -> list[Any]:
        """What is found in an image, as a list of ``cv.KeyPoint``; the host waits for it."""
        return self.convert(self.detectAsync(image, None, mask))


@native_class("cudafeatures2d")
@settings(
    ("Threshold", "int", "by how many levels the pixels around must be lighter or darker"),
    ("NonmaxSuppression", "bool", "whether only the best of neighbouring corners are kept"),
    ("MaxNumPoints", "int", "how many corners there may be"),
    ("Type", "int", "which pixels around are looked at"),
)
class FastFeatureDetector(Feature2DAsync):
    """FAST corners, as ``cv.FastFeatureDetector``; :meth:`create` makes it."""

    def __init__(self, threshold: int, nonmaxSuppression: bool, type: int, max_npoints: int) -> None:  # noqa: N803
        self._threshold, self._nonmaxSuppression, self._type = threshold, nonmaxSuppression, type
        self._maxNumPoints = max_npoints

    @staticmethod
    @form("FastFeatureDetector.create")
    def create(
        threshold: int = 10,
        nonmaxSuppression: bool = True,  # noqa: N803
        type: int = cv2.FastFeatureDetector_TYPE_9_16,
        max_npoints: int = 5000,
    ) -> FastFeatureDetector:
        """A :class:`FastFeatureDetector`.

        Args:
            threshold: by how many levels the pixels around must be lighter or darker.
            nonmaxSuppression: whether only the best of neighbouring corners are kept.
            type: ``cv.FastFeatureDetector_TYPE_9_16``: 9 of 16 pixels around. OpenCV's CUDA class has no other.
            max_npoints: how many corners there may be; the first are kept, row by row.
        """
        if type != cv2.FastFeatureDetector_TYPE_9_16:
            raise refuse(
                "type", f"is {type}: pass cv.FastFeatureDetector_TYPE_9_16, the only one of OpenCV's CUDA class"
            )
        return FastFeatureDetector(threshold, nonmaxSuppression, type, max_npoints)

    @method("FastFeatureDetector.detectAsync")
    def detectAsync(  # noqa: N802
        self, image: Image, keypoints: Out = None, mask: Tensor | None = None, stream: Stream | None = None
    ) -> Tensor:
        """The corners of an image, row by row. The host asks how many there are, as in OpenCV.

        Args:
            image: uint8, (H, W).
            keypoints: where to write the result.
            mask: uint8 or bool, (H, W): where corners may be.
            stream: the stream to work on.

        Returns:
            float32, (2, number of corners): x and y as two int16 in each number's bits, and below them the largest
            threshold at which they are corners (0 without suppression). :meth:`convert` takes it apart.
        """
        if image.dtype != torch.uint8 or channels(image) != 1 or batched(image).shape[0] != 1:
            raise refuse("image", f"is {image.dtype} {tuple(image.shape)}: pass one image of uint8 and one channel")
        gray = batched(image)[0, ..., 0]
        corner, score = fast.scores(gray, min(max(self._threshold, 0), 255))
        if self._nonmaxSuppression:
            corner = corner & fast.alone(score)
        if mask is not None:
            if mask.numel() != gray.numel():
                raise refuse("mask", f"has the shape {tuple(mask.shape)}: pass one of the image's size")
            corner = corner & (mask.reshape(gray.shape) != 0)
        places = corner.nonzero()[: self._maxNumPoints]
        response = score[places[:, 0], places[:, 1]].float() * self._nonmaxSuppression
        packed = places.flip(1).to(torch.int16).reshape(-1).view(torch.float32)
        return torch.stack([packed, response])

    def convert(self, gpu_keypoints: Any) -> list[Any]:
        """What :meth:`detectAsync` found, as a list of ``cv.KeyPoint``; the host waits for it."""
        rows = tensor(gpu_keypoints, "FastFeatureDetector.convert", "gpu_keypoints").cpu()
        if rows.numel() == 0:
            return []
        places = rows[0].contiguous().view(torch.int16).reshape(-1, 2).tolist()
        return key_points([(x, y, _SIZE, -1.0, r) for (x, y), r in zip(places, rows[1].tolist(), strict=True)])


register("FastFeatureDetector_create", "cudafeatures2d", FastFeatureDetector.create)
