"""OpenCV's CUDA functions. For now these are the installed cv2's own, passed through as they are."""

from __future__ import annotations

from typing import Any

import cv2 as _cv2

from torch_opencv._binding import wrap as _wrap


def __getattr__(name: str) -> Any:
    value = globals()[name] = _wrap.counterpart(_cv2.cuda, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_wrap.public_names(_cv2.cuda)})
