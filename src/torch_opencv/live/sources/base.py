"""What every source is and gives: a `Source` is iterated, once after each `seek`, and yields `Frame`s."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from torch_opencv.live.frame import Frame

if TYPE_CHECKING:
    from typing_extensions import Self


__all__ = ["Frame", "Source", "State"]

State = Literal["connecting", "live", "lost"]


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
