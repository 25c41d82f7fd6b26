"""OpenCV's module ``cudaobjdetect``: cascades of classifiers. They follow the CPU class ``cv.CascadeClassifier``."""

from __future__ import annotations

import xml.etree.ElementTree
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda import _inputs
from torch_opencv.cuda._calls import Image, Out, method, native_class, refuse
from torch_opencv.cuda._images import batched, channels
from torch_opencv.cuda._routing import register
from torch_opencv.cuda._settings import settings
from torch_opencv.cuda.kernels import cascade
from torch_opencv.cuda.streams import Stream

_STAGE_EPSILON = 1e-5
_GROUP_EPSILON = 0.2


@native_class("cudaobjdetect")
@settings(
    ("MaxObjectSize", "tuple[int, int]", "width and height of the largest objects; 0: as large as the image"),
    ("MinObjectSize", "tuple[int, int]", "width and height of the smallest objects"),
    ("ScaleFactor", "float", "how much larger each size is than the one before, above 1"),
    ("MinNeighbors", "int", "how many windows must agree on an object; 0: each window is one"),
    ("FindLargestObject", "bool", "whether only the largest object is kept"),
    ("MaxNumObjects", "int", "how many objects there may be"),
)
class CascadeClassifier:
    """Objects, such as faces, by a cascade of Haar features; :meth:`create` makes it.

    It finds what ``cv.CascadeClassifier`` finds. OpenCV's CUDA class reads Haar cascades of an older format, which are
    not read here; LBP cascades, tilted features and trees deeper than one level are not either.
    """

    def __init__(self, window: tuple[int, int], stages: list[cascade.Stage]) -> None:
        self._window, self._stages = window, stages
        self._maxObjectSize, self._minObjectSize, self._scaleFactor = (0, 0), (0, 0), 1.2
        self._minNeighbors, self._findLargestObject, self._maxNumObjects = 4, False, 100

    @staticmethod
    def create(filename: str) -> CascadeClassifier:
        """A :class:`CascadeClassifier`.

        Args:
            filename: an XML file of a cascade, such as ``haarcascade_frontalface_default.xml`` of ``cv2.data``.

        Raises:
            FileNotFoundError: where there is no such file.
            ValueError: for one that is no cascade, or one of another kind.
        """
        return CascadeClassifier(*_read(filename))

    def getClassifierSize(self) -> tuple[int, int]:  # noqa: N802
        """Width and height of the windows that were learned."""
        return self._window

    @method("CascadeClassifier.detectMultiScale")
    def detectMultiScale(  # noqa: N802
        self, image: Image, objects: Out = None, stream: Stream | None = None
    ) -> Tensor:
        """The objects of a grey image. Windows are looked at on the device, and joined on the host, as in OpenCV.

        Args:
            image: uint8, (H, W).
            objects: where to write the result.
            stream: the stream to work on.

        Returns:
            int32, (1, number of objects, 4): x, y, width and height. :meth:`convert` makes a list of it.
        """
        if image.dtype != torch.uint8 or channels(image) != 1 or batched(image).shape[0] != 1:
            raise refuse("image", f"is {image.dtype} {tuple(image.shape)}: pass one image of uint8 and one channel")
        if self._scaleFactor <= 1:
            raise refuse("scaleFactor", f"is {self._scaleFactor}: set one above 1")
        gray = batched(image)[0, ..., 0]
        scales = self._scales(gray.shape[1], gray.shape[0])
        found = cascade.detected(gray, self._window, scales, self._stages) if scales else torch.empty(0, 3)
        boxes = [
            (round(x * s), round(y * s), round(self._window[0] * s), round(self._window[1] * s))
            for x, y, number in found.tolist()
            for s in (scales[int(number)],)
        ]
        if self._minNeighbors > 0:
            grouped = cv2.groupRectangles(boxes, self._minNeighbors, _GROUP_EPSILON)[0]
            boxes = [(int(x), int(y), int(w), int(h)) for x, y, w, h in grouped]
        if self._findLargestObject:
            boxes = [max(boxes, key=lambda box: box[2] * box[3])] if boxes else []
        kept = torch.tensor(boxes[: self._maxNumObjects], dtype=torch.int32).reshape(1, -1, 4)
        return kept.to(image.device)

    def _scales(self, width: int, height: int) -> list[float]:
        """The sizes of objects, in units of what was learned."""
        most = self._maxObjectSize if all(self._maxObjectSize) else (width, height)
        scales: list[float] = []
        factor = 1.0
        while True:
            size = round(self._window[0] * factor), round(self._window[1] * factor)
            if size[0] > min(width, most[0]) or size[1] > min(height, most[1]):
                return scales
            if size[0] >= self._minObjectSize[0] and size[1] >= self._minObjectSize[1]:
                scales.append(float(np.float32(factor)))
            factor *= self._scaleFactor

    def convert(self, gpu_objects: Any) -> list[tuple[int, int, int, int]]:
        """The result of :meth:`detectMultiScale` as a list of x, y, width and height; the host waits for it."""
        rows = _inputs.tensor(gpu_objects, "CascadeClassifier.convert", "gpu_objects").cpu().reshape(-1, 4)
        return [(x, y, w, h) for x, y, w, h in rows.tolist()]


