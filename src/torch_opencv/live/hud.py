"""How the run is going, measured and written on the picture: rates, the frame's age, drops, and the source's state."""

from __future__ import annotations

import time
from collections import deque

import torch

from torch_opencv.live.overlay import draw_note
from torch_opencv.live.views import Stats

_SPAN_S = 2.0  # what "lately" means
_WHITE, _WARNING = (255, 255, 255), (80, 200, 255)  # BGR


class Rate:
    """How often something happened a second, over the last two seconds."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=1000)

    def count(self) -> None:
        """It happened now."""
        self._times.append(time.monotonic())

    @property
    def per_second(self) -> float:
        """0 before it has happened twice."""
        now = time.monotonic()
        while len(self._times) > 2 and self._times[0] < now - _SPAN_S:
            self._times.popleft()
        if len(self._times) < 2:
            return 0.0
        # A pause counts as soon as it is longer than what is usual.
        span = max(self._times[-1] - self._times[0], (now - self._times[0]) * (1 - 1 / len(self._times)))
        return (len(self._times) - 1) / span if span > 0 else 0.0


def draw_hud(image: torch.Tensor, stats: Stats, *, figures: bool) -> torch.Tensor:
    """Write the state, if it isn't "live", and the figures, if they are wanted, at the bottom of a picture.

    Args:
        image: torch.uint8, (H, W, 3), BGR; left as it is.
        stats: what is written.
        figures: also the rates, the age and the drops.

    Returns:
        The picture with the line, or ``image`` itself if there is nothing to write.

    """
    parts: list[str] = [stats.state] if figures or stats.state != "live" else []
    if figures:
        parts += [f"shown {stats.display_fps:.1f}/s", f"model {stats.model_fps:.1f}/s"]
        parts += [f"age {stats.age_ms:.0f} ms", f"dropped {stats.dropped}"]
    if not parts:
        return image
    image = image.clone()
    return draw_label(image, "   ".join(parts), bottom=True, color=_WHITE if stats.state == "live" else _WARNING)


def draw_label(image: torch.Tensor, text: str, *, bottom: bool, color: tuple[int, int, int] = _WHITE) -> torch.Tensor:
    """Write a small line on a dark strip into a picture's corner, at the left; narrower if it wouldn't fit.

    Args:
        image: torch.uint8, (H, W, 3), BGR; drawn into.
        text: of any script.
        bottom: the lower corner instead of the upper one.
        color: of the text, BGR.

    Returns:
        ``image`` itself.

    """
    return draw_note(image, text, "bottom left" if bottom else "top left", color=color)
