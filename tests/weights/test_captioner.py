"""The bundled captioner: small, verified, and saying something of what is in a picture."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import torch_opencv as cv
from torch_opencv import weights
from torch_opencv.nets.attention_captioner import AttentionCaptioner
from torch_opencv.training.caption.data import held_out, read_captions
from torch_opencv.training.caption.scores import score

NAME = "captioner-lite0"


@pytest.fixture(scope="module")
def network() -> AttentionCaptioner:
    return AttentionCaptioner.load(weights.path(NAME))


def test_it_comes_with_the_package() -> None:
    (copy,) = weights.verify(NAME)
    assert copy.location == "package"
    size = weights.entry(NAME).size
    assert size and size < 12_000_000


def test_it_knows_the_words_that_it_looks_for(network: AttentionCaptioner) -> None:
    assert {"dog", "man", "woman", "water", "red", "grass", "street"} <= set(network.concepts)
    assert len(network.words) > 2000


@pytest.mark.data
@torch.no_grad()
def test_it_finds_the_dogs(network: AttentionCaptioner, shared_data: Path) -> None:
    """Among ImageNet's photographs, none of which it was shown, and which say what is in them."""
    files = [path for path in sorted((shared_data / "imagenet").glob("*.jpg")) if "n020" in path.name or "0.jpg" in path.name]
    features = network.encode(torch.stack([network.preprocess(cv.imread(str(path))) for path in files]))
    tokens, scores = network.sample(features, 3)
    said = [network.sentence(one).split() for one in tokens]
    assert all(3 <= len(one) < network.length for one in said)
    assert bool((scores.sum(1) < 0).all())
