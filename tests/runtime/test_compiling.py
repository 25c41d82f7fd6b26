"""Compiling: announced, ended at once when the program ends, and none the worse for it the next time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from torch import nn

from torch_opencv import runtime

PROGRAM = """
import sys, threading, time
from concurrent.futures import ThreadPoolExecutor
import torch
from torch import nn
from torch_opencv import runtime

cancelled = threading.Event()
network = nn.Sequential(*(nn.Conv2d(3, 3, 3) for _ in range(60)))

def load():
    with runtime.compilation(on_start=lambda name, seconds: print("compiling", name, flush=True), cancelled=cancelled):
        return runtime.accelerate(network, torch.rand(1, 3, 224, 224), device="cpu", name="network")

if sys.argv[1] == "main":
    load()
else:
    loader = ThreadPoolExecutor(1)
    future = loader.submit(load)
    try:
        future.result()
    except KeyboardInterrupt:
        cancelled.set()
        raise
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path / "home"))


@pytest.mark.e2e  # seconds of compiling, again and again
@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
@pytest.mark.parametrize(("thread", "moment"), [("main", 0.2), ("main", 2.0), ("worker", 1.0), ("worker", 3.0)])
def test_ctrl_c_while_compiling(thread: str, moment: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, thread], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "compiling network\n"
        time.sleep(moment)
        start = time.monotonic()
        program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=30)
        seconds = time.monotonic() - start
    assert program.returncode in (1, -signal.SIGINT), errors  # and not that of a crash on the way out
    assert errors.count("Traceback") == 1  # Python's own, for the KeyboardInterrupt that nobody caught
    assert "_shutdown" not in errors
    # Two on a quiet machine, of which Python takes one to end with all of PyTorch imported; left alone, it compiles for
    # a quarter of a minute.
    assert seconds < 5


@pytest.mark.slow
def test_cancelled_at_any_time_and_compiled_afterwards() -> None:
    module, x = nn.Sequential(*(nn.Conv2d(3, 3, 3, padding=1) for _ in range(100))), torch.rand(1, 3, 64, 64)

    def load(cancelled: threading.Event, started: threading.Event) -> runtime.Accelerated:
        with runtime.compilation(on_start=lambda *_: started.set(), cancelled=cancelled):
            return runtime.accelerate(module, x, device="cpu")

    with ThreadPoolExecutor(1) as pool:
        for moment in (0.0, 0.1, 0.5, 1.0, 1.5):
            cancelled, started = threading.Event(), threading.Event()
            loading = pool.submit(load, cancelled, started)
            assert started.wait(60)
            time.sleep(moment)
            start = time.monotonic()
            cancelled.set()
            with pytest.raises(runtime.CompilationCancelledError):
                loading.result()
            assert time.monotonic() - start < 2
    while [thread for thread in threading.enumerate() if thread.name == "compiling"]:
        time.sleep(0.1)  # it may still be importing something
    run = runtime.accelerate(module, x, device="cpu")
    assert run.backend == "onnxruntime"
    torch.testing.assert_close(run(x), module.eval()(x), rtol=0, atol=1e-4)


def test_none_begins_after_it_was_cancelled() -> None:
    cancelled = threading.Event()
    cancelled.set()
    started: list[str] = []
    with (
        runtime.compilation(on_start=lambda name, _: started.append(name), cancelled=cancelled),
        pytest.raises(runtime.CompilationCancelledError, match="cancelled"),
    ):
        runtime.accelerate(nn.ReLU(), torch.rand(3), device="cpu")
    assert not started


def test_it_is_announced_only_when_it_happens() -> None:
    started: list[tuple[str, float]] = []
    for _ in range(2):
        with runtime.compilation(on_start=lambda *what: started.append(what)):
            runtime.accelerate(nn.ReLU(), torch.rand(3), device="cpu", name="small")
    runtime.accelerate(nn.Tanh(), torch.rand(3), device="cpu")  # outside
    ((name, seconds),) = started
    assert name == "small"
    assert 1 < seconds < 60
