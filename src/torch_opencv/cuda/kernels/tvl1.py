"""The dual method for TV-L1 optical flow (optflow/src/tvl1flow.cpp, without its median filter).

C. Zach, T. Pock and H. Bischof, "A duality based approach for realtime TV-L1 optical flow", 2007.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._borders import padded
from torch_opencv.cuda.kernels import sampling


@dataclass(frozen=True)
class Rules:
    """The method's parameters, in OpenCV's names; ``lambda_`` is lambda."""

    tau: float
    lambda_: float
    theta: float
    gamma: float
    warps: int
    epsilon: float
    iterations: int


def one_scale(before: Tensor, after: Tensor, flow: Tensor, light: Tensor, rules: Rules) -> tuple[Tensor, Tensor]:
    """The flow (N, H, W, 2) at one scale, from images (N, H, W), float32, and from the flow so far.

    ``light`` (N, H, W) is how much lighter things become, for ``gamma`` other than 0. The host asks in every step
    whether all have converged.
    """
    n, h, w = before.shape
    wide = padded(after[..., None], 1, 1, 1, 1, cv2.BORDER_REPLICATE)[..., 0]
    along_x = (wide[:, 1:-1, 2:] - wide[:, 1:-1, :-2]) * 0.5
    along_y = (wide[:, 2:, 1:-1] - wide[:, :-2, 1:-1]) * 0.5
    sampled = torch.stack([after, along_x, along_y], -1)
    column, row = torch.arange(w, device=flow.device), torch.arange(h, device=flow.device)[:, None]
    count = 3 if rules.gamma != 0 else 2
    u = torch.cat([flow, light[..., None]], -1)[..., :count]
    p1, p2 = torch.zeros_like(u), torch.zeros_like(u)
    limit, step = rules.lambda_ * rules.theta, rules.tau / rules.theta
    enough = rules.epsilon * rules.epsilon * h * w
    for _ in range(rules.warps):
        places = [sampling.in_32nds(c + u[..., i]) for i, c in enumerate((column, row))]
        warped = torch.cat(
            [
                sampling.sampled(
                    sampled[i : i + 1], places[0][i], places[1][i], cv2.INTER_CUBIC, cv2.BORDER_CONSTANT, (0,) * 4
                )
                for i in range(n)
            ]
        )
        gradient = warped[..., 1:]
        steep = gradient[..., 0] * gradient[..., 0] + gradient[..., 1] * gradient[..., 1]
        constant = warped[..., 0] - gradient[..., 0] * u[..., 0] - gradient[..., 1] * u[..., 1] - before
        if count == 3:
            gradient = torch.cat([gradient, torch.full_like(gradient[..., :1], rules.gamma)], -1)
        going = torch.ones(n, dtype=torch.bool, device=u.device)
        for _ in range(rules.iterations):
            new = _lit(u, gradient, steep, constant, limit) + rules.theta * _divergence(p1, p2)
            change = ((new - u) ** 2).sum((1, 2, 3))
            running = going[:, None, None, None]
            u = torch.where(running, new, u)
            dx, dy = _forward(u, 2), _forward(u, 1)
            size = 1 + step * torch.hypot(dx, dy)
            p1 = torch.where(running, (p1 + step * dx) / size, p1)
            p2 = torch.where(running, (p2 + step * dy) / size, p2)
            going = going & (change > enough)
            if not bool(going.any()):
                break
    return u[..., :2], u[..., 2] if count == 3 else light


def _lit(u: Tensor, gradient: Tensor, steep: Tensor, constant: Tensor, limit: float) -> Tensor:
    """The flow moved towards where the images agree."""
    rho = constant + (gradient[..., 0] * u[..., 0] + gradient[..., 1] * u[..., 1])
    if u.shape[-1] == 3:
        rho = rho + gradient[..., 2] * u[..., 2]
    flat = steep <= 1.1920929e-07
    factor = torch.where(flat, 0, -rho / torch.where(flat, 1, steep))
    factor = torch.where(rho > limit * steep, -limit, factor)
    factor = torch.where(rho < -limit * steep, limit, factor)
    return u + factor[..., None] * gradient


def _forward(x: Tensor, axis: int) -> Tensor:
    """Differences to the next along an axis; 0 at the end."""
    difference = x.diff(dim=axis)
    return torch.cat([difference, torch.zeros_like(x.narrow(axis, 0, 1))], axis)


def _divergence(p1: Tensor, p2: Tensor) -> Tensor:
    """Differences to those before along x of ``p1`` and along y of ``p2``."""
    before = [
        torch.cat([torch.zeros_like(p.narrow(a, 0, 1)), p.narrow(a, 0, p.shape[a] - 1)], a)
        for p, a in ((p1, 2), (p2, 1))
    ]
    return p1 - before[0] + (p2 - before[1])
