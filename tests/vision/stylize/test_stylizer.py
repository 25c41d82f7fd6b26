from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv import t7
from torch_opencv.nets import style_network
from torch_opencv.nets.style_network import Style, StyleNetwork
from torch_opencv.vision import ModelError, Stylizer
from torch_opencv.vision.stylize import styles
from torch_opencv.weights import WeightsError


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A style of random weights: what is tested here is what is done around the network."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("styles") / "random.safetensors"
    path.write_bytes(style_network.to_bytes(StyleNetwork(), Style("random", "none", 0)))
    return path


@pytest.fixture(scope="module")
def stylizer(file: Path) -> Stylizer:
    return Stylizer(file, device="cpu")


def frame(height: int, width: int) -> Tensor:
    """Smooth colours with some detail, the same each time."""
    noise = torch.randint(256, (8, 8, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    return cv.resize(noise, (width, height), interpolation=cv.INTER_CUBIC)


def painted_by_torch(file: Path, image: Tensor) -> Tensor:
    network = style_network.load(file)
    with torch.no_grad():
        rgb = network(image.flip(-1).permute(2, 0, 1)[None] / 255)[0]
    return rgb.permute(1, 2, 0).flip(-1) * 255


def difference(a: Tensor, b: Tensor) -> float:
    return float((a.float() - b.float()).abs().max())


@pytest.mark.parametrize("size", [(96, 128), (97, 131), (33, 7), (1, 1)])
def test_a_painting_is_what_the_network_says_whatever_the_size(
    stylizer: Stylizer, file: Path, size: tuple[int, int]
) -> None:
    image = frame(*size)
    before = image.clone()
    painting = stylizer(image)
    assert painting.image.dtype == torch.uint8
    assert painting.image.shape == image.shape
    assert painting.size == (size[1], size[0])
    assert difference(painting.image, painted_by_torch(file, image)) <= 0.51  # rounded, once
    assert torch.equal(image, before)
    assert painting.image.is_contiguous()


def test_views_are_painted_like_copies(stylizer: Stylizer) -> None:
    image = frame(80, 120)
    assert torch.equal(stylizer(image.flip(1)).image, stylizer(image.flip(1).contiguous()).image)
    assert torch.equal(stylizer(image[::2, 10:90]).image, stylizer(image[::2, 10:90].clone()).image)


def test_a_large_frame_is_painted_small_and_given_back_large_with_its_aspect(stylizer: Stylizer) -> None:
    image = frame(720, 1280)
    painting = stylizer(image)
    assert painting.size == (640, 360)
    assert painting.image.shape == image.shape
    small = stylizer(cv.resize(image, (640, 360), interpolation=cv.INTER_AREA)).image
    assert torch.equal(cv.resize(small, (1280, 720), interpolation=cv.INTER_CUBIC), painting.image)


def test_size(file: Path) -> None:
    assert Stylizer(file, device="cpu", size=100)(frame(200, 150)).size == (75, 100)
    assert Stylizer(file, device="cpu", size=5000)(frame(40, 700)).size == (700, 40)
    assert Stylizer(file, device="cpu", size=1)(frame(40, 700)).size == (1, 1)


def test_strength_lays_the_painting_over_the_frame(file: Path, stylizer: Stylizer) -> None:
    image = frame(64, 96)
    painted = stylizer(image).image
    assert torch.equal(Stylizer(file, device="cpu", strength=0.0)(image).image, image)
    half = Stylizer(file, device="cpu", strength=0.5)(image).image
    assert difference(half, (image.float() + painted.float()) / 2) <= 0.51


def test_kept_colors_are_the_frames_and_the_brightness_the_paintings(file: Path, stylizer: Stylizer) -> None:
    image = frame(64, 96) // 2 + 64  # far from the ends of the range, where colours are clipped
    kept = Stylizer(file, device="cpu", keep_colors=True)(image).image
    colours, of_frame = cv.cvtColor(kept, cv.COLOR_BGR2YCrCb), cv.cvtColor(image, cv.COLOR_BGR2YCrCb)
    inside = ((kept > 0) & (kept < 255)).all(-1)
    assert inside.float().mean() > 0.3
    assert difference(colours[inside][:, 1:], of_frame[inside][:, 1:]) <= 2
    brightness = cv.cvtColor(stylizer(image).image, cv.COLOR_BGR2GRAY)
    assert difference(colours[..., 0][inside], brightness[inside]) <= 2


@pytest.mark.parametrize(
    ("style", "message"),
    [
        ("stary-night", "did you mean starry-night?"),
        ("zebra", "there is no style 'zebra': There are starry-night"),
        ("none.safetensors", "there is no style file none.safetensors"),
        ("none.t7", "there is no style file none.t7"),
    ],
)
def test_styles_that_there_are_not(style: str, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        Stylizer(style)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_files_that_are_no_styles(tmp_path: Path) -> None:
    for name, content, error in (
        ("image.png", b"\x89PNG", ModelError),
        ("cut.safetensors", b"\x10", ModelError),
        ("empty.t7", b"", t7.T7Error),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(error) as caught:
            Stylizer(path)
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)


def test_what_is_no_frame_and_options_out_of_range(stylizer: Stylizer, file: Path) -> None:
    with pytest.raises(TypeError, match=r"must be a torch\.Tensor"):
        stylizer("frame.png")  # type: ignore[arg-type]
    for wrong in (torch.zeros(10, 10, dtype=torch.uint8), torch.zeros(10, 10, 3), frame(4, 4)[:0]):
        with pytest.raises(ValueError, match=r"must be torch\.uint8 \(H, W, 3\)"):
            stylizer(wrong)
    with pytest.raises(ValueError, match="size must be"):
        Stylizer(file, size=0)
    with pytest.raises(ValueError, match="strength must be"):
        Stylizer(file, strength=1.5)


def test_texture_networks_are_fetched_only_when_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", "1")
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path))
    with pytest.raises(WeightsError, match=r"starry\.t7"):
        Stylizer("texturenet-starry")


@pytest.mark.slow
@pytest.mark.parametrize("name", styles.NAMES)
def test_our_own_styles_come_along_and_paint(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", "1")
    painter = Stylizer(name, device="cpu")
    image = frame(64, 96)
    painted = painter(image).image
    assert painter.style == name
    assert painter.backend == "onnxruntime"
    assert float((painted.float() - image.float()).abs().mean()) > 10
    assert float(painted.float().std()) > 10


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("network", ["starry", "pollock"])
def test_texture_networks_show_what_the_demo_showed(shared_data: Path, network: str) -> None:
    photo = _read(shared_data / "torch7/inputs/astronaut_512x256_rgb_u8.raw", (256, 512, 3)).flip(-1).contiguous()
    shown = shared_data / f"torch7/stylize/{network}_show_photo_512x256_bgr_u8.raw"
    painter = Stylizer(shared_data / f"t7/{network}.t7", device="cpu")
    assert painter.backend == "onnxruntime"
    painted = painter(photo).image
    exact = _in_float64(shared_data / f"t7/{network}.t7", photo)
    assert difference(painted, exact) <= 1
    if shown.is_file():
        # Torch7 in float32, which strays from its own float64 by as much as the fast path does.
        assert difference(painted, _read(shown, (256, 512, 3))) <= 1


@pytest.mark.slow
@pytest.mark.data
def test_texture_networks_paint_any_size(shared_data: Path) -> None:
    painter = Stylizer(shared_data / "t7/starry.t7", device="cpu")
    image = frame(128, 160)
    whole = painter(image).image
    assert painter(image[:101, :129]).image.shape == (101, 129, 3)
    assert painter(image[:1, :1]).image.shape == (1, 1, 3)
    fitting = painter(cv.copyMakeBorder(image[:120, :150], 0, 8, 0, 10, cv.BORDER_REFLECT_101)).image
    assert torch.equal(painter(image[:120, :150]).image, fitting[:120, :150])
    assert whole.shape == image.shape


def _read(path: Path, shape: tuple[int, ...]) -> Tensor:
    return torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8).reshape(shape)


def _in_float64(path: Path, photo: Tensor) -> Tensor:
    with torch.no_grad():
        out = t7.load_network(path).double()(photo.permute(2, 0, 1)[None].double() / 255)[0].permute(1, 2, 0)
    return (out + torch.tensor([103.939, 116.779, 123.68], dtype=torch.float64)).clamp(0, 255).byte()
