"""The seam between a program and the loop: what is an app, what its methods may return, and who calls them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import torch_opencv as cv
from tests.live.doubles import Brightness, Screen, Shades
from torch_opencv import live
from torch_opencv.live.app import as_app, name_of
from torch_opencv.live.checks import to_bgr, to_fields
from torch_opencv.live.events import Choose, Click, Command, Key
from torch_opencv.live.loop import run
from torch_opencv.live.panel import Panel
from torch_opencv.live.views import Pointer, ViewEvent

# --- what is taken for an app ---


class Plain:
    """An app without being an `App`, with everything that one can have."""

    def __init__(self) -> None:
        self.choices, self.chosen, self.status = ["a", "b"], "a", ""
        self.replaces_frame = True
        self.did: list[object] = []

    def process(self, image: torch.Tensor) -> str:
        return self.chosen

    def draw(self, image: torch.Tensor, result: str) -> torch.Tensor:
        return image.fill_(200)

    def fields(self, result: str) -> dict[str, object]:
        return {"result": result}

    def handle(self, event: live.Event) -> bool:
        self.did.append(event)
        return False

    def panel(self) -> Panel | None:
        return Panel("of Plain") if not self.did else None

    def close(self) -> None:
        self.did.append("close")


def test_an_object_with_process_and_draw_is_an_app_with_all_that_it_has() -> None:
    plain, screen = Plain(), Screen({2: Key("x"), 4: Choose(1), 8: Key("q")})
    report = run(plain, Shades(10**6), views=[screen])
    assert report.ended == "quit"
    assert plain.did == [Key("x"), Key("q"), "close"]
    assert plain.chosen == "b"
    assert screen.frames[3].stats.choices == ("a", "b")
    assert {frame.fields["result"] for frame in screen.frames} <= {"a", "b"}
    assert [panel and panel.title for panel in screen.panels] == ["of Plain", None]
    assert name_of(as_app(plain)) == "Plain"


def test_a_function_of_an_image_is_an_app() -> None:
    def negative(image: torch.Tensor) -> torch.Tensor:
        return cv.bitwise_not(image, dst=image)  # drawn into, as functions of images do

    screen = Screen()
    run(negative, Shades(5), views=[screen])
    assert [int(frame.image[0, 0, 0]) for frame in screen.frames] == [255, 254, 253, 252, 251]
    assert [int(frame.frame.image[0, 0, 0]) for frame in screen.frames] == [0, 1, 2, 3, 4]
    assert name_of(as_app(negative)) == "negative"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (Brightness, r"^Brightness is a class: give an object of it, Brightness\(\)$"),
        (3, r"^int can't be run: it needs process\(image\) and draw\(image, result\)"),
        (None, r"^NoneType can't be run"),
    ],
)
def test_what_is_no_app_is_refused_in_a_line(given: object, message: str) -> None:
    with pytest.raises(TypeError, match=message) as refusal:
        live.run(given, Shades(3), view="none")
    assert "\n" not in str(refusal.value)


# --- what it may return ---

GREY = torch.arange(12, dtype=torch.uint8).view(3, 4)
BGR = torch.arange(36, dtype=torch.uint8).view(3, 4, 3)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (BGR, BGR),
        (BGR.numpy(), BGR),
        (BGR.numpy()[:, ::-1], BGR.flip(1)),
        (GREY, GREY[..., None].repeat(1, 1, 3)),
        (GREY[..., None].numpy(), GREY[..., None].repeat(1, 1, 3)),
        (torch.cat((BGR, GREY[..., None]), 2), BGR),
    ],
)
def test_images_that_need_no_guessing_are_taken(given: torch.Tensor | np.ndarray, expected: torch.Tensor) -> None:
    assert torch.equal(to_bgr(given, "App.draw"), expected)


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        (None, r"None, .*: does it lack a return\?"),
        ("a.png", "a str, not an image"),
        (BGR.float() / 255, r"torch.float32 \(3, 4, 3\).*\(image \* 255\)\.round\(\)\.clamp\(0, 255\)"),
        (BGR.numpy() / 255, r"an array of float64.*\(image \* 255\)"),
        (torch.zeros(3, 48, 64, dtype=torch.uint8), r"channels come last: \.permute\(1, 2, 0\)$"),
        (torch.zeros(3, 48, 64), r"channels come last: \.permute\(1, 2, 0\), and as uint8$"),
        (torch.zeros(1, 48, 64, 3, dtype=torch.uint8), "one image, not a batch"),
        (torch.zeros(48, 64, 2, dtype=torch.uint8), "1, 3 or 4 channels"),
        (torch.zeros(0, 64, 3, dtype=torch.uint8), "it is empty"),
        (torch.tensor(3, dtype=torch.uint8), "no height and width"),
        (GREY > 3, r"to\(torch.uint8\) \* 255"),
        (BGR.int(), "to 0..255, then"),
    ],
)
def test_other_images_are_refused_with_what_to_do(given: object, remedy: str) -> None:
    with pytest.raises(TypeError, match=rf"^App\.draw returned .*{remedy}") as refusal:
        to_bgr(given, "App.draw")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, r"None, not a dict: does it lack a return\?"),
        ([1], "a list, not a dict"),
        ({"score": torch.tensor(0.5)}, r"a Tensor as 'score', which JSON can't hold: make it \.item\(\)"),
        ({"box": torch.zeros(4)}, r"a Tensor as 'box', .*: make it \.tolist\(\)"),
        ({"faces": [{"box": np.zeros(4)}]}, r"a ndarray as 'faces\[0\]\.box', .* \.tolist\(\)"),
        ({"score": np.float32(0.5)}, r"a float32 as 'score', .* \.item\(\)"),
        ({"path": object()}, "an object as 'path', .*: make it a text or a number"),
    ],
)
def test_fields_are_what_json_can_hold(given: object, message: str) -> None:
    with pytest.raises(TypeError, match=rf"^App\.fields returned {message}$"):
        to_fields(given, "App.fields")


def changed(name: str, method: Callable[..., object]) -> Brightness:
    """An app of which one method is another one."""
    return type("Faces", (Brightness,), {name: method})()


@pytest.mark.parametrize(
    ("name", "method", "error", "message"),
    [
        ("draw", lambda self, image, result: None, TypeError, r"^Faces\.draw returned None"),
        ("fields", lambda self, result: {"x": torch.zeros(3)}, TypeError, r"^Faces\.fields returned a Tensor as 'x'"),
        ("process_batch", lambda self, images: None, TypeError, r"^Faces\.process_batch returned None, .*: does it"),
        ("process_batch", lambda self, images: "ab", TypeError, r"^Faces\.process_batch returned a str"),
        ("process_batch", lambda self, images: [1, 2], ValueError, r"returned 2 results for 1 images"),
        (
            "process_sources",
            lambda self, images, sources: None,
            TypeError,
            r"^Faces\.process_sources returned None, .*: does it",
        ),
        ("process", lambda self, image: int(image.add_(1)[0, 0, 0]), ValueError, r"^Faces\.process changed the frame"),
        (
            "process",
            lambda self, image: int(np.add(image.numpy(), 1, out=image.numpy())[0, 0, 0]),
            ValueError,
            r"^Faces\.process changed the frame",
        ),
    ],
)
@pytest.mark.parametrize("latest", [False, True])
def test_what_a_method_does_wrong_ends_the_run_with_a_line(
    name: str, method: Callable[..., object], error: type[Exception], message: str, latest: bool
) -> None:
    source, screen = Shades(10**6, live=latest), Screen()
    with pytest.raises(error, match=message) as raised:
        run(changed(name, method), source, views=[screen])
    assert "\n" not in str(raised.value)
    assert source.closed
    assert screen.closed


def test_a_function_that_returns_nothing_is_named() -> None:
    def sharpen(image: torch.Tensor) -> None:
        cv.blur(image, (3, 3), dst=image)

    with pytest.raises(TypeError, match=r"^sharpen\(image\) returned None, .*: does it lack a return\?$"):
        run(sharpen, Shades(3), views=[Screen()])


def test_results_of_any_iterable() -> None:
    batches = changed("process_batch", lambda self, images: (self.process(image) for image in images))
    assert run(batches, [Shades(3), Shades(3)]).frames == 6


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"view": "windo"}, live.ViewError, "^view='windo' isn't known: it is 'window', 'browser', 'none' or None$"),
        ({"max_frames": -1}, ValueError, "^max_frames is -1: it must be a whole number from 1 up, or None for all$"),
        ({"max_frames": 2.5}, ValueError, "^max_frames is 2.5: "),
        ({"max_seconds": 0}, ValueError, "^max_seconds is 0: it must be more than 0"),
        ({"source": torch.zeros(3, 4, 3)}, live.SourceError, "^a Tensor is no source: give a camera number, a path"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        live.run(Brightness(), **{"source": Shades(3), "view": "none", **options})


# --- what it hears ---


class Hearing(Brightness):
    """Takes the keys that it is given."""

    def __init__(self, takes: str = "") -> None:
        super().__init__()
        self.takes = takes
        self.heard: list[live.Event] = []

    def handle(self, event: live.Event, /) -> bool:
        self.heard.append(event)
        return isinstance(event, Key) and event.key in self.takes


def test_a_key_that_the_app_takes_does_nothing_else() -> None:
    app = Hearing(takes="q")
    screen = Screen({3: Key("q"), 6: Key("Q")})
    report = run(app, Shades(10**6), views=[screen])
    assert (report.ended, len(screen.frames)) == ("quit", 6)
    assert app.heard == [Key("q"), Key("Q")]


def test_closing_the_window_ends_the_run_whatever_the_app_takes() -> None:
    app = Hearing(takes="q")
    assert run(app, Shades(10**6), views=[Screen({3: Command("quit")})]).ended == "quit"
    assert app.heard == []


class Pointing(Screen):
    """Points at a position of what is shown, after so many frames."""

    def __init__(self, after: int, *positions: tuple[float, float]) -> None:
        super().__init__(asks={10**6: Command("quit")})
        self.after, self.positions = after, positions

    def events(self) -> list[Any]:
        if len(self.frames) == self.after and self.positions:
            positions, self.positions = self.positions, ()
            return [Pointer(x, y, False, self.frames[-1]) for x, y in positions]
        return super().events()


def clicks(app: Hearing) -> list[tuple[int, float, float, object]]:
    return [(e.source, e.x, e.y, e.result) for e in app.heard if isinstance(e, Click)]


def test_a_click_is_in_the_frames_own_pixels() -> None:
    app, screen = Hearing(), Pointing(3, (0.5, 47.5), (64, 10), (-1, 3))
    run(app, Shades(5), views=[screen])
    assert clicks(app) == [(0, 0.5, 47.5, 2)]  # the others are beside it
    (click,) = app.heard
    assert isinstance(click, Click)
    assert click.frame is screen.frames[2].frame


def test_a_click_on_a_drawing_of_another_size() -> None:
    class Painting(Hearing):
        def draw(self, image: torch.Tensor, result: int, /) -> torch.Tensor:
            return torch.zeros(24, 128, 3, dtype=torch.uint8)

    app = Painting()
    run(app, Shades(5), views=[Pointing(3, (64, 12))])
    assert clicks(app) == [(0, 32, 24, 2)]


def test_a_click_in_a_grid() -> None:
    class Tall(Shades):
        shape = 96, 32

    app = Hearing()
    # Two tiles of 64 x 48: the second frame is scaled by a half, 16 x 48, in the middle of its tile.
    run(app, [Shades(5), Tall(5)], views=[Pointing(3, (10.5, 20.5), (64 + 24 + 4, 12), (64 + 2, 12))])
    assert clicks(app) == [(0, 10.5, 20.5, 2), (1, 8, 24, 2)]


def test_what_the_app_took_is_drawn_at_once_even_on_a_frame_that_stands_still() -> None:
    class Marking(Hearing):
        mark = 10

        def handle(self, event: live.Event, /) -> bool:
            self.mark = 99
            return True

        def draw(self, image: torch.Tensor, result: int, /) -> torch.Tensor:
            return image.fill_(self.mark)

    source = Shades(1)
    source.still = True
    screen = Screen(asks={20: Key("x"), 60: Command("quit")})
    run(Marking(), source, views=[screen])
    assert [int(frame.image[0, 0, 0]) for frame in screen.frames] == [10, 99]

    drawn = threading.Event()  # or the frame that stands still may be one without a result, on which nothing is drawn

    class Waiting(Marking):
        def draw(self, image: torch.Tensor, result: int, /) -> torch.Tensor:
            drawn.set()
            return super().draw(image, result)

    class Pausing(Screen):
        paused_at = 0

        def events(self) -> list[ViewEvent]:
            if drawn.is_set() and not self.paused_at:
                self.paused_at, self.asked = len(self.frames), 0
                return [Command("pause")]
            return super().events() if self.paused_at else []

    screen = Pausing(asks={20: Key("x"), 40: Command("quit")})
    run(Waiting(), Shades(10**6, live=True), views=[screen])
    assert int(screen.frames[-1].image[0, 0, 0]) == 99
    assert screen.frames[-1].frame is screen.frames[screen.paused_at - 1].frame


def test_a_panel_is_shown_when_it_is_another_one() -> None:
    class Counting(Brightness):
        first, second = Panel("first"), Panel("second")
        asked = 0

        def panel(self) -> Panel | None:
            self.asked += 1
            return self.first if self.asked < 8 else self.second

    screen = Screen()
    run(Counting(), Shades(15), views=[screen])
    assert screen.panels == [Counting.first, Counting.second]


# --- who calls it ---


def test_the_threads_are_those_of_the_rule() -> None:
    """As `App`'s docstring has it: two threads, one call at a time in each."""
    calls: dict[str, set[str]] = {}
    busy: dict[bool, int] = {True: 0, False: 0}

    def noting(name: str) -> Callable[..., Any]:
        method = getattr(live.App, name)

        def called(self: Everything, *arguments: Any) -> Any:
            main = threading.current_thread() is threading.main_thread()
            calls.setdefault(name, set()).add("main" if main else threading.current_thread().name)
            busy[main] += 1
            assert busy[main] == 1 or name in ("process", "process_batch")  # which one another call
            try:
                return self.process_(*arguments) if name == "process" else method(self, *arguments)
            finally:
                busy[main] -= 1

        return called

    class Everything(live.App[int]):
        choices, chosen = ("a", "b"), "a"

        def process(self, image: torch.Tensor, /) -> int:
            return 0

        def process_(self, image: torch.Tensor, /) -> int:
            return 0

    main = ("draw", "handle", "choose", "panel", "close")
    model = ("process", "process_batch", "process_sources", "fields")
    for name in (*main, *model):
        setattr(Everything, name, noting(name))
    source = Shades(30)
    source.still = True
    screen = Screen({3: Key("x"), 5: Choose(1), 12: Key("n")}, asks={200: Key("p"), 300: Command("quit")})
    run(Everything(), source, views=[screen])
    assert {name: calls[name] for name in main} == {name: {"main"} for name in main}
    assert {name: calls[name] for name in model} == {name: {"model"} for name in model}


def test_close_comes_last_and_once_even_after_a_mistake() -> None:
    class Closing(Brightness):
        closed = 0

        def fields(self, result: int, /) -> dict[str, object]:
            assert not self.closed
            return {"x": 1 / (result - 3)}

        def close(self) -> None:
            self.closed += 1

    app = Closing()
    with pytest.raises(ZeroDivisionError):
        run(app, Shades(10**6))
    assert app.closed == 1


def test_a_batch_is_its_images_one_by_one_unless_the_app_knows_better() -> None:
    images = [torch.full((4, 4, 3), value, dtype=torch.uint8) for value in (3, 7)]
    assert Brightness().process_batch(images) == [3, 7]
