"""What sources yield, apart from them, as no source needs to be imported for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


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
