"""Live stylization: every frame painted in the style of a picture, and styles switched while it runs.

This is all of the program ``torch-opencv stylize``; from Python::

    from torch_opencv import live
    from torch_opencv.apps.stylize import Stylize

    live.run(Stylize("the-scream"), "clip.mp4", record="scream.mp4", side_by_side=True)
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from weakref import ref

import torch

from torch_opencv.vision import Painting, Stylizer
from torch_opencv.vision.stylize import styles


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
        self._loader = ThreadPoolExecutor(1, "style")
        self._stylizers: dict[str, Future[Stylizer]] = {}
        for name in self._named:
            self._ask_for(name).result()
        self._named |= {name: name for name in styles.NAMES if name not in self._named}
        self.choices = tuple(self._named)
        """The styles that can be chosen while it runs."""
        self.chosen = self.choices[0]
        """The one to paint in, once it is loaded."""
        self._painting = self.chosen
        self._pictures: deque[ref[torch.Tensor]] = deque(maxlen=16)  # the last ones, of as many sources as there can be
        self.painted: Counter[str] = Counter()
        """How many frames were painted in each style."""

    def choose(self, name: str) -> None:
        """Paint in another style as soon as it is loaded, which the first time on a machine takes some seconds."""
        self._ask_for(name)
        self.chosen = name

    def process(self, image: torch.Tensor) -> Painted:
        """The painting of a picture, torch.uint8 (H, W, 3) BGR."""
        chosen = self.chosen
        # What moves goes on in the old style until the new one is there. A picture that comes again is a still one.
        if self._stylizers[chosen].done() or any(picture() is image for picture in self._pictures):
            self._painting = chosen
        self._pictures.append(ref(image))
        stylizer = self._stylizers[self._painting].result()
        start = time.perf_counter()
        painting = stylizer(image)
        self.painted[self._painting] += 1
        return Painted(painting, self._painting, time.perf_counter() - start)

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

    def _ask_for(self, name: str) -> Future[Stylizer]:
        """The stylizer of that name, loaded or being loaded."""
        if name not in self._stylizers:
            self._stylizers[name] = self._loader.submit(self._load, self._named[name])
        return self._stylizers[name]
