"""The trainer: a made-up set that is learnt by heart, breaks in it, and what can't be used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor

from torch_opencv.nets.attention_captioner import AttentionCaptioner, CaptionerFileError
from torch_opencv.training.caption import features, lessons, trainer
from torch_opencv.training.caption.data import read_captions
from torch_opencv.training.caption.scores import Scores
from torch_opencv.training.caption.trainer import train
from torch_opencv.training.errors import TrainingError

COLOURS = ("red", "green", "blue", "white")
SENTENCES = {one: [f"a {one} ball is here", f"here is a {one} ball"] for one in COLOURS}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """For batches as small as these, a second thread costs more than it does."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve pictures of four colours, of which nothing is read but the bytes, and some text."""
    content = []
    for number in range(12):
        (tmp_path / f"{number:02}.png").write_bytes(bytes([number]))
        content.append({"file": f"{number:02}.png", "captions": SENTENCES[COLOURS[number % 4]]})
    (tmp_path / "captions.json").write_text(json.dumps(content))
    (tmp_path / "text.txt").write_text("\n".join(one for several in SENTENCES.values() for one in several))
    return tmp_path


@pytest.fixture(autouse=True)
def seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Features that tell the colours apart, in the place of the network's, which would take most of the time."""

    def of(pictures: list[Any], *_: object, **__: object) -> Tensor:
        made = torch.rand(4, len(pictures), 10, 1280, generator=torch.Generator().manual_seed(0))
        for index in range(len(pictures)):
            made[:, index, :, (index % 4) * 100 : (index % 4) * 100 + 100] += 2
        return made.half()

    monkeypatch.setattr(features, "of", of)
    monkeypatch.setattr(trainer, "_SIZES", trainer.Sizes(16, 24, 16, 2, 8))
    monkeypatch.setattr(trainer, "_RATES", (1e-2, 1e-2, 1e-3))
    monkeypatch.setattr(trainer, "_DROPOUTS", (0.1, 0.1, 0.1))
    for name, value in {"_PICTURES": 6, "_CAPTIONS": 2, "_TEXT": 8, "_BESIDE": 4, "_DRAWN": 3}.items():
        monkeypatch.setattr(lessons, name, value)


def short(folder: Path, name: str = "c.safetensors", **options: Any) -> Scores | None:
    given = {"iterations": (3, 4, 3), "least": 1, "device": "cpu", "progress": False, "text": folder / "text.txt"}
    return train(folder / "captions.json", folder, folder / name, **(given | options))


def stop_after(monkeypatch: pytest.MonkeyPatch, iterations: int) -> None:
    """Ctrl-C in the middle of the iteration after so many: its gradients are there, its step is not."""
    clip, calls = torch.nn.utils.clip_grad_norm_, 0

    def interrupted(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > iterations:
            raise KeyboardInterrupt
        return clip(*arguments, **options)

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", interrupted)


def test_it_learns_what_it_is_shown(folder: Path) -> None:
    scores = short(folder, iterations=(40, 120, 5), held_out_share=0.25)
    assert scores is not None and scores.bleu[3] > 0.9 and scores.rouge > 0.95
    network = AttentionCaptioner.load(folder / "c.safetensors")
    assert set(network.concepts) == {*COLOURS, "ball", "here"}
    pictures = read_captions(folder / "captions.json", folder)
    said = trainer.captions_for(network, features.of(pictures, folder, torch.device("cpu"))[0])
    assert all(" ".join(one) in SENTENCES[COLOURS[index % 4]] for index, one in enumerate(said))
    assert not (folder / "c.safetensors.checkpoint").exists()


@pytest.mark.parametrize("after", [0, 2, 5, 9])
def test_a_break_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    short(folder)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        stop_after(patch, after)
        short(folder, "b.safetensors")
    assert not (folder / "b.safetensors").exists()
    with pytest.raises(TrainingError, match=r"other settings \(seed\)"):
        short(folder, "b.safetensors", seed=1, resume=True)
    short(folder, "b.safetensors", resume=True)
    assert (folder / "b.safetensors").read_bytes() == (folder / "c.safetensors").read_bytes()


def test_without_text_and_without_anything_held_out(folder: Path) -> None:
    assert short(folder, text=None, held_out_share=0) is None
    with safetensors.safe_open(folder / "c.safetensors", framework="pt") as file:
        about = json.loads(file.metadata()["captioner"])["trained"]
    assert about == {"pictures": 12, "held_out": 0, "sentences": 0, "iterations": [0, 4, 3], "seed": 0}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"iterations": (1, 0, 1)}, "1 or more of captions"),
        ({"iterations": (-1, 1, 1)}, "0 or more of each part"),
        ({"held_out_share": 1.0}, "from 0 to less than 1"),
        ({"held_out_share": 0.95}, "too few pictures to learn from: 1"),
        ({"least": 0}, "1 or more, not 0"),
        ({"least": 1000}, "no word is there 1000 times"),
        ({"name": "c.pt"}, "give c.safetensors, not c.pt"),
        ({"name": "none/c.safetensors"}, "there is no folder"),
        ({"resume": True}, "nothing to resume"),
    ],
)
def test_what_cannot_be_used_is_one_line(folder: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(TrainingError, match=message) as raised:
        short(folder, **options)
    assert "\n" not in str(raised.value)


def test_it_goes_on_from_another(folder: Path) -> None:
    short(folder)
    scores = short(folder, "b.safetensors", start=folder / "c.safetensors", iterations=(0, 2, 0), least=1000)
    assert scores is not None
    first, then = (AttentionCaptioner.load(folder / f"{name}.safetensors") for name in "cb")
    assert first.words == then.words
    assert 0 < float((first.core.embedding.weight - then.core.embedding.weight).detach().abs().max()) < 0.1
    with pytest.raises(CaptionerFileError, match="there is no captioner file"):
        short(folder, start=folder / "none.safetensors")
