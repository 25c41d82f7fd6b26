"""Windows that call back: the mouse, trackbars, buttons and dragged regions, all by real events.

Each program below is a process of its own; the test under it is its user.
"""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch

import torch_opencv as cv
from tests.e2e.display import LEFT, RIGHT, WHEEL_DOWN, WHEEL_UP, Display
from tests.e2e.program import Program, greet, noise, say, show_until

pytestmark = pytest.mark.e2e

# --- the mouse --------------------------------------------------------------------------------------------------------


def tell_mouse_events() -> None:
    def on_mouse(event: int, x: int, y: int, flags: int, param: object) -> None:
        if event in (cv.EVENT_MOUSEWHEEL, cv.EVENT_MOUSEHWHEEL):
            flags = cv.getMouseWheelDelta(flags) if hasattr(cv, "getMouseWheelDelta") else (flags >> 16)
        say(event=event, x=x, y=y, flags=flags)

    greet("mouse", noise())
    cv.setMouseCallback("mouse", on_mouse)
    show_until("q", "mouse", noise())


def test_mouse_events_arrive_with_place_and_flags(display: Display) -> None:
    with Program(tell_mouse_events, display) as program:
        left, top = program.meet(display, noise())
        display.move(left + 40, top + 50)
        program.hear(event=cv.EVENT_MOUSEMOVE, x=40, y=50, flags=0)

        display.press()
        program.hear(event=cv.EVENT_LBUTTONDOWN, x=40, y=50, flags=cv.EVENT_FLAG_LBUTTON)
        display.move(left + 140, top + 150)
        program.hear(event=cv.EVENT_MOUSEMOVE, x=140, y=150, flags=cv.EVENT_FLAG_LBUTTON)
        display.release()
        program.hear(event=cv.EVENT_LBUTTONUP, x=140, y=150)

        display.click(RIGHT)
        program.hear(event=cv.EVENT_RBUTTONDOWN, x=140, y=150, flags=cv.EVENT_FLAG_RBUTTON)
        program.hear(event=cv.EVENT_RBUTTONUP, x=140, y=150)

        display.click(times=2)
        program.hear(event=cv.EVENT_LBUTTONDBLCLK, x=140, y=150, flags=cv.EVENT_FLAG_LBUTTON)

        for key, flag in (("ctrl", cv.EVENT_FLAG_CTRLKEY), ("shift", cv.EVENT_FLAG_SHIFTKEY)):
            display.key_down(key)
            display.click(LEFT)
            display.key_up(key)
            program.hear(event=cv.EVENT_LBUTTONDOWN, x=140, y=150, flags=cv.EVENT_FLAG_LBUTTON | flag)

        display.click(WHEEL_UP)
        assert program.hear(event=cv.EVENT_MOUSEWHEEL)["flags"] > 0
        display.click(WHEEL_DOWN)
        assert program.hear(event=cv.EVENT_MOUSEWHEEL)["flags"] < 0

        display.key("q")
        assert program.exit_status() == 0


class Listener:
    """The callables that aren't functions: a method, and an object."""

    def method(self, *arguments: Any) -> None:
        _same_param(*arguments)

    def __call__(self, *arguments: Any) -> None:
        _same_param(*arguments)


_given: Any = None


def _same_param(event: int, x: int, y: int, flags: int, param: object) -> None:
    say(same=param is _given)


def params() -> dict[str, Any]:
    tensor = torch.arange(6).view(2, 3)
    return {
        "image": noise(4, 4),
        "tensor": tensor,
        "0-dim tensor": torch.tensor(5),
        "point": torch.tensor([1, 2]),
        "meta tensor": torch.empty(3, device="meta"),
        "with grad": torch.zeros(3, requires_grad=True),
        "list of tensors": [noise(4, 4), tensor, torch.zeros(2, 2)],
        "tuple": (tensor, "name"),
        "empty list": [],
        "dict": {"tensor": tensor},
        "class": Listener,
        "OpenCV object": cv.TickMeter(),
        "None": None,
    }


def callbacks() -> dict[str, Any]:
    return {
        "function": _same_param,
        "lambda": lambda *arguments: _same_param(*arguments),
        "partial": functools.partial(_same_param),
        "method": Listener().method,
        "object": Listener(),
    }


def give_params() -> None:
    global _given
    greet("params", noise())
    for callback_name, callback in callbacks().items():
        for name, _given in params().items():
            cv.setMouseCallback("params", callback, _given)
            say(callback=callback_name, param=name)
            show_until("n", "params", noise())


def test_param_arrives_as_the_object_given(display: Display) -> None:
    with Program(give_params, display) as program:
        left, top = program.meet(display, noise())
        xs, others = itertools.cycle(range(1, 90)), []
        for callback in callbacks():
            for param in params():
                program.hear(callback=callback, param=param)
                # Repeated, as Qt loses one movement in hundreds.
                if program.hear_after(lambda: display.move(left + next(xs), top + 20)) != {"same": True}:
                    others.append(f"{param} given to a {callback}")
                display.key("n")
        assert not others, ", ".join(others)
        assert program.exit_status() == 0


