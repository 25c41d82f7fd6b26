"""Reading the images that networks are trained on."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
from torch import Tensor

import torch_opencv as cv
from torch_opencv.training.errors import TrainingError


def read_frame(path: Path) -> Tensor:
    """An image from a file.

    Args:
        path: a JPEG or PNG file, say.

    Returns:
        torch.uint8 (H, W, 3), BGR.

    Raises:
        TrainingError: it can't be read.
    """
    try:
        data = np.fromfile(path, np.uint8)  # not cv.imread: on Windows it can't open names outside the code page
    except OSError as error:
        raise TrainingError(f"the image {path} can't be read: {error.strerror}") from None
    image: Tensor | None = None
    with suppress(cv.error):  # which is raised for an empty file, say
        image = cv.imdecode(data, cv.IMREAD_COLOR)
    if image is None:
        raise TrainingError(f"{path} can't be read as an image: give a JPEG or PNG file")
    return image


def read_image(path: Path) -> Tensor:
    """An image from a file, as style networks take it: (3, H, W), RGB in 0..1; see `read_frame`."""
    return read_frame(path).flip(2).permute(2, 0, 1).float() / 255
