"""The captioner's language model: what it makes of an image's features, and one step of its LSTM."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

_ROWS: Final = 6  # of a state
CLASSES: Final = 1000  # of ImageNet


@dataclass(frozen=True)
class Sizes:
    """What a language model is built with.

    Attributes:
        embedding: numbers in a word's embedding.
        hidden: numbers in the LSTM's output.
        attention: numbers in each position's key and value, a multiple of `heads`.
        heads: of the attention.
        summary: numbers that tell of the image as a whole, beside the concepts.
    """

    embedding: int = 256
    hidden: int = 384
    attention: int = 256
    heads: int = 4
    summary: int = 128


class Known(nn.Module):
    """What the network that sees knows of words from its own training: the classes of ImageNet that each is said of.

    Args:
        classes: of each word that the detector looks for, 0 to 999; none for most.

    Attributes:
        scale, shift: of each word's probability, so that it compares with what the detector says.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, classes: Sequence[Sequence[int]]) -> None:
        super().__init__()
        self.classes = tuple(tuple(several) for several in classes)
        members = torch.zeros(CLASSES, len(classes), device="cpu")
        for word, several in enumerate(self.classes):
            members[list(several), word] = 1
        self._members = members
        self.register_buffer("scale", torch.ones(len(classes)))
        self.register_buffer("shift", torch.zeros(len(classes)))
        self._fc: tuple[nn.Linear, ...] = ()  # a tuple, so that it is none of this module's weights

    def see_by(self, fc: nn.Linear) -> None:
        """Take the last layer of the network that sees, means to classes, before anything is asked."""
        self._fc = (fc,)

    def probabilities(self, mean: Tensor) -> Tensor:
        """(..., D) means to the probability of each word's classes, (..., words); 0 where it has none."""
        (fc,) = self._fc
        self._members = self._members.to(mean.device)
        of_classes = F.linear(mean, fc.weight.to(mean.device), fc.bias.to(mean.device)).softmax(-1)
        return of_classes @ self._members

    def forward(self, mean: Tensor) -> Tensor:
        """(N, D) means to (N, words), scaled as the detector's values are; -inf for words without classes."""
        value = self.probabilities(mean) * self.scale + self.shift
        return value.masked_fill(~self._members.any(0), -torch.inf)


