"""The source distribution of the installed OpenCV, for its tests and samples: found, fetched, unpacked."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

_WANTED = ("/opencv/modules/python/test/", "/misc/python/test/", "/samples/", "/opencv/data/")
"""What is unpacked of the archive, of half a gigabyte in all."""


def fetch(version: str, folder: Path) -> Path:
    """Download the archive of this version of the wheel with pip, which takes a minute to look at it.

    Raises:
        subprocess.CalledProcessError: where pip can't; its output holds the reason.
    """
    package = "opencv-contrib-python"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", package]
    subprocess.run(
        [*command, "--dest", str(folder), f"{package}=={version}"], check=True, capture_output=True, text=True
    )
    return next(folder.glob("opencv_contrib_python-*.tar.gz"))


def extract(archive: Path, folder: Path) -> Path:
    """Unpack the tests, samples and their data into a folder, and return where they lie."""
    with tarfile.open(archive) as tar:
        wanted = [member for member in tar if member.isfile() and any(part in member.name for part in _WANTED)]
        tar.extractall(folder, wanted, filter="data")
    return next(path for path in folder.iterdir() if (path / "opencv").is_dir())
