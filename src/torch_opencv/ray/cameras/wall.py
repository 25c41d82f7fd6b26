"""The wall: all cameras as small pictures in one image, what is said of each, and a panel of those not live."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch

from torch_opencv.live.grid import Grid
from torch_opencv.live.panel import Panel, Row
from torch_opencv.live.views import Picture
from torch_opencv.ray.cameras.standing import Standing

_WIDTH = 1920  # pixels of the whole image
_MOST_TILES = 400  # more would be too small to be seen; the panel counts all cameras
_MOST_ROWS = 30  # of the panel
_DIMMED = 3  # how much darker the last picture of a camera that isn't live is


def tile_size(cameras: int) -> tuple[int, int]:
    """Width and height of a camera's picture on the wall, even, 16:9.

    >>> tile_size(4), tile_size(100)
    ((960, 540), (192, 108))

    Args:
        cameras: how many there are.
    """
    width = _WIDTH // math.ceil(math.sqrt(min(cameras, _MOST_TILES))) // 2 * 2
    return width, max(2, round(width * 9 / 32) * 2)


class Wall:
    """What is shown of cameras.

    Args:
        names: of the cameras, as they are shown.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = [name.partition("://")[2] or name for name in names]
        self._shown = min(len(names), _MOST_TILES)
        self._grid = Grid(self._shown)
        width, height = tile_size(len(names))
        self._blank = torch.zeros(height, width, 3, dtype=torch.uint8)
        self._panel: Panel | None = None

    def image(
        self, pictures: Mapping[int, torch.Tensor], standings: Sequence[Standing]
    ) -> tuple[torch.Tensor, tuple[Picture, ...]]:
        """All pictures, and what there is to say of each.

        Args:
            pictures: by their cameras' numbers, torch.uint8 (h, w, 3) BGR.
            standings: how each camera is doing.

        Returns:
            torch.uint8, (H, W, 3), BGR, always of the same size; and where in it each camera's picture is.
        """
        tiles = {}
        for number, standing in enumerate(standings[: self._shown]):
            picture = pictures.get(number, self._blank)
            tiles[number] = picture if standing.state == "live" else picture // _DIMMED
        image, boxes = self._grid.compose(tiles, [""] * self._shown)
        return image, tuple(
            Picture(boxes[number], self._names[number], one.state, str(one))
            for number, one in enumerate(standings[: self._shown])
        )

    def panel(self, standings: Sequence[Standing]) -> Panel:
        """How many cameras are live, and which aren't, and why; the same object while that is the same."""
        absent = [
            f"{name}: {one.state}{': ' * bool(one.why)}{one.why}"
            for name, one in zip(self._names, standings, strict=True)
            if one.state != "live"
        ]
        more = [f"and {len(absent) - _MOST_ROWS} more"] if len(absent) > _MOST_ROWS else []
        rows = tuple(Row(text) for text in (counted(standings), *absent[:_MOST_ROWS], *more))
        if self._panel is None or [row.text for row in self._panel.rows] != [row.text for row in rows]:
            self._panel = Panel(f"{len(standings)} cameras", rows)
        return self._panel


def counted(standings: Sequence[Standing]) -> str:
    """How many cameras are in each state.

    Args:
        standings: of all of them.
    """
    counts = [
        (state, sum(one.state == state for one in standings)) for state in ("live", "connecting", "lost", "ended")
    ]
    return ", ".join(f"{count} {state}" for state, count in counts if count)
