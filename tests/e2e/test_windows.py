"""Windows of tensors, on a screen: what is shown, to the last pixel, and keys, and windows that move and go.

Each program below is a process of its own; the test under it is its user.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

import torch_opencv as cv
from tests.e2e.display import Display
from tests.e2e.program import Program, greet, noise, say, show_until

pytestmark = pytest.mark.e2e

# --- imshow -----------------------------------------------------------------------------------------------------------


def images() -> Iterator[tuple[str, Tensor, Tensor]]:
    """What is handed to imshow, and the BGR image that must appear on the screen."""
    bgr = noise()
    yield "contiguous", bgr, bgr
    chw = noise(seed=1).permute(2, 0, 1).contiguous()
    yield "a network's image, permuted", chw.permute(1, 2, 0), chw.permute(1, 2, 0).contiguous()
    large = noise(400, 500, seed=2)
    yield "a crop", large[50:250, 100:400], large[50:250, 100:400].contiguous()
    yield "every other pixel", large[::2, ::2], large[::2, ::2].contiguous()
    rgb = noise(seed=3)
    yield "channels turned round", rgb.flip(-1), rgb[..., [2, 1, 0]]
    grey = noise(seed=4)[..., 0]
    yield "one channel of three", grey, grey[..., None].repeat(1, 1, 3)
    yield "(H, W, 1)", grey.contiguous()[..., None], grey[..., None].repeat(1, 1, 3)
    yield "a grey line, expanded", grey[:1].expand(200, -1), grey[:1, :, None].repeat(200, 1, 3)
    yield "float32 in 0..1", bgr.float() / 255, bgr


def show_images() -> None:
    greet("images", noise(seed=9))
    for name, given, _ in images():
        before = given.clone()
        say(shown=name)
        show_until("n", "images", given)
        say(untouched=torch.equal(given, before))


def test_imshow_shows_tensors_to_the_last_pixel(display: Display) -> None:
    with Program(show_images, display) as program:
        program.meet(display, noise(seed=9))
        for name, _, expected in images():
            program.hear(shown=name)
            display.wait_for(expected)
            display.key("n")
            assert program.hear() == {"untouched": True}
        assert program.exit_status() == 0


def show_video() -> None:
    greet("video", noise(120, 160, seed=9))
    frame = torch.empty(120, 160, 3, dtype=torch.uint8)
    for seed in range(5):
        while cv.waitKey(10) != ord("n"):
            frame.copy_(noise(120, 160, seed=seed))  # the same memory again and again, as a camera loop has it
            cv.imshow("video", frame)
            frame.zero_()  # and the window must not depend on it


def test_imshow_keeps_its_own_copy(display: Display) -> None:
    with Program(show_video, display) as program:
        program.meet(display, noise(120, 160, seed=9))
        for seed in range(5):
            display.wait_for(noise(120, 160, seed=seed))
            display.key("n")
        assert program.exit_status() == 0


def test_imshow_refuses_what_has_no_pixels_here() -> None:
    with pytest.raises(TypeError, match=r"^cv\.imshow: argument 'mat'.*meta"):
        cv.imshow("refused", torch.empty(4, 4, 3, dtype=torch.uint8, device="meta"))
    with pytest.raises(TypeError, match=r"^cv\.imshow: argument 'mat'.*\.detach\(\)"):
        cv.imshow("refused", torch.zeros(4, 4, 3, requires_grad=True))


@pytest.mark.gpu
def test_imshow_refuses_cuda_tensors() -> None:
    with pytest.raises(TypeError, match=r"^cv\.imshow: argument 'mat'.*\.cpu\(\)"):
        cv.imshow("refused", torch.zeros(4, 4, 3, dtype=torch.uint8, device="cuda"))


# --- keys -------------------------------------------------------------------------------------------------------------


def tell_keys() -> None:
    greet("keys", noise())
    for wait in (cv.waitKey, cv.waitKeyEx):
        while True:
            if (key := wait(10)) != -1:
                say(key=key)
            if key == ord("n"):
                break
    assert cv.waitKey(1) == -1, "no key, no number"
    say(waiting=True)
    say(waited_for=cv.waitKey())  # for as long as it takes


def test_keys(display: Display) -> None:
    with Program(tell_keys, display) as program:
        program.meet(display, noise())
        typed = {"a": ord("a"), "7": ord("7"), "space": 32, "Return": 13, "Escape": 27, "Tab": 9}
        for name, code in typed.items():
            display.key(name)
            program.hear(key=code)
        display.key("n")
        program.hear(key=ord("n"))
        whole = {"Left": 0xFF51, "Up": 0xFF52, "Right": 0xFF53, "Down": 0xFF54, "F5": 0xFFC2, "a": ord("a")}
        for name, code in whole.items():
            display.key(name)
            program.hear(key=code)
        display.key("n")
        program.hear(waiting=True)
        display.key("z")
        program.hear(waited_for=ord("z"))
        assert program.exit_status() == 0


# --- windows come and go ----------------------------------------------------------------------------------------------


def _visible() -> list[float | None]:
    """What OpenCV says of both windows; None for its error, which Qt's windows have in store when none is left."""
    try:
        return [cv.getWindowProperty(name, cv.WND_PROP_VISIBLE) for name in ("first", "second")]
    except cv.error:
        return [None, None]


def show_two_windows() -> None:
    for i, name in enumerate(("first", "second")):
        greet(name, noise(seed=i))
        cv.moveWindow(name, *torch.tensor([40 + 460 * i, 60]))  # numbers that were computed


def see_two_windows(program: Program, display: Display) -> list[tuple[int, int]]:
    """Where they end up, side by side."""
    for i in range(2):
        program.meet(display, noise(seed=i))  # what isn't shown yet can't be moved: the window manager would place it
    return [display.wait_for(noise(seed=i), at=(41 + 460 * i, 80)) for i in range(2)]


def destroy_windows() -> None:
    show_two_windows()
    show_until("n", "second", noise(seed=1))
    say(visible=_visible())
    cv.destroyWindow("first")
    say(visible=_visible())
    show_until("n", "second", noise(seed=1))
    cv.destroyAllWindows()
    say(visible=_visible())
    for _ in range(100):
        cv.waitKey(10)  # OpenCV's windows only go while it waits for keys


def test_windows_are_moved_and_destroyed(display: Display) -> None:
    with Program(destroy_windows, display) as program:
        see_two_windows(program, display)
        display.key("n")
        assert program.hear() == {"visible": [1, 1]}
        assert program.hear() == {"visible": [0, 1]}
        display.wait_until_gone(noise())
        assert display.find(noise(seed=1))

        display.key("n")
        assert program.hear() == {"visible": [0, 0]}
        display.wait_until_gone(noise(seed=1))
        assert program.exit_status() == 0


def run_until_closed() -> None:
    show_two_windows()
    before = _visible()
    while before != [None, None]:
        cv.waitKey(10)
        if (visible := _visible()) != before:
            say(visible=visible)
            before = visible


def test_close_button_is_reported(display: Display) -> None:
    with Program(run_until_closed, display) as program:
        positions = see_two_windows(program, display)
        for (left, top), visible in zip(positions, ([0, 1], [None, None]), strict=True):
            display.move(left + 300 - 10, top - 10)  # the X at the right end of the title bar
            display.click()
            assert program.hear() == {"visible": visible}
        assert program.exit_status() == 0
