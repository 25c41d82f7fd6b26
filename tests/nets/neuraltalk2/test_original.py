"""NeuralTalk2 beside what the original itself computed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from torch_opencv.nets.neuraltalk2 import NeuralTalk2, normalize

pytestmark = pytest.mark.data

MODELS = ("random", "small")
SEARCHES = ("greedy", "sample_max_beam1", "beam2", "beam3", "beam5")


@pytest.fixture
def folder(shared_data: Path) -> Path:
    return shared_data / "torch7" / "neuraltalk2"


@pytest.fixture(autouse=True)
def _without_gradients() -> object:
    with torch.no_grad():
        yield


@cache
def described(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "neuraltalk2.json").read_text())
    return found


@cache
def loaded(folder: Path, name: str) -> NeuralTalk2:
    return NeuralTalk2.load(folder / described(folder)["models"][name]["file"])


def tensor(folder: Path, entry: dict[str, Any]) -> Tensor:
    return torch.from_numpy(np.fromfile(folder / entry["file"], "<f4").reshape(entry["shape"]))


def close(got: Tensor, wanted: Tensor) -> bool:
    return got.shape == wanted.shape and bool(((got - wanted).abs() < 1e-4).all())


@pytest.mark.parametrize("name", MODELS)
def test_features(folder: Path, name: str) -> None:
    entry = described(folder)["models"][name]
    images = tensor(folder, entry["input"])
    assert close(loaded(folder, name).encode(images), tensor(folder, entry["features"]))


@pytest.mark.parametrize("name", MODELS)
def test_a_step_of_the_lstm(folder: Path, name: str) -> None:
    entry, net = described(folder)["models"][name], loaded(folder, name)
    scores, state = net.core(tensor(folder, entry["features"]), net.core.start(3))
    wanted = {part: tensor(folder, entry["core_step"][part]) for part in ("c", "h", "logsoft")}
    assert close(scores, wanted["logsoft"])
    assert close(state, torch.stack([wanted["c"], wanted["h"]], dim=1))


@pytest.mark.parametrize("name", MODELS)
def test_log_probabilities_of_given_sentences(folder: Path, name: str) -> None:
    """The original's first row is what the image's step gives; those after the longest sentence are undefined."""
    entry = described(folder)["models"][name]
    rows = entry["teacher_forced"]["tmax"] - 1
    got = loaded(folder, name)(tensor(folder, entry["features6"]), torch.tensor(entry["labels"]).T)
    wanted = tensor(folder, entry["teacher_forced"]).transpose(0, 1)[:, 1:]
    assert close(got[:, :rows], wanted[:, :rows])


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("images", ["", "_6images"])
@pytest.mark.parametrize("search", SEARCHES)
def test_sentences(folder: Path, name: str, search: str, images: str) -> None:
    entry, net = described(folder)["models"][name], loaded(folder, name)
    wanted = entry["sampling"][search + images]
    features = tensor(folder, entry["features6" if images else "features"])
    tokens, scores = net.sample(features, beam_size=wanted["opts"].get("beam_size", 1))
    assert [net.sentence(one) for one in tokens] == wanted["sentences"]
    sequence, logarithms = (torch.tensor(wanted[part]).T for part in ("seq", "logprobs"))
    after_end = (sequence == net.end).cumsum(1) - (sequence == net.end).long() > 0
    assert torch.equal(tokens, sequence.masked_fill(after_end, 0))
    assert close(scores, logarithms.masked_fill(after_end, 0))


def test_a_frame_of_256x256(folder: Path) -> None:
    entry, net = described(folder)["prepro256"], loaded(folder, "small")
    frames = torch.from_numpy(np.fromfile(folder / entry["input"], np.uint8)).view(3, 3, 256, 256)
    images = normalize(frames)
    assert torch.equal(images, tensor(folder, entry["output"]))
    features = net.encode(images)
    assert close(features, tensor(folder, entry["small_feats"]))
    for beam_size in (1, 2):
        tokens, _ = net.sample(features, beam_size)
        assert [net.sentence(one) for one in tokens] == entry[f"small_beam{beam_size}"]


def test_what_the_checkpoint_says_of_itself(folder: Path) -> None:
    net, content = loaded(folder, "small"), described(folder)
    assert (net.length, net.encoding, net.core.size) == (content["seq_length"], 64, 64)
    assert list(net.words) == [content["vocab"][str(i)] for i in range(1, content["vocab_size"] + 1)]
    assert net.options["drop_prob_lm"] == net.core.dropout.p == 0.3
