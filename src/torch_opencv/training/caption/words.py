"""Sentences to words, a vocabulary, and the words that the detector looks for."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

_SELDOM: Final = 0.1  # of the sentences that have a word, those that have it again

_PUNCTUATION: Final = str.maketrans("", "", string.punctuation + "\u2018\u2019\u201c\u201d")
# Words that say nothing about what is in an image.
_COMMON: Final = frozenset(
    {"a", "an", "the", "this", "that", "it", "its", "his", "her", "their", "he", "she", "they", "them", "there", "some"}
    | {"of", "in", "on", "at", "to", "by", "with", "as", "for", "from", "up", "into", "out", "over", "off", "while"}
    | {"and", "or", "is", "are", "be", "was", "were", "been", "being", "has", "have", "had", "not"}
    | {"who", "which", "what", "where"}
)


def split(sentence: str) -> list[str]:
    """A sentence's words as NeuralTalk2 has them: lower case, punctuation dropped.

    >>> split("A dog's ball , on the T-shirt.")
    ['a', 'dogs', 'ball', 'on', 'the', 'tshirt']

    Args:
        sentence: any text.
    """
    return sentence.lower().translate(_PUNCTUATION).split()


def vocabulary(sentences: Iterable[Sequence[str]], least: int) -> list[str]:
    """The words that are there often enough, the most frequent first.

    Args:
        sentences: as words.
        least: how often.
    """
    counts = Counter(word for sentence in sentences for word in sentence)
    return [word for word, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])) if count >= least]


def concepts(images: Sequence[Sequence[Sequence[str]]], words: Sequence[str], least: int, most: int) -> list[str]:
    """The words that can be looked for in images: those said about enough of them that mean something.

    Args:
        images: each one's sentences, as words.
        words: the vocabulary.
        least: of how many images a word must be said.
        most: how many words at most, those of most images.
    """
    counts = Counter(word for several in images for word in {word for one in several for word in one})
    known = set(words) - _COMMON
    found = [word for word, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])) if count >= least]
    return [word for word in found if word in known][:most]


def repeatable(sentences: Iterable[Sequence[str]], words: Sequence[str]) -> list[str]:
    """The words that come several times in a sentence now and then, such as "a" and "and", in the vocabulary's order.

    >>> repeatable([["a", "dog", "and", "a", "cat"], ["a", "dog"]], ["a", "and", "cat", "dog"])
    ['a']

    Args:
        sentences: as words.
        words: the vocabulary.
    """
    once, again = Counter[str](), Counter[str]()
    for sentence in sentences:
        for word, count in Counter(sentence).items():
            once[word] += 1
            again[word] += count > 1
    return [word for word in words if again[word] > _SELDOM * once[word]]
