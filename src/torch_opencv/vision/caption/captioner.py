"""What is to be seen in an image, as a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from torch_opencv import runtime
from torch_opencv.vision.caption import loading
from torch_opencv.vision.caption.model import Search
from torch_opencv.vision.errors import ModelError
from torch_opencv.vision.frames import check_frames

_MOST_BEAMS = 100


@dataclass(frozen=True)
class Caption:
    """A sentence about a frame.

    Attributes:
        text: as "a dog runs on the beach".
        logprob: the sum of the natural logarithms of its words' probabilities, 0 or less; NaN if the network doesn't
            tell.
        alternatives: other sentences, the best first.
    """

    text: str
    logprob: float
    alternatives: tuple[str, ...] = ()


class Captioner:
    """Says in a sentence what is in a frame.

    Made the first time on a machine, it takes some seconds longer: the network is compiled (see `runtime`).

    Args:
        model: "captioner-lite0", which comes with torch-opencv; the path of a NeuralTalk2 checkpoint (.t7), or of what
            `torch-opencv train-caption` made (.safetensors); or "hf:NAME", a network of the Hugging Face Hub or a
            folder with one (`pip install 'torch-opencv[hf]'`; see `vision.caption.huggingface`).
        device: "auto" (CUDA if there is one), "cpu", "cuda" or "cuda:N".
        beam_size: how many beginnings of sentences are kept at each word. None: 3; for NeuralTalk2 2, as in its own
            script; for hf: what the model's own configuration says; always enough for the alternatives.
        temperature: if given, words are drawn by chance, above 1 more freely than the network's probabilities say,
            below more carefully; without beams.
        alternatives: how many other sentences are given for a frame.
        prompt: a question, or what the network is told; only some networks of the Hub take one.
        seed: of what is drawn with a temperature: the same frames in the same order give the same sentences.

    Attributes:
        model: what it was made with, as a name.
        device: where it computes.
        backend: how (see `runtime.Accelerated`).
        beam_size: as above; 1 with a temperature.

    Raises:
        ModelError: there is no such model, it is no captioner, or it takes no prompt; or a number is out of range, or
            beams and a temperature are both given.
        WeightsError: its weights can't be had.
        DeviceError: there is no such device.
    """

    def __init__(
        self,
        model: str | Path = loading.DEFAULT,
        *,
        device: str | torch.device = "auto",
        beam_size: int | None = None,
        temperature: float | None = None,
        alternatives: int = 0,
        prompt: str = "",
        seed: int = 0,
    ) -> None:
        _check(beam_size, temperature, alternatives)
        self.device = runtime.resolve_device(device)  # before anything is loaded
        self.model = str(model)
        self._model, usual_beams = loading.load(model, self.device, prompt=prompt)
        self.backend = self._model.backend
        wanted = 1 + alternatives
        self.beam_size = 1 if temperature is not None else beam_size or max(usual_beams, wanted)
        self._search = Search(self.beam_size, temperature, wanted, seed, prompt)
        self._batches = 0

    def __call__(self, frame: Tensor) -> Caption:
        """A sentence for a frame.

        Args:
            frame: torch.uint8 (H, W, 3), BGR, of any size and stride.

        Raises:
            FrameError: it is anything else.

        """
        return self.batch([frame])[0]

    def batch(self, frames: Sequence[Tensor] | Tensor) -> list[Caption]:
        """The same for several frames, which go through the network together.

        Args:
            frames: a list, in which they may differ in size, or one (N, H, W, 3) tensor; torch.uint8, BGR.

        Raises:
            FrameError: one is anything else.
        """
        check_frames(frames)
        if not len(frames):
            return []
        search = self._search
        if search.temperature is not None:  # else each batch would be drawn alike
            search = Search(1, search.temperature, search.wanted, search.seed + self._batches, search.prompt)
            self._batches += 1
        return [
            Caption(*(found[0] if found else ("", -math.inf)), tuple(text for text, _ in found[1:]))
            for found in self._model.sentences(list(frames), search)
        ]


def _check(beam_size: int | None, temperature: float | None, alternatives: int) -> None:
    if temperature is not None and not 0 < temperature < math.inf:
        raise ModelError(f"a temperature must be a finite number above 0, not {temperature}")
    if beam_size is not None and not 1 <= beam_size <= _MOST_BEAMS:
        raise ModelError(f"a beam must be from 1 to {_MOST_BEAMS}, not {beam_size}")
    if temperature is not None and beam_size not in (None, 1):
        raise ModelError("with a temperature words are drawn one by one: leave the beam out")
    if not 0 <= alternatives < _MOST_BEAMS:
        raise ModelError(f"there can be 0 to {_MOST_BEAMS - 1} alternatives, not {alternatives}")
    if temperature is None and beam_size is not None and alternatives >= beam_size:
        raise ModelError(f"{alternatives} alternatives need a beam of {alternatives + 1} or more, not {beam_size}")
