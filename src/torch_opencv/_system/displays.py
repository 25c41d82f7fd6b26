"""Whether a window can be shown."""

from __future__ import annotations

import os
import socket
import sys


def why_no_window(framework: str) -> str:
    """What speaks against a window here, and what to do about it; empty if nothing does.

    Args:
        framework: what OpenCV's windows are made by, as `cv2.currentUIFramework` says.
    """
    if not framework:
        return (
            "the installed OpenCV is built without windows; exchange it for the one that has them: "
            "pip uninstall opencv-contrib-python-headless, then pip install opencv-contrib-python"
        )
    if not sys.platform.startswith("linux"):
        return ""
    display = os.environ.get("DISPLAY", "")
    if framework.startswith("QT") or not os.environ.get("WAYLAND_DISPLAY"):  # the wheels' Qt can't speak Wayland
        if not display:
            return "there is no display (DISPLAY isn't set)"
        if not _answers(display):
            return f"the display {display} doesn't answer"
    return ""


def _answers(display: str) -> bool:
    """Whether an X server listens at a display such as ``:0``, ``:1.0`` or ``localhost:10.0``."""
    host, _, number = display.rpartition(":")
    number = number.partition(".")[0]
    if not number.isdecimal():
        return False
    if host and host != "unix" and not host.startswith("/"):
        return _listens(socket.AF_INET, (host, 6000 + int(number)))
    path = f"/tmp/.X11-unix/X{number}"
    return _listens(socket.AF_UNIX, path) or _listens(socket.AF_UNIX, f"\0{path}")


def _listens(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(2)
        try:
            connection.connect(address)
        except OSError:
            return False
    return True
