"""Classifiers from Torch7 files: the original demo's Network in Network in all of its layouts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.t7.building import conv, layer, linear, longs, table
from torch_opencv import t7
from torch_opencv.vision import Classifier, ModelError
from torch_opencv.vision.classify import imagenet, loading, torch7


def classifier(outputs: int = 5, last: str = "nn.LogSoftMax", **fields: Any) -> t7.Object:
    average = layer("nn.SpatialAveragePooling", kW=224, kH=224, dW=1, dH=1, divide=True)
    flat = layer("nn.View", size=longs(-1), numInputDims=3)
    return layer("nn.Sequential", conv(3, 4), average, flat, linear(4, outputs), layer(last), **fields)


def recipe(content: Any, monkeypatch: pytest.MonkeyPatch, folder: Path, names: Any = None) -> Any:
    """The recipe for a file that holds this, beside a synset.t7 with these names."""
    contents = {folder / "net.t7": content, folder / "synset.t7": names}
    monkeypatch.setattr(t7, "load", lambda path: contents[path])
    monkeypatch.setattr(t7, "check_forward", lambda path, shape: None)  # of a file; tests/t7/test_trial.py has them
    if names is not None:
        (folder / "synset.t7").touch()
    return torch7.load(folder / "net.t7")


MEAN, STD = (0.1, 0.2, 0.3), (0.4, 0.5, 0.6)
TABLES = table(mean=table(*MEAN), std=table(*STD))
TENSORS = table(mean=torch.tensor(MEAN), std=torch.tensor(STD, dtype=torch.float64))


@pytest.mark.parametrize(
    "content",
    [
        classifier(transform=TABLES),
        table(model=classifier(transform=TABLES)),
        table(model=classifier(transform=TENSORS)),
        table(model=classifier(), transform=TABLES),
        table(net=classifier(), transform=TENSORS),
    ],
)
def test_where_the_transform_stands(content: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = recipe(content, monkeypatch, tmp_path)
    assert made.mean == pytest.approx([25.5, 51, 76.5])
    assert made.std == pytest.approx([102, 127.5, 153])
    assert (made.size, made.crop) == ((224, 224), 1.0)
    assert made.classes[4] == (None, "class 5")


def test_without_a_transform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert recipe(classifier(), monkeypatch, tmp_path).mean == pytest.approx((123.675, 116.28, 103.53))


@pytest.mark.parametrize("last", ["nn.Identity", "nn.LogSoftMax", "nn.SoftMax"])
def test_scores_whatever_comes_last(last: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    x = torch.rand(2, 3, 224, 224)
    logits = t7.network(classifier(last="nn.Identity"))(x)
    got = recipe(classifier(last=last), monkeypatch, tmp_path).network(x)
    torch.testing.assert_close(got.softmax(1), logits.softmax(1))


def test_in_double_and_with_norms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = classifier()
    for module in content.get("modules").array:
        for name in ("weight", "bias"):
            if module.get(name) is not None:
                module.fields[name] = module.get(name).double()
    made = recipe(content, monkeypatch, tmp_path)
    assert {one.dtype for one in made.network.parameters()} == {torch.float32}


def test_names_of_a_thousand_classes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert recipe(classifier(1000), monkeypatch, tmp_path).classes == imagenet.classes()


def test_names_beside_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = table("ant", "bee", "cat", "dog", "emu")
    assert recipe(classifier(), monkeypatch, tmp_path, names).classes[1] == (None, "bee")
    labels = table(*(one.label for one in imagenet.classes()))
    assert recipe(classifier(1000), monkeypatch, tmp_path, labels).classes == imagenet.classes()
    with pytest.raises(ModelError, match=r"synset.t7 must be a table of 7 names, as net.t7 has as many classes$"):
        recipe(classifier(7), monkeypatch, tmp_path, names)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (3, r"net.t7: there is no network in it, it holds a number$"),
        (table(model=layer("nn.Foo")), r"net.t7: nn.Foo: layers of this class aren't supported$"),
        (linear(4, 5), r"net.t7 holds a network that is no classifier of 224x224 images: mat1 and mat2"),
        (conv(3, 4), r"no classifier of 224x224 images: it gives 2x200704 numbers for two of them$"),
        (
            layer("nn.ConcatTable", layer("nn.Identity"), layer("nn.Identity")),
            r"no classifier of 224x224 images: ",
        ),
        (
            classifier(transform=table(mean=table(1, 2), std=table(1, 2, 3))),
            r"net.t7: its transform must have a mean and a std of three numbers each$",
        ),
        (classifier(transform=table(mean=table(0, 0, 0), std=table(1, 0, 1))), r"its transform must have a mean"),
        (classifier(transform=table(mean=table("a", 0, 0), std=table(1, 1, 1))), r"its transform must have a mean"),
    ],
)
def test_no_classifier(content: Any, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=said) as raised:
        recipe(content, monkeypatch, tmp_path)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "net.t7").write_bytes(b"anything")
    with pytest.raises(ModelError, match=r"net.t7: ") as raised:
        loading.load(tmp_path / "net.t7")
    assert "\n" not in str(raised.value)


@pytest.mark.slow
@pytest.mark.data
def test_the_demos_layouts(shared_data: Path) -> None:
    """Logits from images as the demo prepared them give Torch7's probabilities."""
    folder = shared_data / "torch7" / "nin"
    described = json.loads((folder / "nin.json").read_text())
    images = np.fromfile(shared_data / "torch7/inputs/rgb224_6_u8.raw", np.uint8).reshape(6, 3, 224, 224)[:3]
    found = [folder / name for name in described["files"] if (folder / name).exists()]
    assert len(found) >= 2
    for path in found:
        made = loading.load(path)
        assert made.classes == imagenet.classes()
        mean, std = (torch.tensor(one)[:, None, None] for one in (made.mean, made.std))
        with torch.inference_mode():
            scores = made.network((torch.from_numpy(images) - mean) / std).log_softmax(1)
        entry = described.get(path.stem, described["nin_small_nobn"])
        wanted = np.fromfile(folder / entry["output"]["file"], "<f4").reshape(3, 1000)
        assert np.abs(scores.numpy() - wanted).max() < 1e-3, path.name


@pytest.mark.slow
@pytest.mark.data
def test_classify_with_it(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a frame to names, compiled for this machine; the image needs no resizing."""
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path))
    folder = shared_data / "torch7" / "nin"
    images = np.fromfile(shared_data / "torch7/inputs/rgb224_6_u8.raw", np.uint8).reshape(6, 3, 224, 224)
    frame = torch.from_numpy(images[0]).flip(0).permute(1, 2, 0).contiguous()
    best = Classifier(folder / "nin_small_nobn.t7", device="cpu")(frame)
    wanted = json.loads((folder / "nin.json").read_text())["nin_small_nobn"]["top5"][0]
    assert [one.label for one in best] == [one["name"] for one in wanted]
    assert [one.score for one in best] == pytest.approx([np.exp(one["logprob"]) for one in wanted], rel=1e-2)
