"""The trainer: a run of a few iterations on made-up images, breaks in it, and everything that can be wrong."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

import torch_opencv as cv
from torch_opencv.nets import style_network
from torch_opencv.runtime import DeviceError
from torch_opencv.training.errors import TrainingError
from torch_opencv.training.style import trainer
from torch_opencv.training.style.trainer import train


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """For images as small as these, a second thread costs more than it does."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def painting(tmp_path: Path) -> Path:
    stripes = (torch.arange(90)[:, None] // 6 + torch.arange(120) // 9) % 2
    image = torch.stack([stripes * 200, stripes * 90 + 40, 255 - stripes * 200], 2).byte()
    assert cv.imwrite(str(tmp_path / "stripes.png"), image)
    return tmp_path / "stripes.png"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(5):
        coarse = torch.randint(256, (6, 5 + number, 3), generator=torch.Generator().manual_seed(number)).byte()
        image = cv.resize(coarse, (70 + 9 * number, 80), interpolation=cv.INTER_CUBIC)
        assert cv.imwrite(str(folder / f"{number}.png"), image)
    return folder


def short(painting: Path, content: Path, out: Path, **options: object) -> Path:
    """Four iterations; what is random in it depends on the seed alone."""
    given = {"iterations": 4, "size": 64, "batch": 2, "device": "cpu", "preview_every": 0, **options}
    return train(painting, content, out, **given)  # type: ignore[arg-type]


def stop_after(monkeypatch: pytest.MonkeyPatch, iterations: int, error: BaseException) -> None:
    """Raise in the middle of the iteration after so many: its gradients are there, its step is not."""
    clip, calls = torch.nn.utils.clip_grad_norm_, 0

    def interrupted(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls > iterations:
            raise error
        return clip(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", interrupted)


def test_it_makes_a_style(painting: Path, content: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "torch_opencv")
    out = short(painting, content, tmp_path / "stripes.safetensors", preview_every=2, title="Stripes")
    assert style_network.describe(out) == style_network.Style("stripes", "Stripes", 4)
    style_network.load(out)
    previews = tmp_path / "stripes.safetensors.previews"
    assert sorted(path.name for path in previews.iterdir()) == ["000002.png", "000004.png"]
    preview = cv.imread(str(previews / "000004.png"))
    assert preview is not None and preview.shape == (2 * 72, 3 * 72, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "photographs",
        "stripes.png",
        "stripes.safetensors",
        "stripes.safetensors.previews",
    ]
    assert "iteration 4 of 4, loss" in caplog.text


def test_it_learns(
    painting: Path,
    content: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(trainer, "_WARM_UP", 1)
    caplog.set_level(logging.INFO, "torch_opencv")
    short(painting, content, tmp_path / "before.safetensors", iterations=1)
    learnt = short(painting, content, tmp_path / "learnt.safetensors", iterations=15)
    short(painting, content, tmp_path / "after.safetensors", iterations=1, start=learnt)  # the first batch again
    losses = {str(record.args[0]): record.args[-1] for record in caplog.records if isinstance(record.args, tuple)}
    before, after = losses["before on cpu"], losses["after on cpu"]
    assert isinstance(before, float) and isinstance(after, float)
    assert after < 0.9 * before


@pytest.mark.slow
@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("no memory")])
def test_going_on_gives_the_same_as_never_stopping(
    painting: Path, content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    whole = short(painting, content, tmp_path / "whole.safetensors")
    out = tmp_path / "broken.safetensors"
    with monkeypatch.context() as patch:
        stop_after(patch, 2, error)
        with pytest.raises(type(error)):
            short(painting, content, out)
    assert not out.exists()
    assert (tmp_path / "broken.safetensors.checkpoint").is_file()
    short(painting, content, out, resume=True)
    assert not (tmp_path / "broken.safetensors.checkpoint").exists()
    resumed, uninterrupted = style_network.load(out).state_dict(), style_network.load(whole).state_dict()
    for name, value in uninterrupted.items():
        assert torch.equal(resumed[name], value), name


def test_the_seed_decides(painting: Path, content: Path, tmp_path: Path) -> None:
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    files = [short(painting, content, tmp_path / f"{run}.safetensors", iterations=2, seed=run // 2) for run in range(3)]
    assert torch.equal(torch.random.get_rng_state(), before)  # the caller's own random numbers stay what they were
    one, again, other = (style_network.load(file).pixels.weight for file in files)
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_starting_from_another_style(painting: Path, content: Path, tmp_path: Path) -> None:
    first = short(painting, content, tmp_path / "first.safetensors")
    second = short(painting, content, tmp_path / "second.safetensors", iterations=1, start=first)
    assert style_network.describe(second).iterations == 5
    old, new = style_network.load(first).state_dict(), style_network.load(second).state_dict()
    assert all((new[name] - old[name]).abs().max() < 1e-3 for name in old)  # one first step is 4e-5 wide
    with pytest.raises(style_network.StyleFileError, match="there is no style file"):
        short(painting, content, tmp_path / "third.safetensors", start=tmp_path / "none")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"iterations": 0}, "iterations must be 1 or more, not 0"),
        ({"size": 32}, "size must be 64 pixels or more, not 32"),
        ({"batch": 1}, "batch must be 2 or more, not 1"),
        ({"style_scale": 9.0}, "style_scale must be between 0.25 and 4, not 9"),
        ({"content_weight": 0.0}, "content_weight must be more than 0, not 0"),
        ({"content_weight": float("nan")}, "content_weight must be more than 0, not nan"),
        ({"resume": True}, "nothing to resume"),
    ],
)
def test_wrong_options(painting: Path, content: Path, tmp_path: Path, options: dict[str, object], message: str) -> None:
    with pytest.raises(TrainingError, match=message) as raised:
        short(painting, content, tmp_path / "a.safetensors", **options)
    assert "\n" not in str(raised.value)
    assert not list(tmp_path.glob("a.*"))


def test_wrong_places(painting: Path, content: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"give a\.safetensors, not a\.pth"):
        short(painting, content, tmp_path / "a.pth")
    with pytest.raises(TrainingError, match=r"there is no folder .*nowhere"):
        short(painting, content, tmp_path / "nowhere" / "a.safetensors")
    with pytest.raises(DeviceError):
        short(painting, content, tmp_path / "a.safetensors", device="abacus")
    out = tmp_path / "a.safetensors"
    with pytest.raises(TrainingError, match=r"none\.jpg can't be read: No such file"):
        short(tmp_path / "none.jpg", content, out)
    with pytest.raises(TrainingError, match=r"\.py can't be read as an image"):
        short(Path(__file__), content, out)
    cv.imwrite(str(tmp_path / "tiny.png"), torch.zeros(40, 90, 3, dtype=torch.uint8))
    with pytest.raises(TrainingError, match=r"tiny\.png is too small: give an image of at least 64x64"):
        short(tmp_path / "tiny.png", content, out)
    with pytest.raises(TrainingError, match=r"folder of photographs .*none can't be read: No such file"):
        short(painting, tmp_path / "none", out)
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingError, match=r"no photographs in .*empty"):
        short(painting, tmp_path / "empty", out)
    (tmp_path / "empty" / "a.jpg").write_bytes(b"")
    with pytest.raises(TrainingError, match=r"none of the 1 images in .*empty can be read"):
        short(painting, tmp_path / "empty", out)


