"""The one thing that pip can't settle for us: that exactly one cv2 wheel is installed, and that it can be loaded."""

from __future__ import annotations

import os
import re
from pathlib import Path

OLDEST = (4, 10)
_CHOICE = "pip install 'torch-opencv[headless]' (no windows), or 'torch-opencv[gui]' (windows)"


def require_opencv() -> None:
    """Import cv2.

    Raises:
        ImportError: where there is none, one too old, or one whose system libraries are missing; the message is one
            line with the command that mends it.
    """
    try:
        import cv2
    except ModuleNotFoundError as error:
        if error.name != "cv2":
            raise
        raise ImportError(f"torch_opencv needs OpenCV, and none is installed: {_CHOICE}") from None
    except ImportError as error:
        raise ImportError(_explained(str(error))) from None
    version = getattr(cv2, "__version__", None)
    if version is None:  # what is left of a package that another wheel was installed over or removed from
        raise ImportError(f"torch_opencv needs OpenCV, and the installed one is incomplete: {_mend('headless')}")
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        raise ImportError(f"torch_opencv needs OpenCV 4.10 or newer, not {version}: {_CHOICE}")
    _lend_fonts()


def _lend_fonts() -> None:
    """Name our fonts to Qt where cv2 names a folder that isn't there.

    OpenCV 5.0's wheel with windows has lost its fonts: without any, Qt writes five warnings and no text at all.
    """
    folder = os.environ.get("QT_QPA_FONTDIR")
    if folder and not Path(folder).is_dir():
        os.environ["QT_QPA_FONTDIR"] = str(Path(__file__).parents[1] / "live" / "fonts")


def _explained(error: str) -> str:
    """One line for an OpenCV that is there and can't be loaded."""
    missing = re.search(r"(lib(?:GL|EGL|xcb|X11|SM|ICE|Xext|gthread|glib)[\w.+-]*): cannot open", error)
    if missing:
        return f"OpenCV's windows need {missing[1]}, which this machine lacks: install it, or {_mend('headless')}"
    return f"OpenCV can't be loaded ({' '.join(error.split())}): {_mend('headless')}"


def _mend(extra: str) -> str:
    return (
        "pip uninstall -y opencv-python opencv-contrib-python opencv-python-headless opencv-contrib-python-headless && "
        f"pip install 'torch-opencv[{extra}]'"
    )
