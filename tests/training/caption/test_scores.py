"""BLEU, ROUGE-L and CIDEr-D against values worked out by hand from the papers' formulae."""

from __future__ import annotations

import math

import pytest

from torch_opencv.training.caption.scores import Cider, bleu, rouge, score


def words(text: str) -> list[str]:
    return text.split()


def test_bleu_counts_no_more_than_a_reference_has() -> None:
    # The paper's first example: "the" counts twice, of seven, and there is no bigram.
    caption = words("the the the the the the the")
    references = [words("the cat is on the mat"), words("there is a cat on the mat")]
    assert bleu([caption], [references]) == (pytest.approx(2 / 7), 0, 0, 0)


def test_bleu_takes_the_geometric_mean_and_the_whole_set() -> None:
    captions = [words("a dog runs fast"), words("a cat")]
    references = [[words("a dog runs")], [words("a cat sits")]]
    # Unigrams: 3 of 4 and 2 of 2; bigrams 2 of 3 and 1 of 1; trigrams 1 of 2. Six words given, six wanted.
    first, second, third, fourth = bleu(captions, references)
    assert first == pytest.approx(5 / 6)
    assert second == pytest.approx(math.sqrt(5 / 6 * 3 / 4))
    assert third == pytest.approx((5 / 6 * 3 / 4 * 1 / 2) ** (1 / 3))
    assert fourth == 0


def test_bleu_takes_the_nearest_length() -> None:
    references = [words("a b c d e f"), words("a b c d")]
    assert bleu([words("a b c")], [references])[0] == pytest.approx(math.exp(1 - 4 / 3))
    assert bleu([words("a b c d e")], [references])[0] == 1  # of two as near the shorter


def test_rouge_is_of_the_longest_common_subsequence() -> None:
    caption, reference = words("a dog on the grass"), words("a brown dog runs on grass")
    precision, recall, beta = 4 / 5, 4 / 6, 1.2  # a dog on grass
    wanted = (1 + beta**2) * precision * recall / (recall + beta**2 * precision)
    assert rouge(caption, [reference]) == pytest.approx(wanted)
    assert rouge([], [reference]) == 0
    assert rouge(words("x"), [reference]) == 0


def test_cider_of_what_a_reference_says_and_no_other_image() -> None:
    references = [[words("a dog runs fast")], [words("a cat sits still")]]
    cider = Cider(references)
    # "a" is in all images and weighs nothing; cosines of all four n-grams are 1.
    assert cider(words("a dog runs fast"), 0) == pytest.approx(10)
    assert cider(words("a cat sits still"), 0) == 0


def test_cider_by_hand() -> None:
    references = [[words("big dog")], [words("big cat")], [words("red dog")]]
    # Caption "big big dog": with g(big) = g(dog) = log(3/2), unigrams (2, 1) against (1, 1), clipped to 1 and 1;
    # bigrams "big big" and "big dog", both log 3, against "big dog". The third and fourth n-grams don't exist.
    unigrams = (1 + 1) / (math.sqrt(5) * math.sqrt(2))
    bigrams = 1 / (math.sqrt(2) * 1)
    wanted = 10 * (unigrams + bigrams) / 4 * math.exp(-1 / (2 * 36))
    assert Cider(references)(words("big big dog"), 0) == pytest.approx(wanted)


def test_all_of_them_in_a_line() -> None:
    references = [[words("a dog runs fast"), words("the dog runs")], [words("a cat sits still")]]
    found = score([words("a dog runs fast"), words("a cat sits still")], references)
    assert found.bleu == (1, 1, 1, 1) and found.rouge == 1
    assert str(found).startswith("BLEU-1 1.000, ") and "CIDEr" in str(found)


def test_captions_and_images_must_be_as_many() -> None:
    for captions, references in (([], []), ([["a"]], []), ([["a"]], [[]])):
        with pytest.raises(ValueError, match="as many captions as images"):
            score(captions, references)
