"""The geometry between face-api's networks: from a detector's candidates to faces, and from a face to the next crop.

Boxes are float64 tensors of left, top, width and height. All of this is done on the CPU: there are a few boxes.
"""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor

_EYE_HEIGHT, _SHRINK = 0.43, 0.45  # where the eyes, the mouth and their mean are in the crop for the descriptor
_LEFT_EYE, _RIGHT_EYE, _MOUTH = slice(36, 42), slice(42, 48), slice(48, 68)
_ALIGNED_MARGIN: Final = 0.1  # added at each side of the landmarks' bounding box
_LANDMARK_INPUT: Final = 112

Crop = tuple[int, int, int, int]


def padded_to_frame(width: int, height: int, size: int) -> tuple[float, float]:
    """Factors that bring parts of the padded square's side to pixels of a frame: for x and for y.

    As face-api has it: the frame's own size after the resizing to `size` is rounded first.
    """
    scale = size / max(width, height)
    return (width * size / math.floor(width * scale + 0.5), height * size / math.floor(height * scale + 0.5))


def suppressed(boxes: Tensor, scores: Tensor, overlap: float) -> Tensor:
    """Greedy non-maximum suppression.

    Args:
        boxes: (K, 4).
        scores: (K,).
        overlap: A box is dropped if its intersection over union with a better one that is kept is greater.

    Returns:
        The indices of the boxes that are kept, torch.int64, best first.

    """
    order = scores.argsort(descending=True, stable=True)
    overlaps = (iou(boxes[order], boxes[order]) > overlap).tolist()
    kept: list[int] = []
    for index, row in enumerate(overlaps):
        if not any(row[better] for better in kept):
            kept.append(index)
    return order[kept]


def iou(one: Tensor, other: Tensor) -> Tensor:
    """Intersection over union of all pairs of boxes: (N, 4) and (M, 4) to (N, M); 0 where neither has an area."""
    start = torch.maximum(one[:, None, :2], other[None, :, :2])
    end = torch.minimum(one[:, None, :2] + one[:, None, 2:], other[None, :, :2] + other[None, :, 2:])
    both = (end - start).clamp(min=0).prod(dim=2)
    union = one[:, None, 2:].prod(dim=2) + other[None, :, 2:].prod(dim=2) - both
    return torch.where(union > 0, both / union, 0.0)


def crop(box: Tensor, width: int, height: int) -> Crop | None:
    """The part of a frame that is cut out for a box (4,): whole pixels inside it; None if there are none.

    As face-api has it: clipped to the frame, then left, top, width and height are rounded down, each by itself.
    """
    x, y, w, h = box.tolist()
    left, top = max(x, 0.0), max(y, 0.0)
    right, bottom = min(x + w, width), min(y + h, height)
    sizes = math.floor(left), math.floor(top), math.floor(right - left), math.floor(bottom - top)
    return sizes if sizes[2] > 0 and sizes[3] > 0 else None


def landmarks_in_frame(landmarks: Tensor, cut: Crop, box: Tensor) -> Tensor:
    """The landmark network's output in pixels of the frame.

    Args:
        landmarks: (68, 2), as `Landmarks68` gives them.
        cut: What the network was given, before the padding.
        box: (4,) The face's, of which `cut` are the whole pixels.

    Returns:
        float64 (68, 2), x and y.

    """
    size = torch.tensor(cut[2:], dtype=torch.float64)
    inside = size * (_LANDMARK_INPUT / size.max())
    padding = (_LANDMARK_INPUT - inside) / 2
    return (landmarks.double() * _LANDMARK_INPUT - padding) / inside * size + box[:2]


def aligned_box(landmarks: Tensor) -> Tensor:
    """The box (4,) around landmarks (68, 2), a tenth larger on each side: what age and expression are read from."""
    low, high = landmarks.amin(dim=0), landmarks.amax(dim=0)
    size = high - low
    return torch.cat((low - _ALIGNED_MARGIN * size, size * (1 + 2 * _ALIGNED_MARGIN)))


def descriptor_box(landmarks: Tensor, cut: Crop) -> Tensor:
    """The box (4,) that a descriptor is made from: a square placed by eyes and mouth, not turned.

    Args:
        landmarks: (68, 2) in pixels.
        cut: The crop that they were found in. (The square is limited by its width and height, though it should be by
            the frame's; so the published threshold of 0.6 has it.)

    """
    left_eye, right_eye, mouth = (landmarks[part].mean(dim=0) for part in (_LEFT_EYE, _RIGHT_EYE, _MOUTH))
    distance = ((left_eye - mouth).norm() + (right_eye - mouth).norm()) / 2
    size = math.floor(distance / _SHRINK)
    centre_x, centre_y = ((left_eye + right_eye + mouth) / 3).tolist()
    x = math.floor(max(0.0, centre_x - 0.5 * size))
    y = math.floor(max(0.0, centre_y - _EYE_HEIGHT * size))
    return torch.tensor([x, y, min(size, cut[2] + x), min(size, cut[3] + y)], dtype=torch.float64)
