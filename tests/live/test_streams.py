from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import av
import cv2
import pytest
import torch

from torch_opencv.live.errors import SourceError
from torch_opencv.live.sources import Frame, backoff, open_source, streams
from torch_opencv.live.sources.backoff import Backoff
from torch_opencv.live.sources.reader import __main__ as reader
from torch_opencv.live.sources.streams import Stream

from .stream_servers import (
    PASSWORD,
    USER,
    File,
    HttpServer,
    Mjpeg,
    free_port,
    mute_server,
    number_of,
    numbered,
    numbered_video,
)

needs_proc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc")


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.01)
    monkeypatch.setattr(backoff, "LONGEST", 0.1)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    caplog.set_level(logging.INFO)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as server:
        yield server


def error_of(url: str, **timeouts: float) -> str:
    with pytest.raises(SourceError) as caught:
        Stream(url, **timeouts)
    message = str(caught.value)
    assert "\n" not in message
    assert PASSWORD not in message
    return message


def by_scheme(said: Callable[[str], str]) -> list[tuple[str, str]]:
    """What is said for each scheme; they are asked at the same time, as most of it is waiting."""
    schemes = ("http", "https", "rtsp", "rtsps")
    with ThreadPoolExecutor(len(schemes)) as pool:
        return list(zip(schemes, pool.map(said, schemes), strict=True))


def numbers_of(frames: list[Frame]) -> list[int]:
    return [number_of(frame.image) for frame in frames]


def never_twice(numbers: list[int]) -> bool:
    return all(a < b for a, b in pairwise(numbers))


# --- live streams ---


def test_a_live_stream_gives_its_newest_images(server: HttpServer, caplog: pytest.LogCaptureFixture) -> None:
    server.answers["/live"] = Mjpeg()
    url = server.url("/live")
    with open_source(url) as source:
        assert (source.name, source.live, source.still, source.length, source.state) == (url, True, False, None, "live")
        before = time.monotonic()
        frames = list(islice(source, 20))
        after = time.monotonic()
    assert never_twice(numbers_of(frames))
    assert [frame.index for frame in frames] == list(range(20))
    assert frames[0].time == 0
    assert all(a.time < b.time and a.captured < b.captured for a, b in pairwise(frames))
    assert before - 10 < frames[0].captured < frames[-1].captured < after
    assert {(tuple(f.image.shape), f.image.dtype, f.source) for f in frames} == {((64, 96, 3), torch.uint8, url)}
    messages = [record.getMessage() for record in caplog.records]
    assert messages[0] == f"connecting to {url}"
    assert messages[1].startswith(f"{url} is live after ")
    assert len(messages) == 2


def test_frames_belong_to_whoever_has_them(server: HttpServer) -> None:
    server.answers["/live"] = Mjpeg()
    with Stream(server.url("/live")) as source:
        iterator = iter(source)
        first = next(iterator)
        before = first.image.clone()
        first_number = number_of(before)
        others = [next(iterator) for _ in range(5)]
        others[0].image.zero_()
        assert torch.equal(first.image, before)
        assert number_of(others[1].image) > first_number


def test_what_was_not_taken_in_time_is_dropped_and_counted(server: HttpServer) -> None:
    server.answers["/live"] = Mjpeg()
    with Stream(server.url("/live")) as source:
        numbers = []
        for frame in islice(source, 3):
            numbers.append(number_of(frame.image))
            time.sleep(0.1)  # five images come meanwhile
        assert never_twice(numbers)
        assert source.dropped == numbers[-1] - numbers[0] - 2
        assert source.dropped >= 3


def test_a_lost_stream_is_found_again(server: HttpServer, caplog: pytest.LogCaptureFixture) -> None:
    stream = server.answers["/live"] = Mjpeg(10)
    with Stream(server.url("/live")) as source:
        states, frames = [], []
        for frame in source:
            states.append(source.state)
            frames.append(frame)
            if server.requests >= 4 and stream.number > 35:
                break
    assert set(states) == {"live"}
    assert never_twice(numbers_of(frames))
    lost = [r for r in caplog.records if "is lost: the connection broke off; trying to get it back" in r.getMessage()]
    back = [r for r in caplog.records if "is back after" in r.getMessage()]
    assert len(lost) == len(back) == 3
    assert {record.levelno for record in lost} == {logging.WARNING}


