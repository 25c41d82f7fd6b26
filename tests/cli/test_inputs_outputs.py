"""What can be read and written beside one video: images, folders, lists, sequences, pipes, tables, sound."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from torch_opencv.cli.main import main
from torch_opencv.live.sound import add_sound
from torch_opencv.live.sources import SAMPLE

COMMAND = [sys.executable, "-m", "torch_opencv"]
RNG = np.random.default_rng(0)

# An app that needs no network: what it finds is how bright an image is, and it paints it in its negative.
APP = '''
import torch
from torch_opencv import cli

class Negative:
    """Show every frame as its negative."""

    def process(self, image):
        return image.float().mean().item()

    def draw(self, image, result):
        return 255 - image

    def fields(self, result):
        items = [{"name": "a,b", "box": [1, 2]}, {"name": "c", "box": [3, 4]}]
        return {"mean": result, "items": items if result >= 1 else []}

if __name__ == "__main__":
    cli.run(Negative)
'''


@pytest.fixture(autouse=True)
def app(somewhere: Path) -> None:
    Path("negative.py").write_text(APP)


def run(*arguments: str) -> int:
    return main(["run", "negative.py:Negative", *arguments])


def photo(path: str, height: int = 40, width: int = 60) -> np.ndarray:
    image = RNG.integers(1, 256, (height, width, 3), np.uint8)
    Path(path).parent.mkdir(exist_ok=True)
    assert cv2.imwrite(path, image)
    return image


def clip(path: str, frames: int = 5, *, sound: str = "", shade: int = 100) -> None:
    with av.open(path, "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        audio = container.add_stream(sound, rate=44100) if sound else None
        for index in range(frames):
            image = np.full((48, 64, 3), shade + index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode(None))
        if audio:
            samples = frames * 44100 // 25
            # A click a second in: its place tells whether sound and images are in sync.
            wave = np.zeros((1, samples), np.float32)
            wave[0, min(44100, samples - 300) :][:200] = 0.9
            for start in range(0, samples - 1024, 1024):
                part = av.AudioFrame.from_ndarray(wave[:, start : start + 1024], format="fltp", layout="mono")
                part.sample_rate, part.pts, part.time_base = 44100, start, Fraction(1, 44100)
                container.mux(audio.encode(part))
            container.mux(audio.encode(None))


def frames_of(path: str) -> list[np.ndarray]:
    with av.open(path) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


# --- images ---


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "webp"])
def test_an_image_is_recorded_as_an_image_of_its_own_size(suffix: str, capfd: pytest.CaptureFixture[str]) -> None:
    image = photo("photo.png", 41, 63)
    assert run("photo.png", "--record", f"out.{suffix}") == 0
    written = cv2.imread(f"out.{suffix}")
    assert written.shape == image.shape
    if suffix != "webp":  # which loses a little
        assert np.array_equal(written, 255 - image)
    assert f", recorded to out.{suffix}\n" in capfd.readouterr().err


def test_a_folder_of_images_becomes_one(capfd: pytest.CaptureFixture[str]) -> None:
    images = {name: photo(f"photos/{name}", 30 + n, 50 - n) for n, name in enumerate(["b.png", "a.png", "c 10.png"])}
    Path("photos/broken.png").write_text("no image")
    assert run("photos", "--record", "out/") == 0
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.png", "b.png", "c 10.png"]
    for name, image in images.items():
        assert np.array_equal(cv2.imread(f"out/{name}"), 255 - image)
    assert ", 1 skipped, recorded to out\n" in capfd.readouterr().err
    assert run("photos/*.png", "--record", "out") == 2
    assert "out/a.png exists: give --overwrite to replace it, or another name" in capfd.readouterr().err
    assert run("photos/*.png", "--record", "out", "--overwrite") == 0


def test_both_images_side_by_side() -> None:
    image = photo("photo.png")
    assert run("photo.png", "--record", "out.png", "--side-by-side") == 0
    assert np.array_equal(cv2.imread("out.png"), np.concatenate([image, 255 - image], 1))


def test_what_cannot_be_recorded_as_images(capfd: pytest.CaptureFixture[str]) -> None:
    photo("photos/a.png")
    photo("photos/b.png")
    clip("clip.mp4")
    Path("file").touch()
    for arguments, message in (
        (["clip.mp4", "--record", "out.png"], "clip.mp4 isn't of images; give an .mp4 file"),
        (["photos", "--record", "out.png"], "out.png is one image, but photos are several: give a folder, as out/"),
        (["photos/a.png", "photos/b.png", "--record", "out/"], "several sources make a grid; give an .mp4 file"),
        (["photos", "--record", "file/"], "file is a file: give another name for the folder"),
        (["photos", "--record", "missing/out/"], "there is no folder missing"),
        (["photos/a.png", "--record", "photos/a.png"], "photos/a.png is read as SOURCE"),
        (["photos", "--record", "photos/", "--overwrite"], "photos/a.png is read as SOURCE"),
    ):
        assert run(*arguments) == 2
        assert message in capfd.readouterr().err
    assert sorted(path.name for path in Path().iterdir()) == ["clip.mp4", "file", "negative.py", "photos"]


def test_an_image_painted_at_full_resolution_by_default() -> None:
    photo("photo.png", 500, 700)
    assert main(["stylize", "photo.png", "--record", "out.png", "--results", "out.jsonl"]) == 0
    assert cv2.imread("out.png").shape == (500, 700, 3)
    assert json.loads(Path("out.jsonl").read_text())["size"] == [700, 500]  # and not 640 wide, as of videos


def test_an_image_is_answered_with_a_table(capfd: pytest.CaptureFixture[str]) -> None:
    photo("photo.png")
    assert main(["classify", "photo.png"]) == 0
    out, err = capfd.readouterr()
    first, *rows = out.splitlines()
    assert first == "photo.png"
    assert len(rows) == 5
    assert all(re.fullmatch(r"  \S.*  n[0-9]{8}  0\.[0-9]{4}", row) for row in rows)
    assert "open http" not in err
    assert main(["classify", "photo.png", "--top", "2"]) == 0
    assert len(capfd.readouterr().out.splitlines()) == 3
    assert main(["classify", "photo.png", "--threshold", "1"]) == 0
    assert capfd.readouterr().out.splitlines() == ["photo.png"]


# --- several files ---


def test_a_folder_of_videos() -> None:
    Path("videos").mkdir()
    clip("videos/b.mp4", 3)
    clip("videos/a10.mp4", 2)
    clip("videos/a9.mp4", 2)
    Path("videos/text.mp4").write_text("no video")
    for source in ("videos", "videos/*.mp4"):
        assert run(source, "--results", "out.jsonl", "--overwrite") == 0
        lines = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
        assert [line["path"] for line in lines] == ["videos/a9.mp4"] * 2 + ["videos/a10.mp4"] * 2 + ["videos/b.mp4"] * 3
        assert [line["frame"] for line in lines] == list(range(7))
        assert [line["time"] for line in lines] == pytest.approx([i / 25 for i in range(7)], abs=1e-3)


def test_a_list_of_files(capfd: pytest.CaptureFixture[str]) -> None:
    photo("photos/a.png")
    photo("photos/b.png")
    Path("photos/list.txt").write_text("# in this order\nb.png\n\n  a.png\n")
    assert run("photos/list.txt", "--results", "-") == 0
    assert [json.loads(line)["path"] for line in capfd.readouterr().out.splitlines()] == [
        "photos/b.png",
        "photos/a.png",
    ]
    clip("photos/clip.mp4")
    for content, message in (
        ("#", "names no file: write one a line"),
        ("c.png", "list.txt names photos/c.png, and there is no such file"),
        ("a.png\nclip.mp4", "has images and videos: give them as two SOURCEs"),
        ("rtsp://u:secret@h/x", "names a stream (rtsp://...), but a list is of files"),
        ("\udcff", "it isn't text in UTF-8"),
    ):
        Path("photos/list.txt").write_bytes(content.encode(errors="surrogateescape"))
        assert run("photos/list.txt") == 2
        err = capfd.readouterr().err
        assert message in err
        assert "secret" not in err


def test_an_image_sequence(capfd: pytest.CaptureFixture[str]) -> None:
    for number in (7, 8, 10, 100, 1000):
        photo(f"f{number:03}.png")
    photo("f7.png")
    assert run("f%03d.png", "--record", "out.mp4", "--results", "-") == 0
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [line["path"] for line in lines] == ["f007.png", "f008.png", "f010.png", "f100.png", "f1000.png"]
    assert [line["time"] for line in lines] == [0, 0.04, 0.08, 0.12, 0.16]
    assert len(frames_of("out.mp4")) == 5
    assert run("g%d.png") == 2
    assert "no file is named as g%d.png" in capfd.readouterr().err


@pytest.mark.parametrize("kind", ["matroska", "mjpeg"])
def test_a_video_on_standard_input(kind: str) -> None:
    if kind == "matroska":
        clip("clip.mkv", 6)
        data = Path("clip.mkv").read_bytes()
    else:
        data = b"".join(cv2.imencode(".jpg", np.full((48, 64, 3), n, np.uint8))[1].tobytes() for n in range(6))
    command = [*COMMAND, "run", "negative.py:Negative", "-", "--results", "-", "--record", "out.mp4"]
    done = subprocess.run(command, input=data, capture_output=True)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["frame"] for line in lines] == list(range(6))
    assert {line["source"] for line in lines} == {"standard input"}
    assert len(frames_of("out.mp4")) == 6
    done = subprocess.run([*command, "--overwrite"], input=b"no video", capture_output=True, text=False)
    assert done.returncode == 2
    assert b"error: standard input can't be read as a video" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_names_that_look_like_something_else(capfd: pytest.CaptureFixture[str]) -> None:
    clip("clip.mp4")
    Path("clip.mp4").rename("10:30.mp4")
    assert run("10:30.mp4", "--record", "11:30.mp4") == 0
    assert len(frames_of("file:11:30.mp4")) == 5
    capfd.readouterr()
    assert run("no\x1b[31mfile.mp4") == 2
    assert "\x1b" not in capfd.readouterr().err
    photo("a\x1b[31m.png")
    Path("photos").mkdir()
    Path("photos/b\x1b[31m.png").write_text("no image")
    photo("photos/c.png")
    assert run("a\x1b[31m.png", "--record", "\x1b[31m.png") == 0
    assert run("a\x1b[31m.png") == 0
    assert run("photos", "--record", "out.mp4") == 0
    out, err = capfd.readouterr()
    assert "\x1b" not in out + err
    assert "recorded to \\x1b[31m.png" in err
    assert "a\\x1b[31m.png" in out


def test_every_third_frame(capfd: pytest.CaptureFixture[str]) -> None:
    clip("clip.mp4", 8)
    assert run("clip.mp4", "--stride", "3", "--results", "-", "--record", "out.mp4") == 0
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [line["frame"] for line in lines] == [0, 3, 6]
    assert [line["time"] for line in lines] == [0, 0.12, 0.24]
    assert len(frames_of("out.mp4")) == 3


# --- results ---


def test_a_csv_file() -> None:
    cv2.imwrite("black.png", np.zeros((9, 9, 3), np.uint8))
    photo("bright.png")
    assert run("*.png", "--results", "out.csv", "--max-frames", "2") == 0
    with Path("out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["path"] for row in rows] == ["black.png", "bright.png", "bright.png"]
    assert [(row["name"], row["box.0"], row["box.1"]) for row in rows] == [
        ("", "", ""),
        ("a,b", "1", "2"),
        ("c", "3", "4"),
    ]
    assert float(rows[0]["mean"]) == 0


def test_a_parquet_file(capfd: pytest.CaptureFixture[str]) -> None:
    photo("bright.png")
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        assert run("bright.png", "--results", "out.parquet") == 2
        assert "needs pyarrow: pip install 'torch-opencv[parquet]'" in capfd.readouterr().err
        return
    assert run("bright.png", "--results", "out.parquet") == 0
    table = parquet.read_table("out.parquet").to_pylist()
    assert [(row["frame"], row["name"], row["box.1"]) for row in table] == [(0, "a,b", 2), (0, "c", 4)]


def test_outputs_that_exist_or_are_of_no_known_kind(capfd: pytest.CaptureFixture[str]) -> None:
    photo("a.png")
    clip("old.mp4")
    Path("old.jsonl").write_text("precious")
    for arguments, message in (
        (["--results", "old.jsonl"], "old.jsonl exists: give --overwrite to replace it, or another name"),
        (["--record", "old.mp4"], "old.mp4 exists: give --overwrite to replace it, or another name"),
        (["--results", "out.txt"], "the name must end in .jsonl (JSON Lines), .csv or .parquet, or be '-'"),
    ):
        assert run("a.png", *arguments) == 2
        assert message in capfd.readouterr().err
    assert Path("old.jsonl").read_text() == "precious"
    assert run("a.png", "--results", "old.jsonl", "--record", "old.mp4", "--overwrite") == 0
    assert json.loads(Path("old.jsonl").read_text())["frame"] == 0


# --- sound ---


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_the_sound_of_a_video_is_kept_and_in_sync(suffix: str, capfd: pytest.CaptureFixture[str]) -> None:
    clip("clip.mp4", 50, sound="aac")
    assert run("clip.mp4", "--record", f"out.{suffix}") == 0
    assert f"recorded to out.{suffix} with its sound\n" in capfd.readouterr().err
    assert len(frames_of(f"out.{suffix}")) == 50
    assert click_of(f"out.{suffix}") == pytest.approx(click_of("clip.mp4"), abs=0.03)
    assert 0.95 < click_of("clip.mp4") < 1.1
    assert [path.name for path in Path().iterdir() if path.name.startswith(".")] == []


def test_the_sound_is_cut_where_the_recording_ends() -> None:
    clip("clip.mp4", 50, sound="aac")
    assert run("clip.mp4", "--record", "out.mp4", "--max-frames", "30") == 0
    with av.open("out.mp4") as container:
        sound = container.streams.audio[0]
        assert float(sound.duration * sound.time_base) == pytest.approx(30 / 25, abs=0.05)


def test_the_sound_begins_where_the_recording_does(tmp_path: Path) -> None:
    clip("clip.mp4", 50, sound="aac")
    clip("part.mp4", 30)  # as if recorded from the second half on
    assert add_sound(Path("part.mp4"), Path("clip.mp4"), begin=0.5)
    assert click_of("part.mp4") == pytest.approx(click_of("clip.mp4") - 0.5, abs=0.03)


def test_sound_that_the_container_cannot_have_is_left_out_and_said_so(capfd: pytest.CaptureFixture[str]) -> None:
    clip("clip.mkv", 10, sound="pcm_s16le")
    assert run("clip.mkv", "--record", "out.mp4") == 0
    err = capfd.readouterr().err
    assert len(frames_of("out.mp4")) == 10
    assert "warning: the sound of clip.mkv (pcm_s16le) is not in out.mp4: " in err


def click_of(path: str) -> float:
    """When the click in a video's sound is, in seconds from the first image."""
    with av.open(path) as container:
        image = next(container.decode(video=0)).time
    with av.open(path) as container:
        for frame in container.decode(audio=0):
            loud = np.abs(frame.to_ndarray()[0]) > 0.3
            if loud.any():
                return float(frame.time + loud.argmax() / frame.sample_rate - image)
    raise AssertionError("no click")


