from __future__ import annotations

import time
from dataclasses import replace

import pytest
import torch

from torch_opencv.live.hud import Rate, draw_hud
from torch_opencv.live.views import RunState, Stats


def stats(state: RunState) -> Stats:
    return Stats(state=state, display_fps=29.97, model_fps=1.02, latency_ms=34.2, dropped=12)


@pytest.mark.parametrize("state", ["connecting", "lost", "paused"])
@pytest.mark.parametrize("size", [(120, 160), (360, 640), (1080, 1920), (2160, 3840)])
def test_a_state_other_than_live_is_always_written_in_the_lower_left_corner(
    state: RunState, size: tuple[int, int]
) -> None:
    image = torch.full((*size, 3), 255, dtype=torch.uint8)
    before = image.clone()
    shown = draw_hud(image, stats(state), figures=False)
    assert torch.equal(image, before)
    written = (shown != 255).any(-1).nonzero()
    assert len(written) > 50
    assert written[:, 0].min() > size[0] * 0.7
    assert written[:, 1].max() < size[1] * 0.6


@pytest.mark.parametrize("state", ["live", "ended"])
def test_that_all_is_well_is_written_only_with_the_figures(state: RunState) -> None:
    image = torch.zeros(360, 640, 3, dtype=torch.uint8)
    assert draw_hud(image, stats(state), figures=False) is image
    assert draw_hud(image, stats(state), figures=True).any()


def test_the_status_of_an_app_is_always_written() -> None:
    image = torch.zeros(360, 640, 3, dtype=torch.uint8)
    busy = replace(stats("live"), status="compiling great-wave...")
    shown = draw_hud(image, busy, figures=False)
    assert shown.any()
    assert torch.equal(draw_hud(image, busy, figures=False, note="great-wave"), shown)  # which says more than the note


def test_an_image_too_small_for_it_stays_as_it_is() -> None:
    image = torch.zeros(8, 8, 3, dtype=torch.uint8)
    assert not draw_hud(image, stats("lost"), figures=True).any()


def test_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    rate = Rate()
    assert rate.per_second == 0
    rate.count()
    assert rate.per_second == 0
    for _ in range(100):
        now += 0.04
        rate.count()
    assert rate.per_second == pytest.approx(25)
    for _ in range(30):  # slower from now on
        now += 0.5
        rate.count()
    assert rate.per_second == pytest.approx(2)
    now += 60  # and then nothing
    assert rate.per_second < 0.1


def test_each_thing_that_is_to_be_written_is_and_nothing_else() -> None:
    image = torch.zeros(360, 640, 3, dtype=torch.uint8)

    def height(figures: bool, note: str = "", **values: object) -> int:
        shown = draw_hud(image, replace(stats("live"), **values), figures=figures, note=note)  # type: ignore[arg-type]
        rows = shown.any(-1).any(-1).nonzero()[:, 0]
        return int(rows.max() - rows.min()) if len(rows) else 0

    assert height(figures=False) == height(figures=False, chosen="great-wave") == 0
    line = height(figures=False, note="great-wave")
    assert line > 0
    figures = height(figures=True)  # the state, the rates, and the latency
    assert figures > 2 * line
    assert height(figures=True, chosen="great-wave") > figures
    assert height(figures=True, note="great-wave") > figures
    assert height(figures=True, chosen="great-wave", status="compiling") > height(figures=True, chosen="great-wave")


def test_a_rate_is_of_the_last_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    rate = Rate()
    rate.count()
    rate.count()  # at the same moment, as far as the clock can tell
    assert rate.per_second == 0
    for _ in range(20):
        now += 0.1
        rate.count()
    now += 1.95
    for _ in range(4):
        now += 0.01
        rate.count()
    assert rate.per_second < 4  # of 10 a second before that, the first were two seconds ago
