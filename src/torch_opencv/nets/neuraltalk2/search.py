"""Sentences out of the language model: the most likely token each time, beam search, or drawn by chance.

All images of a batch, and all their beams, take each step together. What comes out is what the original's loops over
images and beams give: tokens (N, length) int64, words from 1, the END token, then 0; and each token's log-probability
given those before, 0 after END.

Source: misc/LanguageModel.lua of https://github.com/karpathy/neuraltalk2.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Step = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Inputs (N, encoding) and a state (N, ...) to the next token's log-probabilities (N, tokens) and the state after."""
Embed = Callable[[Tensor], Tensor]
"""Tokens (N,), from 1, to inputs (N, encoding)."""


def one_by_one(
    step: Step, embed: Embed, log_probabilities: Tensor, state: Tensor, length: int, choose: Callable[[Tensor], Tensor]
) -> tuple[Tensor, Tensor]:
    """One token after the other, each chosen alone.

    Args:
        step, embed: the network's.
        log_probabilities, state: what the START token's step gave.
        length: the most tokens of a sentence.
        choose: from log-probabilities (N, tokens) to indices (N,) of those taken. The original goes on choosing after
            END, which changes nothing before it.

    Returns:
        Tokens, int64, and their log-probabilities, (N, length) each.
    """
    count, end = log_probabilities.shape
    tokens = torch.zeros(count, length, dtype=torch.int64, device=log_probabilities.device)
    scores = log_probabilities.new_zeros(count, length)
    going = torch.ones(count, dtype=torch.bool, device=log_probabilities.device)
    for t in range(length):
        chosen = choose(log_probabilities) + 1
        score = log_probabilities.gather(1, chosen[:, None] - 1)[:, 0]
        tokens[:, t], scores[:, t] = chosen * going, score * going
        going &= chosen != end
        if t + 1 == length or not bool(going.any()):
            break
        log_probabilities, state = step(embed(chosen), state)
    return tokens, scores


def beams(
    step: Step, embed: Embed, log_probabilities: Tensor, state: Tensor, length: int, size: int, *, wanted: int = 1
) -> tuple[Tensor, Tensor]:
    """Beam search: the likeliest of the sentences that are met when the `size` likeliest beginnings are kept each time.

    Args:
        step, embed: the network's.
        log_probabilities, state: what the START token's step gave.
        length: the most tokens of a sentence.
        size: how many beginnings are kept.
        wanted: how many sentences.

    Returns:
        Tokens, int64, and their log-probabilities, (N, wanted, length) each, the best first. All are 0 where fewer
        sentences were met.

    As in the original, which many other beam searches differ from:

    - Sentences are compared by the sum of their log-probabilities, however long they are: short ones are preferred.
    - A sentence that hasn't ended after `length` tokens counts as one that has.
    - One that has ended stays among the beams and is continued after END. This takes the beams of others, but only of
      such as are less likely than it, which could not win any more.
    - Sums are rounded to float32 after each token, but compared before they are.
    """
    count, end = log_probabilities.shape
    device = log_probabilities.device
    images = torch.arange(count, device=device)[:, None]
    sums = torch.zeros(count, 1, device=device)  # in the beginning all beams are the same, so one is expanded
    tokens = torch.zeros(count, size, length, dtype=torch.int64, device=device)
    scores = torch.zeros(count, size, length, device=device)
    over = torch.zeros(count, 1, dtype=torch.bool, device=device)  # the beams that have ended before
    best_sums = torch.full((count, wanted), -torch.inf, device=device)
    best_tokens, best_scores = (one.new_zeros(count, wanted, length) for one in (tokens, scores))
    for t in range(length):
        score, index = log_probabilities.float().view(count, -1, end).topk(size)
        beam, score, index, sums = _expanded(sums, score, index, size)
        tokens, scores = (one.gather(1, beam[:, :, None].expand(-1, -1, length)) for one in (tokens, scores))
        tokens[:, :, t], scores[:, :, t] = index + 1, score
        state = state[(images * size + beam if t else beam + images).flatten()]
        over = over.gather(1, beam)
        ends = ((index + 1 == end) | (t == length - 1)) & ~over  # what ends once more is the same sentence
        over |= index + 1 == end
        # Of equally likely sentences the one that was met first: a sort keeps their order, which topk doesn't.
        all_sums = torch.cat([best_sums, torch.where(ends, sums, -torch.inf)], 1)
        best_sums, order = (one[:, :wanted] for one in all_sums.sort(dim=1, descending=True, stable=True))
        best_tokens, best_scores = (
            torch.cat([best, new], 1)[images, order] for best, new in ((best_tokens, tokens), (best_scores, scores))
        )
        if t + 1 == length or bool((best_sums[:, -1] >= sums[:, 0]).all()):  # nothing gets likelier by becoming longer
            break
        log_probabilities, state = step(embed(tokens[:, :, t].flatten()), state)
    missing = torch.isinf(best_sums)[:, :, None]
    return best_tokens.masked_fill(missing, 0), best_scores.masked_fill(missing, 0)


def _expanded(sums: Tensor, score: Tensor, index: Tensor, size: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The likeliest of all beams' likeliest continuations: their beams, scores, indices and sums, (N, size) each.

    Args:
        sums: (N, beams).
        score, index: (N, beams, size), each beam's likeliest tokens.
        size: how many are kept.
    """
    candidates = (sums[:, :, None].double() + score.double()).flatten(1)
    order = candidates.topk(size).indices
    score, index, sums = (one.gather(1, order) for one in (score.flatten(1), index.flatten(1), candidates))
    return order // size, score, index, sums.float()
