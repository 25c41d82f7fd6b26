"""From frames and results to the image that is shown: results are drawn, and several sources become a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import torch

from torch_opencv.live.app import App, name_of
from torch_opencv.live.checks import to_bgr
from torch_opencv.live.grid import Grid
from torch_opencv.live.pipeline import FrameResult
from torch_opencv.live.sources import Frame, Source
from torch_opencv.live.views import Tile

R = TypeVar("R")


class Composer(Generic[R]):
    """Draws what is shown and recorded.

    Args:
        app: whose `draw` is called.
        sources: whose frames they are; several make a grid.

    """

    def __init__(self, app: App[R], sources: Sequence[Source]) -> None:
        self._app, self._sources = app, sources
        self._method = f"{name_of(app)}.draw"
        self._grid = Grid(len(sources)) if len(sources) > 1 else None
        self._drawn: dict[int, tuple[Frame, FrameResult[R] | None, torch.Tensor]] = {}

    def annotated(
        self, frames: Mapping[int, Frame], results: Mapping[int, FrameResult[R]]
    ) -> tuple[torch.Tensor, tuple[Tile, ...]]:
        """The frames with the results drawn on them.

        Args:
            frames: by their sources' numbers.
            results: the same; one that is about a frame of another size isn't drawn.

        Returns:
            torch.uint8, (H, W, 3), BGR, and where each frame is in it.

        """
        images: dict[int, torch.Tensor] = {}
        drawn: dict[int, FrameResult[R] | None] = {}
        for number, frame in frames.items():
            drawn[number] = _fitting(results.get(number), frame)
            images[number] = self._draw(number, frame, drawn[number])
        image, boxes = self._compose(images)
        tiles = []
        for number, frame in frames.items():
            result = drawn[number]
            tiles.append(Tile(number, frame, result.result if result else None, boxes[number]))
        return image, tuple(tiles)

    def original(self, frames: Mapping[int, Frame]) -> torch.Tensor:
        """The same without the results."""
        return self._compose({number: frame.image for number, frame in frames.items()})[0]

    def forget(self) -> None:
        """Draw everything again, because the app has changed."""
        self._drawn.clear()

    def _draw(self, number: int, frame: Frame, result: FrameResult[R] | None) -> torch.Tensor:
        drawn = self._drawn.get(number)
        if drawn and drawn[0] is frame and drawn[1] is result:
            return drawn[2]
        image = frame.image
        if result:
            image = to_bgr(self._app.draw(image.clone(), result.result), self._method)
        self._drawn[number] = frame, result, image
        return image

    def _compose(
        self, images: Mapping[int, torch.Tensor]
    ) -> tuple[torch.Tensor, Mapping[int, tuple[int, int, int, int]]]:
        if self._grid is None:
            image = images[0]
            return image, {0: (0, 0, image.shape[1], image.shape[0])}
        labels = [s.name if s.state == "live" else f"{s.name}: {s.state}" for s in self._sources]
        return self._grid.compose(images, labels)


def _fitting(result: FrameResult[R] | None, frame: Frame) -> FrameResult[R] | None:
    """A result, unless it is about a frame of another size, whose coordinates mean nothing here."""
    return result if result and result.frame.image.shape == frame.image.shape else None
