"""The bundled captioner: small, verified, and saying something of what is in a picture."""

from __future__ import annotations

from itertools import pairwise
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


@pytest.mark.slow
@pytest.mark.data
@torch.no_grad()
def test_it_describes_pictures_that_it_was_not_shown(network: AttentionCaptioner, shared_data: Path) -> None:
    """Of 40 of those that its training held out (seed 1), far above what a fixed sentence reaches, 0.07."""
    pictures = read_captions(shared_data / "captions" / "captions.json", shared_data / "captions")
    chosen = [pictures[index] for index in held_out(pictures, 0.2, 1)[1][:40]]
    features = network.encode(torch.stack([network.preprocess(cv.imread(str(one.path))) for one in chosen]))
    for beam in (1, 3):
        tokens, scores = network.sample(features, beam)
        said = [network.sentence(one).split() for one in tokens]
        assert all(3 <= len(one) < network.length for one in said)
        assert len(set(map(tuple, said))) > 20
        assert not any(word == after for one in said for word, after in pairwise(one))
        assert bool((scores.sum(1) < 0).all())
        found = score(said, [one.captions for one in chosen])
        assert found.cider > 0.25 and found.bleu[0] > 0.45
