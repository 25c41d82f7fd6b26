from __future__ import annotations

import pytest

from torch_opencv.vision.caption.steady import SteadySentence, near, similarity

DOG, DOG_TOO, BUS, BOAT = "a dog runs on the grass", "a dog runs in the grass", "a red bus in a street", "a boat"


def shown(*texts: str, holds: int = 2) -> list[str]:
    sentence = SteadySentence(holds)
    return [sentence.update(text) for text in texts]


def test_words_in_common() -> None:
    assert similarity(DOG, DOG) == similarity("", "") == 1
    assert similarity(DOG, "") == similarity("a b", "c d") == similarity("...", "!") == 0
    assert similarity("A dog.", "a dog") == 1
    assert similarity("the the cat", "the cat") == pytest.approx(4 / 5)
    assert near(DOG, DOG_TOO)
    assert not near(DOG, BUS)


def test_the_first_sentence_is_shown_at_once() -> None:
    assert shown(DOG) == [DOG]
    assert shown("", DOG) == ["", DOG]


@pytest.mark.parametrize("holds", [1, 2, 3])
def test_another_sentence_is_shown_once_it_has_held(holds: int) -> None:
    assert shown(DOG, *[BUS] * 4, holds=holds) == [DOG] * holds + [BUS] * (5 - holds)


def test_what_flickers_is_not_shown() -> None:
    assert set(shown(*[DOG, BUS] * 20)) == {DOG}
    assert set(shown(*[DOG, DOG_TOO, BUS] * 20)) == {DOG}


def test_similar_sentences_hold_together_and_the_newest_is_shown() -> None:
    assert shown(BUS, DOG, DOG_TOO) == [BUS, BUS, DOG_TOO]


def test_a_word_that_changes_for_good_is_shown_later() -> None:
    assert shown(DOG, *[DOG_TOO] * 6) == [DOG] * 6 + [DOG_TOO]
    assert set(shown(DOG, *[DOG_TOO] * 5, DOG, *[DOG_TOO] * 5)) == {DOG}


def test_where_nothing_holds_what_is_shown_is_not_stale_for_ever() -> None:
    said = shown(DOG, *[BUS, BOAT] * 4)
    assert said == [DOG] * 8 + [BOAT]


def test_nothing_may_hold_too() -> None:
    assert shown(DOG, "", "") == [DOG, DOG, ""]


def test_it_must_hold_at_all() -> None:
    with pytest.raises(ValueError, match="holds must be 1 or more"):
        SteadySentence(0)
