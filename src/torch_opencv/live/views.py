"""What the loop and the views say to each other: pictures one way, the user's commands the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import torch

from torch_opencv.live.sources import Frame

RunState = Literal["live", "connecting", "lost", "paused"]
CommandName = Literal["quit", "pause", "snapshot", "record", "hud", "next", "previous"]


@dataclass(frozen=True, slots=True)
class Choose:
    """The command to switch to one of the program's choices."""

    number: int
    """Its place in `Stats.choices`, from 0; nothing happens if there is none."""


Command = CommandName | Choose
"""What a user can ask for; "next" and "previous" are the choices beside the present one."""


@dataclass(frozen=True, slots=True)
class Stats:
    """How the run is going."""

    state: RunState
    display_fps: float
    """Pictures shown a second, lately."""
    model_fps: float
    """Frames looked at a second, lately."""
    latency_ms: float
    """How old the shown frame was when it was handed to the views."""
    dropped: int
    """Frames that were thrown away since the start, because newer ones had come."""
    recording: bool = False
    """Whether a recording is being made."""
    choices: tuple[str, ...] = ()
    """What the user can choose among."""
    chosen: str = ""
    """The one of them that the next frame is looked at with."""


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """What is shown: a frame with the newest result drawn on it."""

    image: torch.Tensor
    """torch.uint8, (H, W, 3), BGR. A view may keep it, but not write to it."""
    frame: Frame
    fields: Mapping[str, object]
    """The newest result, as in the JSON lines; empty before the first."""
    stats: Stats


class View(Protocol):
    """Where pictures are shown. All three are called from the main thread."""

    def show(self, picture: Picture) -> None:
        """Show a picture, and return at once: a slow viewer gets fewer pictures, not later ones."""

    def commands(self) -> list[Command]:
        """What the user asked for since the last call; called at least 30 times a second, and lets a window breathe."""

    def close(self) -> None:
        """Take the view away."""