def _read(filename: str) -> tuple[tuple[int, int], list[cascade.Stage]]:
    """The windows' size and the stages of a file."""
    place = f"cv.cuda.CascadeClassifier.create: argument 'filename' is {filename!r}"
    if not Path(filename).is_file():
        raise FileNotFoundError(f"{place}, and there is no such file")
    try:
        root = xml.etree.ElementTree.parse(filename).find("cascade")
        if root is None or root.findtext("featureType", "").strip() != "HAAR":
            raise ValueError(
                f"{place}, which is no cascade of Haar features in the format of cv2.data: pass such a file"
            )
        features = [_feature(node, place) for node in root.findall("features/_")]
        stages = [_stage(node, features, place) for node in root.findall("stages/_")]
        window = int(root.findtext("width", "")), int(root.findtext("height", ""))
    except (xml.etree.ElementTree.ParseError, IndexError, TypeError) as error:
        raise ValueError(f"{place}, which is no cascade that can be read ({error}): pass another file") from None
    return window, stages


def _feature(node: xml.etree.ElementTree.Element, place: str) -> list[list[float]]:
    """Three rectangles: x, y, width, height and weight; of two, the third has no weight."""
    if node.findtext("tilted", "0").strip() != "0":
        raise ValueError(f"{place}, which has tilted features: pass a cascade without")
    rectangles = [[float(x) for x in (rectangle.text or "").split()] for rectangle in node.findall("rects/_")]
    return [*rectangles, *[[0.0] * 5] * (3 - len(rectangles))]


def _stage(node: xml.etree.ElementTree.Element, features: list[list[list[float]]], place: str) -> cascade.Stage:
    inner = [node.findtext("internalNodes", "").split() for node in node.findall("weakClassifiers/_")]
    leaves = [[float(x) for x in leaf.findtext("leafValues", "").split()] for leaf in node.findall("weakClassifiers/_")]
    if any(len(x) != 4 for x in inner):
        raise ValueError(f"{place}, which has trees deeper than one level: pass a cascade of stumps")
    chosen = np.array([features[int(x[2])] for x in inner])
    values = np.array(leaves, np.float32)
    return cascade.Stage(
        rectangles=chosen[..., :4].astype(np.int64),
        weights=chosen[..., 4].astype(np.float32),
        thresholds=np.array([float(x[3]) for x in inner], np.float32),
        below=values[:, 0],
        above=values[:, 1],
        least=float(np.float32(np.float32(float(node.findtext("stageThreshold", ""))) - np.float32(_STAGE_EPSILON))),
    )


register("CascadeClassifier_create", "cudaobjdetect", CascadeClassifier.create)
