"""How good captions are, by the measures that the field compares: BLEU, ROUGE-L and CIDEr-D.

    scores = score(["a dog runs"], [["a dog is running", "the dog runs"]])
    scores.cider

Sentences are given as words already (`words.split`), so punctuation and case play no part. They are computed over the
whole set, as in the COCO evaluation: BLEU's n-grams are counted together, the others are means over images.

- BLEU: Papineni and others, 2002, https://aclanthology.org/P02-1040/
- ROUGE-L: Lin, 2004, https://aclanthology.org/W04-1013/
- CIDEr-D: Vedantam and others, 2015, https://arxiv.org/abs/1411.5726
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST = 4  # words of an n-gram
_SIGMA = 6.0  # CIDEr-D's, of the difference in length
_BETA = 1.2  # of ROUGE-L as COCO uses it: recall weighs more

Sentence = Sequence[str]
_Grams = Counter[tuple[str, ...]]


@dataclass(frozen=True)
class Scores:
    """What captions score, each from 0; BLEU and ROUGE-L up to 1, CIDEr-D up to 10."""

    bleu: tuple[float, float, float, float]
    rouge: float
    cider: float

    def __str__(self) -> str:
        """One line, as in `BLEU-1 0.560 ... CIDEr 0.512`."""
        parts = [f"BLEU-{n} {value:.3f}" for n, value in enumerate(self.bleu, 1)]
        return ", ".join([*parts, f"ROUGE-L {self.rouge:.3f}", f"CIDEr {self.cider:.3f}"])


def score(captions: Sequence[Sentence], references: Sequence[Sequence[Sentence]]) -> Scores:
    """All of them for captions.

    Args:
        captions: one for each image.
        references: what people said about each.

    Raises:
        ValueError: there are none, or not as many of one as of the other.
    """
    if not captions or len(captions) != len(references) or not all(references):
        raise ValueError("there must be as many captions as images, and a reference for each")
    cider = Cider(references)
    return Scores(
        bleu=bleu(captions, references),
        rouge=sum(map(rouge, captions, references)) / len(captions),
        cider=sum(cider(one, image) for image, one in enumerate(captions)) / len(captions),
    )


def bleu(captions: Sequence[Sentence], references: Sequence[Sequence[Sentence]]) -> tuple[float, float, float, float]:
    """BLEU-1 to BLEU-4 of a whole set.

    The brevity penalty compares with the reference whose length is nearest, the shorter of two.
    """
    right, given = [0] * _LONGEST, [0] * _LONGEST
    length = wanted = 0
    for caption, several in zip(captions, references, strict=True):
        length += len(caption)
        wanted += min((abs(len(one) - len(caption)), len(one)) for one in several)[1]
        for n in range(1, _LONGEST + 1):
            counts = _grams(caption, n)
            most: _Grams = Counter()
            for one in several:
                most |= _grams(one, n)
            right[n - 1] += (counts & most).total()
            given[n - 1] += counts.total()
    brevity = 1.0 if length >= wanted else math.exp(1 - wanted / length) if length else 0.0
    results = []
    for n in range(1, _LONGEST + 1):
        if min(right[:n]) == 0:
            results.append(0.0)
        else:
            results.append(
                brevity * math.exp(sum(math.log(a / b) for a, b in zip(right[:n], given[:n], strict=True)) / n)
            )
    return results[0], results[1], results[2], results[3]


def rouge(caption: Sentence, references: Sequence[Sentence]) -> float:
    """ROUGE-L of one caption: F measure of the best precision and the best recall among the references."""
    if not caption:
        return 0.0
    common = [_longest_common(caption, one) for one in references]
    precision = max(value / len(caption) for value in common)
    recall = max(value / len(one) for value, one in zip(common, references, strict=True) if one)
    if not precision or not recall:
        return 0.0
    return (1 + _BETA**2) * precision * recall / (recall + _BETA**2 * precision)


class Cider:
    """CIDEr-D against images' references, whose n-grams are prepared once.

    Args:
        references: what people said about each image.
        documents: the images from whose references n-grams' rarity is told; by default the same.

    A caption's value is 10 times the mean over n of 1 to 4 and over the references of the cosine of the tf-idf vectors,
    with counts clipped to the reference's and a Gaussian penalty for another length.
    """

    def __init__(
        self, references: Sequence[Sequence[Sentence]], documents: Sequence[Sequence[Sentence]] | None = None
    ) -> None:
        documents = references if documents is None else documents
        self._found_in: _Grams = Counter()
        for several in documents:
            self._found_in.update({gram for one in several for gram in _all_grams(one)})
        self._documents = math.log(max(len(documents), 1))
        self._references = [[self.vectors(one) for one in several] for several in references]

    def __call__(self, caption: Sentence, image: int) -> float:
        """CIDEr-D of a caption for the image of that index."""
        return self.against(caption, self._references[image])

    def against(self, caption: Sentence, references: Sequence[Vectors]) -> float:
        """The same against any references."""
        mine = self.vectors(caption)
        return 10 * sum(mine.similarity(one) for one in references) / len(references)

    def vectors(self, sentence: Sentence) -> Vectors:
        """A reference, made ready for `against`."""
        weights: list[dict[tuple[str, ...], float]] = [{} for _ in range(_LONGEST)]
        for gram, count in _all_grams(sentence).items():
            rarity = self._documents - math.log(max(1, self._found_in[gram]))
            weights[len(gram) - 1][gram] = count * rarity
        return Vectors(len(sentence), weights)


class Vectors:
    """A sentence's tf-idf vectors, one for each length of n-grams."""

    __slots__ = ("length", "norms", "weights")

    def __init__(self, words: int, weights: list[dict[tuple[str, ...], float]]) -> None:
        self.length, self.weights = words, weights
        self.norms = [math.sqrt(sum(value * value for value in one.values())) for one in weights]

    def similarity(self, reference: Vectors) -> float:
        """From 0 to 1."""
        total = 0.0
        for mine, others, norm, other_norm in zip(
            self.weights, reference.weights, self.norms, reference.norms, strict=True
        ):
            if norm and other_norm:
                product = sum(min(value, others[gram]) * others[gram] for gram, value in mine.items() if gram in others)
                total += product / (norm * other_norm)
        return total / _LONGEST * math.exp(-((self.length - reference.length) ** 2) / (2 * _SIGMA**2))


def _grams(sentence: Sentence, n: int) -> _Grams:
    return Counter(tuple(sentence[start : start + n]) for start in range(len(sentence) - n + 1))


def _all_grams(sentence: Sentence) -> _Grams:
    grams: _Grams = Counter()
    for n in range(1, _LONGEST + 1):
        grams += _grams(sentence, n)
    return grams


def _longest_common(one: Sentence, other: Sentence) -> int:
    """Words of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = 0
        for index, another in enumerate(other, 1):
            before, row[index] = row[index], before + 1 if word == another else max(row[index], row[index - 1])
    return row[-1]
