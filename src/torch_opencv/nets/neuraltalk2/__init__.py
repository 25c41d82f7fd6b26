"""NeuralTalk2: says in a sentence what is in an image. Loads the checkpoints of the original.

    net = NeuralTalk2.load("model_id1-501-1448236541.t7_cpu.t7")
    images = torch.stack([preprocess(frame) for frame in frames])
    tokens, log_probabilities = net.sample(net.encode(images), beam_size=2)
    net.sentence(tokens[0])  # "a man riding a wave on top of a surfboard"

A CNN (VGG-16's layers, but any that a checkpoint has) gives an image's encoding; an LSTM takes it as if it were the
first word, then the START token, then each word that it has said, until it says END.

"NeuralTalk2" by Andrej Karpathy, 2015, https://github.com/karpathy/neuraltalk2, after Vinyals and others, "Show and
Tell", https://arxiv.org/abs/1411.4555. Sentences are those that the original makes (`search` has its peculiarities).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from torch_opencv.nets import captions
from torch_opencv.nets.neuraltalk2 import search
from torch_opencv.nets.neuraltalk2.checkpoint import Option, read
from torch_opencv.nets.neuraltalk2.core import Core
from torch_opencv.nets.neuraltalk2.errors import CheckpointError
from torch_opencv.nets.neuraltalk2.preprocessing import SIZE, normalize, preprocess

__all__ = ["CheckpointError", "Core", "NeuralTalk2", "normalize", "preprocess"]


class NeuralTalk2(nn.Module):
    """Images to sentences.

    Tokens are int64: 1 to `len(words)` are words, `end` is START and END, and 0 is nothing, after END.

    Attributes:
        cnn: float (N, 3, 224, 224), as `preprocess` makes them, to encodings (N, encoding).
        lookup_table: the embeddings of tokens, that of token 1 first.
        core: one step of the LSTM.
        words: the vocabulary, word 1 first.
        length: the most tokens of a sentence.
        options: what the original's training was told: "rnn_size", "learning_rate" and so on.
    """

    def __init__(
        self,
        cnn: nn.Module,
        lookup_table: nn.Embedding,
        core: Core,
        words: Sequence[str],
        *,
        length: int = 16,
        options: Mapping[str, Option] | None = None,
    ) -> None:
        super().__init__()
        self.cnn, self.lookup_table, self.core = cnn, lookup_table, core
        self.words, self.length, self.options = tuple(words), length, dict(options or {})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> NeuralTalk2:
        """The network in a checkpoint that the original's train.lua saved, in evaluation mode and float32.

        The file is mapped into memory, and its weights are read as they are used. CheckpointError, with one line, if
        the file can't be read, is no such checkpoint, or holds parts that don't fit one another.
        """
        found = read(path)
        tokens, encoding = found.lookup_table.shape
        lookup_table = nn.Embedding(tokens, encoding, device="meta")
        lookup_table.weight = found.lookup_table
        return cls(found.cnn, lookup_table, found.core, found.words, length=found.length, options=found.options).eval()

    @property
    def end(self) -> int:
        """The token that begins and ends sentences."""
        return len(self.words) + 1

    @property
    def encoding(self) -> int:
        """Numbers in an image's encoding, and in a word's."""
        return self.lookup_table.embedding_dim

    def encode(self, images: Tensor) -> Tensor:
        """Images, float (N, 3, 224, 224) as `preprocess` makes them, to their encodings (N, encoding).

        Raises:
            ValueError: they have another shape or dtype.
        """
        if tuple(images.shape[1:]) != (3, SIZE, SIZE) or not images.is_floating_point():
            raise ValueError(f"images must be float (N, 3, {SIZE}, {SIZE}), not {images.dtype} {tuple(images.shape)}")
        if not len(images):  # the View in most CNNs can't tell what shape nothing has
            return images.new_zeros(0, self.encoding)
        features: Tensor = self.cnn(images)
        return features.reshape(len(images), self.encoding)  # Torch7's View may take a batch of one for none

    def forward(self, features: Tensor, tokens: Tensor) -> Tensor:
        """The log-probabilities of given sentences' tokens, as training needs them.

        Args:
            features: Encodings (N, encoding).
            tokens: int64 (N, T), with 0 or anything else after END.

        Returns:
            (N, T + 1, words + 1): at t what comes after `tokens[:, :t]`, at index k the token k + 1.

        Raises:
            ValueError: Shapes don't fit, or there are tokens that are none.
        """
        self._require_features(features)
        captions.require_tokens(tokens, features, self.end)
        log_probabilities, state = self._started(self.core, features)
        rows = [log_probabilities]
        for token in tokens.unbind(1):
            log_probabilities, state = self.core(self._embedded(token), state)
            rows.append(log_probabilities)
        return torch.stack(rows, dim=1)

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
        """Sentences for images.

        Args:
            features: Encodings (N, encoding).
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
        self._require_features(features)
        captions.require_search(beam_size, temperature, self.end)
        if not len(features):
            return torch.zeros(0, self.length, dtype=torch.int64, device=features.device), features.new_zeros(
                0, self.length
            )
        step = step or self.core
        started = self._started(step, features)
        if beam_size > 1:
            tokens, scores = search.beams(step, self._embedded, *started, self.length, beam_size)
            return tokens[:, 0], scores[:, 0]
        choose = captions.likeliest if temperature is None else captions.drawn(temperature, generator)
        return search.one_by_one(step, self._embedded, *started, self.length, choose)

    @torch.no_grad()
    def beams(self, features: Tensor, beam_size: int, *, step: search.Step | None = None) -> tuple[Tensor, Tensor]:
        """The best sentences that beam search meets, each once, best first; the first is the one that `sample` gives.

        Args:
            features: Encodings (N, encoding).
            beam_size: How many beginnings are kept at each token, and how many sentences there will be.
            step: see `sample`.

        Returns:
            Tokens, int64 (N, beam_size, length), 0 after END, and their log-probabilities, likewise. All are 0 where
            fewer sentences were met.

        Raises:
            ValueError: Another shape of features, or a beam size that there can't be.
        """
        self._require_features(features)
        captions.require_search(beam_size, None, self.end)
        if not len(features):
            shape = 0, beam_size, self.length
            return torch.zeros(shape, dtype=torch.int64, device=features.device), features.new_zeros(shape)
        step = step or self.core
        started = self._started(step, features)
        return search.beams(step, self._embedded, *started, self.length, beam_size, wanted=beam_size)

    def sentence(self, tokens: Tensor | Sequence[int]) -> str:
        """The words of one sentence's tokens, (T,), up to the first that is none."""
        return captions.sentence(tokens, self.words)

    def _started(self, step: search.Step, features: Tensor) -> tuple[Tensor, Tensor]:
        """What the network says first, and the state: after the image, and the START token."""
        _, state = step(features, self.core.start(len(features)))
        return step(self._embedded(torch.full((len(features),), self.end, device=features.device)), state)

    def _embedded(self, tokens: Tensor) -> Tensor:
        # What follows END doesn't matter, but must be some word; the original takes the first, too.
        embedded: Tensor = self.lookup_table(tokens.clamp(min=1) - 1)
        return embedded

    def _require_features(self, features: Tensor) -> None:
        if features.ndim != 2 or features.shape[1] != self.encoding or not features.is_floating_point():
            raise ValueError(
                f"features must be float (N, {self.encoding}), as encode gives them, "
                f"not {features.dtype} {tuple(features.shape)}"
            )
