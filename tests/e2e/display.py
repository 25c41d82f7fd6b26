"""An X display to test on: Xvfb with a window manager, a hand on its mouse and keys, and an eye on its pixels.

Everything goes through the X server, as it does for a user: events come in from there, and what is compared is what the
server has on its screen.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType

import torch
from PIL import ImageGrab
from torch import Tensor

NEEDED = ("Xvfb", "openbox", "xdotool")
"""The programs, in the Debian packages xvfb, openbox and xdotool."""

LEFT, MIDDLE, RIGHT, WHEEL_UP, WHEEL_DOWN = 1, 2, 3, 4, 5

_PATIENCE_S = 30
"""Only what fails ever waits that long."""


def missing() -> list[str]:
    """Those of the needed programs that this machine lacks."""
    return [program for program in NEEDED if shutil.which(program) is None]


class Display:
    """A display of its own, gone with the ``with`` block; ``name`` is what DISPLAY takes, e.g. ``":7"``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "display.log"
        told, tell = os.pipe()
        with self._log.open("w") as log, os.fdopen(told) as chosen:
            server = ["Xvfb", "-displayfd", str(tell), "-screen", "0", "1000x700x24", "-nolisten", "tcp", "-noreset"]
            self._server = subprocess.Popen(server, pass_fds=[tell], stdout=log, stderr=log)
            os.close(tell)
            number = chosen.readline().strip()
            if not number:
                raise RuntimeError(f"Xvfb did not start: {self._log.read_text()}")
            self.name = f":{number}"
            manager = ["openbox", "--sm-disable"]
            self._manager = subprocess.Popen(manager, env=self.environment(), stdout=log, stderr=log)
        deadline = time.monotonic() + _PATIENCE_S
        # what a window manager answers, and the bare server doesn't
        while subprocess.run(["xdotool", "get_num_desktops"], env=self.environment(), capture_output=True).returncode:
            if time.monotonic() > deadline:
                self.close()
                raise RuntimeError(f"the window manager did not start: {self._log.read_text()}")
            time.sleep(0.05)

    def __enter__(self) -> Display:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the window manager and the server, and with it whatever is still shown."""
        for process in (self._manager, self._server):
            process.terminate()
            process.wait()

    def environment(self) -> dict[str, str]:
        """The environment of a program that shows its windows here."""
        return {**os.environ, "DISPLAY": self.name}

    # --- the hand ---

    def move(self, x: int, y: int) -> None:
        """Move the mouse to a point of the screen."""
        self._do("mousemove", x, y)

    def press(self, button: int = LEFT) -> None:
        """Press a mouse button, and keep it down."""
        self._do("mousedown", button)

    def release(self, button: int = LEFT) -> None:
        """Let a mouse button go."""
        self._do("mouseup", button)

    def click(self, button: int = LEFT, *, times: int = 1) -> None:
        """Click where the mouse is; two quick ones are a double click."""
        self._do("click", "--repeat", times, "--delay", 40, button)

    def drag(self, start: tuple[int, int], end: tuple[int, int], *, steps: int = 8) -> None:
        """Drag with the left button along a straight line, in steps, as a hand would."""
        self.move(*start)
        self.press()
        for step in range(1, steps + 1):
            self.move(*(a + (b - a) * step // steps for a, b in zip(start, end, strict=True)))
            time.sleep(0.02)
        self.release()

    def key(self, name: str) -> None:
        """Press and release a key by its X name: ``a``, ``Return``, ``Left``, ``ctrl+s``.

        OpenCV keeps one key at a time: press the next when it is seen that this one has arrived.
        """
        self._do("key", name)

    def key_down(self, name: str) -> None:
        """Press a key, and keep it down."""
        self._do("keydown", name)

    def key_up(self, name: str) -> None:
        """Let a key go."""
        self._do("keyup", name)

    def _do(self, *command: str | int) -> str:
        line = ["xdotool", *map(str, command)]
        done = subprocess.run(line, env=self.environment(), check=True, capture_output=True, text=True, timeout=10)
        return done.stdout

    # --- the eye ---

    def process(self) -> Tensor:
        """The whole screen: torch.uint8, (H, W, 3), BGR."""
        shot = ImageGrab.grab(xdisplay=self.name).convert("RGB")
        return torch.frombuffer(bytearray(shot.tobytes()), dtype=torch.uint8).view(shot.height, shot.width, 3).flip(-1)

    def find(self, image: Tensor) -> tuple[int, int] | None:
        """Where the screen shows an image (uint8, (H, W, 3), BGR) to the last pixel: (x, y) of its corner, or None."""
        screen = self.process()
        height, width, _ = image.shape
        corners = (screen[: screen.shape[0] - height + 1, : screen.shape[1] - width + 1] == image[0, 0]).all(-1)
        for y, x in corners.nonzero().tolist():
            if torch.equal(screen[y : y + height, x : x + width], image):
                return x, y
        return None

    def wait_for(
        self, image: Tensor, *, at: tuple[int, int] | None = None, patience_s: float = _PATIENCE_S
    ) -> tuple[int, int]:
        """Where the image is, as soon as it is shown (at the position ``at``, if that is given)."""
        start = time.monotonic()
        restore_after_s = 5
        while (position := self.find(image)) is None or (at and position != at):
            waited_s = time.monotonic() - start
            if waited_s > patience_s:
                screen = self._keep_screen()
                raise AssertionError(f"the image is at {position}, expected at {at or 'any position'}: see {screen}")
            if position is None and waited_s > restore_after_s:
                restore_after_s *= 2
                self._restore()
            time.sleep(0.05)
        return position

    def _restore(self) -> None:
        """Minimise the active window and bring it back, if there is one, as a user would whose window stays white.

        Qt misses that its window was mapped in some starts of a hundred on a busy machine, and then never paints it;
        plain cv2 with arrays shows the same.
        """
        try:
            window = self._do("getactivewindow").strip()
            self._do("windowminimize", "--sync", window)
            self._do("windowactivate", "--sync", window)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            pass  # there is no window yet

    def wait_until_still(self) -> Tensor:
        """The screen, as soon as nothing on it has moved for a third of a second."""
        deadline = time.monotonic() + _PATIENCE_S
        screen, since = self.process(), time.monotonic()
        while time.monotonic() < since + 0.3:
            if time.monotonic() > deadline:
                raise AssertionError(f"the screen doesn't come to rest: see {self._keep_screen()}")
            time.sleep(0.05)
            if not torch.equal(now := self.process(), screen):
                screen, since = now, time.monotonic()
        return screen

    def wait_until_gone(self, image: Tensor) -> None:
        """Return as soon as the image isn't shown any more."""
        deadline = time.monotonic() + _PATIENCE_S
        while self.find(image) is not None:
            if time.monotonic() > deadline:
                raise AssertionError(f"the image is still on the screen: see {self._keep_screen()}")
            time.sleep(0.05)

    def _keep_screen(self) -> Path:
        """The file that shows what a failed test saw."""
        file = self._folder / "screen.png"
        ImageGrab.grab(xdisplay=self.name).save(file)
        return file
