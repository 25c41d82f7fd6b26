from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from tests.live.doubles import Brightness, Painter, Screen, Shades
from torch_opencv.live.choices import Choices
from torch_opencv.live.events import Choose, Command
from torch_opencv.live.loop import run
from torch_opencv.live.sources import Frame
from torch_opencv.live.views import ViewEvent


def test_an_app_without_choices_has_none() -> None:
    choices = Choices(Brightness())
    choices.choose(0)
    choices.step(1)
    assert (choices.names, choices.chosen, choices.note) == ((), "", "")


def test_choosing_by_number_and_step_by_step() -> None:
    app = Painter()
    choices = Choices(app)
    choices.choose(2)
    assert choices.note == app.chosen == "light"
    choices.step(1)  # beyond the last one
    assert app.chosen == "dark"
    choices.step(-1)
    assert app.chosen == "light"
    choices.choose(3)
    choices.choose(-1)
    choices.choose(2)  # it is chosen already
    assert [name for name, _ in app.asked] == ["light", "dark", "light"]


def test_steps_go_on_from_what_was_asked_for_while_that_has_not_taken_effect() -> None:
    class Slow(Painter):
        def choose(self, name: str, /) -> None:
            self.asked.append((name, True))

    app = Slow()
    choices = Choices(app)
    choices.step(1)
    choices.step(1)
    assert [name for name, _ in app.asked] == ["middle", "light"]
    assert (choices.chosen, choices.note) == ("dark", "light")
    app.chosen = "light"
    choices.step(-1)
    assert app.asked[-1][0] == "middle"
    choices.step(-1)
    assert app.asked[-1][0] == "dark"


def test_the_note_is_there_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    choices = Choices(Painter())
    assert choices.note == ""
    choices.choose(1)
    assert choices.note == "middle"
    now += 60
    assert choices.note == ""


def test_an_app_whose_choices_cannot_be_used_is_refused_before_the_run() -> None:
    app, screen = Painter(), Screen()
    for choices in ([1, 2], "dark"):
        app.choices = choices  # type: ignore[assignment]
        with pytest.raises(TypeError, match=r"^Painter\.choices must be names"):
            run(app, Shades(3), views=[screen])
    app.choices = ["low", "high"]
    with pytest.raises(ValueError, match=r"^Painter\.chosen is 'dark', none of its choices: low, high$"):
        run(app, Shades(3), views=[screen])
    assert not screen.frames
    assert screen.closed


def test_a_choice_takes_effect_while_it_runs_and_is_told_to_the_views() -> None:
    app, screen = Painter(), Screen({5: Choose(1), 30: Command("next"), 60: Command("next"), 61: Choose(7)})
    run(app, Shades(80), views=[screen])
    assert app.asked == [("middle", True), ("light", True), ("dark", True)]
    assert all(shown.stats.choices == ("dark", "middle", "light") for shown in screen.frames)
    # What the model had already processed is still shown as it was.
    assert [shown.stats.chosen for shown in screen.frames[4:7]] == ["dark", "middle", "middle"]
    assert [screen.frames[at].fields["shade"] for at in (4, 29, 59, 79)] == ["dark", "middle", "light", "dark"]


def test_a_choice_is_told_even_while_the_program_is_paused() -> None:
    app, screen = Painter(), Screen({5: Command("pause"), 6: Command("next")}, asks={60: Command("quit")})
    run(app, Shades(10**6), views=[screen])
    last = screen.frames[-1]
    assert (last.stats.state, last.stats.chosen) == ("paused", "middle")
    assert last.fields == {"shade": "dark"}


def test_a_single_image_is_processed_again() -> None:
    app, screen = Painter(), Screen(asks={20: Command("next"), 60: Command("previous"), 100: Command("quit")})
    source = Shades(1)
    source.still = True
    report = run(app, source, views=[screen])
    shades = [(shown.fields["shade"], int(shown.image[0, 0, 0])) for shown in screen.frames]
    assert list(dict.fromkeys(shades)) == [("dark", 10), ("middle", 100)]
    assert shades[-1] == ("dark", 10)
    assert report.frames == 1


def test_while_a_single_image_is_processed_again_the_view_goes_on() -> None:
    class Slow(Painter):
        def process(self, image: torch.Tensor) -> str:
            if self.asked:
                assert two_more.wait(30)
            return super().process(image)

    class Impatient(Screen):
        def events(self) -> list[ViewEvent]:
            if self.asked == 25:  # the second choice is made while the first is processed
                two_more.set()
            return super().events()

    two_more = threading.Event()
    app, screen = Slow(), Impatient(asks={20: Command("next"), 22: Command("next"), 80: Command("quit")})
    source = Shades(1)
    source.still = True
    run(app, source, views=[screen])
    assert screen.frames[-1].fields == {"shade": "light"}


def test_a_mistake_while_looking_again_is_raised() -> None:
    class Broken(Painter):
        def process(self, image: torch.Tensor) -> str:
            return super().process(image) if not self.asked else str(1 / 0)

    source, screen = Shades(1), Screen(asks={20: Command("next"), 10**6: Command("quit")})
    source.still = True
    with pytest.raises(ZeroDivisionError):
        run(Broken(), source, views=[screen])
    assert screen.closed
    assert source.closed


def test_what_was_chosen_is_written_on_the_image() -> None:
    class Large(Shades):
        def __iter__(self) -> Iterator[Frame]:
            for frame in super().__iter__():
                yield replace(frame, image=torch.zeros(240, 320, 3, dtype=torch.uint8))

    screen = Screen({3: Choose(1)})
    run(Painter(), Large(10), views=[screen])
    assert [len(shown.image.unique()) > 1 for shown in screen.frames[:5]] == [False, False, False, True, True]


def test_a_step_from_what_is_no_choice_leads_to_the_first_or_the_last() -> None:
    for by, chosen in ((1, "dark"), (-1, "light")):
        app = Painter()
        choices = Choices(app)
        app.chosen = "something of the app's own"
        choices.step(by)
        assert app.chosen == chosen
