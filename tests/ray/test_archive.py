"""Archives on Ray, on this machine: the same answers as the plain program, each once, whatever is killed or damaged."""

from __future__ import annotations

import json
import math
import os
import runpy
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.ray.apps import Frames, mean_of
from tests.ray.videos import as_opencv_reads, beginning, make

pytest.importorskip("ray", reason="the extra [ray] isn't installed")

import pyarrow.parquet as pq
import ray

from torch_opencv import live
from torch_opencv import ray as cv_ray
from torch_opencv.apps.classify import Classify, SeenClasses
from torch_opencv.live.errors import OutputError, SourceError
from torch_opencv.live.sources import SAMPLE
from torch_opencv.ray.archive import Job, Outcome, begin, process_archive
from torch_opencv.ray.store import Store

pytestmark = pytest.mark.usefixtures("cluster")


def _rows(folder: Path) -> list[dict[str, Any]]:
    rows = [row for file in sorted(folder.rglob("[0-9]*.parquet")) for row in pq.read_table(file).to_pylist()]
    lines = [line for file in sorted(folder.rglob("[0-9]*.jsonl")) for line in file.read_text().splitlines()]
    return [*rows, *map(json.loads, lines)]


@dataclass(frozen=True)
class Plain:
    """What the program says of a video without Ray."""

    video: Path
    lines: list[dict[str, Any]]
    summary: str


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Plain:
    folder, app = tmp_path_factory.mktemp("plain"), Classify()
    video, results = beginning(SAMPLE, folder / "sample.mp4", frames=96, group=24), folder / "classes.jsonl"
    live.run(app, video, view="none", results=results, latest=False)
    return Plain(video, [json.loads(line) for line in results.read_text().splitlines()], app.summary())


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_the_same_answers_as_the_plain_program(workers: int, plain: Plain, tmp_path: Path) -> None:
    store = Store(str(tmp_path / "out"), "parquet" if workers == 1 else "jsonl")
    job = Job("classify", (str(plain.video),), (), segment_seconds=0.9)
    outcome = process_archive(Classify, job, store, workers=workers, outcome=Outcome(counts=SeenClasses()))
    rows = _rows(tmp_path / "out")
    assert [row["classes"] for row in rows] == [line["classes"] for line in plain.lines]
    assert [(row["frame"], row["time"]) for row in rows] == [(line["frame"], line["time"]) for line in plain.lines]
    assert [row["id"] for row in rows[23:25]] == [f"{plain.video}:0:23", f"{plain.video}:1:24"]
    assert (outcome.frames, outcome.pieces, outcome.problems) == (96, 4, [])
    assert str(outcome.counts) == plain.summary

    # All of it was there: counted from the results.
    again = process_archive(Classify, job, store, outcome=Outcome(counts=SeenClasses()))
    assert (again.pieces, str(again.counts)) == (0, plain.summary)


