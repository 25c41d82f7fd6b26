"""What an archive costs on Ray: against the plain program, and Ray's and Daft's own readers with the same model.

    python benchmarks/archive.py [VIDEO]... [--repeat N] [--workers N] [--rounds N]

The videos (default: the two long ones of ../shared/data/video) are linked so many times that a run takes a while. Each
round runs every contender; starting up is told apart from the rest, which is what a longer archive multiplies. Frames
are counted in what was written.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "video"
_PATIENCE_S = 200.0
_VIDEOS = [_DATA / "bottle-detection.mp4", _DATA / "car-detection.mp4"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="*", type=Path, default=_VIDEOS)
    parser.add_argument("--repeat", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "archive")
        archive.mkdir()
        for number in range(options.repeat):
            for video in options.videos:
                (archive / f"{number}-{video.name}").symlink_to(video.resolve())
        contenders: dict[str, Callable[[], tuple[int, float, float]]] = {
            "the plain program, --every": lambda: _plain(archive, Path(folder)),
            f"--ray, {options.workers} workers": lambda: _ray(archive, Path(folder), options.workers),
            "Ray's read_videos, the model by hand": lambda: _own_process("ray", archive, options.workers),
            "Daft's read_video_frames, the model by hand": lambda: _own_process("daft", archive, options.workers),
        }
        times: dict[str, list[tuple[int, float, float]]] = {name: [] for name in contenders}
        for _ in range(options.rounds):
            for name, run in contenders.items():
                try:
                    times[name].append(run())
                    print(f"{name}: {times[name][-1]}", file=sys.stderr, flush=True)
                except _MissingError as error:  # noqa: PERF203
                    times.pop(name, None)
                    print(f"{name}: left out, {error}", file=sys.stderr)
            contenders = {name: run for name, run in contenders.items() if name in times}
        _table(times)
    _decoding(options.videos)


class _MissingError(Exception):
    """A contender isn't installed, or can't be."""


def _plain(archive: Path, folder: Path) -> tuple[int, float, float]:
    """Frames, seconds in all, and the program's own seconds without starting up."""
    command = [_program(), "classify", str(archive), "--view", "none", "--every", "--results", f"{folder}/plain.jsonl"]
    seconds, said = _timed([*command, "--overwrite"])
    lines = Path(folder, "plain.jsonl").read_text().count("\n")
    return lines, seconds, float(said.split(" frames in ")[1].split(" s")[0])


def _ray(archive: Path, folder: Path, workers: int) -> tuple[int, float, float]:
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    command = [_program(), "classify", str(archive), "--ray", "--workers", str(workers), "--segment-seconds", "10"]
    seconds, said = _timed([*command, "--results", str(out)])
    import pyarrow.dataset
    import pyarrow.parquet

    frames = pyarrow.dataset.dataset(out, format="parquet").count_rows()
    written = sorted(path.stat().st_mtime for path in out.rglob("0*.parquet"))
    first = written[workers - 1]  # from here on all workers are at it
    after = sum(
        pyarrow.parquet.read_metadata(path).num_rows for path in out.rglob("0*.parquet") if path.stat().st_mtime > first
    )
    steady = (written[-1] - first) * frames / after  # as long as all of it would have taken at that rate
    assert said
    return frames, seconds, steady


def _own_process(which: str, archive: Path, workers: int) -> tuple[int, float, float]:
    seconds, said = _timed([sys.executable, __file__, "--contender", which, str(archive), str(workers)])
    told = json.loads(said.splitlines()[-1])
    if "missing" in told:
        raise _MissingError(told["missing"])
    return told["frames"], seconds, told["steady"]


