"""Streams from real servers, which die, fall silent and come back. They need, on Debian:

apt-get install python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good
gstreamer1.0-plugins-ugly ffmpeg
"""

from __future__ import annotations

import functools
import http.server
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import islice, pairwise
from pathlib import Path

import pytest

from tests.live.stream_servers import PASSWORD, USER, free_port, mute_server, number_of, numbered_video
from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources.streams import Stream

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

_SYSTEM_PYTHON = "/usr/bin/python3"
_SERVER = Path(__file__).with_name("rtsp_server.py")
_PAGE = os.sysconf("SC_PAGESIZE")


@pytest.fixture(autouse=True)
def _log_everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


@functools.cache
def _has_gstreamer() -> bool:
    program = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer; "
    program += "Gst.init(None); Gst.parse_launch('x264enc ! rtph264pay')"
    try:
        return subprocess.run([_SYSTEM_PYTHON, "-c", program], capture_output=True).returncode == 0
    except OSError:
        return False


class RtspServer:
    """A server that can be killed and started again on the same port."""

    def __init__(self, *login: str) -> None:
        self.port, self.login = free_port(), login
        self.process: subprocess.Popen[str] | None = None

    def start(self, width: int = 384, height: int = 256) -> None:
        command = [_SYSTEM_PYTHON, str(_SERVER), str(self.port), str(width), str(height), *self.login]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n"

    def signal(self, number: int) -> None:
        assert self.process
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None


@contextmanager
def rtsp_server(*login: str) -> Iterator[RtspServer]:
    if not _has_gstreamer():
        pytest.skip("needs GStreamer's RTSP server: see the packages at the top of this file")
    with closing_server(RtspServer(*login)) as server:
        server.start()
        yield server


@contextmanager
def closing_server(server: RtspServer) -> Iterator[RtspServer]:
    try:
        yield server
    finally:
        server.kill()


class Watcher:
    """Reads a stream in a thread, as the loop does, and keeps what was seen."""

    def __init__(self, source: Stream) -> None:
        self.source = source
        self.numbers: list[int] = []
        self.ages: list[float] = []
        self.sizes: list[tuple[int, ...]] = []
        self.last = time.monotonic()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        for frame in self.source:
            number = number_of(frame.image)
            self.numbers.append(number)
            self.ages.append((int(time.time() * 30) - number) % 2**24 / 30)
            self.sizes.append(tuple(frame.image.shape[:2]))
            self.last = time.monotonic()

    def more(self, count: int) -> None:
        wait_until(functools.partial(lambda goal: len(self.numbers) >= goal, len(self.numbers) + count))

    def close(self) -> None:
        self.source.close()
        self._thread.join(30)
        assert not self._thread.is_alive()


def wait_until(true: Callable[[], bool], patience: float = 60) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def children() -> list[int]:
    """The processes that this one has started and that aren't reaped yet."""
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 2**20


