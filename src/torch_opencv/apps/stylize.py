"""Live stylization: every frame painted in the style of a painting, and styles switched while it runs.

This is all of the program ``torch-opencv stylize``; from Python::

    from torch_opencv import live
    from torch_opencv.apps.stylize import Stylize

    live.run(Stylize("the-scream"), "clip.mp4", record="scream.mp4", side_by_side=True)
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from torch_opencv import runtime
from torch_opencv.live.app import App
from torch_opencv.live.counts import NameCounts, most_frequent
from torch_opencv.vision import Painting, Stylizer
from torch_opencv.vision.stylize import styles

_log = logging.getLogger(__name__)

_PATIENCE_S = 1.5  # for the thread that loads a style to end


@dataclass(frozen=True, eq=False)
class Painted:
    """A painting, in which style, and how long it took."""

    painting: Painting
    style: str
    seconds: float


class Stylize(App[Painted]):
    """The program, for `torch_opencv.live.run`.

    A style that is chosen is loaded, and the first time on a machine compiled, in a thread of its own; until it is
    there, `chosen` is the old one, and `status` says what is going on.

    Args:
        style: one or several of the Stylizer's; it begins with the first. All that are bundled can be chosen, too.
        device: "auto", "cpu", "cuda" or "cuda:N".
        precision: "f32", "bf16" or "auto", as the Stylizer takes it.
        size: the longer side of what is painted, in pixels; None: as the Stylizer has it.
        strength: how much of the painting is laid over the frame, 0..1.
        keep_colors: keep the frame's colours.

    """

    replaces_frame = True
    """What is shown is the result itself, so that it goes with the frame that it was made of."""

    def __init__(
        self,
        style: str | Path | Sequence[str | Path] = "starry-night",
        *,
        device: str = "auto",
        precision: runtime.Precision = "f32",
        size: int | None = None,
        strength: float = 1.0,
        keep_colors: bool = False,
    ) -> None:
        given = [style] if isinstance(style, str | Path) else list(style)
        self._named: dict[str, str | Path] = {}
        for one in given:
            name = styles.name_of(one)
            self._named[str(one) if name in self._named else name] = one  # two files may be called the same
        self._load = partial(
            Stylizer, device=device, precision=precision, size=size, strength=strength, keep_colors=keep_colors
        )
        self._stylizers = {name: self._load(one) for name, one in self._named.items()}
        self._named |= {name: name for name in styles.NAMES if name not in self._named}
        self.choices = tuple(self._named)
        """The styles that can be chosen while it runs."""
        self._changing = threading.Lock()  # held while any of the following is changed
        self._wanted = self.choices[0]
        self._loader: threading.Thread | None = None
        self._closing = threading.Event()
        self._switch(self._wanted)
        self.concurrent = self._current[1].backend in runtime.CONCURRENT
        self._counting = threading.Lock()
        self.painted: Counter[str] = Counter()
        """How many frames were painted in each style."""

    def choose(self, name: str, /) -> None:
        """Paint in another style as soon as it is loaded, which the first time on a machine takes some seconds."""
        with self._changing:
            self._wanted = name
            if name in self._stylizers:
                self._switch(name)
                return
            self.status = f"compiling {name}..."
            if self._loader is None:
                # A daemon, as nobody waits for a style when the program ends.
                self._loader = threading.Thread(target=self._load_wanted, name="style", daemon=True)
                self._loader.start()

    def process(self, image: torch.Tensor, /) -> Painted:
        """The painting of a frame, torch.uint8 (H, W, 3) BGR."""
        style, stylizer = self._current
        start = time.perf_counter()
        painting = stylizer(image)
        with self._counting:
            self.painted[style] += 1
        return Painted(painting, style, time.perf_counter() - start)

    def draw(self, image: torch.Tensor, result: Painted, /) -> torch.Tensor:
        """The painting, in place of the frame."""
        return result.painting.image

    def fields(self, result: Painted, /) -> dict[str, object]:
        """The result as written to ``--results``."""
        return {
            "style": result.style,
            "size": list(result.painting.size),
            "model_ms": round(result.seconds * 1000, 1),
        }

    def summary(self) -> str:
        """The styles painted in, the most frequent first."""
        return str(PaintedStyles(self.painted))

    def counts(self) -> PaintedStyles:
        """Nothing painted yet."""
        return PaintedStyles()

    def close(self) -> None:
        """Want no other style any more; one that is being loaded is given up."""
        self._closing.set()
        with self._changing:
            loader = self._loader
        if loader is not None:
            loader.join(_PATIENCE_S)

    def _switch(self, name: str) -> None:
        self._current = name, self._stylizers[name]
        self.chosen, self.status = name, ""

    def _load_wanted(self) -> None:
        """Load what is wanted until that is there: what the loader's thread does."""
        while True:
            with self._changing:
                name = self._wanted
                if name in self._stylizers:
                    self._switch(name)
                    self._loader = None
                    return
            try:
                with runtime.compilation(cancelled=self._closing):
                    stylizer = self._load(self._named[name])
            except runtime.CompilationCancelledError:
                return
            except Exception as error:  # whatever it is: the old style goes on
                _log.error("%s", error)
                with self._changing:
                    if self._wanted == name:
                        self._wanted, self._loader = self.chosen, None
                        self.status = f"{name} can't be loaded"
                        return
            else:
                with self._changing:
                    self._stylizers[name] = stylizer


class PaintedStyles(NameCounts):
    """How many frames were painted in each style."""

    def add(self, fields: Mapping[str, Any], /) -> None:
        """Count a frame."""
        self.counter[fields["style"]] += 1

    def __str__(self) -> str:
        styles = most_frequent(self.counter, len(self.counter))
        return "painted: " + ", ".join(f"{style} ({count})" for style, count in styles)