def test_damaged_photographs_are_left_out(
    painting: Path, content: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (content / "0.png").write_bytes(b"not an image")
    short(painting, content, tmp_path / "a.safetensors")
    assert caplog.text.count("left out: ") == 1
    assert "0.png" in caplog.text


def test_a_full_disk(painting: Path, content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError, match=r"a\.safetensors\.checkpoint can't be written: No space left on device"):
        short(painting, content, tmp_path / "a.safetensors")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photographs", "stripes.png"]


def test_a_checkpoint_of_other_settings(
    painting: Path, content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.safetensors"
    stop_after(monkeypatch, 1, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        short(painting, content, out)
    with pytest.raises(TrainingError, match=r"other settings \(iterations, seed\)"):
        short(painting, content, out, iterations=5, seed=3, resume=True)
    path = tmp_path / "a.safetensors.checkpoint"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(TrainingError, match=r"is not a training's checkpoint: delete it"):
        short(painting, content, out, resume=True)
    path.write_bytes(style_network.to_bytes(style_network.StyleNetwork(), style_network.Style("a", "b", 1)))
    with pytest.raises(TrainingError, match=r"is not a training's checkpoint: delete it"):
        short(painting, content, out, resume=True)


def test_an_infinite_loss_ends_it(
    painting: Path, content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "_STILL", float("inf"))
    with pytest.raises(TrainingError, match="the loss became NaN or infinite in iteration 1"):
        short(painting, content, tmp_path / "a.safetensors")
