"""The seam between a program and the loop: what a program does with a frame, and what it hears from its user."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import torch

from torch_opencv.live.events import Event
from torch_opencv.live.panel import Panel

R = TypeVar("R")


class App(ABC, Generic[R]):
    """A program: what it sees in a frame, and how that is drawn.

    Only `process` must be there; everything else has a default.

    Threads: `process`, `process_batch` and `fields` are called in the model's thread, one call at a time; everything
    else in the main thread, one call at a time. The two run at once. So what `handle` or `choose` changes and `process`
    reads must be changed as a whole: assign one attribute (a new tuple, dict or object), never alter in place what the
    other thread reads, and read it once at the beginning of `process`.
    """

    choices: Sequence[str] = ()
    """Names that the user can switch between while it runs; they stay the same for the whole run."""
    chosen: str = ""
    """The choice that the next frame is processed with."""
    status: str = ""
    """What the user should know now, such as "compiling great-wave..."; shown until it is empty again."""
    replaces_frame: bool = False
    """Whether the result is a picture of its own that stands for the frame, as a painting of it: then each frame is
    shown with its own result, and never the newest frame with an older one."""

    @abstractmethod
    def process(self, image: torch.Tensor, /) -> R:
        """What the model says about a frame, torch.uint8 (H, W, 3) BGR, which it leaves as it is."""

    def process_batch(self, images: Sequence[torch.Tensor], /) -> Sequence[R]:
        """The same for a frame of each of several sources, of any sizes."""
        return [self.process(image) for image in images]

    def draw(self, image: torch.Tensor, result: R, /) -> torch.Tensor:
        """The frame with the result drawn on it, torch.uint8 (H, W, 3) BGR; ``image`` may be drawn into."""
        return image

    def fields(self, result: R, /) -> Mapping[str, object]:
        """The result as the fields of its JSON line."""
        return {}

    def choose(self, name: str, /) -> None:
        """Switch to one of the choices. `chosen` says when it has taken effect."""
        self.chosen = name

    def handle(self, event: Event, /) -> bool:
        """Hear what the user did: a key, a click, a text, a button.

        Returns:
            Whether the app has taken it. A key that it takes does nothing else, even if it is one of the loop's own
            (`keys.COMMANDS`); closing the window ends the run in any case.
        """
        return False

    def panel(self) -> Panel | None:
        """What is shown beside the frames, if anything. Asked often: give the same object while nothing changed."""
        return None

    def summary(self) -> str:
        """What was seen in the whole run, in a line, which the command line prints at its end; "" for nothing."""
        return ""

    def close(self) -> None:
        """Let go of what the app holds: called once, in the main thread, when the run has ended."""
