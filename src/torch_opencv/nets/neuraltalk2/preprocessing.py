"""Images as NeuralTalk2's network takes them.

Source: videocaptioning.lua and prepro() of misc/net_utils.lua in https://github.com/karpathy/neuraltalk2.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

import torch_opencv as cv

SIZE: Final = 224
"""The side of the images that the network takes."""
_SCALED: Final = 256
_MEANS: Final = (123.68, 116.779, 103.939)  # of VGG's training images: red, green, blue


def preprocess(frame: Tensor) -> Tensor:
    """A frame to an image for the network.

    The central square, scaled to 256x256, of which the central 224x224 are taken as `normalize` does. As in the
    original, the square is sampled half a pixel to the right and below of its place (getRectSubPix between two pixels).

    Args:
        frame: uint8 (H, W, 3), BGR.

    Returns:
        float32 (3, 224, 224), RGB.

    Raises:
        ValueError: The frame is of another shape or dtype, or empty.
    """
    if frame.dtype != torch.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or not frame.numel():
        raise ValueError(f"a frame must be uint8 (H, W, 3), BGR, not {frame.dtype} {tuple(frame.shape)}")
    height, width = frame.shape[:2]
    side = min(height, width)  # the original's is the height, which in an upright image would leave it at the sides
    crop = cv.resize(cv.getRectSubPix(frame, (side, side), (width / 2, height / 2)), (_SCALED, _SCALED))
    return normalize(crop.flip(2).permute(2, 0, 1)[None])[0]


def normalize(images: Tensor) -> Tensor:
    """The central 224x224 of RGB images, minus VGG's means.

    Where the margin is even, rows and columns begin one before the centre's, as in the original, which counts from 1.

    Args:
        images: (N, 3, H, W), RGB, values in 0..255, H and W from 224.

    Returns:
        float32 (N, 3, 224, 224).

    Raises:
        ValueError: The images are of another shape.
    """
    if images.ndim != 4 or images.shape[1] != 3 or min(images.shape[2:]) < SIZE:
        raise ValueError(f"images must be (N, 3, H, W) of {SIZE}x{SIZE} or larger, not {tuple(images.shape)}")
    top, left = (max((size - SIZE + 1) // 2 - 1, 0) for size in images.shape[2:])
    cropped = images[:, :, top : top + SIZE, left : left + SIZE].float()
    return cropped - torch.tensor(_MEANS, device=images.device).view(1, 3, 1, 1)
