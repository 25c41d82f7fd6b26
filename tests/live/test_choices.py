from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from tests.live.test_loop import Screen, Shades
from torch_opencv.live.choices import Choices
from torch_opencv.live.loop import run
from torch_opencv.live.sources import Frame
from torch_opencv.live.views import Choose, Command


class Painter:
    """Paints all of a picture in the chosen shade."""

    SHADES = {"dark": 10, "middle": 100, "light": 200}  # noqa: RUF012

    def __init__(self) -> None:
        self.choices = list(self.SHADES)
        self.chosen = "dark"
        self.asked: list[tuple[str, bool]] = []

    def choose(self, name: str) -> None:
        self.asked.append((name, threading.current_thread() is threading.main_thread()))
        self.chosen = name

    def process(self, image: torch.Tensor) -> str:
        return self.chosen

    def draw(self, image: torch.Tensor, result: str) -> torch.Tensor:
        return image.fill_(self.SHADES[result])

    def fields(self, result: str) -> dict[str, object]:
        return {"shade": result}


def test_an_app_without_choices_has_none() -> None:
    choices = Choices(object())
    assert (choices.names, choices.chosen, choices.note) == ((), "", "")
    assert not choices.choose(0)
    assert not choices.step(1)


def test_choosing_by_number_and_step_by_step() -> None:
    app = Painter()
    choices = Choices(app)
    assert choices.choose(2)
    assert choices.note == app.chosen == "light"
    assert choices.step(1)  # beyond the last one
    assert app.chosen == "dark"
    assert choices.step(-1)
    assert app.chosen == "light"
    assert not choices.choose(3)
    assert not choices.choose(-1)
    assert not choices.choose(2)  # it is chosen already
    assert [name for name, _ in app.asked] == ["light", "dark", "light"]


@pytest.mark.parametrize(("by", "first"), [(1, "dark"), (-1, "light")])
def test_from_what_is_none_of_them_the_ends_are_next(by: int, first: str) -> None:
    app = Painter()
    app.chosen = "a file of the user's"
    assert Choices(app).step(by)
    assert app.chosen == first


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
    class Half(Painter):
        choose = None  # type: ignore[assignment]

    class Numbers(Painter):
        def __init__(self) -> None:
            super().__init__()
            self.choices = [1, 2]  # type: ignore[list-item]

    with pytest.raises(TypeError, match=r"Half has choices, so it needs chosen, a str, and choose\(name\), too"):
        run(Half(), Shades(3))
    with pytest.raises(TypeError, match=r"Numbers\.choices must be names"):
        run(Numbers(), Shades(3))


def test_a_choice_takes_effect_while_it_runs_and_is_told_to_the_views() -> None:
    app, screen = Painter(), Screen({5: Choose(1), 30: "next", 60: "next", 61: Choose(7)})
    run(app, Shades(80), views=[screen])
    assert app.asked == [("middle", True), ("light", True), ("dark", True)]
    assert all(picture.stats.choices == ("dark", "middle", "light") for picture in screen.pictures)
    # What the model had already looked at is still shown as it was.
    assert [picture.stats.chosen for picture in screen.pictures[4:7]] == ["dark", "middle", "middle"]
    assert [screen.pictures[at].fields["shade"] for at in (4, 29, 59, 79)] == ["dark", "middle", "light", "dark"]


def test_a_choice_is_told_even_while_the_program_is_paused() -> None:
    app, screen = Painter(), Screen({5: "pause", 6: "next"}, asks={60: "quit"})
    run(app, Shades(10**6), views=[screen])
    last = screen.pictures[-1]
    assert (last.stats.state, last.stats.chosen) == ("paused", "middle")
    assert last.fields == {"shade": "dark"}


def test_a_single_picture_is_looked_at_again() -> None:
    app, screen = Painter(), Screen(asks={20: "next", 60: "previous", 100: "quit"})
    source = Shades(1)
    source.still = True
    report = run(app, source, views=[screen])
    shades = [(picture.fields["shade"], int(picture.image[0, 0, 0])) for picture in screen.pictures]
    assert list(dict.fromkeys(shades)) == [("dark", 10), ("middle", 100)]
    assert shades[-1] == ("dark", 10)
    assert report.frames == 1


def test_while_a_single_picture_is_looked_at_again_the_view_goes_on() -> None:
    class Slow(Painter):
        def process(self, image: torch.Tensor) -> str:
            if self.asked:
                assert two_more.wait(30)
            return super().process(image)

    class Impatient(Screen):
        def commands(self) -> list[Command]:
            if self._asked == 25:  # the second choice is made while the first is looked at
                two_more.set()
            return super().commands()

    two_more = threading.Event()
    app, screen = Slow(), Impatient(asks={20: "next", 22: "next", 80: "quit"})
    source = Shades(1)
    source.still = True
    run(app, source, views=[screen])
    assert screen.pictures[-1].fields == {"shade": "light"}


def test_a_mistake_while_looking_again_is_raised() -> None:
    class Broken(Painter):
        def process(self, image: torch.Tensor) -> str:
            return super().process(image) if not self.asked else str(1 / 0)

    source, screen = Shades(1), Screen(asks={20: "next", 10**6: "quit"})
    source.still = True
    with pytest.raises(ZeroDivisionError):
        run(Broken(), source, views=[screen])
    assert screen.closed
    assert source.closed


def test_what_was_chosen_is_written_on_the_picture() -> None:
    class Large(Shades):
        def __iter__(self) -> Iterator[Frame]:
            for frame in super().__iter__():
                yield replace(frame, image=torch.zeros(240, 320, 3, dtype=torch.uint8))

    screen = Screen({3: Choose(1)})
    run(Painter(), Large(10), views=[screen])
    assert [len(picture.image.unique()) > 1 for picture in screen.pictures[:5]] == [False, False, False, True, True]
