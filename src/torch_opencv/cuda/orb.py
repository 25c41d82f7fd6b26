"""OpenCV's module ``cudafeatures2d``: ORB. It follows the CPU class."""

from __future__ import annotations

from typing import Any

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._calls import Image, Out, form, method, native_class, refuse
from torch_opencv.cuda._images import batched, channels
from torch_opencv.cuda._inputs import tensor
from torch_opencv.cuda._routing import register
from torch_opencv.cuda._settings import settings
from torch_opencv.cuda.color import cvtColor
from torch_opencv.cuda.features import Feature2DAsync, key_points
from torch_opencv.cuda.kernels import orb
from torch_opencv.cuda.streams import Stream

_ROWS = ("X_ROW", "Y_ROW", "RESPONSE_ROW", "ANGLE_ROW", "OCTAVE_ROW", "SIZE_ROW", "ROWS_COUNT")
for _row, _name in enumerate(_ROWS):
    register(f"ORB_{_name}", "cudafeatures2d", _row)


@native_class("cudafeatures2d")
@settings(
    ("MaxFeatures", "int", "how many key points there may be"),
    ("ScaleFactor", "float", "how many times smaller each level is"),
    ("NLevels", "int", "how many levels there are"),
    ("EdgeThreshold", "int", "how far from the edge key points must be"),
    ("FirstLevel", "int", "which level is the image; those before it are larger"),
    ("WTA_K", "int", "how many pixels each comparison of the descriptor takes"),
    ("ScoreType", "int", "what ranks key points: cv.ORB_HARRIS_SCORE or cv.ORB_FAST_SCORE"),
    ("PatchSize", "int", "the side of the patch that a descriptor is of"),
    ("FastThreshold", "int", "by how many levels the pixels around a corner must be lighter or darker"),
    (
        "BlurForDescriptor",
        "bool",
        "whether levels are blurred first, as the CPU class always does",
    ),
)
class ORB(Feature2DAsync):
    """ORB key points and descriptors; :meth:`create` makes it.

    The key points are those of ``cv.ORB``, and with ``blurForDescriptor`` so are the descriptors. OpenCV's CUDA class
    doesn't blur by default, nor does this one. In a level, key points are in the order of rows.
    """

    def __init__(self, numbers: orb.Settings, is_blurred: bool) -> None:
        self._maxFeatures, self._scaleFactor, self._nLevels = numbers.count, numbers.scale_factor, numbers.levels
        self._edgeThreshold, self._firstLevel, self._wTA_K = numbers.edge, numbers.first_level, numbers.together
        self._scoreType = cv2.ORB_HARRIS_SCORE if numbers.by_harris else cv2.ORB_FAST_SCORE
        self._patchSize, self._fastThreshold, self._blurForDescriptor = numbers.patch, numbers.threshold, is_blurred

    @staticmethod
    @form("ORB.create")
    def create(
        nfeatures: int = 500,
        scaleFactor: float = 1.2,  # noqa: N803
        nlevels: int = 8,
        edgeThreshold: int = 31,  # noqa: N803
        firstLevel: int = 0,  # noqa: N803
        WTA_K: int = 2,  # noqa: N803
        scoreType: int = cv2.ORB_HARRIS_SCORE,  # noqa: N803
        patchSize: int = 31,  # noqa: N803
        fastThreshold: int = 20,  # noqa: N803
        blurForDescriptor: bool = False,  # noqa: N803
    ) -> ORB:
        """An :class:`ORB`.

        Args:
            nfeatures: how many key points there may be; more where several are as good as the last.
            scaleFactor: how many times smaller each level is than the one before, above 1.
            nlevels: how many levels there are.
            edgeThreshold: how far from the edge of a level key points must be, in pixels.
            firstLevel: which level is the image; those before it are larger.
            WTA_K: how many pixels each comparison of the descriptor takes: 2, 3 or 4.
            scoreType: what ranks key points: ``cv.ORB_HARRIS_SCORE`` or ``cv.ORB_FAST_SCORE``.
            patchSize: the side of the patch that a descriptor is of, at least 2.
            fastThreshold: by how many levels the pixels around a corner must be lighter or darker.
            blurForDescriptor: whether levels are blurred before descriptors are made, as ``cv.ORB`` always does.
        """
        by_harris = scoreType == cv2.ORB_HARRIS_SCORE
        numbers = orb.Settings(
            nfeatures, scaleFactor, nlevels, edgeThreshold, firstLevel, WTA_K, by_harris, patchSize, fastThreshold
        )
        made = ORB(numbers, blurForDescriptor)
        made._scoreType = scoreType
        made._numbers()
        return made

    def _numbers(self) -> orb.Settings:
        for argument, is_wrong, what in (
            ("nfeatures", self._maxFeatures < 0, "0 or more"),
            ("scaleFactor", not self._scaleFactor > 1, "a number above 1"),
            ("nlevels", self._nLevels < 1, "1 or more"),
            ("firstLevel", self._firstLevel < 0, "0 or more"),
            ("WTA_K", self._wTA_K not in (2, 3, 4), "2, 3 or 4"),
            ("patchSize", self._patchSize < 2, "2 or more"),
            ("scoreType", self._scoreType not in (cv2.ORB_HARRIS_SCORE, cv2.ORB_FAST_SCORE), "cv.ORB_HARRIS_SCORE"),
        ):
            if is_wrong:
                raise refuse(argument, f"is out of range: pass {what}")
        return orb.Settings(
            self._maxFeatures,
            orb.single(self._scaleFactor),
            self._nLevels,
            self._edgeThreshold,
            self._firstLevel,
            self._wTA_K,
            self._scoreType == cv2.ORB_HARRIS_SCORE,
            self._patchSize,
            min(max(self._fastThreshold, 0), 255),
        )

    def descriptorSize(self) -> int:  # noqa: N802
        """The bytes of a descriptor."""
        return 32

    def descriptorType(self) -> int:  # noqa: N802
        """The type of descriptors."""
        return cv2.CV_8U

    def defaultNorm(self) -> int:  # noqa: N802
        """The norm that descriptors are compared by."""
        return cv2.NORM_HAMMING if self._wTA_K == 2 else cv2.NORM_HAMMING2

    @method("ORB.detectAsync")
    def detectAsync(  # noqa: N802
        self, image: Image, keypoints: Out = None, mask: Tensor | None = None, stream: Stream | None = None
    ) -> Tensor:
        """The key points of an image. The host asks how many there are, as in OpenCV.

        Args:
            image: uint8, (H, W), or (H, W, 3) in BGR.
            keypoints: where to write the result.
            mask: uint8 or bool, (H, W): where key points may be.
            stream: the stream to work on.

        Returns:
            float32, (6, number of key points): x, y, response, angle in degrees, level and diameter.
            :meth:`convert` makes ``cv.KeyPoint`` of them.
        """
        numbers, gray = self._numbers(), _gray(image)
        return orb.key_points(orb.levels(gray, numbers, numbers.levels), _masks(mask, gray, numbers), numbers)

    @method("ORB.computeAsync")
    def computeAsync(  # noqa: N802
        self, image: Image, keypoints: Tensor, descriptors: Out = None, stream: Stream | None = None
    ) -> tuple[Tensor, Tensor]:
        """The descriptors of key points; those near the edge of the image are left out.

        Args:
            image: uint8, (H, W), or (H, W, 3) in BGR.
            keypoints: float32, (6, number of key points), as :meth:`detectAsync` returns them.
            descriptors: where to write the descriptors.
            stream: the stream to work on.

        Returns:
            the key points that were described, and their descriptors, uint8, (their number, 32).
        """
        return self._computed(_gray(image), keypoints)

    @method("ORB.detectAndComputeAsync")
    def detectAndComputeAsync(  # noqa: N802
        self,
        image: Image,
        mask: Tensor | None,
        keypoints: Out = None,
        descriptors: Out = None,
        useProvidedKeypoints: bool = False,  # noqa: N803
        stream: Stream | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Key points and their descriptors.

        Args:
            image: uint8, (H, W), or (H, W, 3) in BGR.
            mask: uint8 or bool, (H, W): where key points may be. None: anywhere.
            keypoints: where to write the key points.
            descriptors: where to write the descriptors.
            useProvidedKeypoints: False, as in OpenCV's CUDA class; :meth:`computeAsync` takes key points.
            stream: the stream to work on.

        Returns:
            the key points, as of :meth:`detectAsync`, and their descriptors, uint8, (their number, 32).
        """
        if useProvidedKeypoints:
            raise refuse("useProvidedKeypoints", "is True: call computeAsync(image, keypoints)")
        numbers, gray = self._numbers(), _gray(image)
        pyramid = orb.levels(gray, numbers, numbers.levels)
        found = orb.key_points(pyramid, _masks(mask, gray, numbers), numbers)
        return found, orb.descriptors(pyramid, found, numbers, self._blurForDescriptor)

    def _computed(self, gray: Tensor, found: Tensor) -> tuple[Tensor, Tensor]:
        if found.ndim != 2 or found.shape[0] != len(_ROWS) - 1 or found.dtype != torch.float32:
            raise refuse("keypoints", f"is {found.dtype} {tuple(found.shape)}: pass what detectAsync returned")
        numbers, (h, w), edge = self._numbers(), gray.shape, self._edgeThreshold
        if edge > 0:
            x, y = found[0], found[1]
            found = found[:, (x >= edge) & (y >= edge) & (x < w - edge) & (y < h - edge) & (min(h, w) > 2 * edge)]
        count = int(found[4].max()) + 1 if found.shape[1] else 0
        pyramid = orb.levels(gray, numbers, count)
        return found, orb.descriptors(pyramid, found, numbers, self._blurForDescriptor)

    def convert(self, gpu_keypoints: Any) -> list[Any]:
        """What :meth:`detectAsync` found, as a list of ``cv.KeyPoint``; the host waits for it."""
        rows = tensor(gpu_keypoints, "ORB.convert", "gpu_keypoints").cpu()
        return key_points(
            [(x, y, size, angle, response, int(level)) for x, y, response, angle, level, size in rows.T.tolist()]
        )

    def compute(self, image: Any, keypoints: Any, descriptors: Any = None) -> tuple[Any, Any]:
        """The descriptors of a list of ``cv.KeyPoint``, ordered by level; those near the edge are left out.

        Returns:
            the key points that were described, and their descriptors, uint8, (their number, 32).
        """
        ordered = sorted(keypoints, key=lambda point: point.octave)
        rows = [(*p.pt, p.response, p.angle, p.octave, p.size) for p in ordered]
        device = tensor(image, "ORB.compute", "image").device
        packed = torch.tensor(rows, dtype=torch.float32, device=device).reshape(-1, 6).T.contiguous()
        kept, made = self.computeAsync(image, packed, descriptors)
        return self.convert(kept), made

    def detectAndCompute(self, image: Any, mask: Any = None, descriptors: Any = None) -> tuple[Any, Any]:  # noqa: N802
        """Key points as a list of ``cv.KeyPoint``, and their descriptors on the device."""
        found, made = self.detectAndComputeAsync(image, mask, None, descriptors)
        return self.convert(found), made


def _gray(image: Tensor) -> Tensor:
    if image.dtype != torch.uint8 or channels(image) not in (1, 3) or batched(image).shape[0] != 1:
        raise refuse("image", f"is {image.dtype} {tuple(image.shape)}: pass one image of uint8, of 1 or 3 channels")
    one = batched(image)[0]
    return one[..., 0] if one.shape[-1] == 1 else cvtColor(one, cv2.COLOR_BGR2GRAY)


def _masks(mask: Tensor | None, gray: Tensor, numbers: orb.Settings) -> list[Tensor] | None:
    if mask is None:
        return None
    if mask.numel() != gray.numel() or mask.dtype != torch.uint8:
        raise refuse("mask", f"is {mask.dtype} {tuple(mask.shape)}: pass uint8 or bool of the image's size")
    return orb.levels(mask.reshape(gray.shape), numbers, numbers.levels, is_mask=True)


register("ORB_create", "cudafeatures2d", ORB.create)
