"""How the command line starts: with nothing imported that takes seconds, and stopped without a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from torch_opencv import weights
from torch_opencv._names import styles
from torch_opencv.cli import main as entry

COMMAND = [sys.executable, "-m", "torch_opencv"]
HEAVY = ("torch", "cv2", "numpy", "onnxruntime", "av")
LIGHT = [
    (["--version"], 0),
    (["--help"], 0),
    (["-h"], 0),
    ([], 0),
    (["classify", "--help"], 0),
    (["recognize", "-h"], 0),
    (["stylize", "-h"], 0),
    (["models", "list"], 0),
    (["models", "path", "no-such-weights"], 2),
    (["models", "inspect", "no-such-file.t7"], 2),
    (["train-style"], 2),
    (["train-caption"], 2),
    (["clasify"], 2),
    (["classify", "--nonsense"], 2),
    (["classify", "sample", "--max-frames", "0"], 2),
    (["classify", "sample", "--device", "gpu"], 2),
    (["recognize", "sample", "--model", "sface"], 2),
    (["stylize", "sample", "--strength", "2"], 2),
    (["classify", "no-such-file.mp4"], 2),
    (["run", "no-such-file.py:App", "sample"], 2),
    (["--nonsense"], 2),
]
RUN_EACH = """
import json, sys
from torch_opencv.cli.main import main
for arguments in json.loads(sys.argv[1]):
    status = main(arguments)
    print(json.dumps([arguments, status, sorted(set(sys.modules) & set(json.loads(sys.argv[2])))]), file=sys.stderr)
"""


def test_nothing_heavy_is_imported_until_it_is_needed() -> None:
    arguments = [json.dumps([one for one, _ in LIGHT]), json.dumps(HEAVY)]
    done = subprocess.run([sys.executable, "-c", RUN_EACH, *arguments], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("[[")]
    assert lines == [[given, status, []] for given, status in LIGHT]


def test_importing_a_part_of_the_package_does_not_import_opencv() -> None:
    program = (
        "import sys; from torch_opencv import weights; from torch_opencv._system import signals;"
        "print({'torch', 'cv2'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "set()\n"


def test_the_names_of_the_styles_are_the_catalogues() -> None:
    catalogued = {name for name in weights.names() if weights.entry(name).task == "stylize"}
    assert catalogued == {*styles.NAMES, *styles.TEXTURE_NETWORKS}


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc to see what a process has imported")
@pytest.mark.parametrize("imported", ["pydantic_core", "libtorch_cpu"])
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (getattr(signal, "SIGHUP", None), 143)]
)
def test_a_signal_while_it_imports(imported: str, number: signal.Signals, status: int) -> None:
    command = [*COMMAND, "classify", "sample", "--view", "none"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        wait_for_import(program, imported)
        program.send_signal(number)
        out, err = program.communicate(timeout=60)
    assert (program.returncode, out) == (status, "")
    assert "Traceback" not in err


def wait_for_import(program: subprocess.Popen[str], library: str) -> None:
    deadline = time.monotonic() + 60
    while library not in Path(f"/proc/{program.pid}/maps").read_text():
        assert program.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)


STUCK = """
import signal, sys, threading, time
from torch_opencv.cli.main import process

def run():
    thread = threading.Thread(target=time.sleep, args=(60,))  # as one that compiles a network, and isn't a daemon
    thread.start()
    print("started", flush=True)
    time.sleep(60)

process(run)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent in another way")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_thread_that_cannot_be_interrupted_is_not_waited_for(number: signal.Signals, status: int) -> None:
    with subprocess.Popen([sys.executable, "-c", STUCK], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout
        assert program.stdout.readline() == b"started\n"
        program.send_signal(number)
        started = time.monotonic()
        program.send_signal(number)  # an impatient second one changes nothing
        _, err = program.communicate(timeout=30)
    assert (program.returncode, err) == (status, b"")
    assert time.monotonic() - started < 10  # and not the 60 s of the thread; 1 s on an idle machine


def test_signals_that_the_parent_ignores_stay_ignored() -> None:
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); from torch_opencv._system import signals;"
        "signals.raise_first(); print(signal.getsignal(signal.SIGINT) == signal.SIG_IGN)"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "True\n"


def test_shell_completion() -> None:
    environment = os.environ | {
        "_TORCH_OPENCV_COMPLETE": "complete_bash",
        "COMP_WORDS": "torch-opencv st",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(COMMAND, capture_output=True, text=True, env=environment)
    assert done.stdout.split() == ["stylize"]
    environment["COMP_WORDS"], environment["COMP_CWORD"] = "torch-opencv stylize --style gr", "3"
    done = subprocess.run(COMMAND, capture_output=True, text=True, env=environment)
    assert done.stdout.split() == ["great-wave"]
    environment["COMP_WORDS"], environment["COMP_CWORD"] = "torch-opencv models path the-sc", "3"
    done = subprocess.run(COMMAND, capture_output=True, text=True, env=environment)
    assert done.stdout.split() == ["the-scream"]


def test_a_file_that_begins_like_an_option(capfd: pytest.CaptureFixture[str]) -> None:
    Path("-dash.jpg").touch()
    assert entry.main(["classify", "-dash.jpg"]) == 2
    assert capfd.readouterr().err == (
        "torch-opencv: error: -dash.jpg begins like an option: write ./-dash.jpg for the file of that name\n"
    )


@pytest.mark.e2e  # seconds of compiling, again and again
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent in another way")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_a_network_is_compiled(number: signal.Signals, status: int, tmp_path: Path) -> None:
    command = [*COMMAND, "classify", "sample", "--view", "none", "--record", "out.mp4"]
    environment = os.environ | {"TORCH_OPENCV_HOME": str(tmp_path / "home")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stderr
        assert "compiling efficientnet-lite0" in program.stderr.readline()
        time.sleep(0.5)
        program.send_signal(number)
        started = time.monotonic()
        err = program.stderr.read()
        assert program.wait(60) == status
    took = time.monotonic() - started
    assert "Traceback" not in err
    assert took < 5  # compiling takes longer than that on a busy machine; 2 s on an idle one are the bar
    assert not Path("out.mp4").exists()
