"""Live stylization: every frame painted in the style of a picture, and styles switched while it runs.

This is all of the program ``torch-opencv stylize``; from Python::

    from torch_opencv import live
    from torch_opencv.apps.stylize import Stylize

    live.run(Stylize("the-scream"), "clip.mp4", record="scream.mp4", side_by_side=True)
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from torch_opencv.vision import Painting, Stylizer, styles


@dataclass(frozen=True, eq=False)
class Painted:
    """A painting, in which style, and how long it took."""

    painting: Painting
    style: str
    seconds: float


class Stylize:
    """The program, for `torch_opencv.live.run`.

    Args:
        style: one or several of the Stylizer's; it begins with the first. All that come along can be chosen, too.
        device: "auto", "cpu", "cuda" or "cuda:N".
        size: the longer side of what is painted, in pixels; None: as the Stylizer has it.
        strength: how much of the painting is laid over the frame, 0..1.
        keep_colors: keep the frame's colours.

    """

    replaces = True
    """What is shown is the result itself, so that it goes with the frame that it was made of."""

    def __init__(
        self,
        style: str | Path | Sequence[str | Path] = "starry-night",
        *,
        device: str = "auto",
        size: int | None = None,
        strength: float = 1.0,
        keep_colors: bool = False,
    ) -> None:
        given = [style] if isinstance(style, str | Path) else list(style)
        self._named: dict[str, str | Path] = {}
        for one in given:
            name = styles.name_of(one)
            self._named[str(one) if name in self._named else name] = one  # two files may be called the same
        self._load = partial(Stylizer, device=device, size=size, strength=strength, keep_colors=keep_colors)
        self._stylizers = {name: self._load(one) for name, one in self._named.items()}
        self._named |= {name: name for name in styles.NAMES if name not in self._named}
        self.choices = tuple(self._named)
        """The styles that can be chosen while it runs."""
        self.chosen = self.choices[0]
        """The one that is painted in from the next frame on."""
        self.painted: Counter[str] = Counter()
        """How many frames were painted in each style."""

    def choose(self, name: str) -> None:
        """Paint in another style, from the next frame on. The first time that takes the time of loading it."""
        self.chosen = name

    def look(self, image: torch.Tensor) -> Painted:
        """The painting of a picture, torch.uint8 (H, W, 3) BGR."""
        style = self.chosen
        if style not in self._stylizers:
            self._stylizers[style] = self._load(self._named[style])
        start = time.perf_counter()
        painting = self._stylizers[style](image)
        self.painted[style] += 1
        return Painted(painting, style, time.perf_counter() - start)

    def draw(self, image: torch.Tensor, result: Painted) -> torch.Tensor:
        """The painting, in place of the picture."""
        return result.painting.image

    def fields(self, result: Painted) -> dict[str, object]:
        """The result as written to ``--results``."""
        return {
            "style": result.style,
            "size": list(result.painting.size),
            "model_ms": round(result.seconds * 1000, 1),
        }

    def summary(self) -> str:
        """The styles painted in, the most frequent first."""
        return "painted: " + ", ".join(f"{style} ({count})" for style, count in self.painted.most_common())
