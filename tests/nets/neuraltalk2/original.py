"""What the original computes, in plain loops over images, beams and words: nothing here is shared with src."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Layer:
    i2h: tuple[np.ndarray, np.ndarray]
    h2h: tuple[np.ndarray, np.ndarray]


@dataclass
class Original:
    """A language model's numbers, as a checkpoint has them; tokens are counted from 1, and END is the last."""

    layers: list[Layer]
    decoder: tuple[np.ndarray, np.ndarray]
    embeddings: np.ndarray
    length: int

    @property
    def end(self) -> int:
        return len(self.embeddings)

    def step(self, x: np.ndarray, state: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
        """One sentence's step; state: c and h of each layer."""
        after = []
        for i, layer in enumerate(self.layers):
            c, h = state[2 * i : 2 * i + 2]
            sums = layer.i2h[0] @ x + layer.i2h[1] + layer.h2h[0] @ h + layer.h2h[1]
            into, forget, out, transform = sums.reshape(4, -1)
            c = sigmoid(forget) * c + sigmoid(into) * np.tanh(transform)
            x = sigmoid(out) * np.tanh(c)
            after += [c, x]
        logits = self.decoder[0] @ x + self.decoder[1]
        return logits - logits.max() - np.log(np.exp(logits - logits.max()).sum()), after

    def started(self, features: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        size = len(self.layers[0].h2h[1]) // 4
        _, state = self.step(features, [np.zeros(size)] * (2 * len(self.layers)))
        return self.step(self.embeddings[self.end - 1], state)

    def greedy(self, features: np.ndarray) -> tuple[list[int], list[float]]:
        """Goes on after END, as the original does."""
        scores, state = self.started(features)
        tokens, taken = [], []
        for _ in range(self.length):
            tokens.append(int(scores.argmax()) + 1)
            taken.append(float(scores.max()))
            scores, state = self.step(self.embeddings[tokens[-1] - 1], state)
        return tokens, taken

    def beams(
        self, features: np.ndarray, size: int, *, continues_ended: bool = True
    ) -> tuple[list[int], list[float], float]:
        """The sentence, zeros after END, its words' log-probabilities, and their sum.

        continues_ended: as the original does; else beams that have ended leave their places to others.
        """
        scores, state = self.started(features)
        beams: list[Any] = [([], [], np.float32(0), scores, state)]
        done: list[Any] = []
        for t in range(self.length):
            candidates = []
            for column in range(min(size, self.end)):
                for beam in beams:
                    word = int(np.argsort(-beam[3], kind="stable")[column])
                    candidates.append((float(beam[2]) + float(beam[3][word]), word + 1, beam))
            candidates.sort(key=lambda one: -one[0])
            beams = []
            for total, token, (tokens, taken, _, scores, state) in candidates[: size if continues_ended else None]:
                new = [*tokens, token], [*taken, float(scores[token - 1])], np.float32(total)
                if token == self.end or t == self.length - 1:
                    done.append(new)
                if token != self.end or continues_ended:
                    beams.append((*new, *self.step(self.embeddings[token - 1], state)))
                if len(beams) == size:
                    break
            if not beams:
                break
        best = max(done, key=lambda one: one[2])
        padding = [0] * (self.length - len(best[0]))
        return best[0] + padding, best[1] + padding, float(best[2])


def sigmoid(x: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-x)))
