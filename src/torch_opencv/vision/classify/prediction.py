"""What a classifier says, and how it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Prediction:
    """A class and how sure the network is of it.

    Attributes:
        label: its names, as "goldfish, Carassius auratus".
        wnid: its WordNet id, as "n01443537"; None if the model's classes have none.
        score: its share of 1 among all classes (softmax).

    """

    label: str
    wnid: str | None
    score: float


def as_fields(predictions: Sequence[Prediction]) -> dict[str, object]:
    """A frame's predictions as a line of results has them."""
    return {"classes": [{"label": p.label, "wnid": p.wnid, "score": round(p.score, 4)} for p in predictions]}
