"""The captioner's language model: what it makes of an image's features, and one step of its LSTM."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn


@dataclass(frozen=True)
class Sizes:
    """What a language model is built with.

    Attributes:
        embedding: numbers in a word's embedding.
        hidden: numbers in the LSTM's output.
        attention: numbers in each position's key and value, a multiple of `heads`.
        heads: of the attention.
    """

    embedding: int = 256
    hidden: int = 384
    attention: int = 256
    heads: int = 4


class Start(nn.Module):
    """Features to what the steps need.

    Inputs: float (N, L, D), an image's features as `AttentionCaptioner.encode` gives them.
    Outputs: float (N, 2, hidden), the state before the first word; and float (N, L - 1, 2 * attention), the memory: keys
    and values of all positions but the second, the classes' probabilities.
    """

    def __init__(self, sizes: Sizes, channels: int, concepts: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.concepts = nn.Linear(2 * channels, concepts)
        self.from_concepts = nn.Linear(concepts, 2 * sizes.hidden)
        self.from_image = nn.Linear(channels, 2 * sizes.hidden, bias=False)
        self.positions = nn.Linear(channels, 2 * sizes.attention)
        self.dropout = nn.Dropout(dropout)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """(N, L, D) features to the state (N, 2, hidden) and the memory (N, L - 1, 2 * attention)."""
        return self.with_concepts(features, torch.sigmoid(self.concepts(features[:, :2].flatten(1))))

    def with_concepts(self, features: Tensor, concepts: Tensor) -> tuple[Tensor, Tensor]:
        """The same with given probabilities (N, concepts) of the words that the detector looks for."""
        state = self.state(concepts, self.from_image(self.dropout(features[:, 0])))
        positions = torch.cat([features[:, :1], features[:, 2:]], dim=1)
        return state, self.positions(self.dropout(positions))

    def state(self, concepts: Tensor, from_image: Tensor | None = None) -> Tensor:
        """The state (N, 2, hidden) for concepts, and, if there is an image, what comes from it."""
        x = self.from_concepts(self.dropout(concepts))
        x = x if from_image is None else x + from_image
        return torch.tanh(x).unflatten(1, (2, -1))


class Core(nn.Module):
    """One step: the last word and the state in, the next word's probabilities and the state after out.

    Inputs: int64 (N,), tokens; float (N, 2, hidden), the state, the cell and then its output; float (N, L - 1,
    2 * attention), the memory.
    Outputs: float (N, words + 1), the logarithms of the next token's probabilities, and the state after.

    Words that the network sees but never says (token 0) have an embedding, too.
    """

    def __init__(self, sizes: Sizes, words: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.heads = sizes.heads
        self.embedding = nn.Embedding(words + 2, sizes.embedding)
        self.cell = nn.LSTMCell(sizes.embedding + sizes.attention, sizes.hidden)
        self.query = nn.Linear(sizes.hidden, sizes.attention)
        self.output = nn.Linear(sizes.hidden + sizes.attention, sizes.embedding)
        self.bias = nn.Parameter(torch.zeros(words + 1))
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.embedding.weight, std=sizes.embedding**-0.5)

    def forward(self, tokens: Tensor, state: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """(N,), (N, 2, hidden) and (N, L - 1, 2 * attention) to (N, words + 1) and the state."""
        output, state = self.step(self.embedding(tokens), state, memory)
        return F.log_softmax(self.logits(output), dim=1), state

    def step(self, embedded: Tensor, state: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor]:
        """The step without the choice of words.

        Args:
            embedded: (N, embedding), the last words.
            state: (N, 2, hidden).
            memory: (N, L - 1, 2 * attention); None where there is no image.

        Returns:
            (N, hidden + attention), the LSTM's output and what it looked at; and the state after.
        """
        seen = self._looked_at(state[:, 1], memory)
        before = state[:, 1], state[:, 0]
        output, cell = self.cell(torch.cat([self.dropout(embedded), seen], dim=1), before)
        return torch.cat([output, seen], dim=1), torch.stack([cell, output], dim=1)

    def logits(self, outputs: Tensor) -> Tensor:
        """(..., hidden + attention) to (..., words + 1); the embeddings serve here, too (token 0 is never said)."""
        x = self.output(self.dropout(outputs))
        return F.linear(x, self.embedding.weight[1:], self.bias)

    def _looked_at(self, output: Tensor, memory: Tensor | None) -> Tensor:
        query = self.query(output)
        if memory is None:
            return torch.zeros_like(query)
        keys, values = memory.unflatten(2, (2, self.heads, -1)).unbind(2)  # (N, L - 1, heads, attention / heads)
        query = query.unflatten(1, (self.heads, -1))[:, None]
        weights = ((keys * query).sum(3) * (1 / math.sqrt(keys.shape[3]))).softmax(1)
        return (weights[:, :, :, None] * values).sum(1).flatten(1)
