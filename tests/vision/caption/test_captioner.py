"""The Captioner around its networks; these are tested where they are."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from tests.nets.neuraltalk2.checkpoints import Size, checkpoint, save
from torch_opencv.errors import TorchOpencvError
from torch_opencv.nets import neuraltalk2
from torch_opencv.nets.neuraltalk2 import NeuralTalk2
from torch_opencv.runtime.accelerated import Eager, Input
from torch_opencv.vision import FrameError, ModelError
from torch_opencv.vision.caption import recurrent
from torch_opencv.vision.caption.captioner import Caption, Captioner

NOISE = torch.Generator().manual_seed(3)
FRAMES = [torch.randint(256, (*shape, 3), dtype=torch.uint8, generator=NOISE) for shape in ((48, 64), (90, 50), (7, 7))]


@pytest.fixture
def eagerly(monkeypatch: pytest.MonkeyPatch) -> None:
    """In plain PyTorch, as compiling takes longer than all of these tests."""

    def accelerate(module: nn.Module, *example: Tensor, device: torch.device, dynamic: Any, name: str) -> Eager:
        return Eager(module, [Input.like(tensor, dynamic) for tensor in example], device)

    monkeypatch.setattr(recurrent.runtime, "accelerate", accelerate)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(checkpoint(Size(rnn=8, encoding=8, words=12, layers=2))[0], tmp_path_factory.mktemp("caption"))


def reference(file: Path, beam_size: int) -> list[list[tuple[str, float]]]:
    """What the network itself says, frame by frame."""
    net = NeuralTalk2.load(file)
    found = []
    for frame in FRAMES:
        with torch.no_grad():
            tokens, scores = net.beams(net.encode(neuraltalk2.preprocess(frame)[None]), beam_size)
        found.append([(net.sentence(t), float(s.sum())) for t, s in zip(tokens[0], scores[0], strict=True) if t.any()])
    return found


@pytest.mark.usefixtures("eagerly")
def test_a_batch_of_frames_of_any_sizes(file: Path) -> None:
    captioner = Captioner(file, device="cpu", beam_size=4, alternatives=2)
    captions = captioner.batch(FRAMES)
    for caption, wanted in zip(captions, reference(file, 4), strict=True):
        assert caption.text == wanted[0][0]
        assert caption.logprob == pytest.approx(wanted[0][1], abs=1e-4)
        assert caption.alternatives == tuple(text for text, _ in wanted[1:3])
    assert captioner(FRAMES[1]).text == captions[1].text
    assert captioner.batch([]) == []
    assert captioner.batch(torch.stack([FRAMES[0]] * 2))[1] == captions[0]


@pytest.mark.usefixtures("eagerly")
def test_how_many_beams(file: Path) -> None:
    assert Captioner(file, device="cpu").beam_size == 2  # as the original's script
    assert Captioner(file, device="cpu", alternatives=4).beam_size == 5
    assert Captioner(file, device="cpu", temperature=1.0, alternatives=4).beam_size == 1
    with pytest.raises(ModelError, match="has 13 words, so there can't be 14 beams"):
        Captioner(file, device="cpu", beam_size=14)(FRAMES[0])


@pytest.mark.usefixtures("eagerly")
def test_words_drawn_by_chance_are_the_seeds(file: Path) -> None:
    def drawn(seed: int, temperature: float = 2.0) -> list[Caption]:
        captioner = Captioner(file, device="cpu", temperature=temperature, alternatives=2, seed=seed)
        return [captioner(frame) for frame in FRAMES for _ in range(4)]

    assert drawn(0) == drawn(0) != drawn(1)
    assert len({one.text for one in drawn(0)[:4]}) > 1
    cold = drawn(0, 0.01)[::4]
    assert [one.text for one in cold] == [found[0][0] for found in reference(file, 1)]
    assert all(one.text not in one.alternatives for one in drawn(0))


@pytest.mark.data
@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("beam_size", [1, 2])
def test_the_originals_sentences_of_pictures(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch, beam_size: int
) -> None:
    """The original's pictures are 256x256 already, so all of `preprocess` but the scaling is in it."""
    folder = shared_data / "torch7" / "neuraltalk2"
    entry = json.loads((folder / "neuraltalk2.json").read_text())["prepro256"]
    pictures = torch.from_numpy(np.fromfile(folder / entry["input"], np.uint8)).view(3, 3, 256, 256)
    frames = [picture.permute(1, 2, 0).flip(2).contiguous() for picture in pictures]

    def unscaled(frame: Tensor) -> Tensor:
        return neuraltalk2.normalize(frame.flip(2).permute(2, 0, 1)[None])[0]

    monkeypatch.setattr(recurrent.neuraltalk2, "preprocess", unscaled)
    captioner = Captioner(folder / "model_idsmall.t7", device="cpu", beam_size=beam_size)
    assert [one.text for one in captioner.batch(frames)] == entry[f"small_beam{beam_size}"]


@pytest.mark.slow
def test_compiled_it_says_the_same(file: Path) -> None:
    captioner = Captioner(file, device="cpu", beam_size=3)
    assert captioner.backend == "onnxruntime"
    assert [one.text for one in captioner.batch(FRAMES)] == [found[0][0] for found in reference(file, 3)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beam_size": 3, "temperature": 1.0}, "with a temperature words are drawn one by one: leave the beam out"),
        ({"beam_size": 0}, "a beam must be from 1 to 100, not 0"),
        ({"beam_size": 3, "alternatives": 3}, "3 alternatives need a beam of 4 or more, not 3"),
        ({"temperature": 0}, "a temperature must be a finite number above 0, not 0"),
        ({"temperature": float("nan")}, "a temperature must be a finite number above 0"),
        ({"alternatives": -1}, "there can be 0 to 99 alternatives"),
        ({"prompt": "what is it?"}, "takes no prompt: leave it out, or use a model that does, as hf:NAME"),
        ({"model": "captioner-lite"}, "there is no model 'captioner-lite': did you mean captioner-lite0?"),
        ({"model": "none.t7"}, "there is no model file none.t7"),
        ({"model": "a.txt"}, "a.txt can't be used as a model: give NeuralTalk2's .t7, or a .safetensors file"),
        ({"model": "other.safetensors"}, "other.safetensors is no captioner"),
        ({"model": "no_vocabulary.t7"}, "no_vocabulary.t7: it has no vocabulary"),
        ({"model": "other.t7"}, "other.t7: it is no NeuralTalk2 checkpoint"),
        ({"model": "hf:"}, "hf: lacks a name"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_line(
    options: dict[str, Any], message: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("no model")
    save_file({"weight": torch.zeros(3)}, "other.safetensors")
    for name, key in (("no_vocabulary.t7", "vocab"), ("other.t7", "protos")):
        content, _ = checkpoint(Size())
        del content[key]
        save(content, tmp_path).rename(name)
    with pytest.raises(TorchOpencvError) as raised:
        Captioner(**{"model": file, "device": "cpu", **options})
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.usefixtures("eagerly")
def test_what_is_no_frame(file: Path) -> None:
    captioner = Captioner(file, device="cpu")
    with pytest.raises(FrameError, match=r"must be torch\.uint8"):
        captioner(torch.zeros(4, 4, 3))
    with pytest.raises(FrameError, match="call it with"):
        captioner.batch(FRAMES[0])


def test_a_missing_extra_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ModelError, match=r"hf:a/b needs transformers: pip install 'torch-opencv\[hf\]' \("):
        Captioner("hf:a/b", device="cpu")
