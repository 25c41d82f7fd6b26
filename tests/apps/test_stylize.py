from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import torch

from torch_opencv.apps.stylize import Stylize
from torch_opencv.nets import style_network
from torch_opencv.nets.style_network import Style, StyleNetwork
from torch_opencv.vision import ModelError, Stylizer
from torch_opencv.vision.stylize import styles


def _style(path: Path, seed: int) -> Path:
    """A style of random weights."""
    torch.manual_seed(seed)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(style_network.to_bytes(StyleNetwork(), Style(path.stem, "none", 0)))
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("styles")
    return [_style(folder / name, seed) for seed, name in enumerate(("a.safetensors", "b.safetensors"))]


@pytest.fixture(scope="module")
def program(files: list[Path]) -> Stylize:
    return Stylize(files, device="cpu")


@pytest.fixture
def image() -> torch.Tensor:
    return torch.randint(256, (60, 80, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_styles_are_switched_between_frames(program: Stylize, image: torch.Tensor) -> None:
    assert program.choices == ("a", "b", *styles.NAMES)
    assert program.chosen == "a"
    first = program.process(image)
    program.choose("b")
    second = program.process(image)
    program.choose("a")
    third = program.process(image)
    assert (first.style, second.style, third.style) == ("a", "b", "a")
    assert torch.equal(first.painting.image, third.painting.image)
    assert not torch.equal(first.painting.image, second.painting.image)
    assert program.summary() == "painted: a (2), b (1)"


def test_frames_go_on_in_the_old_style_while_a_new_one_is_loaded(
    files: list[Path], image: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(style: str | Path) -> Stylizer:
        loading.set()
        assert loaded.wait(60)
        return Stylizer(style, device="cpu", size=32)

    program = Stylize(files[0], device="cpu", size=32)
    loading, loaded = threading.Event(), threading.Event()
    monkeypatch.setattr(program, "_load", load)
    program.choose("the-scream")
    assert loading.wait(60)
    assert program.process(image).style == "a"
    assert program.process(image.clone()).style == "a"
    assert program.chosen == "the-scream"
    loaded.set()
    # A picture that comes again is a still one, which nothing would be shown of otherwise: that waits.
    result = program.process(image)
    assert result.style == "the-scream"
    assert result.painting.size == (32, 24)
    assert program.process(image.clone()).style == "the-scream"


def test_a_style_that_cannot_be_loaded_ends_the_run(files: list[Path], image: torch.Tensor, tmp_path: Path) -> None:
    program = Stylize(files[0], device="cpu")
    (tmp_path / "broken.safetensors").write_bytes(b"broken")
    program._named["broken"] = tmp_path / "broken.safetensors"
    program.choose("broken")
    with pytest.raises(ModelError, match="broken"):
        for _ in range(1000):
            program.process(image.clone())
            time.sleep(0.01)


def test_result_is_written_as_agreed_and_stands_for_the_picture(program: Stylize, image: torch.Tensor) -> None:
    result = program.process(image)
    fields = program.fields(result)
    assert list(fields) == ["style", "size", "model_ms"]
    assert fields["style"] == "a"
    assert fields["size"] == [80, 60]
    assert isinstance(fields["model_ms"], float)
    assert fields["model_ms"] > 0
    assert program.replaces
    assert program.draw(image.clone(), result) is result.painting.image


def test_files_of_the_same_name_and_of_ours_stay_apart(files: list[Path], tmp_path: Path) -> None:
    other, ours = _style(tmp_path / "a.safetensors", 5), _style(tmp_path / "the-scream.safetensors", 6)
    program = Stylize([files[0], other, ours], device="cpu")
    assert program.choices[:3] == ("a", str(other), "the-scream")
    assert program.choices.count("the-scream") == 1
    assert len(program.choices) == 2 + len(styles.NAMES)


def test_every_style_that_was_named_must_be_there(files: list[Path]) -> None:
    with pytest.raises(ModelError, match="there is no style file"):
        Stylize([files[0], "missing.safetensors"], device="cpu")
