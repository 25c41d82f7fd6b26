"""Which of ImageNet's classes a word is said of."""

from __future__ import annotations

import pytest

from torch_opencv.training.caption.known import classes_of, known_words
from torch_opencv.vision.classify import imagenet


@pytest.mark.parametrize(
    ("word", "some"),
    [
        ("dog", ["n02085620", "n02115913"]),
        ("bird", ["n01514668", "n01622779", "n01847000", "n02058221"]),
        ("cat", ["n02123045"]),
        ("train", ["n03393912", "n04310018"]),
        ("pizza", ["n07873807"]),
        ("sheep", ["n02412080"]),
    ],
)
def test_the_numbers_are_those_of_the_classes(word: str, some: list[str]) -> None:
    ids = [imagenet.classes()[number].wnid for number in classes_of([word])[0]]
    assert set(some) <= set(ids)


def test_all_are_classes_and_other_words_have_none() -> None:
    words = known_words()
    assert len(set(words)) == len(words) > 100
    for several in classes_of(words):
        assert several and len(set(several)) == len(several) and 0 <= min(several) <= max(several) < 1000
    assert classes_of(["runs"]) == [[]]