# --- apps of one's own ---


def test_a_command_line_in_one_line() -> None:
    photo("a.png")
    done = subprocess.run(
        [sys.executable, "negative.py", "a.png", "--record", "out.png"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert Path("out.png").exists()
    done = subprocess.run([sys.executable, "negative.py", "--help"], capture_output=True, text=True)
    assert "Show every frame as its negative." in done.stdout
    assert "--record" in done.stdout
    done = subprocess.run([sys.executable, "negative.py", "none.png"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_apps_that_cannot_be_loaded(capfd: pytest.CaptureFixture[str]) -> None:
    Path("broken.py").write_text("import nothing_of_that_name")
    for app, message in (
        ("negative.py", "names no app: give FILE.py:NAME"),
        ("none.py:App", "there is no file none.py"),
        ("negative.py:Positive", "negative.py has no app 'Positive': it has Negative"),
        ("broken.py:App", "broken.py can't be imported: ModuleNotFoundError: No module named 'nothing_of_that_name'"),
    ):
        assert main(["run", app, "sample"]) == 2
        assert message in capfd.readouterr().err


def test_results_of_an_app_that_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    Path("mirror.py").write_text("def mirror(image):\n    return image.flip(1)\n")
    assert main(["run", "mirror.py:mirror", str(SAMPLE), "--max-frames", "2", "--results", "out.jsonl"]) == 2
    err = capfd.readouterr().err
    assert err.splitlines()[-1].startswith("torch-opencv: error: mirror says nothing of a frame that --results could")
    assert "Traceback" not in err
    assert not Path("out.jsonl").exists()


def test_an_app_that_is_given_no_options_is_run_on_the_sample() -> None:
    assert run(str(SAMPLE), "--max-frames", "2", "--results", "out.jsonl") == 0
    assert len(Path("out.jsonl").read_text().splitlines()) == 2