def test_a_stream_may_come_back_with_another_size(server: HttpServer) -> None:
    server.answers["/live"] = Mjpeg(10)
    with Stream(server.url("/live")) as source:
        iterator = iter(source)
        assert tuple(next(iterator).image.shape) == (64, 96, 3)
        server.answers["/live"] = Mjpeg(first=100, size=(48, 72))
        for frame in iterator:
            if number_of(frame.image) >= 100:
                break
        assert tuple(frame.image.shape) == (48, 72, 3)


def test_the_size_may_change_without_a_word(server: HttpServer) -> None:
    stream = server.answers["/live"] = Mjpeg()
    with Stream(server.url("/live")) as source:
        sizes = []
        for frame in source:
            sizes.append(tuple(frame.image.shape[:2]))
            stream.size = (80, 120) if len(sizes) == 5 else stream.size
            if sizes[-1] == (80, 120):
                break
        assert set(sizes) == {(64, 96), (80, 120)}
        assert source.state == "live"
    assert server.requests == 1


def test_while_it_is_lost_nothing_comes_and_the_state_says_so(
    server: HttpServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers["/live"] = Mjpeg(10)
    with Stream(server.url("/live")) as source:
        frames = []
        thread = threading.Thread(target=lambda: frames.extend(source), daemon=True)
        thread.start()
        while server.requests == 1 and not frames:
            time.sleep(0.01)
        del server.answers["/live"]
        while source.state != "lost":
            time.sleep(0.01)
        count, refused = len(frames), server.refused
        while server.refused < refused + 2:  # several attempts
            time.sleep(0.01)
        assert len(frames) == count
        assert source.state == "lost"
        assert sum("is lost" in record.getMessage() for record in caplog.records) == 1
        server.answers["/live"] = Mjpeg(first=1000)
        while source.state == "lost" or len(frames) == count:
            time.sleep(0.01)
    thread.join()  # closing ends the iteration
    assert number_of(frames[count].image) >= 1000


def test_a_stream_that_goes_silent_is_lost(server: HttpServer, caplog: pytest.LogCaptureFixture) -> None:
    stream = server.answers["/live"] = Mjpeg(10)
    stream.then_silent = True
    with Stream(server.url("/live"), read_timeout=0.3) as source:
        for _ in source:
            if server.requests == 2:
                break
    assert "is lost: no frame came for 0.3 s" in caplog.text
    stream.then_silent = False


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP")
def test_a_reader_that_hangs_is_replaced(server: HttpServer, caplog: pytest.LogCaptureFixture) -> None:
    server.answers["/live"] = Mjpeg()
    with Stream(server.url("/live"), read_timeout=0.3) as source:
        iterator = iter(source)
        numbers = [number_of(next(iterator).image)]
        hung = source._reader._process
        os.kill(hung.pid, signal.SIGSTOP)
        numbers += [number_of(next(iterator).image) for _ in range(10)]
        assert hung.returncode == -signal.SIGKILL
    assert never_twice(numbers)
    assert "no frame came for 0.3 s" in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSEGV")
def test_a_reader_that_crashes_is_replaced(server: HttpServer, caplog: pytest.LogCaptureFixture) -> None:
    server.answers["/live"] = Mjpeg()
    with Stream(server.url("/live")) as source:
        iterator = iter(source)
        numbers = [number_of(next(iterator).image)]
        source._reader._process.send_signal(signal.SIGSEGV)
        numbers += [number_of(next(iterator).image) for _ in range(10)]
    assert never_twice(numbers)
    assert f"its reader has died ({-signal.SIGSEGV})" in caplog.text


def test_closing_ends_an_iteration_in_another_thread_and_leaves_nothing(server: HttpServer) -> None:
    server.answers["/live"] = Mjpeg()
    threads = threading.active_count()
    source = Stream(server.url("/live"))
    process = source._reader._process
    done = threading.Event()
    thread = threading.Thread(target=lambda: (list(source), done.set()), daemon=True)
    thread.start()
    source.close()
    assert done.wait(60)
    thread.join()
    assert process.poll() is not None
    source.close()  # once more does no harm
    while threading.active_count() > threads + 1:  # the server's own for this connection
        time.sleep(0.01)


# --- files over HTTP ---


def test_a_file_is_read_whole_however_slowly(server: HttpServer, tmp_path: Path) -> None:
    server.answers["/clip.mp4"] = File(numbered_video(tmp_path / "clip.mp4", 60, fps=20))
    with Stream(server.url("/clip.mp4")) as source:
        assert (source.live, source.fps, source.length) == (False, 20, 60)
        frames = []
        for frame in source:
            frames.append(frame)
            time.sleep(0.05 if frame.index < 5 else 0)
        assert source.dropped == 0
    assert numbers_of(frames) == list(range(60))
    assert [frame.time for frame in frames] == pytest.approx([i / 20 for i in range(60)], abs=1e-3)


def test_a_broken_connection_is_taken_up_where_it_broke(
    server: HttpServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers["/clip.mkv"] = File(numbered_video(tmp_path / "clip.mkv", 400), breaks=(0.4, 0.3))
    with Stream(server.url("/clip.mkv")) as source:
        frames = list(source)
    assert numbers_of(frames) == list(range(400))
    assert caplog.text.count("is lost") == caplog.text.count("is back after") >= 1


def test_a_file_that_never_comes_back_is_an_error(
    server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_FILE_ATTEMPTS", 2)
    server.answers["/clip.mkv"] = File(numbered_video(tmp_path / "clip.mkv", 400), breaks=(0.4, 0.3))
    with Stream(server.url("/clip.mkv")) as source, pytest.raises(SourceError, match=r"isn't coming back: .*\(404\)"):
        for _ in source:
            server.answers.pop("/clip.mkv", None)


def test_a_file_that_is_cut_short_ends_with_a_warning(
    server: HttpServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = numbered_video(tmp_path / "clip.mkv", 400)
    (tmp_path / "cut.mkv").write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 5])
    server.answers["/cut.mkv"] = File(tmp_path / "cut.mkv")
    with Stream(server.url("/cut.mkv")) as source:
        numbers = numbers_of(list(source))
    assert numbers == list(range(len(numbers)))
    assert 100 < len(numbers) < 200
    assert f"ended after {len(numbers)} of about 400 frames: it may be cut short" in caplog.text


def test_a_complete_hls_playlist_is_a_file(server: HttpServer, tmp_path: Path) -> None:
    options = {"hls_time": "1", "hls_list_size": "0"}
    with (
        av.open(str(numbered_video(tmp_path / "clip.mp4", 100))) as clip,
        av.open(str(tmp_path / "clip.m3u8"), "w", format="hls", options=options) as playlist,
    ):
        stream = playlist.add_stream_from_template(clip.streams.video[0])
        for packet in clip.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                playlist.mux(packet)
    for path in tmp_path.glob("*.*"):
        kind = "application/vnd.apple.mpegurl" if path.suffix == ".m3u8" else "video/mp2t"
        server.answers[f"/{path.name}"] = File(path, kind=kind)
    with Stream(server.url("/clip.m3u8")) as source:
        assert not source.live
        frames = list(source)
    assert numbers_of(frames) == list(range(100))
    assert [frame.time for frame in frames] == pytest.approx([i / 25 for i in range(100)], abs=1e-3)


def test_pieces_are_shown_at_their_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(reader.time, "monotonic", lambda: now)
    monkeypatch.setattr(reader.time, "sleep", sleep)
    pace = reader.Pace()

    def shown(timestamp: float) -> float:
        pace.wait(timestamp)
        return now

    assert [shown(t) for t in (7.0, 7.5, 8.0)] == pytest.approx([100.0, 100.5, 101.0])
    now += 0.4  # the next piece comes a little late: its images catch up
    assert [shown(t) for t in (8.25, 8.5)] == pytest.approx([101.4, 101.5])
    now += 5  # very late: there is a new beginning
    assert [shown(t) for t in (9.0, 9.5)] == pytest.approx([106.5, 107.0])
    assert [shown(t) for t in (0.0, 0.5)] == pytest.approx([107.0, 107.5])  # its clock was set back
    assert [shown(t) for t in (900.0, 900.5)] == pytest.approx([107.5, 108.0])  # and forth


@dataclass
class Packet:
    number: int
    is_keyframe: bool


def test_what_decoding_is_too_slow_for_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(reader.time, "monotonic", lambda: now)

    def packets() -> Iterator[Packet]:  # one comes every 40 ms, and every tenth is a key frame
        nonlocal now
        for number in range(1000):
            now = max(now, number * 0.04)
            yield Packet(number, number % 10 == 0)

    decoded, ages, skipped = [], [], []
    for packet in reader.Backlog().skip(packets(), lambda: skipped.append(1)):
        decoded.append(packet.number)
        ages.append(now - packet.number * 0.04)
        now += 0.05 if 200 <= packet.number < 800 else 0.01
    assert decoded[:200] == list(range(200))
    assert decoded[-150:] == list(range(850, 1000))
    assert len(decoded) + len(skipped) == 1000
    for before, after in pairwise(decoded):
        assert after == before + 1 or after % 10 == 0  # nothing is decoded without what it builds upon
    assert 0.1 < max(ages) < 1  # without skipping it would be six seconds
    assert len(skipped) < 300


# --- what can't be opened ---


def test_what_cannot_be_opened_is_said_in_a_line(server: HttpServer, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html>this is no video</html>" * 100)
    server.answers["/page"] = File(tmp_path / "page.html", kind="text/html")
    (tmp_path / "nothing").touch()
    server.answers["/nothing"] = File(tmp_path / "nothing")
    nobody = free_port()
    assert error_of(server.url("/page")).endswith("/page can't be read: what comes is no video")
    assert "can't be read: " in error_of(server.url("/nothing"))
    assert "the server knows nothing under this address (404)" in error_of(server.url("/other"))
    for scheme, message in by_scheme(lambda scheme: error_of(f"{scheme}://{USER}:{PASSWORD}@127.0.0.1:{nobody}/live")):
        assert message.startswith(f"{scheme}://***@127.0.0.1:{nobody}/live can't be read: the host refuses")
    assert "there is no host of this name" in error_of(f"rtsp://{USER}:{PASSWORD}@camera.invalid/live")


def test_an_image_is_a_file_of_one_frame(server: HttpServer, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "snapshot.png"), numbered(77, 50, 70))
    server.answers["/snapshot.png"] = File(tmp_path / "snapshot.png", kind="image/png")
    with Stream(server.url("/snapshot.png")) as source:
        (frame,) = source
    assert (number_of(frame.image), tuple(frame.image.shape), source.live) == (77, (50, 70, 3), False)


def test_a_server_that_says_nothing_misses_the_deadline() -> None:
    with mute_server() as port:
        address = f"://{USER}:{PASSWORD}@127.0.0.1:{port}/live"
        for _, message in by_scheme(lambda scheme: error_of(scheme + address, open_timeout=1.5)):
            assert message.endswith("no frame came for 1.5 s")


def test_users_and_passwords(server: HttpServer) -> None:
    server.answers["/live"] = Mjpeg()
    server.guarded = True
    assert "it asks for a user and a password (401)" in error_of(server.url("/live"))
    assert "its user or password is wrong (401)" in error_of(server.url("/live", login=f"{USER}:wrong"))
    with Stream(server.url("/live", login=f"{USER}:{PASSWORD}")) as source:
        assert len(list(islice(source, 3))) == 3


# --- passwords ---


@needs_proc
def test_the_password_is_in_no_output_and_no_process_list(
    server: HttpServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    server.answers["/live"] = Mjpeg(20)
    server.guarded = True
    with Stream(server.url("/live?token=t0ps3cr3t", login=f"{USER}:{PASSWORD}")) as source:
        assert source.name == f"http://***@127.0.0.1:{server.port}/live?token=***"
        sources = set()
        for frame in source:
            sources.add(frame.source)
            process = Path(f"/proc/{source._reader._process.pid}")
            seen = [(process / name).read_bytes().decode(errors="replace") for name in ("cmdline", "environ")]
            if server.requests == 2:
                break
    assert "is lost" in caplog.text
    for text in (*seen, caplog.text, *capfd.readouterr(), *sources, repr(source)):
        assert PASSWORD not in text
        assert "t0ps3cr3t" not in text


def test_a_playlist_cannot_name_files_of_this_machine(server: HttpServer, tmp_path: Path) -> None:
    video = numbered_video(tmp_path / "private.ts", 30)
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:1.0,\n{}\n#EXT-X-ENDLIST\n"
    for name, address in (("good", "/private.ts"), ("evil", video.as_uri()), ("evil2", f"subfile:///{video}")):
        (tmp_path / f"{name}.m3u8").write_text(playlist.format(address))
        server.answers[f"/{name}.m3u8"] = File(tmp_path / f"{name}.m3u8", kind="application/vnd.apple.mpegurl")
    server.answers["/private.ts"] = File(video, kind="video/mp2t")
    with Stream(server.url("/good.m3u8")) as source:
        assert len(list(source)) == 30
    for name in ("evil", "evil2"):
        error_of(server.url(f"/{name}.m3u8"), open_timeout=5)


def test_images_that_are_too_large(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers["/large"] = Mjpeg(size=(4200, 8192))
    server.answers["/growing"] = growing = Mjpeg()
    message = error_of(server.url("/large"), open_timeout=60)
    assert "its frames have more than 33,554,432 pixels" in message
    with Stream(server.url("/growing")) as source:
        frames = iter(source)
        next(frames)
        growing.size = (4200, 8192)
        time.sleep(1)
        growing.size = (64, 96)
        assert {tuple(next(frames).image.shape) for _ in range(5)} == {(64, 96, 3)}


# --- the reader's process ---


@needs_proc
def test_the_reader_dies_with_a_killed_parent(server: HttpServer, tmp_path: Path) -> None:
    server.answers["/live"] = Mjpeg()
    with mute_server() as port:
        program = f"""
            import sys, threading, time
            from torch_opencv.live.sources.streams import Stream
            stream = Stream({server.url("/live")!r})
            threading.Thread(target=Stream, args=("rtsp://127.0.0.1:{port}/mute",), daemon=True).start()
            frames = iter(stream)
            next(frames)
            print("running", flush=True)
            for frame in frames: ...
        """
        parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE)
        try:
            assert parent.stdout
            assert parent.stdout.readline() == b"running\n"
            while len(children := _children_of(parent.pid)) < 2:
                assert parent.poll() is None
                time.sleep(0.02)
        finally:
            parent.kill()
            parent.communicate()
        while any(_is_alive(pid) for pid in children):
            time.sleep(0.02)


def _children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_reader_needs_no_torch() -> None:
    program = "import runpy, sys; runpy.run_path(sys.argv[1]); print(*sorted(sys.modules))"
    output = subprocess.run([sys.executable, "-c", program, str(streams._READER)], capture_output=True, check=True)
    modules = output.stdout.decode().split()
    assert "av" in modules
    assert not {"torch", "cv2", "torch_opencv"} & set(modules)


def test_numbers_survive_their_image() -> None:
    for number in (0, 1, 0xABCDEF, 2**24 - 1):
        assert number_of(torch.from_numpy(numbered(number))) == number


# --- waiting ---


def test_back_off_grows_with_every_failure_and_has_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.5)
    monkeypatch.setattr(backoff, "LONGEST", 15.0)
    attempts = [[waiting.delay() for _ in range(40)] for waiting in (Backoff() for _ in range(200))]
    longest = [max(delays) for delays in zip(*attempts, strict=True)]
    limits = [min(15.0, 0.5 * 2**i) for i in range(40)]
    assert all(0.8 * limit < seen <= limit for seen, limit in zip(longest, limits, strict=True))
    shortest = [min(delays) for delays in zip(*attempts, strict=True)]
    assert all(seen < 0.2 * limit for seen, limit in zip(shortest, limits, strict=True))


def test_back_off_begins_anew_only_after_a_good_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(backoff.time, "monotonic", lambda: now)
    monkeypatch.setattr(backoff, "FIRST", 0.5)
    monkeypatch.setattr(backoff, "LONGEST", 15.0)
    monkeypatch.setattr(backoff.random, "uniform", lambda low, high: high)
    waiting = Backoff()
    assert [waiting.delay() for _ in range(3)] == [0.5, 1, 2]
    waiting.reached()
    now += 3
    waiting.lost()
    assert waiting.delay() == 4
    waiting.reached()
    now += 16
    waiting.lost()
    assert waiting.delay() == 0.5
