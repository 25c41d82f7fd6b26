"""The bundled styles: small, verified, and painting without borders, checkerboard or flicker."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from torch_opencv import weights
from torch_opencv.nets import style_network
from torch_opencv.nets.style_network import StyleNetwork

NAMES = ("starry-night", "great-wave", "composition-vii", "the-scream", "the-shipwreck")


@pytest.fixture(scope="module", params=NAMES)
def network(request: pytest.FixtureRequest) -> StyleNetwork:
    return style_network.load(weights.path(request.param))


@pytest.fixture(scope="module")
def scene() -> Tensor:
    """Something like a photograph, (1, 3, 160, 224): blurred noise of several sizes, with an edge through it."""
    generator = torch.Generator().manual_seed(3)
    layers = [
        F.interpolate(torch.rand(1, 3, *size, generator=generator), (160, 224), mode="bicubic")
        for size in ((4, 5), (16, 22), (60, 84))
    ]
    image = 0.6 * layers[0] + 0.3 * layers[1] + 0.1 * layers[2]
    image[..., 90:] = 1 - image[..., 90:]
    return image.clamp(0, 1)


@pytest.mark.parametrize("name", NAMES)
def test_they_come_with_the_package(name: str) -> None:
    (copy,) = weights.verify(name)
    assert copy.location == "package"
    style = style_network.describe(copy.path)
    assert style.name == name
    assert style.iterations >= 400
    assert len(style.painting) > 10


def test_all_together_are_under_4_megabytes() -> None:
    sizes = [weights.entry(name).size for name in NAMES]
    assert all(sizes) and sum(size or 0 for size in sizes) < 4_000_000


@torch.no_grad()
def test_it_paints(network: StyleNetwork, scene: Tensor) -> None:
    painted = network(scene)
    assert bool(painted.isfinite().all())
    assert (painted - scene).abs().mean() > 0.05
    assert painted.std() > 0.05


def test_no_two_are_alike() -> None:
    first = [style_network.load(weights.path(name)).pixels.weight for name in NAMES]
    for index, one in enumerate(first):
        assert all((one - other).abs().max() > 0.01 for other in first[:index])


@torch.no_grad()
def test_the_scene_stays_readable(network: StyleNetwork, scene: Tensor) -> None:
    """Light stays light: the blurred brightness goes with that of the image."""
    one, other = (F.avg_pool2d(image.mean(1, keepdim=True), 16).flatten() for image in (scene, network(scene)))
    assert torch.corrcoef(torch.stack([one, other]))[0, 1] > 0.6


@torch.no_grad()
def test_no_checkerboard(network: StyleNetwork, scene: Tensor) -> None:
    """The network's own grid has 8x8 mirrors. On average over an image they all look alike, to 2 grey levels."""
    painted = network(scene) * 255
    mirrors = F.pixel_unshuffle(painted, 8).mean((2, 3)).reshape(3, 64)
    expected = F.pixel_unshuffle(scene * 255, 8).mean((2, 3)).reshape(3, 64)
    assert (mirrors - mirrors.mean(1, keepdim=True) - expected + expected.mean(1, keepdim=True)).std(1).max() < 2


@torch.no_grad()
def test_no_borders(network: StyleNetwork, scene: Tensor) -> None:
    """Along each side it is as bright as where a larger image goes on. (Zeros beyond the edge: 15 to 30 apart.)"""
    whole = network(F.pad(scene, (64, 64, 64, 64), mode="reflect"))[..., 64:-64, 64:-64]
    apart = (network(scene) - whole).mean((0, 1)) * 255
    for side in (apart[:4], apart[-4:], apart[:, :4], apart[:, -4:]):
        assert side.mean().abs() < 10


@torch.no_grad()
def test_a_still_scene_stays_still(network: StyleNetwork, scene: Tensor) -> None:
    """A camera's noise, of 2.5 grey levels' deviation, makes the painting change by little more than the frame."""
    generator = torch.Generator().manual_seed(4)
    one, other = ((scene + 2.5 / 255 * torch.randn(scene.shape, generator=generator)).clamp(0, 1) for _ in range(2))
    assert (network(one) - network(other)).abs().mean() < (one - other).abs().mean() + 2 / 255
