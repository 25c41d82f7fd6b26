"""What is in a picture, as one of a thousand classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from torch_opencv import runtime
from torch_opencv.vision.classify import loading
from torch_opencv.vision.frames import Normalise, center_crop, check_frame, resize_into

_BEST = 5


@dataclass(frozen=True)
class Prediction:
    """A class and how sure the network is of it.

    label: its names, as "goldfish, Carassius auratus".
    wnid: its WordNet id, as "n01443537"; None if the model's classes have none.
    score: its share of 1 among all classes (softmax).
    """

    label: str
    wnid: str | None
    score: float


class Classifier:
    """Says what is in a frame's middle.

    model: "efficientnet-lite0"; "timm:NAME", any classifier of timm's (`pip install 'torch-opencv[timm]'`); or the path
        of a Torch7 file, such as that of the original demo's Network in Network.
    device: "auto" (CUDA if there is one), "cpu", "cuda" or "cuda:N".

    What it is stands in its attributes `model`, `device`, `backend` (see `runtime.Accelerated`) and `classes`, the
    (wnid, label) pairs in the order of the network's outputs.

    Made the first time on a machine, it takes some seconds longer: the network is compiled (see `runtime`).
    ModelError if there is no such model, WeightsError if its weights can't be had, DeviceError if there is no such
    device; each with one line that says what to do.
    """

    def __init__(self, model: str | Path = "efficientnet-lite0", *, device: str | torch.device = "auto") -> None:
        self.device = runtime.resolve_device(device)  # before anything is loaded
        self.model = str(model)
        self._loaded = loaded = loading.load(model)
        self.classes = loaded.classes
        module = nn.Sequential(Normalise(loaded.mean, loaded.std), loaded.network, nn.Softmax(dim=1))
        # Noise, since a blank picture could hide that a network is computed wrongly (see runtime.accelerate).
        example = torch.randint(
            256, (2, *loaded.size, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
        )
        self._network = runtime.accelerate(module, example, device=self.device, dynamic=(0,), name=self.model)
        self.backend = self._network.backend

    def __call__(self, frame: Tensor) -> list[Prediction]:
        """The five best classes, best first, for a torch.uint8 (H, W, 3) BGR frame of any size and stride.

        TypeError or ValueError if it is anything else.
        """
        return self.batch([frame])[0]

    def batch(self, frames: Sequence[Tensor]) -> list[list[Prediction]]:
        """The same for several frames, which may differ in size."""
        if not frames:
            return []
        inputs = runtime.staging((len(frames), *self._loaded.size, 3), torch.uint8, self.device)
        for target, frame in zip(inputs, frames, strict=True):
            check_frame(frame)
            resize_into(target, center_crop(frame, self._loaded.crop), upsampling=self._loaded.upsampling)
        scores: Tensor = self._network(inputs)
        best = scores.topk(min(_BEST, len(self.classes)), dim=1)
        classes, shares = runtime.to_cpu(best.indices, best.values)
        return [
            [Prediction(self.classes[i][1], self.classes[i][0], score) for i, score in zip(indices, row, strict=True)]
            for indices, row in zip(classes.tolist(), shares.tolist(), strict=True)
        ]
