"""What every test may count on: one cv2 wheel, the shared data or a skip with the reason, a share of the cores, a
cache folder of the run's own."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).resolve().parent.parent
# Tests that ask nothing of OpenCV, or nothing that another test doesn't: what their names begin with.
_WITHOUT_OPENCV = (
    "cli/test_archives",
    "nets/neuraltalk2",
    "nets/test_attention",
    "ray/cameras",
    "ray/test_archive",
    "runtime",
    "t7",
    "training/caption",
    "weights",
    "e2e/test_annotate.py::test_on_the_page",
    "e2e/test_browser",
    "e2e/test_caption",
    "e2e/test_recognize.py::test_killed",
    "e2e/test_recognize.py::test_on_the_page",
    "e2e/test_recognize.py::test_the_program_is_killed",
    "e2e/test_recording",
    "e2e/test_stylize.py::test_a_side_by_side",
    "e2e/test_stylize.py::test_buttons",
    "e2e/test_survival",
)
_WHEELS = ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless")

# Under xdist every worker would start as many threads as there are cores, and they'd fight. This must be in the
# environment before torch and cv2 are imported; the programs that tests start inherit it.
_workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
if _workers > 1:
    _share = str(max(1, (os.cpu_count() or 1) // _workers))
    os.environ.setdefault("OMP_NUM_THREADS", _share)
    os.environ.setdefault("OPENCV_FOR_THREADS_NUM", _share)
# Tests that provoke an error read it from the exception; OpenCV's own log would only bury pytest's lines.
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to test an environment with two cv2 wheels: their files overwrite one another."""
    installed = [name for name in _WHEELS if _is_installed(name)]
    if len(installed) > 1:
        raise pytest.UsageError(
            f"this environment has {len(installed)} cv2 wheels, which overwrite one another: {', '.join(installed)}. "
            "Make it again with one of them, e.g. make clean test"
        )

    # Where it is ignored, as in what a shell starts in the background, programs that tests start would ignore it, too.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)

    # One folder of compiled networks for the whole run, as compiling takes longer than most tests; and not the user's.
    # Under xdist the workers inherit it. Several runs may share one: .ci/run says which.
    if not hasattr(config, "workerinput"):
        home = os.environ.get("TORCH_OPENCV_TESTS_HOME")
        if home is None:
            home = tempfile.mkdtemp(prefix="torch-opencv-tests-")
            config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
        os.environ["TORCH_OPENCV_HOME"] = home


@pytest.hookimpl(optionalhook=True)  # a bare machine has no pytest-xdist
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: many tests wait, for a stream that says nothing or a program that ends."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + (cores + 1) // 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With OpenCV 5, leave out what asks nothing of OpenCV: OpenCV 4's run has it."""
    if not any(importlib.metadata.version(name).startswith("5.") for name in _WHEELS if _is_installed(name)):
        return
    left_out = tuple(f"tests/{name}" for name in _WITHOUT_OPENCV)
    independent = {item for item in items if item.nodeid.startswith(left_out)}
    config.hook.pytest_deselected(items=list(independent))
    items[:] = [item for item in items if item not in independent]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("data") and _missing_data():
        pytest.skip(_missing_data())
    if item.get_closest_marker("gpu"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA device, and torch sees none")


@pytest.fixture(scope="session", autouse=True)
def _hidden_openvino() -> Iterator[Callable[[], str | None]]:
    """Hide OpenVINO where it is installed: tests name the backend, and which one is quicker differs from run to run."""
    from torch_opencv.runtime import openvino_runtime

    with pytest.MonkeyPatch.context() as patch:
        installed = openvino_runtime.installed
        patch.setattr(openvino_runtime, "installed", lambda: None)
        yield installed


@pytest.fixture
def openvino(_hidden_openvino: Callable[[], str | None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Show it again, to tests of the choice between the two."""
    from torch_opencv.runtime import openvino_runtime

    monkeypatch.setattr(openvino_runtime, "installed", _hidden_openvino)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder ../shared/data (or TORCH_OPENCV_TEST_DATA); skips where it is missing."""
    if reason := _missing_data():
        pytest.skip(reason)
    return _data_folder()


def _data_folder() -> Path:
    elsewhere = os.environ.get("TORCH_OPENCV_TEST_DATA")
    return Path(elsewhere) if elsewhere else _CHECKOUT.parent / "shared" / "data"


def _missing_data() -> str:
    """Why tests marked ``data`` can't run here; empty where they can."""
    if _data_folder().is_dir():
        return ""
    return f"needs the test data: {_data_folder()} doesn't exist (TORCH_OPENCV_TEST_DATA can name another folder)"


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
