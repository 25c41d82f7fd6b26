"""From an image, or boxes of it, to a network's input: ``cv.cuda.preprocess``, which OpenCV has no like of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda import warping
from torch_opencv.cuda._calls import Image, Out, native, refuse
from torch_opencv.cuda._images import batched
from torch_opencv.cuda.kernels.accelerated import attempt
from torch_opencv.cuda.streams import Stream


@native("preprocessing")
def preprocess(
    src: Image,
    dsize: tuple[int, int],
    dst: Out = None,
    *,
    boxes: Any = None,
    swapRB: bool = True,  # noqa: N803
    scale: float = 1.0 / 255,
    mean: Sequence[float] = (0.0, 0.0, 0.0),
    std: Sequence[float] = (1.0, 1.0, 1.0),
    dtype: torch.dtype = torch.float32,
    interpolation: int = cv2.INTER_LINEAR,
    stream: Stream | None = None,
) -> Tensor:
    """A network's input of an image: cropped, resized, BGR to RGB, ``(x * scale - mean) / std``, channels first.

    Args:
        src: uint8, an image (H, W, 3) or a batch (N, H, W, 3).
        dsize: (width, height) of the input.
        dst: where to write the result.
        boxes: boxes to crop, ``(x, y, width, height)`` each, within one image; on the host, as their sizes decide what
            is to be done. None: the whole image.
        swapRB: whether the first and the third channel are exchanged.
        scale: what pixels are multiplied by first.
        mean: what is subtracted then, one number for each channel of the result.
        std: what is divided by then, likewise.
        dtype: the dtype of the result, a floating one.
        interpolation: as ``resize``'s.
        stream: the stream to work on.

    Returns:
        (N, 3, height, width), or (number of boxes, 3, height, width). Pixels are resized as ``resize`` does it, to
        whole levels, and then computed with in float32.
    """
    image = batched(src)
    if src.dtype != torch.uint8 or image.shape[-1] != 3:
        raise refuse("src", f"is {src.dtype} {tuple(src.shape)}: pass uint8 of 3 channels")
    if not dtype.is_floating_point:
        raise refuse("dtype", f"is {dtype}: pass a floating one")
    if len(mean) != 3 or len(std) != 3:
        raise refuse("mean", f"and 'std' have {len(mean)} and {len(std)} numbers: pass 3 each")
    order = (2, 1, 0) if swapRB else (0, 1, 2)
    factors, shifts = [scale / x for x in std], [m / x for m, x in zip(mean, std, strict=True)]
    places, dsize = _places(image, boxes), warping.size_of(dsize)
    if interpolation == cv2.INTER_LINEAR and dtype != torch.float64:
        made = attempt(
            "preprocess",
            image,
            lambda fused: fused.preprocessed(image, places, dsize, factors, shifts, swapRB, dtype),
        )
        if made is not None:
            return made
    if boxes is None:
        pixels = warping.resize(image, dsize, interpolation=interpolation)
    else:
        crops = [
            warping.resize(image[:, y : y + h, x : x + w], dsize, interpolation=interpolation)
            for _, x, y, w, h in places
        ]
        pixels = torch.cat(crops) if crops else image.new_empty((0, dsize[1], dsize[0], 3))
    planes = [(pixels[..., c].float() * factors[i] - shifts[i]).to(dtype) for i, c in enumerate(order)]
    return torch.stack(planes, 1)


def _places(image: Tensor, boxes: Any) -> list[tuple[int, int, int, int, int]]:
    """What is to be resized: the number of the image, x, y, width and height."""
    if boxes is None:
        return [(i, 0, 0, image.shape[2], image.shape[1]) for i in range(image.shape[0])]
    if image.shape[0] != 1:
        raise refuse("boxes", f"are given, and 'src' is a batch of {image.shape[0]}: pass one image")
    if isinstance(boxes, Tensor):
        if boxes.device.type != "cpu":
            raise refuse("boxes", f"are on {boxes.device}: pass boxes.cpu(), as their sizes decide what is to be done")
        boxes = boxes.tolist()
    h, w = image.shape[1:3]
    places = []
    for box in boxes:
        x, y, width, height = (int(v) for v in box)
        if x < 0 or y < 0 or width <= 0 or height <= 0 or x + width > w or y + height > h:
            raise refuse("boxes", f"has {(x, y, width, height)}, which is not within {w} x {h}: clip it to the image")
        places.append((0, x, y, width, height))
    return places
