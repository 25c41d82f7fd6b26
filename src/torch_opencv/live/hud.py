"""How the run is going, measured and written on the frame: rates, its latency, drops, and the source's state."""

from __future__ import annotations

import time
from collections import deque

import torch

from torch_opencv.live.overlay import draw_note
from torch_opencv.live.views import RunState, Stats

_SPAN_S = 2.0  # what "lately" means
_COLORS: dict[RunState, tuple[int, int, int]] = {  # BGR
    "live": (255, 255, 255),
    "paused": (255, 255, 255),
    "connecting": (80, 200, 255),
    "lost": (120, 130, 255),
    "ended": (255, 255, 255),
}


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


def draw_hud(image: torch.Tensor, stats: Stats, *, figures: bool, note: str = "") -> torch.Tensor:
    """Write the state, unless all is well, the app's status, a note, and the figures, if wanted, at the lower left.

    Args:
        image: torch.uint8, (H, W, 3), BGR; left as it is.
        stats: what is written.
        figures: also the choice, the rates, the latency and the drops.
        note: a line in any case, such as what was just chosen, unless there is a status; empty for none.

    Returns:
        The image with that on it, or ``image`` itself if there is nothing to write.

    """
    lines: list[str] = [stats.state] if figures or stats.state not in ("live", "ended") else []
    if figures and stats.chosen:
        lines.append(stats.chosen)
    elif note and not stats.status:
        lines.append(note)
    if stats.status:
        lines.append(stats.status)
    if figures:
        lines.append(f"{stats.display_fps:.1f} display fps, {stats.model_fps:.1f} model fps")
        lines.append(f"{stats.latency_ms:.0f} ms latency, {stats.dropped} dropped")
    if not lines:
        return image
    return draw_note(image.clone(), "\n".join(lines), "bottom left", color=_COLORS[stats.state])
