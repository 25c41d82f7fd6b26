from __future__ import annotations

from itertools import islice

import pytest
import torch

from torch_opencv.apps.classify import Classify
from torch_opencv.live.sources import open_source
from torch_opencv.vision import Prediction


@pytest.fixture(scope="module")
def program() -> Classify:
    return Classify()


def test_every_photograph_of_the_sample_is_recognised(program: Classify) -> None:
    with open_source("sample") as source:
        frames = [frame.image for frame in islice(source, 0, None, 10)]
    best = [program.process(frame)[0] for frame in frames]
    # The steady part of each photograph, in tenths of frames.
    for names, steady in (
        (("Egyptian cat", "tabby, tabby cat", "tiger cat"), best[0:5]),
        (("espresso",), best[6:10]),
        (("missile", "projectile, missile"), best[12:15]),
        (("crash helmet",), best[22:25]),
    ):
        assert {prediction.label for prediction in steady} <= set(names)
        assert all(prediction.score > 0.25 for prediction in steady)
    assert sum(program.seen.values()) == len(frames)
    assert program.summary().startswith("classes seen: Egyptian cat (")


def test_result_is_written_as_agreed_and_drawn_in_place(program: Classify) -> None:
    result = [
        Prediction("goldfish, Carassius auratus", "n01443537", 0.97123456),
        Prediction("my class", None, 0.02),
    ]
    assert program.fields(result) == {
        "classes": [
            {"label": "goldfish, Carassius auratus", "wnid": "n01443537", "score": 0.9712},
            {"label": "my class", "wnid": None, "score": 0.02},
        ]
    }
    image = torch.zeros(360, 640, 3, dtype=torch.uint8)
    assert program.draw(image, result) is image
    assert image.any()


def test_looking_leaves_the_image_as_it_is(program: Classify) -> None:
    image = torch.randint(0, 256, (100, 150, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    before = image.clone()
    result = program.process(image)
    assert torch.equal(image, before)
    assert len(result) == 5
    assert [p.score for p in result] == sorted((p.score for p in result), reverse=True)
