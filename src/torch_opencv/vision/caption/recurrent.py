"""Captions by the networks that say one word after the other, NeuralTalk2 and our own, through the runtime."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from torch_opencv import runtime
from torch_opencv.nets import neuraltalk2
from torch_opencv.nets.attention_captioner import AttentionCaptioner
from torch_opencv.nets.neuraltalk2 import NeuralTalk2
from torch_opencv.vision.caption.model import Search, Sentence
from torch_opencv.vision.errors import ModelError

_SIZE = 224  # of both networks' images


class RecurrentModel:
    """NeuralTalk2 or an AttentionCaptioner. All frames, and all their beams, go through the network together.

    Args:
        network: in evaluation mode.
        device: where it is to compute.
        name: what the log calls it.

    """

    def __init__(self, network: NeuralTalk2 | AttentionCaptioner, device: torch.device, name: str) -> None:
        self._device = device
        self._network = network = network.to(device)
        # Two of each, and noise: a network that is computed wrongly must not look right (see runtime.accelerate).
        noise = torch.Generator().manual_seed(0)
        images = torch.randn(2, 3, _SIZE, _SIZE, generator=noise)
        with torch.no_grad():
            if isinstance(network, NeuralTalk2):
                images *= 60  # as far as a picture's values are from their mean
                self._preprocess = neuraltalk2.preprocess
                self._encode = runtime.accelerate(
                    network.cnn, images, device=device, dynamic=(0,), name=f"{name} (CNN)"
                )
                inputs = torch.randn(2, network.encoding, generator=noise)
                _, state = network.core(inputs.to(device), network.core.start(2))
                example: tuple[Tensor, ...] = inputs, state
            else:
                assert network.encoder is not None  # as it comes from a file
                self._preprocess = network.preprocess
                self._encode = runtime.accelerate(
                    network.encoder, images, device=device, dynamic=(0,), name=f"{name} (CNN)"
                )
                state, memory = network.start(self._encode(images))
                example = torch.tensor([1, network.end]), state, memory
        self._step = runtime.accelerate(network.core, *example, device=device, dynamic=(0,), name=f"{name} (LSTM)")
        self.backend = self._encode.backend

    def sentences(self, frames: Sequence[Tensor], search: Search) -> list[list[Sentence]]:  # noqa: D102 (CaptionModel's)
        if search.prompt:
            raise ModelError("this model takes no prompt: leave it out, or use one that does, as hf:NAME")
        if search.beam_size > self._network.end:
            raise ModelError(f"this model has {self._network.end} words, so there can't be {search.beam_size} beams")
        images = torch.stack([self._preprocess(frame.cpu()) for frame in frames])
        features: Tensor = self._encode(images)
        if isinstance(self._network, NeuralTalk2):  # Torch7's View may take a batch of one for none
            features = features.reshape(len(frames), self._network.encoding)
        if search.temperature is None:
            tokens, scores = self._network.beams(features, search.beam_size, step=self._step)
        else:
            tokens, scores = self._drawn(features, search)
        kept, sums = runtime.to_cpu(tokens, scores.sum(2))
        return [self._said(rows, row, search) for rows, row in zip(kept, sums.tolist(), strict=True)]

    def _drawn(self, features: Tensor, search: Search) -> tuple[Tensor, Tensor]:
        """As many sentences as are wanted, drawn one by one: (N, wanted, T) each."""
        chance = torch.Generator(device=features.device).manual_seed(search.seed)
        several = features.repeat_interleave(search.wanted, 0)
        found = self._network.sample(several, temperature=search.temperature, generator=chance, step=self._step)
        tokens, scores = (one.reshape(len(features), search.wanted, -1) for one in found)
        return tokens, scores

    def _said(self, rows: Tensor, sums: Sequence[float], search: Search) -> list[Sentence]:
        """The first so many different sentences of a frame."""
        found: dict[str, float] = {}
        for tokens, total in zip(rows, sums, strict=True):
            if bool(tokens.any()):  # else there is no such sentence
                found.setdefault(self._network.sentence(tokens), total)
        return list(found.items())[: search.wanted]