# --- trackbars --------------------------------------------------------------------------------------------------------


def tell_trackbar() -> None:
    greet("trackbar", noise())
    told: list[int] = []
    cv.createTrackbar("level", "trackbar", 3, 10, told.append)
    while (key := cv.waitKey(10)) != ord("q"):
        if key == ord("s"):
            cv.setTrackbarPos("level", "trackbar", torch.tensor(7))  # a level that was computed
        if key == ord("m"):
            cv.setTrackbarMax("level", "trackbar", 4)
        if key == ord("g"):
            say(position=cv.getTrackbarPos("level", "trackbar"), told=told)
        cv.imshow("trackbar", noise())


def _position(display: Display, program: Program) -> tuple[int, list[int]]:
    """Where the slider is, and what the callback was told until now."""
    display.key("g")
    facts = program.hear()
    return facts["position"], facts["told"]


def test_trackbar_follows_the_mouse_and_the_program(display: Display) -> None:
    with Program(tell_trackbar, display) as program:
        left, top = program.meet(display, noise())
        assert _position(display, program)[0] == 3

        for end, x in ((10, left + 400), (0, left - 100)):
            for _ in range(10):  # on a busy machine a hand takes hold of a handle that isn't there any more
                handle = _handle(display, left, top + 200)
                display.drag(handle, (x, handle[1]))
                position, told = _position(display, program)
                if position == end:
                    break
            assert (position, told[-1]) == (end, end)

        for key, expected in (("s", 7), ("m", 4)):
            display.key(key)
            display.wait_until_still()
            position, told = _position(display, program)
            assert (position, told[-1]) == (expected, expected)

        display.key("q")
        assert program.exit_status() == 0


def _handle(display: Display, left: int, bottom: int) -> tuple[int, int]:
    """The middle of the slider's handle, which stands at the end of a blue line under the image."""
    below = display.wait_until_still()[bottom : bottom + 30, left : left + 300].int()
    ys, xs = ((below[..., 0] - below[..., 2]) > 60).nonzero(as_tuple=True)
    return left + int(xs.max()) + 6, bottom + int(ys.float().mean())


def tell_button() -> None:
    state = torch.zeros(3)

    def on_change(on: int, given: object) -> None:
        say(on=on, same=given is state)

    callback: Callable[..., None] = on_change  # cv2's stubs put both arguments into one tuple
    greet("button", noise(), flags=cv.WINDOW_AUTOSIZE | cv.WINDOW_GUI_EXPANDED)
    cv.createButton("box", callback, state, cv.QT_CHECKBOX, False)
    say(created=True)
    show_until("q", "button", noise())


def test_button(display: Display) -> None:
    with Program(tell_button, display) as program:
        program.meet(display, noise())
        program.hear(created=True)
        display.key("ctrl+p")  # the panel that OpenCV keeps its buttons in
        left, top = display.wait_for(torch.full((10, 10, 3), 255, dtype=torch.uint8))  # the box to tick
        display.move(left + 5, top + 5)
        assert program.hear_after(display.click, on=1) == {"on": 1, "same": True}
        assert program.hear_after(display.click, on=0) == {"on": 0, "same": True}


# --- regions ----------------------------------------------------------------------------------------------------------


def select_regions() -> None:
    image = noise()
    greet("regions", image)
    region = cv.selectROI("regions", image, showCrosshair=False, printNotice=False)
    x, y, w, h = region
    say(region=region, pixels=image[y : y + h, x : x + w].sum().item())
    say(cancelled=cv.selectROI("regions", image, showCrosshair=False, printNotice=False))
    regions = cv.selectROIs("regions", image, showCrosshair=False, printNotice=False)
    say(regions=regions.tolist(), dtype=str(regions.dtype))
    none = cv.selectROIs("regions", image, showCrosshair=False, printNotice=False)
    say(none=list(none.shape), untouched=torch.equal(image, noise()))


def test_regions_are_dragged(display: Display) -> None:
    with Program(select_regions, display) as program:
        left, top = program.meet(display, noise())

        def drag(start: tuple[int, int], end: tuple[int, int], then: str) -> None:
            time.sleep(2)  # they have no sign for having begun, either
            display.drag((left + start[0], top + start[1]), (left + end[0], top + end[1]))
            display.key(then)

        drag((20, 30), (120, 90), then="Return")
        assert program.hear() == {"region": [20, 30, 100, 60], "pixels": noise()[30:90, 20:120].sum().item()}

        drag((20, 30), (120, 90), then="c")
        assert program.hear() == {"cancelled": [0, 0, 0, 0]}

        drag((20, 30), (120, 90), then="space")
        drag((200, 100), (150, 50), then="space")  # towards the corner
        time.sleep(2)  # selectROIs has no sign for having taken a region, and keeps one key at a time
        display.key("Escape")
        assert program.hear() == {"regions": [[20, 30, 100, 60], [150, 50, 50, 50]], "dtype": "torch.int32"}

        display.key("Escape")
        assert program.hear() == {"none": [0, 4], "untouched": True}
        assert program.exit_status() == 0
