"""Progress bars in a real terminal, and that they leave standard output alone."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from ..weights.conftest import CONTENT
from ..weights.file_server import FileServer
from ..weights.test_unpublished import ARCHIVE, SUM
from .terminal import Ended, run_in_terminal

PYTHON = shlex.quote(sys.executable)
PROGRAM = f"{PYTHON} -m torch_opencv"
BAR = "━"


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "TERM")} | more


def test_results_reach_the_pipe_while_the_bar_is_shown() -> None:
    consume = f"{PYTHON} -c 'import json, sys; [json.loads(line) for line in sys.stdin]; print(chr(111) + chr(107))'"
    command = f"{PROGRAM} classify sample --view none --max-frames 12 --results -"
    ended = run_in_terminal(f"{command} | tee out.jsonl | {consume}", env=environment())
    assert ended.status == 0, ended.screen
    assert BAR in ended.screen
    assert "ok" in ended.screen
    assert "12 frames in " in ended.screen
    assert [json.loads(line)["frame"] for line in Path("out.jsonl").read_text().splitlines()] == list(range(12))
    assert "latency_ms" not in ended.screen


def test_a_reader_that_has_enough_ends_it() -> None:
    command = f"{PROGRAM} classify sample --view none --results - | head -2 > out.jsonl"
    ended = run_in_terminal(command, env=environment())
    assert ended.status == 0, ended.screen
    assert [json.loads(line)["frame"] for line in Path("out.jsonl").read_text().splitlines()] == [0, 1]
    assert "Traceback" not in ended.screen
    assert "Broken" not in ended.screen


def test_results_at_the_terminal_have_no_bar_between_them() -> None:
    ended = run_in_terminal(f"{PROGRAM} classify sample --view none --max-frames 2 --results -", env=environment())
    assert ended.status == 0
    lines = [line for line in ended.screen.splitlines() if line.startswith("{")]
    assert [json.loads(line)["frame"] for line in lines] == [0, 1]
    assert BAR not in ended.screen


def test_the_path_of_fetched_weights_reaches_the_pipe(tmp_path: Path) -> None:
    # The real command with a catalogue of one entry, whose file this machine serves.
    program = (
        "import sys; sys.path[:0] = [sys.argv.pop(1)]; from tests.weights.conftest import entry_of;"
        "from torch_opencv.weights import catalogue; entry = entry_of(sys.argv.pop(1));"
        "catalogue.catalogue = lambda: {'net': entry};"
        "from torch_opencv.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    root = Path(__file__).parents[2]
    with FileServer().running() as server:
        server.files["/net.bin"] = CONTENT
        command = shlex.join([sys.executable, "-c", program, str(root), server.base, "models", "fetch", "net"])
        ended = run_in_terminal(
            f"{command} | cat > out.txt", env=environment(TORCH_OPENCV_HOME=str(tmp_path), NO_PROXY="127.0.0.1")
        )
    assert ended.status == 0, ended.screen
    assert BAR in ended.screen
    assert Path("out.txt").read_text() == f"net\t{tmp_path / 'weights/net/net.bin'}\n"


# The real command with a catalogue of one archive of which nobody has published a checksum.
FETCH_UNPUBLISHED = (
    "import sys; from torch_opencv.weights import catalogue;"
    "net = catalogue.Entry('net', 'caption', 'MIT', 'made by a test', 't7-zip', (), (), sys.argv[1] + 'net.zip');"
    "catalogue.catalogue = lambda: {'net': net};"
    "from torch_opencv.cli.main import main; sys.exit(main(['models', 'fetch', 'net']))"
)


def fetch_unpublished(server: FileServer, home: Path, keys: str, *, offline: bool = False) -> Ended:
    command = f"{shlex.join([sys.executable, '-c', FETCH_UNPUBLISHED, server.base])} | tee out.txt"
    more = {"TORCH_OPENCV_HOME": str(home), "NO_PROXY": "127.0.0.1", "TORCH_OPENCV_OFFLINE": "1" if offline else "0"}
    ended = run_in_terminal(command, env=environment(**more), typed=[("[y/N]", keys)])
    assert f"Nobody has published a checksum of it. The {len(ARCHIVE) / 1e6:.1f} MB that came" in ended.screen
    assert f"{SUM}. Open it from now on? [y/N]" in ended.screen
    assert "Traceback" not in ended.screen
    return ended


@pytest.mark.parametrize(("keys", "status"), [("\r", 2), ("maybe\rn\r", 2), ("\x03", 130), ("\x04", 2)])
def test_the_question_about_what_nobody_published_a_checksum_of(keys: str, status: int, tmp_path: Path) -> None:
    with FileServer().running() as server:
        server.files["/net.zip"] = ARCHIVE
        assert fetch_unpublished(server, tmp_path, keys).status == status
        assert Path("out.txt").read_text() == ""
        assert not (tmp_path / "weights/net/net.t7").exists()
        if keys in "\x03\x04":  # the answer can be given later, without the network
            server.status = 503
            ended = fetch_unpublished(server, tmp_path, "y\r", offline=keys == "\x04")
            assert ended.status == 0, ended.screen
            assert Path("out.txt").read_text() == f"net\t{tmp_path / 'weights/net/net.t7'}\n"
            assert (tmp_path / "weights/net/net.t7").read_bytes() == CONTENT
            assert len(server.requests) == 2  # HEAD and GET, the first time


@pytest.mark.slow
@pytest.mark.parametrize("quiet", ["", " --quiet"])
def test_a_training_shows_its_bar_and_prints_nothing_to_the_pipe(quiet: str) -> None:
    rng = np.random.default_rng(0)
    Path("photos").mkdir()
    for number in range(3):
        cv2.imwrite(f"photos/{number}.png", rng.integers(0, 256, (90, 90, 3), np.uint8))
    command = (
        f"{PROGRAM} train-style photos/0.png --content photos --iterations 2 --size 64 --batch 2 --preview-every 0"
    )
    ended = run_in_terminal(f"{command}{quiet} | cat > out.txt", env=environment())
    assert ended.status == 0, ended.screen
    assert (BAR in ended.screen) == (not quiet)
    assert Path("out.txt").read_text() == ""
