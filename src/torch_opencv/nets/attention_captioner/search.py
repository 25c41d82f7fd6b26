"""Beam search for the captioner: sentences that have ended are put aside, and compared with regard to their length."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Step = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
"""Tokens (N,), a state (N, ...) and a memory (N, ...) to log-probabilities (N, tokens) and the state after."""


def without_repeats(step: Step) -> Step:
    """The same step, after which no token follows itself: "is is" is never right, and an empty sentence neither."""

    def chosen_from(tokens: Tensor, state: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        log_probabilities, state = step(tokens, state, memory)
        return log_probabilities.scatter(1, tokens[:, None] - 1, -torch.inf), state

    return chosen_from


def without_said(log_probabilities: Tensor, tokens: Tensor, once: Tensor | None) -> Tensor:
    """The log-probabilities of what comes next, without the words that are said already and come once at most.

    Args:
        log_probabilities: (..., tokens).
        tokens: (..., T), what was said, from 1.
        once: bool (tokens,), those that come once at most; None for none.
    """
    if once is None or not tokens.shape[-1]:
        return log_probabilities
    said = torch.zeros(*log_probabilities.shape[:-1], len(once) + 1, dtype=torch.bool, device=tokens.device)
    return log_probabilities.masked_fill(said.scatter_(-1, tokens, True)[..., 1:] & once, -torch.inf)


def beams(
    step: Step,
    state: Tensor,
    memory: Tensor,
    *,
    end: int,
    length: int,
    size: int,
    length_penalty: float,
    once: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """The likeliest sentences that are met when the `size` likeliest beginnings are kept at each token.

    A sentence's score is the sum of its tokens' log-probabilities, divided by its number of tokens (END is one) to the
    power of `length_penalty`. One that hasn't ended after `length` tokens counts as one that has.

    All images of a batch, and all their beams, take each step together.

    Args:
        step: the network's.
        state: before the first word, (N, ...).
        memory: (N, ...).
        end: the token that begins and ends sentences.
        length: the most tokens of a sentence.
        size: how many beginnings are kept, up to `end`.
        length_penalty: 0 prefers short sentences, 1 compares the mean per token.
        once: see `without_said`.

    Returns:
        Tokens, int64 (N, size, length), the best sentence first, 0 after END; and their log-probabilities, likewise.
    """
    count, device = len(state), state.device
    rows = torch.arange(count, device=device)[:, None]
    tokens = torch.zeros(count, 1, length, dtype=torch.int64, device=device)
    scores = torch.zeros(count, 1, length, device=device)
    sums = torch.zeros(count, 1, device=device)
    last = torch.full((count,), end, device=device)
    ended_sums = torch.full((count, size), -torch.inf, device=device)
    ended_tokens = torch.zeros(count, size, length, dtype=torch.int64, device=device)
    ended_scores = torch.zeros(count, size, length, device=device)
    several = memory.repeat_interleave(size, 0)
    for t in range(length):
        log_probabilities, state = step(last, state, several if t else memory)
        log_probabilities = without_said(log_probabilities.float().view(count, -1, end), tokens[:, :, :t], once)
        candidates = sums[:, :, None] + log_probabilities
        # Twice as many as are kept: at most `size` of them end.
        found = min(2 * size, candidates[0].numel())
        sums, order = candidates.flatten(1).topk(found)
        beam, index = order // end, order % end
        tokens, scores = tokens[rows, beam], scores[rows, beam]
        tokens[:, :, t], scores[:, :, t] = index + 1, log_probabilities.flatten(1).gather(1, order)
        ends = (index + 1 == end) | (t + 1 == length)
        ended = torch.where(ends, sums, -torch.inf) / (t + 1) ** length_penalty
        ended_sums, kept = torch.cat([ended_sums, ended], 1).topk(size)
        ended_tokens = torch.cat([ended_tokens, tokens], 1)[rows, kept]
        ended_scores = torch.cat([ended_scores, scores], 1)[rows, kept]
        sums, kept = torch.where(ends, -torch.inf, sums).topk(min(size, found))
        # Sums only fall: what a beginning can reach at best is its sum, divided for the longest sentence.
        if t + 1 == length or bool((sums[:, 0] / length**length_penalty <= ended_sums[:, -1]).all()):
            break
        tokens, scores, beam = tokens[rows, kept], scores[rows, kept], beam.gather(1, kept)
        if sums.shape[1] < size:  # fewer words than beams: fill up with what can't win
            missing = size - sums.shape[1]
            sums = torch.cat([sums, sums.new_full((count, missing), -torch.inf)], 1)
            tokens, scores = (torch.cat([one, one[:, :1].expand(-1, missing, -1)], 1) for one in (tokens, scores))
            beam = torch.cat([beam, beam[:, :1].expand(-1, missing)], 1)
        last = tokens[:, :, t].flatten()
        state = state.view(count, -1, *state.shape[1:])[rows, beam].flatten(0, 1)
    nothing = torch.isinf(ended_sums)[:, :, None]  # where there are fewer sentences than beams
    return ended_tokens.masked_fill(nothing, 0), ended_scores.masked_fill(nothing, 0)


def one_by_one(
    step: Step,
    state: Tensor,
    memory: Tensor,
    *,
    end: int,
    length: int,
    choose: Callable[[Tensor], Tensor],
    once: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """One token after the other, each chosen alone.

    Args:
        step, state, memory, end, length, once: see `beams`.
        choose: from log-probabilities (N, tokens) to the indices (N,) of those taken.

    Returns:
        Tokens, int64, and their log-probabilities, (N, length) each, 0 after END.
    """
    count, device = len(state), state.device
    tokens = torch.zeros(count, length, dtype=torch.int64, device=device)
    scores = torch.zeros(count, length, device=device)
    going = torch.ones(count, dtype=torch.bool, device=device)
    last = torch.full((count,), end, device=device)
    for t in range(length):
        log_probabilities, state = step(last, state, memory)
        log_probabilities = without_said(log_probabilities.float(), tokens[:, :t], once)
        index = choose(log_probabilities)
        last = index + 1
        tokens[:, t] = last * going
        scores[:, t] = log_probabilities.gather(1, index[:, None])[:, 0] * going
        going &= last != end
        if not bool(going.any()):
            break
    return tokens, scores
