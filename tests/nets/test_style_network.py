"""The style network: any size, no checkerboard, no borders of its own making, and files that say what they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import safetensors.torch
import torch
import torch.nn.functional as F  # noqa: N812

import torch_opencv
import torch_opencv as cv
from torch_opencv.nets import style_network
from torch_opencv.nets.style_network import Style, StyleFileError, StyleNetwork
from torch_opencv.runtime import accelerate
from torch_opencv.vision.pictures import pictures

STYLE = Style("plain", "An image", 7)
SIZES = [(1, 1), (1, 9), (7, 3), (15, 17), (16, 24), (33, 50), (64, 64), (101, 77)]


@pytest.fixture
def network() -> StyleNetwork:
    torch.manual_seed(0)
    return StyleNetwork().eval()


@pytest.fixture
def file(network: StyleNetwork, tmp_path: Path) -> Path:
    path = tmp_path / "plain.safetensors"
    path.write_bytes(style_network.to_bytes(network, STYLE))
    return path


def images(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("size", SIZES)
@torch.no_grad()
def test_an_image_of_any_size_stays_as_large(network: StyleNetwork, size: tuple[int, int]) -> None:
    painted = network(images(2, 3, *size))
    assert painted.shape == (2, 3, *size)
    assert painted.dtype == torch.float32
    assert bool((painted >= 0).all()) and bool((painted <= 1).all())


@torch.no_grad()
def test_it_has_about_350_thousand_parameters(network: StyleNetwork) -> None:
    assert 300_000 < sum(parameter.numel() for parameter in network.parameters()) < 400_000


@torch.no_grad()
def test_images_of_a_batch_do_not_know_of_each_other(network: StyleNetwork) -> None:
    batch = images(3, 3, 40, 56)
    for image, painted in zip(batch, network(batch), strict=True):
        torch.testing.assert_close(network(image[None])[0], painted, atol=1e-5, rtol=0)


@torch.no_grad()
@pytest.mark.parametrize(("dtype", "levels"), [(torch.bfloat16, 2), (torch.float16, 0.5)])
def test_fog_is_painted_as_well_in_half_precision(dtype: torch.dtype, levels: float) -> None:
    network = style_network.load(Path(torch_opencv.__file__).parent / "weights" / "styles" / "starry-night.safetensors")
    image = cv.resize(pictures()[0], (160, 96)).flip(2).permute(2, 0, 1)[None]
    foggy = 0.75 + image / (255 * 16)
    wanted = network(foggy)
    found = network.to(dtype)(foggy)
    assert float((found - wanted).abs().max()) * 255 < levels


@torch.no_grad()
@pytest.mark.slow
def test_the_accelerated_network_agrees_for_all_sizes(
    network: StyleNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path))
    fast = accelerate(network, images(1, 3, 50, 61), device="cpu", dynamic=(0, 2, 3))
    assert fast.backend == "onnxruntime"
    for size in SIZES:
        batch = images(2, 3, *size)
        painted = fast(batch)
        assert painted.shape == batch.shape
        if min(size) > 2:  # in smaller ones there is hardly anything to normalise but rounding errors
            torch.testing.assert_close(painted, network(batch), atol=2e-3, rtol=0)


@torch.no_grad()
def test_a_flat_image_is_painted_flat(network: StyleNetwork) -> None:
    """Neither borders nor a checkerboard come from the layers themselves, whatever the weights of a new network are."""
    painted = network(torch.full((1, 3, 72, 72), 0.3))
    assert torch.equal(painted, painted[:, :, :1, :1].expand_as(painted))


@torch.no_grad()
def test_no_weights_can_make_the_finest_checkerboard(network: StyleNetwork) -> None:
    torch.nn.init.normal_(network.pixels.weight)  # as unlike for the four pixels as can be
    assert network.pixels.bias is not None
    torch.nn.init.normal_(network.pixels.bias)
    painted = torch.logit(network(torch.full((1, 3, 64, 64), 0.3)).double())
    sign = (-1.0) ** (torch.arange(64)[:, None] + torch.arange(64))
    inner = slice(2, -2)  # the outermost pixels' neighbours beyond the edge are not alternating
    for pattern in (
        sign,
        (-1.0) ** torch.arange(64).expand(64, 64),
        (-1.0) ** torch.arange(64)[:, None].expand(64, 64),
    ):
        assert (painted * pattern)[..., inner, inner].mean().abs() < 1e-4


def test_gradients_reach_every_parameter(network: StyleNetwork) -> None:
    network.train()(images(1, 3, 48, 48)).square().mean().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in network.parameters())


@torch.no_grad()
@pytest.mark.parametrize("size", [(1, 1), (2, 5), (9, 6)])
def test_doubling_is_interpolation_and_convolution(network: StyleNetwork, size: tuple[int, int]) -> None:
    x = images(2, 48, *size)
    layer = network.to_half
    torch.nn.init.normal_(layer.norm.bias)
    large = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
    expected = layer.norm(layer.conv(F.pad(large, (1, 1, 1, 1), mode="replicate"))).relu()
    torch.testing.assert_close(layer(x), expected, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_half_precision_in_and_out(network: StyleNetwork) -> None:
    painted = network.bfloat16()(images(1, 3, 32, 32).half())
    assert painted.dtype == torch.float16


@torch.no_grad()
def test_a_file_gives_the_network_back_in_half_precision(network: StyleNetwork, file: Path) -> None:
    loaded = style_network.load(file)
    assert not loaded.training
    assert style_network.describe(file) == STYLE
    for name, value in network.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value.half().float()), name
    assert file.stat().st_size < 800_000


def test_wrong_files(network: StyleNetwork, file: Path, tmp_path: Path) -> None:
    with pytest.raises(StyleFileError, match="there is no style file"):
        style_network.load(tmp_path / "none.safetensors")
    with pytest.raises(StyleFileError, match="there is no style file"):
        style_network.load(tmp_path)
    text = tmp_path / "text.safetensors"
    text.write_text("hello, this is no safetensors file")
    with pytest.raises(StyleFileError, match="can't be read as a style network"):
        style_network.load(text)
    text.write_bytes(b"")
    with pytest.raises(StyleFileError, match="can't be read as a style network"):
        style_network.load(text)
    text.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(StyleFileError, match="can't be read as a style network"):
        style_network.load(text)
    safetensors.torch.save_file({"x": torch.zeros(2)}, text)
    with pytest.raises(StyleFileError, match="not a style network"):
        style_network.load(text)


def test_a_style_of_another_architecture(file: Path, tmp_path: Path) -> None:
    with safetensors.safe_open(file, framework="pt") as opened:
        header = opened.metadata()
    state = safetensors.torch.load_file(file)
    other = tmp_path / "other.safetensors"
    for change in ({"pixels.bias": torch.zeros(5)}, {"extra": torch.zeros(1)}):
        safetensors.torch.save_file(state | change, other, metadata=header)
        with pytest.raises(StyleFileError, match="no style network that this version knows"):
            style_network.load(other)
    safetensors.torch.save_file(state, other, metadata={"format": header["format"], "name": "x", "painting": "y"})
    with pytest.raises(StyleFileError, match="can't be read as a style network"):
        style_network.describe(other)
