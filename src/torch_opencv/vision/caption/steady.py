"""Which sentence is shown: one that holds, and not each flicker of a word.

A model sees every frame anew: "a dog on the grass", "a dog in the grass", "a cat on a bed", "a dog on the grass". What
is shown changes when another sentence has held for some results, and later if it is nearly the same.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

_NEAR: Final = 0.7
_LONGER: Final = 3  # times as long a nearly equal sentence must hold
_PATIENCE: Final = 4  # times as long nothing may hold until the newest is taken


def similarity(a: str, b: str) -> float:
    """How many words two sentences have in common: Dice's coefficient, 0 to 1.

    >>> similarity("a dog runs on the grass", "A dog runs in the grass.")
    0.8333333333333334

    Args:
        a: a sentence.
        b: another.
    """
    if a == b:
        return 1.0
    first, second = (Counter(re.findall(r"\w+", text.casefold())) for text in (a, b))
    count = first.total() + second.total()
    return 2 * (first & second).total() / count if count else 0.0


def near(a: str, b: str) -> bool:
    """Whether two sentences say nearly the same."""
    return similarity(a, b) >= _NEAR


class SteadySentence:
    """The sentence that is shown, out of one result after another.

    >>> shown = SteadySentence(holds=2)
    >>> [shown.update(text) for text in ("a dog", "a red bus", "a dog", "a red bus", "a red bus")]
    ['a dog', 'a dog', 'a dog', 'a dog', 'a red bus']

    Args:
        holds: so many results in a row must say nearly the same until it is shown; three times as many if it is nearly
            what is shown already. Where nothing holds for four times as many, the newest is shown.
    """

    def __init__(self, holds: int = 2) -> None:
        if holds < 1:
            raise ValueError(f"holds must be 1 or more, not {holds}")
        self._holds = holds
        self._candidate, self._held = "", 0
        self._unsettled = 0  # results in a row that were nothing like what is shown
        self.text = ""
        """What is shown now; "" before the first sentence."""

    def update(self, text: str) -> str:
        """Hear the next result, and say what is shown.

        Args:
            text: the sentence; "" if there is none.
        """
        if text == self.text:
            self._candidate, self._held, self._unsettled = "", 0, 0
            return self.text
        alike = near(text, self.text)
        self._unsettled = 0 if alike else self._unsettled + 1
        self._held = self._held + 1 if self._held and near(text, self._candidate) else 1
        self._candidate = text
        needed = self._holds * (_LONGER if alike else 1)
        if not self.text or self._held >= needed or self._unsettled >= _PATIENCE * self._holds:
            self.text, self._candidate, self._held, self._unsettled = text, "", 0, 0
        return self.text
