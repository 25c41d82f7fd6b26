"""What every source is and gives: a `Source` is iterated, once after each `seek`, and yields `Frame`s."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch
    from typing_extensions import Self


State = Literal["connecting", "live", "lost"]


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """One frame of a source."""

    image: torch.Tensor
    """torch.uint8, (H, W, 3), BGR; its memory belongs to this frame alone."""
    index: int
    """0, 1, 2, ... over the frames that could be read."""
    time: float
    """Seconds: the position in a file, or since the start for a live source. A folder shows one image a second."""
    source: str
    """The source's name."""
    captured: float
    """When the frame was read, on `time.monotonic`'s clock."""
    path: str | None = None
    """The image's own file, where the source is a folder or a glob."""


class Source(ABC):
    """Where frames come from. Iterate it, once after each `seek`, and close it or use it as a context manager."""

    name: str
    """As the user wrote it, or "camera 0"; never with a password."""
    live: bool = False
    """Whether frames come at their own pace, now, and not from a file."""
    still: bool = False
    """Whether these are single images, of which a window keeps showing the last one."""
    fps: float | None = None
    """Frames a second, where the source says so."""
    length: int | None = None
    """How many frames there will be, as far as the source knows: containers do report wrong counts. None if endless."""
    inputs: tuple[Path, ...] = ()
    """The files it reads; no output may be written over them."""

    state: State = "live"
    """A stream's changes while it runs, and is read from other threads."""
    dropped: int = 0
    """How many frames the source itself threw away so far, because newer ones had come."""

    seekable: bool = False
    """Whether `seek` works."""
    duration: float | None = None
    """How long it is, in seconds, where it is seekable and that is known."""

    def __init__(self) -> None:
        self.skipped: list[str] = []  # what couldn't be read so far

    @abstractmethod
    def __iter__(self) -> Iterator[Frame]: ...

    @abstractmethod
    def close(self) -> None:
        """Let go of the camera or the file."""

    def seek(self, seconds: float) -> None:
        """Let the next iteration begin at another position, once the last one has ended or was left.

        Args:
            seconds: from the start; beyond the end is the last frame.

        Raises:
            TypeError: it isn't `seekable`.

        """
        raise TypeError(f"{self.name} isn't seekable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