class Start(nn.Module):
    """Features to what the steps need.

    Inputs: float (N, L, D), an image's features as `AttentionCaptioner.encode` gives them.
    Outputs: float (N, 6, hidden), the state before the first word (see `Core`); and float (N, 10, 2 * attention), the
    memory: keys and values of the whole image and of 3x3 parts of it.
    """

    def __init__(
        self, sizes: Sizes, channels: int, concepts: int, known: Known | None = None, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.known = known
        self.concepts = nn.Linear(channels, concepts)
        self.from_concepts = nn.Linear(concepts, _ROWS * sizes.hidden)
        self.summary = nn.Linear(channels, sizes.summary)
        self.from_summary = nn.Linear(sizes.summary, _ROWS * sizes.hidden, bias=False)
        self.positions = nn.Linear(channels, 2 * sizes.attention)
        self.dropout = nn.Dropout(dropout)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """(N, L, D) features to the state (N, 6, hidden) and the memory (N, P, 2 * attention)."""
        concepts = self.concepts(features[:, 0])
        if self.known is not None:
            concepts = torch.maximum(concepts, self.known(features[:, 0]))
        return self.with_concepts(features, concepts)

    def with_concepts(self, features: Tensor, concepts: Tensor) -> tuple[Tensor, Tensor]:
        """The same with given values (N, concepts) of the words that the detector looks for."""
        summary = F.relu(self.summary(self.dropout(features[:, 0])))
        count, positions, channels = features.shape
        side = math.isqrt(positions - 1)
        grid = features[:, 1:].reshape(count, side, side, channels).permute(0, 3, 1, 2)
        # Parts of the image that overlap by half: a fifth of the positions, and of the attention's time.
        parts = F.avg_pool2d(grid, 3, stride=2).flatten(2).transpose(1, 2)
        looked_at = torch.cat([features[:, :1], parts], dim=1)
        return self.state(concepts, summary), self.positions(self.dropout(looked_at))

    def state(self, concepts: Tensor, summary: Tensor | None = None) -> Tensor:
        """The state (N, 6, hidden) for concepts, and, if there is an image, for its summary."""
        x = self.from_concepts(self.dropout(concepts))
        x = x if summary is None else x + self.from_summary(self.dropout(summary))
        x = x.reshape(len(x), _ROWS, -1)
        return torch.cat([x[:, :2].tanh(), x[:, 2:]], dim=1)


class Core(nn.Module):
    """One step: the last word and the state in, the next word's probabilities and the state after out.

    Inputs: int64 (N,), tokens; float (N, 6, hidden), the state: the LSTM's cell, its output, and what the image adds to
    each of its four gates, which stays; float (N, P, 2 * attention), the memory.
    Outputs: float (N, words + 1), the logarithms of the next token's probabilities, and the state after.

    Words that the network sees but never says (token 0) have an embedding, too.
    """

    def __init__(self, sizes: Sizes, words: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.heads = sizes.heads
        self.embedding = nn.Embedding(words + 2, sizes.embedding)
        self.gates = nn.Linear(sizes.embedding + sizes.attention + sizes.hidden, 4 * sizes.hidden)
        self.query = nn.Linear(sizes.hidden, sizes.attention)
        self.output = nn.Linear(sizes.hidden + sizes.attention, sizes.embedding)
        self.bias = nn.Parameter(torch.zeros(words + 1))
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.embedding.weight, std=sizes.embedding**-0.5)

    def forward(self, tokens: Tensor, state: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """(N,), (N, 6, hidden) and (N, P, 2 * attention) to (N, words + 1) and the state."""
        output, state = self.step(self.embedding(tokens), state, memory)
        return F.log_softmax(self.logits(output), dim=1), state

    def step(self, embedded: Tensor, state: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor]:
        """The step without the choice of words.

        Args:
            embedded: (N, embedding), the last words.
            state: (N, 6, hidden).
            memory: (N, P, 2 * attention); None where there is no image.

        Returns:
            (N, hidden + attention), the LSTM's output and what it looked at; and the state after.
        """
        cell, output = state[:, 0], state[:, 1]
        seen = self._looked_at(output, memory)
        gates = self.gates(torch.cat([self.dropout(embedded), seen, output], dim=1)) + state[:, 2:].flatten(1)
        write, forget, say, content = gates.chunk(4, dim=1)
        cell = forget.sigmoid() * cell + write.sigmoid() * content.tanh()
        output = say.sigmoid() * cell.tanh()
        return torch.cat([output, seen], dim=1), torch.cat([torch.stack([cell, output], dim=1), state[:, 2:]], dim=1)

    def logits(self, outputs: Tensor) -> Tensor:
        """(..., hidden + attention) to (..., words + 1); the embeddings serve here, too (token 0 is never said)."""
        x = self.output(self.dropout(outputs))
        return F.linear(x, self.embedding.weight[1:], self.bias)

    def _looked_at(self, output: Tensor, memory: Tensor | None) -> Tensor:
        query = self.query(output)
        if memory is None:
            return torch.zeros_like(query)
        count, parts, _ = memory.shape
        keys, values = memory.reshape(count, parts, 2, self.heads, -1).unbind(2)  # (N, P, heads, attention / heads)
        query = query.reshape(count, 1, self.heads, -1)
        weights = ((keys * query).sum(3) * (1 / math.sqrt(keys.shape[3]))).softmax(1)
        seen: Tensor = (weights[:, :, :, None] * values).sum(1).flatten(1)
        return seen
