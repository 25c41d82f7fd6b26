"""Cases of OpenCV's modules cudafeatures2d and photo."""

from __future__ import annotations

import cv2
import numpy as np
import torch

import torch_opencv as cv
from tests.cuda.case import Case, cases, tensor_of

U8, U16 = "uint8", "uint16"
cuda = cv.cuda


def _packed(points):
    places = np.array([p.pt for p in points], np.int16).reshape(-1, 2)
    return np.stack([places.view(np.float32)[:, 0], np.array([p.response for p in points], np.float32)])


def corners() -> list[Case]:
    made: list[Case] = []
    for threshold, suppressed in ((10, True), (40, True), (60, False), (0, True)):
        made += cases(
            "FastFeatureDetector",
            lambda a, o=(threshold, suppressed), **k: cuda.FastFeatureDetector.create(*o).detectAsync(a, **k),
            lambda a, o=(threshold, suppressed): _packed(cv2.FastFeatureDetector_create(*o).detect(a)),
            U8,
            1,
            f"{threshold} {suppressed}",
            outputs=("keypoints",),
            batch=False,
            synchronises=True,
        )
    return made


def _in_order(points, descriptors):
    """Key points (K, 6) and descriptors by level, row and column: OpenCV's partition leaves them in any order."""
    order = np.lexsort((points[:, 0], points[:, 1], points[:, 4]))
    return torch.from_numpy(points[order].copy()), torch.from_numpy(descriptors[order].copy())


def _orb(image, options):
    points, descriptors = cuda.ORB.create(**options, blurForDescriptor=True).detectAndComputeAsync(image, None)
    kept = [tensor_of(x).cpu().numpy() for x in (points, descriptors)]
    found = _in_order(kept[0].T, kept[1])
    return [cuda.GpuMat.over(x) for x in found] if isinstance(image, cuda.GpuMat) else found


def _opencv_orb(image, options):
    points, descriptors = cv2.ORB_create(**options).detectAndCompute(image, None)
    rows = [(*p.pt, p.response, p.angle, p.octave, p.size) for p in points]
    found = np.zeros((0, 32), np.uint8) if descriptors is None else descriptors
    return tuple(x.numpy() for x in _in_order(np.array(rows, np.float32).reshape(-1, 6), found))


def oriented() -> list[Case]:
    made: list[Case] = []
    small = {"patchSize": 5, "edgeThreshold": 3}
    for label, options in (
        ("patch 5", small),
        ("3 together", {**small, "WTA_K": 3, "nfeatures": 20}),
        ("4 together", {**small, "WTA_K": 4, "scaleFactor": 1.3, "nlevels": 3}),
        ("by FAST", {**small, "scoreType": cv2.ORB_FAST_SCORE, "fastThreshold": 5, "nfeatures": 30}),
        ("larger", {"edgeThreshold": 8, "firstLevel": 2, "scaleFactor": 1.5, "nlevels": 4}),
    ):
        made += cases(
            "ORB",
            lambda a, o=options: _orb(a, o),
            lambda a, o=options: _opencv_orb(a, o),
            U8,
            (1, 3),
            label,
            tolerance=255,  # of descriptors, single bits of which are due to the order of sums in the blur
            share=0.001,
            outputs=(),
            batch=False,
            synchronises=True,
        )
    return made


def denoising() -> list[Case]:
    made: list[Case] = []
    for h, search, block in ((60, 3, 3), (30, 4, 2)):
        made += cases(
            "fastNlMeansDenoising",
            lambda a, o=(h, search, block), **k: cuda.fastNlMeansDenoising(
                a, o[0], search_window=o[1], block_size=o[2], **k
            ),
            lambda a, o=(h, search, block): cv2.fastNlMeansDenoising(a, None, o[0], o[2], o[1]),
            U8,
            (1, 3),
            f"{h} {search} {block}",
        )
    made += cases(
        "fastNlMeansDenoisingColored",
        lambda a, **k: cuda.fastNlMeansDenoisingColored(a, 40, 30, search_window=3, block_size=3, **k),
        lambda a: cv2.fastNlMeansDenoisingColored(a, None, 40, 30, 3, 3),
        U8,
        3,
        tolerance=3,
        share=0.02,  # as far as Lab is
        ipp=(4, 0.05),
    )
    made += cases(
        "nonLocalMeans",
        lambda a, **k: cuda.nonLocalMeans(a, 60, search_window=3, block_size=3, **k),
        lambda a: _non_local_means(a, 60, 1, 1),
        (U8, U16),
        3,
        tolerance=1,
        share=0.01,
    )
    return made


def _non_local_means(image, h, reach, half):
    """As OpenCV's CUDA function defines it, pixel by pixel."""
    wide = np.pad(
        image.reshape(*image.shape[:2], -1).astype(np.float64), ((reach + half,) * 2,) * 2 + ((0, 0),), "reflect"
    )
    scale = -1 / (h * h * wide.shape[2] * (2 * half + 1) ** 2)
    result = np.zeros((*image.shape[:2], wide.shape[2]))
    for y, x in np.ndindex(*image.shape[:2]):
        cy, cx = y + reach + half, x + reach + half
        own = wide[cy - half : cy + half + 1, cx - half : cx + half + 1]
        total = 0.0
        for dy in range(-reach, reach + 1):
            for dx in range(-reach, reach + 1):
                other = wide[cy + dy - half : cy + dy + half + 1, cx + dx - half : cx + dx + half + 1]
                far = (dy * dy + dx * dx) / (2 * reach + 1) ** 2
                weight = np.exp(((own - other) ** 2).sum() * scale - far)
                total += weight
                result[y, x] += weight * wide[cy + dy, cx + dx]
        result[y, x] /= total
    return result.round().astype(image.dtype).reshape(image.shape)


def gradients() -> list[Case]:
    made: list[Case] = []
    for shape in (((16, 16), (8, 8), (4, 4), (4, 4), 9), ((12, 18), (6, 6), (6, 6), (3, 3), 7)):
        made += cases(
            "HOG",
            lambda a, s=shape, **k: cuda.HOG.create(*s).compute(a, **k),
            lambda a, s=shape: (
                cv2.HOGDescriptor(*s, 1, -1, 0, 0.2, True)
                .compute(a, s[2], (0, 0))
                .reshape(-1, cuda.HOG.create(*s).getDescriptorSize())
                if a.shape[0] >= s[0][1] and a.shape[1] >= s[0][0]
                else np.zeros((0, cuda.HOG.create(*s).getDescriptorSize()), np.float32)
            ),
            U8,
            (1, 3),
            str(shape[0]),
            outputs=("descriptors",),
            batch=False,
        )
    return made


def all_cases() -> list[Case]:
    return [*corners(), *oriented(), *denoising(), *gradients()]
