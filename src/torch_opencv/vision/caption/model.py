"""What a Captioner needs of a network, whichever it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

Sentence = tuple[str, float]
"""Its words, and its log-probability: the sum of its tokens'."""


@dataclass(frozen=True)
class Search:
    """How sentences are looked for.

    Attributes:
        beam_size: how many beginnings are kept at each word.
        temperature: if given, words are drawn by chance.
        wanted: how many sentences a frame, 1 or more.
        seed: of what is drawn.
        prompt: what the network is told or asked beside the frame; "" for nothing.
    """

    beam_size: int = 1
    temperature: float | None = None
    wanted: int = 1
    seed: int = 0
    prompt: str = ""


class CaptionModel(Protocol):
    """A network, with what its frames must be like."""

    backend: str
    """How it computes (see `runtime.Accelerated`)."""

    def sentences(self, frames: Sequence[Tensor], search: Search) -> list[list[Sentence]]:
        """Sentences for frames, torch.uint8 (H, W, 3) BGR: for each `search.wanted` different ones, or fewer if there
        are fewer, the best first.

        Raises:
            ModelError: the network can't search so.
        """
        ...
