"""The command line over addresses: secrets, results, and how it ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.live.stream_servers import PASSWORD, USER, HttpServer, Mjpeg
from tests.ray.cameras.test_cameras import is_there, read

pytest.importorskip("ray", reason="the extra [ray] isn't installed")
pytestmark = pytest.mark.e2e

_CHECKOUT = Path(__file__).resolve().parents[3]
_APP = """
import torch
from torch_opencv import live


class Mean(live.App):
    def process(self, image):
        return image.float().mean().item()

    def draw(self, image, result):
        return image

    def fields(self, result):
        return {"mean": result}
"""


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as server:
        server.guarded = True
        server.answers |= {"/one": Mjpeg(), "/two": Mjpeg(first=1000)}
        yield server


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_list_of_addresses_until_a_signal(
    server: HttpServer, tmp_path: Path, number: signal.Signals, status: int, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "app.py").write_text(_APP)
    login = f"{USER}:{PASSWORD}"
    addresses = [server.url(path, login=login) for path in ("/one", "/two", "/missing")]
    (tmp_path / "cameras.txt").write_text("# the yard\n" + "\n\n".join(addresses) + "\n")
    command = "from torch_opencv.cli.main import command; command()"
    arguments = ["run", "app.py:Mean", "cameras.txt", "--ray", "--workers", "1", "--results", "out"]
    arguments += ["--results-format", "jsonl", "--view", "none"]

    ray_folder = tempfile.mkdtemp(prefix="ray")  # the paths of its sockets mustn't be long
    request.addfinalizer(lambda: shutil.rmtree(ray_folder, ignore_errors=True))
    with (tmp_path / "log").open("wb") as log:
        program = subprocess.Popen(
            [sys.executable, "-c", command, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": f"{_CHECKOUT / 'src'}", "RAY_TMPDIR": ray_folder},
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 90
        while not all(len(read(tmp_path / "out", camera)) > 5 for camera in (0, 1)):
            assert program.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.1)
        children = descendants(program.pid)
        os.killpg(program.pid, number)  # as a terminal does it
        output, _ = program.communicate(timeout=30)
    finally:
        program.kill()

    said = (tmp_path / "log").read_text()
    assert program.returncode == status, said
    assert output == b""
    assert "frames of 3 cameras in" in said
    assert f"no frame of http://***@127.0.0.1:{server.port}/missing" in said
    for camera in (0, 1):
        text = next((tmp_path / "out").glob(f"{camera:04d}-*")).read_text()
        assert [json.loads(line)["frame"] for line in text.splitlines()] == sorted(
            json.loads(line)["frame"] for line in text.splitlines()
        )
        assert text.endswith("\n")
    deadline = time.monotonic() + 10
    while left := [pid for pid in children if is_there(pid)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
    written = [path for folder in (tmp_path, ray_folder) for path in Path(folder).rglob("*") if path.is_file()]
    written.remove(tmp_path / "cameras.txt")
    assert len(written) > 10  # Ray's own logs, too
    assert not [path for path in written if PASSWORD.encode() in path.read_bytes()]


def descendants(pid: int) -> set[int]:
    """All processes under one."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}
