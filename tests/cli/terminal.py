"""Programs in a real pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread


@dataclass(frozen=True)
class Ended:
    """What a shell command in a terminal has left."""

    status: int
    screen: str
    """All that was written to the terminal, with its escape sequences."""


def run_in_terminal(
    command: str, *, env: Mapping[str, str], typed: Sequence[tuple[str, str]] = (), timeout: float = 120
) -> Ended:
    """Run a shell command (bash, with pipefail) whose standard streams are a terminal of 24x100 characters.

    Args:
        command: what to run.
        env: its environment.
        typed: keys that a person types, each once a text before them is on the screen.
        timeout: in seconds.
    """
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    shell: Sequence[str] = ["bash", "-o", "pipefail", "-c", command]
    streams = {"stdin": child, "stdout": child, "stderr": child}
    # Its controlling terminal, so that Ctrl-C is a signal.
    own = {"start_new_session": True, "preexec_fn": (lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if typed else None}
    process = subprocess.Popen(shell, **streams, **own, env={"TERM": "xterm", **env})  # type: ignore[call-overload]
    os.close(child)
    shown = bytearray()
    waiting = [(text.encode(), keys.encode()) for text, keys in typed]

    def read() -> None:
        answered = 0
        with suppress(OSError):  # how a terminal says that the other end is closed
            while block := os.read(parent, 65536):
                shown.extend(block)
                if waiting and waiting[0][0] in shown[answered:]:
                    answered = len(shown)
                    os.write(parent, waiting.pop(0)[1])

    reader = Thread(target=read)
    reader.start()
    try:
        status = process.wait(timeout)
    finally:
        process.kill()
        reader.join(10)
        os.close(parent)
    return Ended(status, shown.decode(errors="replace"))
