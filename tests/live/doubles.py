"""What the tests of the loop run on: sources, apps and views that do just what a test needs, and what they leave."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import torch

from torch_opencv.live.app import App
from torch_opencv.live.panel import Panel
from torch_opencv.live.sources import Frame, Source
from torch_opencv.live.views import AnnotatedFrame, ViewEvent


class Shades(Source):
    """Frames of which each is brighter by 1 than the one before, 25 a second by their times."""

    name, fps = "shades", 25.0
    shape = 48, 64

    def __init__(
        self,
        count: int,
        *,
        name: str = "shades",
        live: bool = False,
        claimed: int | None = None,
        after: Callable[[int], object] = lambda index: None,
    ) -> None:
        super().__init__()
        self.name, self.live = name, live
        self.length = None if live else claimed or count
        self.count, self.after, self.closed, self.read = count, after, False, 0

    def __iter__(self) -> Iterator[Frame]:
        for index in range(self.count):
            self.read += 1
            image = torch.full((*self.shape, 3), index % 256, dtype=torch.uint8)
            yield Frame(image, index, index / 25, self.name, time.monotonic())
            self.after(index)

    def close(self) -> None:
        self.closed = True


class Brightness(App[int]):
    """Says how bright a frame is and makes it white."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def process(self, image: torch.Tensor, /) -> int:
        self.seen.append(int(image[0, 0, 0]))
        return self.seen[-1]

    def draw(self, image: torch.Tensor, result: int, /) -> torch.Tensor:
        return image.fill_(255)

    def fields(self, result: int, /) -> dict[str, object]:
        return {"brightness": result}


class Marks(Brightness):
    """Writes what it saw into the first column, so that an image tells whose result is drawn on it."""

    def draw(self, image: torch.Tensor, result: int, /) -> torch.Tensor:
        image[:, 0] = result
        return image


class Screen:
    """A view that notes what it is shown, and gives events after so many frames, or after it was asked so often."""

    stays = False
    watched = True

    def __init__(
        self,
        events: dict[int, ViewEvent] | None = None,
        *,
        asks: dict[int, ViewEvent] | None = None,
        stays: bool = False,
    ) -> None:
        self.frames: list[AnnotatedFrame] = []
        self.panels: list[Panel | None] = []
        self.stays = stays
        self._after_frames, self._after_asks = events or {}, asks or {}
        self.told = ""
        self.asked = 0
        self.closed = False

    def tell(self, text: str) -> None:
        self.told = text

    def show(self, frame: AnnotatedFrame) -> None:
        self.frames.append(frame)

    def show_panel(self, panel: Panel | None) -> None:
        self.panels.append(panel)

    def events(self) -> list[ViewEvent]:
        self.asked += 1
        given = self._after_frames.pop(len(self.frames), None), self._after_asks.pop(self.asked, None)
        return [event for event in given if event]

    def close(self) -> None:
        self.closed = True

    @property
    def shades(self) -> list[tuple[int, int]]:
        """The last column, the frame, and the first, the result drawn on it."""
        return [(int(f.image[0, -1, 0]), int(f.image[0, 0, 0])) for f in self.frames]


class Painter(App[str]):
    """Paints all of a frame in the chosen shade."""

    SHADES = {"dark": 10, "middle": 100, "light": 200}  # noqa: RUF012

    def __init__(self) -> None:
        self.choices = list(self.SHADES)
        self.chosen = "dark"
        self.asked: list[tuple[str, bool]] = []

    def choose(self, name: str, /) -> None:
        self.asked.append((name, threading.current_thread() is threading.main_thread()))
        self.chosen = name

    def process(self, image: torch.Tensor, /) -> str:
        return self.chosen

    def draw(self, image: torch.Tensor, result: str, /) -> torch.Tensor:
        return image.fill_(self.SHADES[result])

    def fields(self, result: str, /) -> dict[str, object]:
        return {"shade": result}


def recorded(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def our_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name in ("model", "recorder") or t.name.startswith("capture")]
