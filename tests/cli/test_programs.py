"""The command line as a user meets it: what it prints where, its exit status, and what it leaves behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

import torch_opencv as cv
from torch_opencv.cli.main import main
from torch_opencv.live.sources import SAMPLE

IMAGE = np.full((60, 80, 3), 200, np.uint8)
COMMAND = [sys.executable, "-m", "torch_opencv"]

Refused = Callable[..., str]


@pytest.fixture
def refused(somewhere: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Refused:
    """Runs the command, which must be refused by one line, before a model is loaded, and with nothing left behind."""

    def load(*_: object, **__: object) -> None:
        raise AssertionError("the model was loaded, although this could have been known before")

    def run(*arguments: str) -> str:
        before = {path: path.read_bytes() for path in somewhere.rglob("*") if path.is_file()}
        with monkeypatch.context() as patched:
            patched.setattr("torch_opencv.vision.classify.classifier.loading.load", load)
            status = main(list(arguments))
        out, err = capfd.readouterr()
        # FFmpeg's lines can be held back only before a process opens its first video; see test_opencv_adds_no_lines.
        err = re.sub(r"^\[[a-z0-9,_]+ @ 0x.*\n", "", err, flags=re.MULTILINE)
        assert status == 2
        assert out == ""
        assert re.fullmatch(r"torch-opencv: error: [^\n]+\n", err), err
        assert {path: path.read_bytes() for path in somewhere.rglob("*") if path.is_file()} == before
        return err

    return run


def classify(*arguments: str, command: tuple[str, ...] = ("classify",)) -> int:
    return main([*command, *arguments, "--view", "none"])


# --- what can't be used ---


def test_unusable_sources(refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("text.mp4").write_text("this is no video")
    Path("empty.mp4").touch()
    Path("bad.png").write_text("this is no image")
    Path("nothing").mkdir()
    monkeypatch.setattr(Path, "is_char_device", lambda path: False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert "no camera 3" in refused("classify", "3")
    assert "no camera /dev/video7" in refused("classify", "/dev/video7")
    assert "no such file or folder: 'clip.mp4'; SOURCE is " in refused("classify", "clip.mp4")
    assert "text.mp4 can't be read as a video" in refused("classify", "text.mp4")
    assert "empty.mp4 is empty (0 bytes)" in refused("classify", "empty.mp4")
    assert "no images or videos in the folder nothing" in refused("classify", "nothing")
    assert "bad.png can't be read as an image" in refused("classify", "bad.png")
    assert "bad.png can't be read as an image" in refused("classify", ".")
    assert "no file matches *.jpg" in refused("classify", "*.jpg")


def test_no_password_of_a_stream_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "rtsp://user:secret@127.0.0.1:1/", "--record", "out.mp4"]) == 2
    out, err = capfd.readouterr()
    assert "secret" not in out + err
    assert err.splitlines()[-1].startswith("torch-opencv: error: rtsp://***@127.0.0.1:1/ can't be read: ")


def test_unusable_outputs(refused: Refused) -> None:
    Path("clip.mp4").write_bytes(SAMPLE.read_bytes())
    Path("link.mp4").symlink_to("clip.mp4")
    os.link("clip.mp4", "same.mp4")
    Path("photos").mkdir()
    cv2.imwrite("photos/a.png", IMAGE)
    assert "must end in .mp4 or .mkv" in refused("classify", "clip.mp4", "--record", "out.avi")
    assert "there is no folder missing" in refused("classify", "clip.mp4", "--record", "missing/out.mp4")
    assert "there is no folder missing" in refused("classify", "clip.mp4", "--results", "missing/out.jsonl")
    assert "photos is a folder" in refused("classify", "clip.mp4", "--results", "photos")
    assert "clip.mp4 is read as SOURCE" in refused("classify", "clip.mp4", "--record", "clip.mp4")
    assert "link.mp4 is a link" in refused("classify", "clip.mp4", "--record", "link.mp4")
    assert "same.mp4 is read as SOURCE" in refused("classify", "clip.mp4", "--record", "same.mp4")
    Path("clip.jsonl").write_bytes(SAMPLE.read_bytes())
    assert "clip.jsonl is read as SOURCE" in refused(
        "classify", "clip.jsonl", "--results", "./clip.jsonl", "--overwrite"
    )
    assert "must end in .jsonl (JSON Lines), .csv or .parquet" in refused("classify", "clip.mp4", "--results", "a.mp4")


def test_wrong_usage(refused: Refused) -> None:
    see = "; see torch-opencv classify --help"
    assert see in refused("classify", "sample", "--max-frames", "0")
    assert see in refused("classify", "sample", "--max-frames", "some")
    kinds = "'cinema' is not one of 'window', 'browser', 'none'"
    assert kinds + see in refused("classify", "sample", "--view", "cinema")
    assert see in refused("classify", "sample", "--max-seconds", "0")
    assert see in refused("classify", "sample", "--port", "65536")
    assert "the token must have 8 or more" in refused("classify", "sample", "--view", "browser", "--token", "short")
    assert "cannot bind to 192.0.2.1" in refused("classify", "sample", "--view", "browser", "--host", "192.0.2.1")
    assert "remove --view none" in refused("classify", "browser", "--view", "none")
    assert "gpu" in refused("classify", "sample", "--device", "gpu")
    assert "cuda:99" in refused("classify", "sample", "--device", "cuda:99")
    assert "--nonsense" in refused("classify", "sample", "--nonsense")
    for number in range(17):
        Path(f"{number}.jpg").touch()
    assert "17 sources are too many" in (message := refused("classify", *[f"{i}.jpg" for i in range(17)]))
    assert "if it is quoted, as in 'photos/*.jpg'" in message
    assert "'clasify'" in refused("clasify")
    assert "Missing command; see torch-opencv models --help" in refused("models")
    assert "efficientnet-lite" in refused("models", "path", "efficientnet-lite")


def test_a_model_that_does_not_exist(capfd: pytest.CaptureFixture[str], somewhere: Path) -> None:
    assert main(["classify", "sample", "--model", "efficientnet-lite9", "--view", "none"]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("torch-opencv: error: ")
    assert "efficientnet-lite0" in err
    assert err.count("\n") == 1
    assert not list(somewhere.iterdir())


# --- what can be ---


def test_the_sample_recorded_and_written_down(capfd: pytest.CaptureFixture[str]) -> None:
    assert classify("sample", "--max-frames", "12", "--record", "out.mp4", "--results", "out.jsonl") == 0
    out, err = capfd.readouterr()
    assert out == ""
    summary, seen = err.splitlines()[-2:]
    assert re.fullmatch(
        r"12 frames in [0-9.]+ s \([0-9.]+ frames/s\), recorded to out\.mp4, results in out\.jsonl", summary
    )
    assert seen == "classes seen: Egyptian cat (12)"
    lines = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert [(line["frame"], line["source"]) for line in lines] == [(i, "sample") for i in range(12)]
    assert all(list(line) == ["frame", "time", "source", "latency_ms", "classes"] for line in lines)
    assert all(list(best) == ["label", "wnid", "score"] for line in lines for best in line["classes"])
    assert [len(line["classes"]) for line in lines] == [5] * 12
    with av.open("out.mp4") as container:
        recorded = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    assert len(recorded) == 12
    original = cv.VideoCapture(str(SAMPLE)).read()[1].numpy()
    difference = np.abs(recorded[0].astype(int) - original).mean(axis=2)
    assert difference[20:100, 20:250].mean() > 30  # the panel
    assert difference[150:].mean() < 5  # the image


def test_an_unreadable_image_among_good_ones(capfd: pytest.CaptureFixture[str]) -> None:
    Path("photos").mkdir()
    cv2.imwrite("photos/a1.png", IMAGE)
    cv2.imwrite("photos/a10.png", IMAGE)
    Path("photos/a2.png").write_text("this is no image")
    assert classify("photos", "--results", "-") == 0
    out, err = capfd.readouterr()
    assert [json.loads(line)["path"] for line in out.splitlines()] == ["photos/a1.png", "photos/a10.png"]
    assert err.count("torch-opencv: warning: skipped photos/a2.png: it can't be read as an image\n") == 1
    assert ", 1 skipped\n" in err
    assert classify("photos/*.png", "--quiet", "--results", "-") == 0
    quiet = capfd.readouterr()
    assert quiet.err == "torch-opencv: warning: skipped photos/a2.png: it can't be read as an image\n"
    assert quiet.out.count("\n") == 2


@pytest.mark.parametrize("view", [[], ["--view", "window"], ["--view", "browser"]])
def test_without_a_window_the_browser_is_taken_and_its_address_printed(
    view: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["classify", "sample", "--max-frames", "3", *view]) == 0
    lines = capfd.readouterr().err.splitlines()
    if view == ["--view", "window"]:
        assert re.fullmatch(r"torch-opencv: no window can be shown here \(.+\), so the browser is used", lines.pop(0))
    assert re.fullmatch(r"torch-opencv: open http://127\.0\.0\.1:[0-9]+/ in a browser", lines.pop(0))
    assert lines[-2].startswith("3 frames in ")


def test_a_token_is_made_for_the_outside(capfd: pytest.CaptureFixture[str]) -> None:
    options = ["--view", "browser", "--host", "0.0.0.0", "--port", "0", "--max-frames", "1"]
    assert main(["classify", "sample", *options]) == 0
    assert re.search(r"open http://[^/]+/\?token=[A-Za-z0-9_-]{20,} in", capfd.readouterr().err)
    assert main(["classify", "sample", *options, "--token", "a-token-of-mine"]) == 0
    assert "/?token=a-token-of-mine in" in capfd.readouterr().err


def test_an_image_is_answered_without_a_view(capfd: pytest.CaptureFixture[str]) -> None:
    cv2.imwrite("a.png", IMAGE)
    assert main(["classify", "a.png", "--view", "none"]) == 0
    assert "classes seen: " in capfd.readouterr().err


def test_several_sources(capfd: pytest.CaptureFixture[str]) -> None:
    cv2.imwrite("a.png", IMAGE)
    options = ["--view", "none", "--results", "-", "--record", "out.mp4", "--max-frames", "2"]
    assert main(["classify", "sample", "a.png", *options]) == 0
    out, err = capfd.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line["source"], line["frame"]) for line in lines] == [("sample", 0), ("a.png", 0), ("sample", 1)]
    assert err.splitlines()[-2].startswith("3 frames in ")
    with av.open("out.mp4") as container:
        video = container.streams.video[0]
        assert (video.codec_context.width, video.codec_context.height) == (2 * 640, 360)


def test_latest_plays_a_file_at_its_pace(capfd: pytest.CaptureFixture[str]) -> None:
    assert classify("sample", "--latest", "--max-seconds", "1") == 0
    outcome = capfd.readouterr().err.splitlines()[-2]
    assert re.fullmatch(r"[0-9]+ frames in 1\.[0-9] s \([0-9.]+ frames/s\), 0 shown, [0-9]+ dropped", outcome)


def test_side_by_side(capfd: pytest.CaptureFixture[str]) -> None:
    assert classify("sample", "--side-by-side", "--record", "out.mp4", "--max-frames", "2") == 0
    with av.open("out.mp4") as container:
        image = next(container.decode(video=0)).to_ndarray(format="bgr24").astype(int)
    left, right = image[:, : image.shape[1] // 2], image[:, image.shape[1] // 2 :]
    assert np.abs(left - right)[20:100, 20:250].mean() > 20  # the panel
    assert np.abs(left - right)[200:].mean() < 3


def test_results_only_on_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    assert classify("sample", "--max-frames", "2", "--results", "-", "--quiet") == 0
    out, err = capfd.readouterr()
    assert [json.loads(line)["frame"] for line in out.splitlines()] == [0, 1]
    assert err == ""


def test_help_version_and_info(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capfd.readouterr().out == f"torch-opencv {cv.__version__}\n"
    for arguments in ([], ["--help"], ["classify", "--help"], ["models", "--help"]):
        assert main(arguments) == 0
        out, err = capfd.readouterr()
        assert "Usage: " in out
        assert err == ""
    assert main(["info"]) == 0
    out = capfd.readouterr().out
    for line in (r"torch: +[0-9]+\.", r"OpenCV: +[45]\.", r"devices: +cpu", r"cache: +\S"):
        assert re.search(f"^{line}", out, re.MULTILINE)
    assert main(["models", "list"]) == 0
    assert "efficientnet-lite0\t" in capfd.readouterr().out


# --- the real command, where only that shows what happens ---


def real_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("OPENCV_")}


@pytest.mark.parametrize("source", ["47", "text.mp4"])
def test_opencv_adds_no_lines_of_its_own(source: str) -> None:
    Path("text.mp4").write_text("this is no video")
    done = subprocess.run([*COMMAND, "classify", source], capture_output=True, text=True, env=real_environment())
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"torch-opencv: error: [^\n]+\n", done.stderr)


def test_a_reader_that_goes_ends_the_run_quietly() -> None:
    command = [*COMMAND, "classify", "sample", "--view", "none", "--results", "-", "--record", "out.mp4"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout
        assert program.stderr
        assert json.loads(program.stdout.readline())["frame"] == 0
        program.stdout.close()
        errors = program.stderr.read()
    assert program.returncode == 0
    assert "Traceback" not in errors
    assert "Broken" not in errors
    assert "recorded to out.mp4" in errors
    with av.open("out.mp4") as container:
        assert 0 < sum(1 for _ in container.decode(video=0)) < 250


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent in another way")
@pytest.mark.parametrize(
    ("number", "status", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_leaves_everything_playable_and_says_so(number: signal.Signals, status: int, word: str) -> None:
    command = [*COMMAND, "classify", "sample", "--view", "none", "--results", "-", "--record", "out.mp4"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout
        lines = [program.stdout.readline() for _ in range(20)]
        program.send_signal(number)
        rest, errors = program.communicate()
        lines += rest.splitlines()
    assert program.returncode == status
    assert "Traceback" not in errors
    assert re.search(rf"^{word} after [0-9]+ frames? in .*recorded to out\.mp4$", errors, re.MULTILINE)
    assert 20 <= len(lines) < 250
    assert all(json.loads(line)["classes"] for line in lines)
    with av.open("out.mp4") as container:
        assert sum(1 for _ in container.decode(video=0)) == len(lines)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_standard_output_that_takes_nothing_is_an_error() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, "--version"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "torch-opencv: error: standard output can't be written: No space left on device\n"


def test_the_token_may_come_from_a_file_or_the_environment(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("token").write_text("a-token-in-a-file\n")
    monkeypatch.setenv("TORCH_OPENCV_TOKEN", "a-token-of-the-environment")
    options = ["--view", "browser", "--port", "0", "--max-frames", "1", "--max-seconds", "1"]
    assert main(["classify", "sample", *options, "--token-file", "token"]) == 0
    assert "/?token=a-token-in-a-file in" in capfd.readouterr().err
    assert main(["classify", "sample", *options]) == 0
    assert "/?token=a-token-of-the-environment in" in capfd.readouterr().err
    assert main(["classify", "sample", *options, "--token-file", "missing"]) == 2
    assert capfd.readouterr().err.count("\n") == 1


def test_a_key_without_its_certificate(refused: Refused) -> None:
    assert "without its certificate: give --cert, too" in refused("classify", "sample", "--https", "--key", "key.pem")