def _contender(which: str, archive: str, workers: int) -> None:
    """A process of a contender's own: prints what came of it as JSON."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    sys.stdout = sys.stderr
    try:
        told = {"ray": _by_hand_with_ray, "daft": _by_hand_with_daft}[which](archive, workers)
    except ImportError as error:
        told = {"missing": str(error)}
    print(json.dumps(told), file=sys.__stdout__)


class ByHand:
    """The same classifier, as one writes it by hand for a Ray actor."""

    def __init__(self) -> None:
        from torch_opencv.vision import Classifier

        self._classifier = Classifier()

    def __call__(self, batch: dict[str, object]) -> dict[str, object]:  # noqa: D102
        import numpy as np
        import torch

        images = [torch.from_numpy(np.ascontiguousarray(frame[..., ::-1])) for frame in batch["frame"]]  # type: ignore[attr-defined]
        answers = self._classifier.batch(images)
        return {"label": [one[0].label for one in answers], "score": [one[0].score for one in answers]}


def _by_hand_with_ray(archive: str, workers: int) -> dict[str, object]:
    import decord  # noqa: F401 (which Ray's reader needs)
    import ray

    ray.init(num_cpus=workers + 1, include_dashboard=False, log_to_driver=False, logging_level="error")
    ray.data.DataContext.get_current().enable_progress_bars = False
    rows = ray.data.read_videos(archive)
    compute = ray.data.ActorPoolStrategy(size=workers)
    begin, first, frames = time.monotonic(), 0.0, 0
    for _ in rows.map_batches(ByHand, batch_size=8, compute=compute).iter_rows():
        frames += 1
        if frames == 100:
            first = time.monotonic()
    return {"frames": frames, "steady": (time.monotonic() - first) * frames / max(1, frames - 100), "begin": begin}


def _by_hand_with_daft(archive: str, workers: int) -> dict[str, object]:
    import daft
    import numpy as np
    import torch

    from torch_opencv.vision import Classifier

    classifier = Classifier()
    frames, first = 0, 0.0
    read = daft.read_video_frames(f"{archive}/*.mp4", image_height=480, image_width=640)
    for batch in read.iter_partitions():
        for frame in batch.to_pydict()["data"]:
            classifier(torch.from_numpy(np.ascontiguousarray(np.asarray(frame)[..., ::-1])))
            frames += 1
            if frames == 100:
                first = time.monotonic()
    return {"frames": frames, "steady": (time.monotonic() - first) * frames / max(1, frames - 100)}


def _decoding(videos: list[Path]) -> None:
    """What fps=2 costs: against decoding everything, and against the least that must be decoded."""
    from torch_opencv.ray.segments import decode, plan

    print("\n| video | decode and convert all | decode all, convert none | fps=2 | of the least |")
    print("|---|---:|---:|---:|---:|")
    for video in videos:
        segments = plan(str(video), 10)[0]
        every = _best(lambda s=segments: sum(1 for one in s for _ in decode(one)))  # type: ignore[misc]
        none = _best(lambda s=segments: sum(1 for one in s for _ in decode(one, fps=1e-5)), whole=str(video))  # type: ignore[misc]
        some = _best(lambda s=segments: sum(1 for one in s for _ in decode(one, fps=2)))  # type: ignore[misc]
        frames = sum(one.frames for one in segments)
        wanted = sum(1 for one in segments for _ in decode(one, fps=2))
        least = none + (every - none) * wanted / frames
        print(f"| {video.name} | {every:.2f} s | {none:.2f} s | {some:.2f} s | {some / least:.2f} |")


def _best(run: Callable[[], int], *, whole: str | None = None, rounds: int = 3) -> float:
    def decode_only() -> int:
        import av

        with av.open(whole) as container:
            container.streams.video[0].codec_context.thread_count = 1
            return sum(1 for _ in container.decode(video=0))

    times = []
    for _ in range(rounds):
        begin = time.process_time()
        (decode_only if whole else run)()
        times.append(time.process_time() - begin)
    return min(times)


def _table(times: dict[str, list[tuple[int, float, float]]]) -> None:
    base = [steady for _, _, steady in next(iter(times.values()))]
    print("| | frames | in all | once it runs | frames/s | of the plain program |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, runs in times.items():
        frames = runs[0][0]
        total, steady = (statistics.median(run[i] for run in runs) for i in (1, 2))
        ratio = statistics.median(plain / run[2] for plain, run in zip(base, runs, strict=False))
        print(f"| {name} | {frames} | {total:.1f} s | {steady:.1f} s | {frames / steady:.1f} | {ratio:.2f} |")


def _timed(command: list[str]) -> tuple[float, str]:
    begin = time.monotonic()
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=_PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        raise _MissingError(f"as it didn't end within {_PATIENCE_S:.0f} s") from None
    return time.monotonic() - begin, done.stdout + done.stderr if "--contender" not in command else done.stdout


def _program() -> str:
    return str(Path(sys.executable).with_name("torch-opencv"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--contender"]:
        _contender(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main()