def test_what_is_killed_or_damaged_costs_nothing_else(tmp_path: Path) -> None:
    videos = [make(tmp_path / f"clip{i}.mp4", "libx264", {"g": "12"}, frames=100) for i in range(2)]
    short = make(tmp_path / "short.ts", "mpeg2video", {"g": "12"}, frames=100)
    short.write_bytes(short.read_bytes()[: short.stat().st_size // 2])
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 40)
    names = tuple(map(str, [*videos, short, tmp_path / "noise.mp4"]))
    pids, out, outcome = tmp_path / "pids", tmp_path / "out", Outcome(counts=Frames())
    pids.mkdir()
    killed: list[int] = []

    def kill() -> None:
        while outcome.pieces < 2:
            time.sleep(0.01)
        killed.append(int(next(pids.iterdir()).name))
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    job = Job("mean", names, (), segment_seconds=1)
    process_archive(mean_of(pids, 0.02), job, Store(str(out)), workers=2, outcome=outcome)
    killer.join()
    assert f"{outcome.counts}" == str(len(_rows(out))) == str(outcome.frames)  # each once, whatever was done twice
    assert len(list(pids.iterdir())) > 2  # another worker has taken its place
    rows = _rows(out)
    for video in videos:
        own = sorted((row for row in rows if row["path"] == str(video)), key=lambda row: row["frame"])
        expected = [image.mean((0, 1)) for _, image in as_opencv_reads(video)]
        np.testing.assert_allclose([row["mean"] for row in own], expected, atol=1e-3)
    assert max(Counter(row["id"] for row in rows).values()) == 1
    assert 30 < sum(row["path"] == str(short) for row in rows) < 70
    problems = [json.loads(line) for line in (out / "_errors.jsonl").read_text().splitlines()]
    assert problems == outcome.problems
    assert {one["path"] for one in problems} >= {names[-1]}
    assert next(one["reason"] for one in problems if one["path"] == names[-1]).startswith(f"{names[-1]} can't be read")


def test_what_is_overwritten_is_done_again(tmp_path: Path) -> None:
    job, out = Job("mean", ("clip.mp4",), ()), tmp_path / "out"
    store = Store(str(out))
    assert begin(job, store) == set()
    store.write_rows("clip-00000000/000000", [{"id": "clip.mp4:0:0", "mean": 1.0}])
    store.write_rows("clip-00000000/000001", [])
    (out / "frames").mkdir()
    (out / "frames" / "000000.parquet").write_text("another's")
    assert begin(job, store) == {"clip-00000000/000000", "clip-00000000/000001"}
    lines = Store(str(out), "jsonl")
    assert begin(job, lines, overwrite=True) == set()
    assert not lines.has("clip-00000000/000001")
    left = [str(file.relative_to(out)) for file in out.rglob("*") if file.is_file()]
    assert sorted(left) == ["_run.json", "frames/000000.parquet"]


@pytest.mark.slow
def test_a_full_disk_and_going_on_after_it(tmp_path: Path) -> None:
    (pids := tmp_path / "pids").mkdir()
    video = make(tmp_path / "clip.mp4", "libx264", {"g": "12"}, frames=50)
    job, store = Job("mean", (str(video),), (), segment_seconds=1), Store(str(tmp_path / "out"))
    with pytest.raises(OutputError, match=r"out/clip-[0-9a-f]{8}/00000[01].parquet can't be written: File too large"):
        process_archive(mean_of(pids, largest_file=1000), job, store, workers=1)
    assert [file.name for file in (tmp_path / "out").rglob("*") if file.is_file()] == ["_run.json"]
    assert process_archive(mean_of(pids), job, store, workers=1).frames == 50
    rows = _rows(tmp_path / "out")
    assert [row["frame"] for row in rows] == list(range(50))

    # Whoever goes on does what isn't there, and nothing else.
    gone, *kept = sorted((tmp_path / "out").rglob("[0-9]*.parquet"))
    before = {file: file.stat().st_mtime_ns for file in kept}
    gone.unlink()
    again = process_archive(mean_of(pids), job, store, workers=1, outcome=Outcome(counts=Frames()))
    assert (again.pieces, again.earlier, f"{again.counts}") == (1, len(kept), "50")
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert _rows(tmp_path / "out") == rows


@pytest.mark.slow
def test_images(tmp_path: Path) -> None:
    (pids := tmp_path / "pids").mkdir()
    images = [tmp_path / f"{i}.png" for i in range(4)]
    for number, image in enumerate(images[:3]):
        cv2.imwrite(str(image), np.full((8, 9, 3), number, np.uint8))
    images[3].write_bytes(b"no image")
    outcome = process_archive(
        mean_of(pids), Job("mean", (), tuple(map(str, images))), Store(str(tmp_path / "out"), "jsonl"), workers=1
    )
    assert _rows(tmp_path / "out") == [
        {"id": f"{image}:0:0", "path": str(image), "frame": i, "time": float(i), "mean": [i, i, i]}
        for i, image in enumerate(images[:3])
    ]
    assert [one["reason"] for one in outcome.problems] == [f"{images[3]}: it can't be read as an image"]


def test_programs_in_map_batches(plain: Plain) -> None:
    rows = cv_ray.read_videos(plain.video, fps=2, segment_seconds=0.9)
    one = ray.data.ActorPoolStrategy(size=1)
    seen = rows.map_batches(cv_ray.Classify, batch_size=8, compute=one, fn_constructor_kwargs={"top": 2}).take_all()
    assert sorted(row["frame"] for row in seen) == [math.ceil(k * 12.5) for k in range(8)]
    for row in seen:
        expected = plain.lines[row["frame"]]
        assert list(row) == ["id", "path", "frame", "time", "classes"]
        assert row["time"] == expected["time"]
        assert [one["label"] for one in row["classes"]] == [one["label"] for one in expected["classes"][:2]]


def test_an_app_of_ones_own_and_its_drawings(tmp_path: Path) -> None:
    (pids := tmp_path / "pids").mkdir()
    video = make(tmp_path / "clip.mp4", "libx264", {"g": "12"}, frames=30)
    rows = cv_ray.read_videos(video, segment_seconds=1, size=(80, 60))
    one = ray.data.ActorPoolStrategy(size=1)
    seen = rows.map_batches(
        cv_ray.Program,
        batch_size=8,
        compute=one,
        fn_constructor_args=(mean_of(pids),),
        fn_constructor_kwargs={"images": True},
    ).take_all()
    assert sorted(row["frame"] for row in seen) == list(range(30))
    assert seen[0]["image"].shape == (60, 80, 3)
    assert len(seen[0]["mean"]) == 3


def test_images_as_a_dataset(tmp_path: Path) -> None:
    for number, size in enumerate([(8, 9), (8, 9), (5, 4)]):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((*size, 3), number, np.uint8))
    rows = cv_ray.read_images(tmp_path).take_all()
    assert [(row["frame"], row["image"].shape, row["image"].max()) for row in rows] == [
        (0, (8, 9, 3), 0),
        (1, (8, 9, 3), 1),
        (2, (5, 4, 3), 2),
    ]


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        ("missing.mp4", "no such file, nor a folder or pattern with videos in it: 'missing.mp4'"),
        ([], "no files are named"),
        ("s3://user:secret@bucket/a.mp4", "addresses must not hold a user or password"),
        ("nowhere://bucket/a.mp4", "nowhere://bucket/a.mp4 can't be reached: Protocol not known: nowhere"),
    ],
)
def test_what_isnt_there(paths: str | list[str], reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        cv_ray.read_videos(paths)


@pytest.mark.parametrize("wrong", [{"fps": 0}, {"size": (0, 4)}, {"segment_seconds": -1}])
def test_numbers_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        cv_ray.read_videos(str(SAMPLE), **wrong)


def test_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    (pids := tmp_path / "pids").mkdir()
    job, store = Job("mean", (str(SAMPLE),), ()), Store(str(tmp_path))
    with pytest.raises(OutputError, match="holds something else: give another folder, or --overwrite"):
        process_archive(mean_of(pids), job, store)
    (tmp_path / "_run.json").write_text(json.dumps({"program": "mean", "fps": 2}))
    with pytest.raises(OutputError, match="holds results of another run"):
        process_archive(mean_of(pids), job, store)
    with pytest.raises(OutputError, match="is a file: results of an archive go to a folder"):
        process_archive(mean_of(pids), job, Store(str(tmp_path / "_run.json")))


@pytest.mark.slow
def test_the_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "archive.py"))["main"]
    videos = tmp_path / "videos"
    videos.mkdir()
    for name in ("one.mp4", "two.mp4"):
        make(videos / name, "libx264", {"g": "12"}, frames=60)
    assert main([str(videos), "--output", str(tmp_path / "captions.parquet")]) == 0
    assert capsys.readouterr().out == f"6 captions in {tmp_path / 'captions.parquet'}\n"
    rows = pq.read_table(tmp_path / "captions.parquet").to_pylist()
    assert [(Path(row["path"]).name, row["frame"]) for row in rows] == [
        (name, frame) for name in ("one.mp4", "two.mp4") for frame in (0, 25, 50)
    ]
    assert all(row["caption"] for row in rows)
    with pytest.raises(SystemExit, match="2"):
        main([str(tmp_path / "nothing")])
    assert "no such file, nor a folder or pattern with videos in it" in capsys.readouterr().err
