"""NeuralTalk2's language model, one token at a time: layers of LSTM, and a decoder that tells the next token."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn


class Core(nn.Module):
    """One step of the language model, which the original calls its core.

    Inputs: float (N, encoding), the encodings of images or the embeddings of tokens, and float (N, 2 * layers, size),
    the state before: each layer's cell and then its output, zeros in the beginning.
    Outputs: float (N, tokens), the logarithms of the next token's probabilities, and the state after.

    `runtime.accelerate(core, inputs, state, dynamic=(0,))` makes it faster.
    """

    def __init__(self, cells: Sequence[nn.LSTMCell], decoder: nn.Linear, dropout: float = 0.0) -> None:
        super().__init__()
        self.cells = nn.ModuleList(cells)
        self.decoder = decoder
        self.dropout = nn.Dropout(dropout)

    @property
    def size(self) -> int:
        """Numbers in a layer's output."""
        return self.decoder.in_features

    def forward(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """(N, encoding) and (N, 2 * layers, size) to (N, tokens) and the state."""
        x = inputs
        after: list[Tensor] = []
        for layer, cell in enumerate(self.cells):
            before = state[:, 2 * layer + 1], state[:, 2 * layer]
            output, memory = cell(self.dropout(x) if layer else x, before)
            after += memory, output
            x = output
        return F.log_softmax(self.decoder(self.dropout(x)), dim=1), torch.stack(after, dim=1)

    def start(self, count: int) -> Tensor:
        """The state before the first step of `count` sentences: (count, 2 * layers, size) zeros."""
        return self.decoder.weight.new_zeros(count, 2 * len(self.cells), self.size)
