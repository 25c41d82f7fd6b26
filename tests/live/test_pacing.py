"""When a file's frames are shown."""

from __future__ import annotations

import time

import pytest

from torch_opencv.live.pacing import LATE_S, TICK_S, Pacing


class Clock:
    """A clock that goes on only while somebody sleeps, and when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.slept: list[float] = []
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def show(self, pacing: Pacing, position: float) -> float:
        """When the frame of this position is shown, since the clock began."""
        while not pacing.is_due(position):
            pass
        return self.now - 100


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_frames_are_shown_at_their_times(clock: Clock) -> None:
    pacing = Pacing(on=True)
    assert [clock.show(pacing, at / 4) for at in range(5)] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert max(clock.slept) <= TICK_S  # so that a command is heard at once


def test_without_pacing_they_come_as_they_are(clock: Clock) -> None:
    assert [clock.show(Pacing(on=False), at / 4) for at in range(5)] == [0] * 5


def test_a_short_delay_is_made_up_for(clock: Clock) -> None:
    pacing = Pacing(on=True)
    clock.show(pacing, 0)
    clock.now += 0.9 * LATE_S + 0.1
    assert clock.show(pacing, 0.1) == pytest.approx(0.9 * LATE_S + 0.1)
    assert clock.show(pacing, 1) == pytest.approx(1)


def test_after_a_long_one_it_goes_on_from_there(clock: Clock) -> None:
    pacing = Pacing(on=True)
    clock.show(pacing, 0)
    clock.now += 10
    assert clock.show(pacing, 0.1) == pytest.approx(10)
    assert clock.show(pacing, 1) == pytest.approx(10.9)


def test_after_a_restart_the_next_frame_is_due_at_once(clock: Clock) -> None:
    pacing = Pacing(on=True)
    clock.show(pacing, 0)
    pacing.restart()
    assert clock.show(pacing, 60) == 0
    assert clock.show(pacing, 60.5) == pytest.approx(0.5)


def test_without_pacing_no_time_is_taken_even_for_what_is_late_or_early(clock: Clock) -> None:
    pacing = Pacing(on=False)
    assert all(pacing.is_due(position) for position in (0, 100, 3, 50))
    assert clock.slept == []
