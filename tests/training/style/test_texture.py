"""The penalties know what they are there for, and leave the rest alone."""

from __future__ import annotations

import torch
from torch import Tensor

from torch_opencv.training.style.texture import stipple, unevenness, variation, without_grain


def waves(period: float, size: int = 112) -> Tensor:
    """(1, 3, size, size), upright stripes in 0..1."""
    row = 0.5 + 0.5 * torch.cos(torch.arange(size) * (2 * torch.pi / period))
    return row.expand(1, 3, size, size)


def test_variation_is_the_mean_difference_of_neighbours() -> None:
    ramp = (torch.arange(64.0) / 64).expand(1, 3, 64, 64)
    assert torch.isclose(variation(ramp), torch.tensor(1 / 64))
    assert variation(torch.full((1, 3, 8, 8), 0.7)) == 0


def test_stipple_is_what_is_too_fine() -> None:
    assert stipple(waves(2)) > 10 * stipple(waves(8)) > 100 * stipple(waves(40))


def test_unevenness_is_the_grid_and_no_stroke() -> None:
    assert unevenness(waves(4)) > 0.1
    assert unevenness(waves(2)) > 0.1
    assert unevenness(waves(5)) < 1e-3
    assert unevenness(waves(11)) < 1e-2
    assert unevenness(waves(4, size=111)) > 0.1  # sides that don't fit the grid


def test_a_painting_without_grain_has_its_size_and_no_pattern_of_two_pixels() -> None:
    grained = 0.5 * waves(2)[0] + 0.5 * waves(32)[0]
    assert without_grain(grained, 112).shape == (3, 110, 110)
    torch.testing.assert_close(without_grain(grained, 112), 0.25 + 0.5 * waves(32)[0, :, 1:-1, 1:-1], atol=0.01, rtol=0)
    assert without_grain(grained, 50).shape == (3, 48, 48)
