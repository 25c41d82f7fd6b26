"""What networks that say sentences have in common: which tokens and searches there can be, and how tokens are words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def require_tokens(tokens: Tensor, features: Tensor, end: int) -> None:
    """Make sure that tokens are sentences for features.

    Args:
        tokens: int64 (N, T), from 0 to `end`.
        features: (N, ...).
        end: the last token, which ends sentences.

    Raises:
        ValueError: they aren't.
    """
    if tokens.ndim != 2 or len(tokens) != len(features) or tokens.is_floating_point():
        raise ValueError(f"tokens must be int64 ({len(features)}, T), not {tokens.dtype} {tuple(tokens.shape)}")
    if tokens.numel() and not 0 <= int(tokens.min()) <= int(tokens.max()) <= end:
        raise ValueError(f"tokens must be from 0 to {end}")


def require_search(beam_size: int, temperature: float | None, end: int) -> None:
    """Make sure that sentences can be looked for so.

    Args:
        beam_size: from 1 to `end`, the number of tokens.
        temperature: a finite number above 0; only without beams.
        end: the last token.

    Raises:
        ValueError: they can't.
    """
    if not isinstance(beam_size, int) or not 1 <= beam_size <= end:
        raise ValueError(f"beam_size must be from 1 to {end}, the number of tokens, not {beam_size}")
    if temperature is not None and not 0 < temperature < math.inf:
        raise ValueError(f"temperature must be a finite number above 0, not {temperature}")
    if temperature is not None and beam_size > 1:
        raise ValueError("with a temperature, beam_size must be 1: tokens are drawn one by one")


def sentence(tokens: Tensor | Sequence[int], words: Sequence[str]) -> str:
    """The words of one sentence's tokens, (T,), up to the first that is none.

    >>> sentence([2, 1, 3, 0], ["dog", "a"])
    'a dog'

    Args:
        tokens: from 1.
        words: the vocabulary, word 1 first.
    """
    said: list[str] = []
    for token in map(int, tokens):
        if not 1 <= token <= len(words):
            break
        said.append(words[token - 1])
    return " ".join(said)


def likeliest(log_probabilities: Tensor) -> Tensor:
    """The index of each row's largest.

    Args:
        log_probabilities: (N, tokens).
    """
    return log_probabilities.argmax(1)


def drawn(temperature: float, generator: torch.Generator | None) -> Callable[[Tensor], Tensor]:
    """What draws an index from each row's distribution, made flatter or steeper by a temperature.

    Args:
        temperature: above 1 flatter, below steeper.
        generator: what is drawn with, on the rows' device.
    """

    def draw(log_probabilities: Tensor) -> Tensor:
        # NeuralTalk2's exp(x / temperature), which may underflow as a whole, but for a factor that doesn't matter.
        return torch.softmax(log_probabilities / temperature, 1).multinomial(1, generator=generator)[:, 0]

    return draw