def test_a_server_killed_and_restarted_three_times(caplog: pytest.LogCaptureFixture) -> None:
    children_before, threads_before = set(children()), threading.active_count()
    with rtsp_server(USER, PASSWORD) as server:
        assert server.process
        source = Stream(f"rtsp://{USER}:{PASSWORD}@127.0.0.1:{server.port}/live")
        with closing(Watcher(source)) as watcher:
            watcher.more(60)
            warm = resident_mib()
            threads, lost_at, outages = threading.active_count(), [], []
            for width, height in ((384, 256), (384, 256), (480, 320)):  # the last time, with larger images
                server.kill()
                wait_until(lambda: source.state == "lost")
                lost_at.append(len(watcher.numbers))
                begin = time.monotonic()
                time.sleep(1)
                assert len(watcher.numbers) == lost_at[-1]  # nothing is invented
                server.start(width, height)
                wait_until(lambda: source.state == "live")
                outages.append(time.monotonic() - begin)
                watcher.more(60)
                assert len(set(children()) - children_before) == 2  # the server and one reader
                assert threading.active_count() == threads
            grown = resident_mib() - warm
    assert all(a < b for a, b in pairwise(watcher.numbers))  # none twice, none out of order
    assert {watcher.sizes[0], watcher.sizes[-1]} == {(256, 384), (320, 480)}
    median_age = sorted(watcher.ages)[len(watcher.ages) // 2]
    assert median_age < 0.2
    assert grown < 20
    assert set(children()) == children_before
    assert threading.active_count() == threads_before
    states = [message.partition(source.name)[2].split(":")[0].split(" after")[0] for message in caplog.messages[1:]]
    assert states == [" is live"] + [" is lost", " is back"] * 3
    assert PASSWORD not in caplog.text
    print(
        f"\n{len(watcher.numbers)} frames, {source.dropped} dropped, median age {median_age * 1000:.0f} ms; "
        f"outages {', '.join(f'{s:.1f} s' for s in outages)}; {grown:+.1f} MiB"
    )


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_the_open_deadline_holds(scheme: str) -> None:
    with mute_server() as port:
        begin = time.monotonic()
        with pytest.raises(SourceError, match="no frame came for 10 s"):
            Stream(f"{scheme}://127.0.0.1:{port}/live")
        took = time.monotonic() - begin
    print(f"\n{took:.2f} s")
    assert 10 <= took < 11.5


def test_the_open_deadline_holds_against_a_byte_a_second() -> None:
    def trickle() -> None:
        connection, _ = listener.accept()
        with connection:
            for byte in b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nX: " + b"a" * 100:
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    return
                time.sleep(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        begin = time.monotonic()
        with pytest.raises(SourceError, match="no frame came for 4 s"):
            Stream(f"rtsp://127.0.0.1:{listener.getsockname()[1]}/live", open_timeout=4)
        took = time.monotonic() - begin
        thread.join()
    print(f"\n{took:.2f} s")
    assert 4 <= took < 5.5


def test_the_read_deadline_holds() -> None:
    with rtsp_server() as server:
        source = Stream(f"rtsp://127.0.0.1:{server.port}/live")
        with closing(Watcher(source)) as watcher:
            watcher.more(30)
            server.signal(signal.SIGSTOP)  # from now on it takes connections and says nothing
            wait_until(lambda: source.state == "lost")
            took = time.monotonic() - watcher.last
            server.signal(signal.SIGCONT)
            watcher.more(30)
    print(f"\nlost after {took:.2f} s")
    assert 4.5 < took < 6.5
    assert all(a < b for a, b in pairwise(watcher.numbers))


def test_users_and_passwords() -> None:
    with rtsp_server(USER, PASSWORD) as server:
        address = f"127.0.0.1:{server.port}/live"
        with pytest.raises(SourceError, match="it asks for a user and a password"):
            Stream(f"rtsp://{address}")
        with pytest.raises(SourceError, match="its user or password is wrong") as caught:
            Stream(f"rtsp://{USER}:wr0ng@{address}")
        assert "wr0ng" not in str(caught.value)
        with pytest.raises(SourceError, match=r"the server knows nothing under this address \(404\)"):
            Stream(f"rtsp://{USER}:{PASSWORD}@{address}/nothing")
        with Stream(f"rtsp://{USER}:{PASSWORD}@{address}") as source:
            assert len(list(islice(source, 10))) == 10


class _Folder(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


def test_hls_that_stalls(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    if not shutil.which("ffmpeg"):
        pytest.skip("needs ffmpeg")
    clip = numbered_video(tmp_path / "clip.mp4", 1500)
    folder = tmp_path / "hls"
    folder.mkdir()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Folder, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    command = ["ffmpeg", "-v", "error", "-re", "-i", str(clip), "-c", "copy", "-f", "hls", "-hls_time", "1"]
    command += ["-hls_list_size", "6", "-hls_flags", "delete_segments", str(folder / "live.m3u8")]
    encoder = subprocess.Popen(command)
    try:
        wait_until(lambda: len(list(folder.glob("*.ts"))) >= 4)
        source = Stream(f"http://127.0.0.1:{server.server_address[1]}/live.m3u8")
        assert source.live
        with closing(Watcher(source)) as watcher:
            begin = time.monotonic()
            watcher.more(100)
            rate = 100 / (time.monotonic() - begin)
            encoder.send_signal(signal.SIGSTOP)
            wait_until(lambda: source.state == "lost")
            encoder.send_signal(signal.SIGCONT)
            wait_until(lambda: source.state == "live")
            watcher.more(100)
    finally:
        encoder.kill()
        encoder.wait()
        server.shutdown()
        server.server_close()
    print(f"\n{rate:.1f} frames/s, {source.dropped} dropped of {len(watcher.numbers)}")
    assert all(a < b for a, b in pairwise(watcher.numbers))
    assert 20 < rate < 30  # not all images of a piece at once
