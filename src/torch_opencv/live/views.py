"""What the loop and the views say to each other: frames and panels one way, what the user does the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import torch

from torch_opencv.live.events import Choose, Click, Command, File, Key, Press, Seek, Text
from torch_opencv.live.panel import Panel
from torch_opencv.live.sources import Frame

RunState = Literal["live", "connecting", "lost", "paused", "ended"]


@dataclass(frozen=True, slots=True)
class Stats:
    """How the run is going."""

    state: RunState
    display_fps: float
    """Frames shown a second, lately."""
    model_fps: float
    """Frames processed a second, lately."""
    latency_ms: float
    """How old the shown frame was when it was handed to the views."""
    dropped: int
    """Frames that were thrown away since the start, because newer ones had come."""
    recording: bool = False
    """Whether a recording is being made."""
    choices: tuple[str, ...] = ()
    """What the user can choose among."""
    chosen: str = ""
    """The one of them that the next frame is processed with."""
    status: str = ""
    """What the app wants the user to know now."""
    position: float | None = None
    """Where in the file the shown frame is, in seconds; None for live sources, and where `Seek` isn't heeded."""
    duration: float | None = None
    """How long the file is, in seconds, where that is known."""
    hud: bool = False
    """Whether the figures are written on what is shown."""
    recording_path: Path | None = None
    """The file that is recorded to."""
    files: tuple[Path, ...] = ()
    """What was saved in this run and is complete: snapshots and recordings."""


@dataclass(frozen=True, eq=False, slots=True)
class Tile:
    """Where a source's frame is in what is shown."""

    source: int
    """Which of the sources it is from: 0, 1, ..."""
    frame: Frame
    result: object
    """The result that is drawn on it; None if there is none yet."""
    box: tuple[int, int, int, int]
    """x, y, width and height, in the shown image's pixels. All of the frame is there, at whatever scale."""

    def click(self, x: float, y: float, *, double: bool) -> Click | None:
        """A click on what is shown as one on this frame.

        Args:
            x, y: in the shown image's pixels.
            double: whether it is the second click of a double one.

        Returns:
            The click, in the frame's own pixels; None if it is beside the frame.
        """
        left, top, width, height = self.box
        if not (left <= x < left + width and top <= y < top + height):
            return None
        rows, columns = self.frame.image.shape[:2]
        at = (x - left) * columns / width, (y - top) * rows / height
        return Click(self.source, *at, double, self.frame, self.result)


@dataclass(frozen=True, slots=True)
class Picture:
    """One of many small pictures that an image is made of, with what is said about it."""

    box: tuple[int, int, int, int]
    """x, y, width and height, in the image's pixels."""
    name: str
    state: RunState
    text: str
    """How it is doing, in a line."""


@dataclass(frozen=True, eq=False, slots=True)
class AnnotatedFrame:
    """What is shown: a frame with the newest result drawn on it, or several as tiles."""

    image: torch.Tensor
    """torch.uint8, (H, W, 3), BGR. A view may keep it, but not write to it."""
    frame: Frame
    """The newest of the frames in it."""
    fields: Mapping[str, object]
    """The newest result, as in the JSON lines; empty before the first."""
    stats: Stats
    tiles: tuple[Tile, ...] = ()
    """The frames in it, and where."""
    pictures: tuple[Picture, ...] = ()
    """What it is made of, if it is a wall: a page shows each by itself, with its text, in as many columns as fit."""


@dataclass(frozen=True, eq=False, slots=True)
class Pointer:
    """A click or tap on what is shown. The loop makes a `Click` of it, in the pixels of the frame that is there."""

    x: float
    """In the pixels of the shown image, from its left edge: the middle of the first pixel is at 0.5."""
    y: float
    double: bool
    """Whether it is the second click of a double one."""
    on: AnnotatedFrame
    """What was shown where the user clicked."""

    def click(self) -> Click | None:
        """The click on a frame; None if it is beside them all."""
        clicks = (tile.click(self.x, self.y, double=self.double) for tile in self.on.tiles)
        return next((click for click in clicks if click), None)


ViewEvent = Key | Pointer | Text | File | Press | Command | Choose | Seek
"""What a user does in a view."""


class View(Protocol):
    """Where frames are shown. Everything is called from the main thread."""

    stays: bool
    """Whether it is there to be looked at after the sources have ended: a page, which also may be opened late."""

    @property
    def watched(self) -> bool:
        """Whether anybody has seen it yet, as far as the view can tell."""
        ...

    def tell(self, text: str) -> None:
        """Say what is being waited for.

        Args:
            text: a line, shown for as long as there is no frame.
        """
        ...

    def show(self, frame: AnnotatedFrame) -> None:
        """Show a frame, and return at once: a slow viewer gets fewer frames, not later ones.

        Args:
            frame: may be kept, but not written to.
        """
        ...

    def show_panel(self, panel: Panel | None) -> None:
        """Show a panel beside the frames.

        Args:
            panel: takes the place of the last one; None: there is none any more.
        """
        ...

    def events(self) -> list[ViewEvent]:
        """What the user did since the last call; called at least 30 times a second, and lets a window breathe."""
        ...

    def close(self) -> None:
        """Take the view away."""
        ...
