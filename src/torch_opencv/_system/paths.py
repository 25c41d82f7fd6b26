"""Where this package keeps what it makes and fetches, and whether it may use the network."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The folder for everything this package caches: ``TORCH_OPENCV_HOME``, or the platform's cache folder."""
    chosen = os.environ.get("TORCH_OPENCV_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_cache_dir("torch-opencv"))


def offline() -> bool:
    """Whether ``TORCH_OPENCV_OFFLINE`` forbids the network; 0, false and no don't."""
    return os.environ.get("TORCH_OPENCV_OFFLINE", "").lower() not in ("", "0", "false", "no")
