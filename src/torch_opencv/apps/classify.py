"""Live classification: the five best classes of every frame, drawn on it.

This is all of the program ``torch-opencv classify``; from Python::

    from torch_opencv import live
    from torch_opencv.apps.classify import Classify

    live.run(Classify(), "clip.mp4", record="classes.mp4")
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import torch

from torch_opencv import runtime
from torch_opencv.apps.seen_classes import SeenClasses
from torch_opencv.live.app import App
from torch_opencv.live.overlay import draw_scores
from torch_opencv.vision import Classifier, Prediction
from torch_opencv.vision.classify.classifier import remember
from torch_opencv.vision.classify.prediction import as_fields


class Classify(App[list[Prediction]]):
    """The program, for `torch_opencv.live.run`.

    Args:
        model: the classifier's name, or the path of its weights.
        device: "auto", "cpu", "cuda" or "cuda:N".
        precision: "f32", "bf16" or "auto", as the Classifier takes it.
        labels: the names of the classes of an .onnx or .pt2 file, a text file with one a line.
        top: how many of the best classes to show.
        threshold: show only classes whose score is at least this, 0..1.

    """

    def __init__(
        self,
        model: str = "efficientnet-lite0",
        *,
        device: str = "auto",
        precision: runtime.Precision = "f32",
        labels: str | Path | None = None,
        top: int = 5,
        threshold: float = 0.0,
    ) -> None:
        self._classifier = Classifier(model, device=device, precision=precision, labels=labels, top=top)
        self._threshold = threshold
        self.concurrent = self._classifier.backend in runtime.CONCURRENT
        self.seen: Counter[str] = Counter()
        """How often each class was the best one."""
        self._counting = Lock()

    def remember(self) -> None:
        """Let single pictures be classified without PyTorch from now on, where that is possible."""
        remember(self._classifier)

    def process(self, image: torch.Tensor, /) -> list[Prediction]:
        """The five best classes of a frame, torch.uint8 (H, W, 3) BGR, best first."""
        return self.process_batch([image])[0]

    def process_batch(self, images: Sequence[torch.Tensor], /) -> list[list[Prediction]]:
        """The same for several frames, of any sizes, in one go."""
        answers = self._classifier.batch(images)
        answers = [[one for one in predictions if one.score >= self._threshold] for predictions in answers]
        with self._counting:
            self.seen.update(predictions[0].label for predictions in answers if predictions)
        return answers

    def draw(self, image: torch.Tensor, result: list[Prediction], /) -> torch.Tensor:
        """The classes with bars for their scores, drawn into the frame."""
        return draw_scores(image, [(prediction.label, prediction.score) for prediction in result])

    def fields(self, result: list[Prediction], /) -> dict[str, object]:
        """The result as written to ``--results``."""
        return as_fields(result)

    def summary(self) -> str:
        """The classes seen, the most frequent first."""
        return str(SeenClasses(self.seen))

    def counts(self) -> SeenClasses:
        """No classes seen yet."""
        return SeenClasses()
