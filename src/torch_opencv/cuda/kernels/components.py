"""Connected components: labels that spread along edges until nothing changes, by pointer jumping.

Y. Zhang, A. Azad, Z. Hu, "FastSV: a distributed-memory connected component algorithm with fast convergence", 2020.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def roots(count: int, least_near: Callable[[Tensor], Tensor], device: torch.device) -> Tensor:
    """The least vertex of each vertex's component: int64 (count,). The host asks in each round whether that is all.

    Args:
        count: how many vertices there are.
        least_near: given a value of each vertex, the least value among each vertex and its neighbours.
        device: where to work.
    """
    parent = torch.arange(count, device=device)
    grandparent = parent
    while True:
        near = least_near(grandparent)
        hooked = parent.scatter_reduce(0, parent, near, "amin")
        parent = torch.minimum(torch.minimum(hooked, near), grandparent)
        jumped = parent[parent]
        if torch.equal(jumped, grandparent):
            return jumped
        grandparent = jumped


def of_image(on: Tensor, connectivity: int) -> Tensor:
    """The least pixel, counted row by row, of each pixel's component: (N, H, W), for a bool image of that shape."""
    n, h, w = on.shape
    nowhere = on.numel()

    def least_near(values: Tensor) -> Tensor:
        image = torch.where(on, values.reshape(n, h, w), nowhere)
        padded = torch.nn.functional.pad(image, (1, 1, 1, 1), value=nowhere)
        across = torch.minimum(torch.minimum(padded[..., :-2], padded[..., 1:-1]), padded[..., 2:])
        middle = padded[..., 1:-1] if connectivity == 4 else across
        near = torch.minimum(torch.minimum(middle[:, :-2], across[:, 1:-1]), middle[:, 2:])
        return torch.where(on, near, values.reshape(n, h, w)).reshape(-1)

    return roots(nowhere, least_near, on.device).reshape(n, h, w)


def along_edges(count: int, first: Tensor, second: Tensor) -> Tensor:
    """The least vertex of each vertex's component, for edges from ``first`` to ``second``, int64 (E,) each."""

    def least_near(values: Tensor) -> Tensor:
        near = values.scatter_reduce(0, first, values[second], "amin")
        return near.scatter_reduce(0, second, values[first], "amin")

    return roots(count, least_near, first.device)
