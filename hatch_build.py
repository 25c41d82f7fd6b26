"""Builds the bindings' fast path (``native/``) into the package where there is a compiler; all works without it, too.

hatchling calls it whenever the package is built or installed. ``python hatch_build.py`` builds it in the checkout, if
it is older than its sources. In the environment: ``TORCH_OPENCV_NATIVE=0`` leaves it out, ``TORCH_OPENCV_NATIVE=1``
makes it an error if it can't be built.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by itself
    BuildHookInterface = object  # type: ignore[assignment,misc]

ROOT = Path(__file__).resolve().parent
SOURCES = sorted((ROOT / "native").glob("*.[ch]pp"))
PACKAGE = "torch_opencv/_binding"
NAME = f"_native{sysconfig.get_config_var('EXT_SUFFIX')}"


def compiler() -> list[str] | None:
    """The C++ compiler's command line, without files; None where there is none that could build for this Python."""
    headers = Path(sysconfig.get_paths()["include"], "Python.h")
    # Of a free-threaded Python it would switch the lock on again. Visual C++ takes other options.
    if sys.platform == "win32" or sysconfig.get_config_var("Py_GIL_DISABLED") or not headers.is_file():
        return None
    if sys.implementation.name != "cpython" or os.environ.get("TORCH_OPENCV_NATIVE") == "0":
        return None
    named = shlex.split(os.environ.get("CXX", ""))
    found = next((path for name in (*named[:1], "c++", "g++", "clang++") if (path := shutil.which(name))), None)
    if found is None:
        return None
    shared = ["-undefined", "dynamic_lookup"] if sys.platform == "darwin" else []
    flags = [*named[1:], *shlex.split(os.environ.get("CXXFLAGS", "")), *shlex.split(os.environ.get("ARCHFLAGS", ""))]
    return [found, "-O2", "-std=c++17", "-shared", "-fPIC", "-fvisibility=hidden", *shared, *flags]


def build(folder: Path) -> bool:
    """Build the extension.

    Args:
        folder: where it is put; what was there stays if it can't be built.

    Returns:
        Whether it was built.

    Raises:
        SystemExit: it wasn't, and TORCH_OPENCV_NATIVE=1 demands it.
    """
    problem = "no C++ compiler for this Python"
    if command := compiler():
        try:
            import numpy as np

            with tempfile.TemporaryDirectory() as made:
                headers = [f"-I{sysconfig.get_paths()['include']}", f"-I{np.get_include()}"]
                subprocess.run(
                    [*command, *headers, str(ROOT / "native/calls.cpp"), "-o", str(Path(made, NAME))],
                    check=True, capture_output=True, text=True,
                )  # fmt: skip
                beside = folder / f".{NAME}.{os.getpid()}"  # a program that has the old one loaded keeps it
                shutil.copy(Path(made, NAME), beside)
                beside.replace(folder / NAME)
            return True
        except subprocess.CalledProcessError as error:
            problem = error.stderr
        except (ImportError, OSError) as error:
            problem = str(error)
    if os.environ.get("TORCH_OPENCV_NATIVE") == "1":
        raise SystemExit(f"the bindings' fast path can't be built: {problem}")
    return False


class Hook(BuildHookInterface):
    """hatchling's hook: a wheel with the extension is for this Python and platform, one without for all."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs beside hatchling; what is built with NumPy 2 runs with NumPy 1.26, too."""
        return ["numpy>=2"] if compiler() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build it: in the checkout for an editable installation, otherwise for the wheel alone."""
        if version == "editable":
            build(ROOT / "src" / PACKAGE)
            return
        self._made = Path(tempfile.mkdtemp())
        if build(self._made):
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
            build_data["force_include"][str(self._made / NAME)] = f"{PACKAGE}/{NAME}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what the wheel has now."""
        if version != "editable":
            shutil.rmtree(self._made, ignore_errors=True)


if __name__ == "__main__":
    target = ROOT / "src" / PACKAGE / NAME
    if not target.exists() or target.stat().st_mtime < max(path.stat().st_mtime for path in SOURCES):
        build(target.parent)
