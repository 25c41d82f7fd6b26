"""Belief propagation over a few disparities of each pixel (OpenCV's cudastereo, stereocsbp.cu).

Q. Yang, L. Wang and N. Ahuja, "A constant-space belief propagation algorithm for stereo matching", 2010. Each size of
the images has half as many disparities for each pixel as the next smaller one: those that cost the least there.

Images are float32 (N, H, W, C), everything else is float32 (N, P, H, W), P the disparities ("planes") of a pixel.
Where a size is odd, what is beyond the smaller one is what is at its edge; OpenCV reads other memory there.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

_LUMA = (0.299, 0.587, 0.114)  # of RGB


class Rules(NamedTuple):
    """The method's parameters.

    ``weight``: what the difference of two pixels weighs, of which ``most_data`` counts at most; ``jump``: what a step
    of one disparity between neighbours costs, and any step ``most_jump`` at most; ``least``: the least disparity that
    is looked at; ``whole``: numbers are rounded to whole ones, as in int16.
    """

    weight: float
    most_data: float
    jump: float
    most_jump: float
    least: int
    whole: bool


class State(NamedTuple):
    """What pixels know: their disparities, what these cost, and the messages up, down, to the left and to the right."""

    disparities: Tensor
    costs: Tensor
    messages: list[Tensor]


def _rounded(x: Tensor, rules: Rules) -> Tensor:
    return x.round().clamp(-32768, 32767) if rules.whole else x


def _pixel_costs(left: Tensor, right: Tensor, rules: Rules) -> Tensor:
    apart = (left - right).abs()
    if apart.shape[-1] == 1:
        gray = apart[..., 0]
    else:
        gray = apart[..., 2] * _LUMA[0] + apart[..., 1] * _LUMA[1] + apart[..., 0] * _LUMA[2]
    return rules.weight * gray.clamp(max=rules.most_data)


def _of_blocks(costs: Tensor, side: int) -> Tensor:
    """Sums over squares, (N, H, W) of whole ones."""
    n, h, w = costs.shape
    return costs.reshape(n, h // side, side, w // side, side).sum((2, 4))


def all_costs(left: Tensor, right: Tensor, level: int, count: int, rules: Rules) -> Tensor:
    """What each of ``count`` disparities costs at each pixel of a size, (N, count, H, W)."""
    side = 1 << level
    n, h, w = left.shape[0], left.shape[1] // side * side, left.shape[2] // side * side
    found = []
    for d in range(count):
        costs = left.new_full((n, h, w), rules.weight * rules.most_data)
        if rules.least <= d < w:
            costs[:, :, d:] = _pixel_costs(left[:, :h, d:w], right[:, :h, : w - d], rules)
        found.append(_rounded(_of_blocks(costs, side), rules))
    return torch.stack(found, 1)


def _costs_of(left: Tensor, right: Tensor, level: int, disparities: Tensor, rules: Rules) -> Tensor:
    """What chosen disparities (N, P, H, W) cost at each pixel of a size."""
    side = 1 << level
    h, w = disparities.shape[2] * side, disparities.shape[3] * side
    column = torch.arange(w, device=left.device)
    found = []
    for plane in disparities.unbind(1):
        d = plane.long().repeat_interleave(side, 1).repeat_interleave(side, 2)
        place = column - d
        shifted = right[:, :h].gather(2, place.clamp(min=0)[..., None].expand(-1, -1, -1, right.shape[-1]))
        costs = _pixel_costs(left[:, :h, :w], shifted, rules)
        costs = torch.where((place < 0) | (d < rules.least), rules.weight * rules.most_data, costs)
        found.append(_rounded(_of_blocks(costs, side), rules))
    return torch.stack(found, 1)


def begun(costs: Tensor, planes: int, local: bool) -> State:
    """The disparities that cost the least at each pixel, the least first.

    ``local``: first those that cost less than the disparities beside them, from the smallest disparity on.
    """
    if local:
        inner = costs[:, 1:-1]
        least = pad((inner < costs[:, :-2]) & (inner < costs[:, 2:]), (0, 0, 0, 0, 1, 1))
        least = least & (least.cumsum(1) <= planes)
        first = (~least).to(torch.uint8).sort(dim=1, stable=True).indices
        rest = torch.where(least, torch.inf, costs).sort(dim=1, stable=True).indices
        number = torch.arange(planes, device=costs.device)[:, None, None]
        taken = least.sum(1, keepdim=True)
        chosen = torch.where(number < taken, first[:, :planes], rest.gather(1, (number - taken).clamp(min=0)))
    else:
        chosen = costs.sort(dim=1, stable=True).indices[:, :planes]
    kept = costs.gather(1, chosen)
    return State(chosen.to(costs.dtype), kept, [torch.zeros_like(kept)] * 4)


def finer(state: State, left: Tensor, right: Tensor, level: int, planes: int, rules: Rules) -> State:
    """The next larger size: of the smaller one's disparities those that cost the least there."""
    h, w = left.shape[1] >> level, left.shape[2] >> level
    h2, w2 = state.costs.shape[2:]
    y, x = torch.arange(h, device=left.device) // 2, torch.arange(w, device=left.device) // 2
    row, column = y.clamp(max=h2 - 1), x.clamp(max=w2 - 1)

    def at(what: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        return what.index_select(2, rows).index_select(3, columns)

    disparities = at(state.disparities, row, column)
    costs = _costs_of(left, right, level, disparities, rules)
    up, down, to_left, to_right = state.messages
    total = costs + at(up, (y + 1).clamp(max=h2 - 1), column) + at(down, (y - 1).clamp(min=0), column)
    total = total + at(to_left, row, (x + 1).clamp(max=w2 - 1)) + at(to_right, row, (x - 1).clamp(min=0))
    chosen = total.sort(dim=1, stable=True).indices[:, :planes]
    return State(
        disparities.gather(1, chosen),
        costs.gather(1, chosen),
        [at(message, row, column).gather(1, chosen) for message in state.messages],
    )


def _message(total: Tensor, own: Tensor, others: Tensor, rules: Rules) -> Tensor:
    """What a pixel says of its neighbour's disparities ``others``, given what its ``own`` cost altogether."""
    least = total.amin(1, keepdim=True) + int(rules.most_jump)
    found = least.expand_as(total)
    for plane in range(total.shape[1]):
        step = rules.jump * (own[:, plane : plane + 1] - others).abs()
        found = torch.minimum(found, total[:, plane : plane + 1] + step)
    return _rounded(_rounded(found, rules) - found.mean(1, keepdim=True), rules)


def propagated(state: State, iterations: int, rules: Rules) -> State:
    """The state after so many half turns of the chess board. The outermost pixels send nothing new."""
    h, w = state.costs.shape[2:]
    if h < 3 or w < 3:
        return state
    device = state.costs.device
    row, column = torch.arange(1, h - 1, device=device)[:, None], torch.arange(1, w - 1, device=device)
    costs, d = state.costs[..., 1:-1, 1:-1], state.disparities
    own = d[..., 1:-1, 1:-1]
    beside = [d[..., :-2, 1:-1], d[..., 2:, 1:-1], d[..., 1:-1, :-2], d[..., 1:-1, 2:]]
    messages = [m.clone() for m in state.messages]
    for turn in range(iterations):
        speaks = (row + column + turn) % 2 == 0
        up, down, left, right = messages
        below, above = up[..., 2:, 1:-1], down[..., :-2, 1:-1]
        from_right, from_left = left[..., 1:-1, 2:], right[..., 1:-1, :-2]
        totals = (
            costs + from_left + below + from_right,
            costs + above + from_left + from_right,
            costs + below + above + from_right,
            costs + below + above + from_left,
        )
        said = [_message(total, own, others, rules) for total, others in zip(totals, beside, strict=True)]
        for message, new in zip(messages, said, strict=True):
            inner = message[..., 1:-1, 1:-1]
            inner.copy_(torch.where(speaks, new, inner))
    return State(state.disparities, state.costs, messages)


def chosen(state: State) -> Tensor:
    """The disparity of each pixel that costs the least, (N, H, W); 0 in the outermost ones."""
    up, down, left, right = state.messages
    total = state.costs[..., 1:-1, 1:-1] + up[..., 2:, 1:-1] + down[..., :-2, 1:-1]
    total = total + left[..., 1:-1, 2:] + right[..., 1:-1, :-2]
    best = total.argmin(1, keepdim=True)
    return pad(state.disparities[..., 1:-1, 1:-1].gather(1, best)[:, 0], (1, 1, 1, 1))
