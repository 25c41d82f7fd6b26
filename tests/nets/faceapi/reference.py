"""What the JavaScript library gave for 19 images, and its published weights. shared/data/faceapi/README.md describes
it all; the levels below are those of its section 10."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from torch_opencv import weights
from torch_opencv.formats import tfjs

AGE, LOGITS, LANDMARKS, DESCRIPTOR, BOXES, SCORES = 1e-3, 1e-4, 1e-5, 1e-5, 1e-2, 1e-5
LANDMARK_PIXELS = 1e-3


class Reference:
    """The reference outputs in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        content = json.loads((folder / "reference.json").read_text())
        self.images: list[dict[str, Any]] = content["images"]
        self.weights_check: dict[str, dict[str, Any]] = content["weights_check"]
        self.expressions: list[str] = content["expression_order"]

    def frame(self, image: dict[str, Any]) -> Tensor:
        """The image of a record, torch.uint8 (H, W, 3) BGR."""
        return self._read(image["file"])

    def face(self, image: dict[str, Any], size: int) -> Tensor:
        """Its fixed crop of 112 or 150 pixels, float32 (3, size, size) RGB."""
        return self._read(image["crop"][f"file{size}"]).flip(2).permute(2, 0, 1).float()

    @functools.cache  # noqa: B019 (there is one Reference)
    def _read(self, file: str) -> Tensor:
        with Image.open(self.folder / file) as image:
            return torch.from_numpy(np.array(image.convert("RGB"))).flip(2).contiguous()


@functools.cache
def published(name: str) -> dict[str, Tensor]:
    """The tensors of a catalogue entry; skips if they can't be fetched."""
    try:
        return tfjs.load(weights.path(name, progress=False))
    except weights.WeightsError as error:
        pytest.skip(f"needs the weights {name}: {str(error).splitlines()[0]}")


def close(ours: Tensor | list[float] | float, theirs: Any, tolerance: float) -> None:
    """Assert that no number is further from the reference than the tolerance."""
    torch.testing.assert_close(
        torch.as_tensor(ours, dtype=torch.float64),
        torch.as_tensor(theirs, dtype=torch.float64),
        rtol=0,
        atol=tolerance,
    )
