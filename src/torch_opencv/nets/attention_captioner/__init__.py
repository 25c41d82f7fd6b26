"""The captioner of our own: says in a sentence what is in an image, with weights that come with torch-opencv.

    net = AttentionCaptioner.load(weights.path("captioner-lite0"))
    images = torch.stack([net.preprocess(frame) for frame in frames])
    tokens, log_probabilities = net.sample(net.encode(images), beam_size=3)
    net.sentence(tokens[0])  # "a dog runs through the grass"

A frozen ImageNet network gives features of 7x7 positions. A detector tells from them how likely some hundred words are
in a description; an LSTM starts from these and says word after word, looking at the positions that it chooses.

After "Show, Attend and Tell" (Xu and others, 2015, https://arxiv.org/abs/1502.03044) and "What Value Do Explicit High
Level Concepts Have in Vision to Language Problems?" (Wu and others, 2016, https://arxiv.org/abs/1506.01144).
`training.caption` makes its files.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from torch_opencv.nets import captions
from torch_opencv.nets.attention_captioner import backbone, search
from torch_opencv.nets.attention_captioner.core import Core, Known, Sizes, Start
from torch_opencv.nets.attention_captioner.errors import CaptionerFileError

__all__ = ["AttentionCaptioner", "CaptionerFileError", "Core", "Sizes", "Start"]


class AttentionCaptioner(nn.Module):
    """Images to sentences.

    Tokens are int64: 1 to `len(words)` are words, `end` is START and END, and 0 is nothing, after END, or a word that
    the vocabulary lacks.

    Args:
        words: the vocabulary, word 1 first.
        concepts: the words of it that the detector looks for.
        length: the most tokens of a sentence.
        sizes: of the language model.
        length_penalty: of beam search, see `search.beams`.
        repeatable: the words that may come several times in a sentence; None: all.
        classes: for each of the concepts, the classes of ImageNet that it is said of, as the encoder knows these. None:
            of no word.
        encoder: the network that sees, `backbone.Backbone`; None: features come from elsewhere, as in training.
        dropout: in training.

    Attributes:
        encoder: float (N, 3, 224, 224) to features (N, 50, 1280).
        start: features to the state before the first word, and the memory.
        core: one step of the LSTM.
        mean, std: of each channel in RGB, values in 0..255: what `encode` takes is (value - mean) / std.
    """

    mean = backbone.MEAN
    std = backbone.STD
    size = backbone.SIZE

    def __init__(
        self,
        words: Sequence[str],
        concepts: Sequence[str],
        *,
        length: int = 20,
        sizes: Sizes | None = None,
        length_penalty: float = 1.0,
        repeatable: Sequence[str] | None = None,
        classes: Sequence[Sequence[int]] | None = None,
        encoder: nn.Module | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.words, self.concepts, self.length = tuple(words), tuple(concepts), length
        self.sizes, self.length_penalty = sizes or Sizes(), length_penalty
        self.repeatable = None if repeatable is None else tuple(repeatable)
        self._once: Tensor | None = None
        if repeatable is not None:
            again = {*repeatable}
            once = [word not in again for word in self.words] + [False]  # END
            self._once = torch.tensor(once, device="cpu")  # also where the network is made without memory
        self.encoder = encoder
        known = None if classes is None else Known(classes)
        self.start = Start(self.sizes, backbone.CHANNELS, len(self.concepts), known, dropout)
        self.core = Core(self.sizes, len(self.words), dropout)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> AttentionCaptioner:
        """The network in a file that `torch-opencv train-caption` made, in evaluation mode and float32.

        Raises:
            CaptionerFileError: the file isn't one, or damaged.
            WeightsError: the encoder's weights can't be had.
        """
        from torch_opencv.nets.attention_captioner import file

        return file.load(path)

    @property
    def classes(self) -> tuple[tuple[int, ...], ...] | None:
        """As given."""
        return None if self.start.known is None else self.start.known.classes

    @property
    def end(self) -> int:
        """The token that begins and ends sentences."""
        return len(self.words) + 1

    @staticmethod
    def preprocess(frame: Tensor) -> Tensor:
        """A frame to an image for `encode`: the whole of it, whatever its shape, scaled to 224x224.

        Args:
            frame: uint8 (H, W, 3), BGR.

        Returns:
            float32 (3, 224, 224), RGB, normalised.

        Raises:
            ValueError: The frame is of another shape or dtype, or empty.
        """
        return backbone.preprocess(frame)

    def encode(self, images: Tensor) -> Tensor:
        """Images, float (N, 3, 224, 224) as `preprocess` makes them, to their features (N, 50, 1280).

        Raises:
            ValueError: they have another shape or dtype, or the network was made without an encoder.
        """
        if self.encoder is None:
            raise ValueError("this network has no encoder: load it from a file")
        if tuple(images.shape[1:]) != (3, self.size, self.size) or not images.is_floating_point():
            size = self.size
            raise ValueError(f"images must be float (N, 3, {size}, {size}), not {images.dtype} {tuple(images.shape)}")
        features: Tensor = self.encoder(images)
        return features

    def forward(self, features: Tensor, tokens: Tensor) -> Tensor:
        """The log-probabilities of given sentences' tokens.

        Args:
            features: (N, L, 1280).
            tokens: int64 (N, T), with 0 or anything else after END.

        Returns:
            (N, T + 1, words + 1): at t what comes after `tokens[:, :t]`, at index k the token k + 1.

        Raises:
            ValueError: Shapes don't fit, or there are tokens that are none.
        """
        self._require_features(features)
        captions.require_tokens(tokens, features, self.end)
        state, memory = self.start(features)
        return self.continued(state, memory, tokens).log_softmax(2)

    def continued(self, state: Tensor, memory: Tensor | None, tokens: Tensor) -> Tensor:
        """As `forward`, but from a state and a memory (None without an image), and before softmax."""
        first = torch.full((len(tokens), 1), self.end, device=tokens.device)
        outputs = []
        for embedded in self.core.embedding(torch.cat([first, tokens], 1)).unbind(1):
            output, state = self.core.step(embedded, state, memory)
            outputs.append(output)
        return self.core.logits(torch.stack(outputs, dim=1))

    @torch.no_grad()
    def sample(
        self,
        features: Tensor,
        beam_size: int = 1,
        *,
        temperature: float | None = None,
        generator: torch.Generator | None = None,
        step: search.Step | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Sentences for images, in which no word follows itself.

        Args:
            features: (N, L, 1280), as `encode` gives them.
            beam_size: How many beginnings are kept at each token, from 1 to the number of tokens.
            temperature: If given, tokens are drawn by chance: above 1 more freely than the network's probabilities say,
                below more carefully. Only without beams.
            generator: What is drawn with, on the features' device.
            step: What computes `core` here, such as `runtime.accelerate` gives; by default itself.

        Returns:
            Tokens, int64 (N, length), 0 after END, and their log-probabilities (N, length), which are the network's own
            at any temperature, 0 after END. A sentence's is their sum.

        Raises:
            ValueError: Another shape of features, or a beam size or temperature that there can't be.
        """
        captions.require_search(beam_size, temperature, self.end)
        if beam_size != 1:
            tokens, scores = self.beams(features, beam_size, step=step)
            return tokens[:, 0], scores[:, 0]
        self._require_features(features)
        if not len(features):
            return self._nothing(features, 0, self.length)
        return search.one_by_one(
            search.without_repeats(step or self.core),
            *self.start(features),
            end=self.end,
            length=self.length,
            choose=captions.likeliest if temperature is None else captions.drawn(temperature, generator),
            once=self._said_once(features),
        )

    @torch.no_grad()
    def beams(self, features: Tensor, beam_size: int, *, step: search.Step | None = None) -> tuple[Tensor, Tensor]:
        """The best sentences that beam search finds, best first. In none does a word follow itself.

        Args:
            features: (N, L, 1280), as `encode` gives them.
            beam_size: How many, from 1 to the number of tokens.
            step: see `sample`.

        Returns:
            Tokens, int64 (N, beam_size, length), 0 after END, and their log-probabilities, likewise. All are 0 where
            there are fewer sentences.

        Raises:
            ValueError: Another shape of features, or a beam size that there can't be.
        """
        self._require_features(features)
        captions.require_search(beam_size, None, self.end)
        if not len(features):
            return self._nothing(features, 0, beam_size, self.length)
        return search.beams(
            search.without_repeats(step or self.core),
            *self.start(features),
            end=self.end,
            length=self.length,
            size=beam_size,
            length_penalty=self.length_penalty,
            once=self._said_once(features),
        )

    def sentence(self, tokens: Tensor | Sequence[int]) -> str:
        """The words of one sentence's tokens, (T,), up to the first that is none."""
        return captions.sentence(tokens, self.words)

    def _said_once(self, features: Tensor) -> Tensor | None:
        return None if self._once is None else self._once.to(features.device)

    @staticmethod
    def _nothing(features: Tensor, *shape: int) -> tuple[Tensor, Tensor]:
        return torch.zeros(shape, dtype=torch.int64, device=features.device), features.new_zeros(shape)

    def _require_features(self, features: Tensor) -> None:
        positions = features.shape[1] - 1 if features.ndim == 3 else 0
        fits = positions >= 9 and math.isqrt(positions) ** 2 == positions and features.shape[2] == backbone.CHANNELS
        if not fits or not features.is_floating_point():
            wanted, given = f"float (N, 50, {backbone.CHANNELS})", f"{features.dtype} {tuple(features.shape)}"
            raise ValueError(f"features must be {wanted}, as encode gives them, not {given}")
