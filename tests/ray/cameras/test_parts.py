"""The parts of a run over cameras, without Ray's processes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Condition
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("ray", reason="the extra [ray] isn't installed")

from tests.ray.cameras.doubles import SHADE, Failing, Mean, Simulated, open_simulated
from torch_opencv.live.counts import NameCounts, merged
from torch_opencv.live.errors import OutputError, SourceError
from torch_opencv.live.sources import Frame, Source
from torch_opencv.ray.cameras.camera import Camera, CameraReport, fairest
from torch_opencv.ray.cameras.model import Answer, ModelService
from torch_opencv.ray.cameras.named import named
from torch_opencv.ray.cameras.results import Lines, Parts, prepare_folder
from torch_opencv.ray.cameras.standing import Standing, Tally
from torch_opencv.ray.cameras.wall import Wall, tile_size


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def camera(
    name: str, *, open_source: Callable[[str], Source] = open_simulated, max_frames: int | None = None
) -> Camera:
    return Camera(
        named([f"http://host/{name}"])[0],
        Condition(),
        open_source=open_source,
        results=None,
        began=time.time(),
        max_frames=max_frames,
        delay=0.0,
    )


def frame(index: int) -> Frame:
    return Frame(torch.zeros(4, 6, 3, dtype=torch.uint8), index, index / 10, "http://host/usual", time.monotonic())


# --- a camera ---


def test_of_a_camera_one_frame_waits_and_one_is_on_its_way() -> None:
    fast = camera("fast")
    wait_for(lambda: fast.report().read > 20)
    first = fast.take()

    assert first is not None
    assert first.index > 0  # the newest
    wait_for(lambda: fast.report().read > first.index + 20)
    assert not fast.ready  # not before the first is back
    fast.on_its_way = False
    assert fast.ready
    second = fast.take()
    assert second is not None
    assert second.index > first.index + 10  # those between gave way
    fast.close()


def test_whoever_has_waited_longest_is_next() -> None:
    cameras = [camera("fast"), camera("usual"), camera("slow"), camera("dead")]
    turns: list[str] = []
    begin = time.monotonic()
    while time.monotonic() - begin < 2.0:
        for one in fairest(cameras, 1):  # the model has time for one frame, and takes a while for it
            one.take()
            turns.append(one.name.shown.rpartition("/")[2])
            time.sleep(0.02)
            one.on_its_way = False
    for one in cameras:
        one.close()

    # On an idle machine it is all that they gave, 8 and 20.
    assert turns.count("slow") >= 4
    assert turns.count("usual") >= 10
    assert turns.count("fast") > turns.count("usual")  # it has what the others leave


def test_a_camera_is_opened_again_whatever_happens_and_no_secret_is_told() -> None:
    errors: list[Exception] = [SourceError("nobody is there"), ValueError("bad address http://anna:s3cr3t@host")]
    told: list[tuple[str, str]] = []

    def open_source(address: str) -> Source:
        report = one.report() if told else None
        told.append((report.state, report.why) if report else ("", ""))
        if errors:
            raise errors.pop(0)
        return Simulated("usual")

    one = camera("usual", open_source=lambda address: (_wait(), open_source(address))[1])
    ready.set()
    wait_for(lambda: one.report().state == "live" and one.report().read)

    assert told[1:] == [("connecting", "nobody is there"), ("connecting", "ValueError")]
    assert one.report().why == ""
    one.close()


ready = threading.Event()


def _wait() -> None:
    ready.wait(20)  # `one` is there


def test_a_camera_ends_after_so_many_frames() -> None:
    one = camera("usual", max_frames=2)
    for _ in range(2):
        wait_for(lambda: one.ready)
        taken = one.take()
        assert taken is not None
        one.keep(taken, Answer({}, np.zeros((2, 2, 3), np.uint8)))
        one.on_its_way = False

    report = one.report()
    assert (report.state, report.processed) == ("ended", 2)
    assert report.picture is not None
    assert one.report().picture is None  # it is given once
    time.sleep(0.25)
    assert not one.ready


# --- the model service ---


def shades(*values: int) -> list[np.ndarray]:
    images = [np.full((9, 16, 3), value, np.uint8) for value in values]
    for image in images:
        image.flags.writeable = False  # as Ray's are
    return images


def service(load: Callable[[], object] = Mean) -> ModelService:
    return ModelService(
        load, workers=2, cameras=3000, tile=(8, 6)
    )  # so many that a minute is between two pictures of one


def test_frames_of_several_workers_are_looked_at_together_and_come_back_to_their_own() -> None:
    model = service(lambda: Mean(0.05))
    answers: dict[int, list[Answer]] = {}

    def ask(worker: int, cameras: list[int], values: list[int]) -> None:
        answers[worker] = model.answer(worker, cameras, shades(*values), pictures=worker == 0)

    threads = [
        threading.Thread(target=ask, args=(0, [0, 2], [10, 20])),
        threading.Thread(target=ask, args=(1, [1], [30])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.fields["mean"] for answer in answers[0]] == [10.0, 20.0]
    assert [answer.fields["mean"] for answer in answers[1]] == [30.0]
    picture = answers[0][1].picture
    assert picture is not None
    assert picture.shape == (4, 8, 3)  # in its proportions
    assert int(picture.min()) == 255
    assert answers[1][0].picture is None  # nobody sees it
    assert model.answer(0, [0], shades(10), pictures=True)[0].picture is None  # it isn't time for another
    assert model.summary() == "4 frames seen"
    assert model.figures()["frames"] == 4


def test_summaries_of_several_services_are_one_where_they_can_be_counted() -> None:
    class Shades(NameCounts):
        def add(self, fields: Mapping[str, Any], /) -> None:
            self.counter[str(fields["mean"])] += 1

        def __str__(self) -> str:
            return f"{sum(self.counter.values())} frames of {len(self.counter)} shades"

    class Counting(Mean):
        def counts(self) -> Shades:
            return Shades()

    models = [service(Counting), service(Counting)]
    for model, values in zip(models, ([1, 2, 3], [3, 4]), strict=True):
        model.answer(0, range(len(values)), shades(*values), pictures=False)

    assert merged([model.summary() for model in models]) == ["5 frames of 4 shades"]
    assert merged(["one", "", "two"]) == ["one", "two"]
    assert merged([]) == []


def test_a_worker_that_has_nothing_is_not_waited_for_long() -> None:
    model = service()

    assert [model.answer(1, [1], shades(value), pictures=False)[0].fields["mean"] for value in (1, 2)] == [1.0, 2.0]
    assert model.figures()["batches"] == 2


def test_what_the_program_raises_everybody_hears() -> None:
    model = service(Failing)
    with pytest.raises(ValueError, match="the fourth frame is too much"):
        model.answer(0, range(4), shades(1, 2, 3, 4), pictures=False)
    with pytest.raises(ValueError, match="the fourth frame is too much"):
        model.answer(1, [1], shades(1), pictures=False)
    with pytest.raises(ValueError, match="the fourth frame is too much"):
        model.ready()


# --- results ---


def test_what_a_killed_worker_has_left_of_a_line_is_cut_off_and_gone_on_after(tmp_path: Path) -> None:
    path = tmp_path / "0000-usual.jsonl"
    lines = Lines(path)
    for index in (0, 3):
        lines.write(frame(index), {"text": "x" * 70_000})  # longer than what is read at once
    lines.close()
    with path.open("ab") as file:
        file.write(b'{"frame": 4, "ti')

    again = Lines(path)
    assert again.next_frame == 4
    again.write(frame(4), {})
    again.close()

    assert [json.loads(line)["frame"] for line in path.read_text().splitlines()] == [0, 3, 4]


def test_parquet_is_written_in_parts_and_gone_on_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr("torch_opencv.ray.cameras.results._PART_ROWS", 2)
    for first in (0, 3):
        parts = Parts(tmp_path / "0000-usual")
        assert parts.next_frame == first
        for index in range(first, first + 3):
            parts.write(frame(index), {"classes": []})
        parts.close()

    assert sorted(path.name for path in (tmp_path / "0000-usual").iterdir()) == [f"00000{n}.parquet" for n in range(4)]
    assert parquet.read_table(tmp_path / "0000-usual")["frame"].to_pylist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("format", ["jsonl", "parquet"])
def test_an_earlier_run_s_results_are_replaced_only_if_that_is_wanted(tmp_path: Path, format: str) -> None:
    folder = tmp_path / "out"
    prepare_folder(folder, ["0000-a"], format, overwrite=False)  # type: ignore[arg-type]
    path = folder / "0000-a.jsonl" if format == "jsonl" else folder / "0000-a" / "000000.parquet"
    path.parent.mkdir(exist_ok=True)
    path.write_text("something")

    with pytest.raises(OutputError, match=r"exists: give --overwrite"):
        prepare_folder(folder, ["0000-a"], format, overwrite=False)  # type: ignore[arg-type]
    prepare_folder(folder, ["0000-a"], format, overwrite=True)  # type: ignore[arg-type]
    assert not path.exists()
    assert not list(folder.glob(".*"))
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is a file"):
        prepare_folder(tmp_path / "file", ["0000-a"], format, overwrite=False)  # type: ignore[arg-type]


# --- what is shown ---


def report(processed: int, *, state: str = "live") -> CameraReport:
    return CameraReport(0, state, "", 2 * processed, processed, 0.5, None)  # type: ignore[arg-type]


def test_frames_are_counted_over_the_workers_that_a_camera_has_had(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("torch_opencv.ray.cameras.standing.time.monotonic", lambda: now)
    tally = Tally()
    assert tally.standing() == Standing("connecting", "", 0.0, None)
    for processed, pid in ((0, 7), (10, 7), (2, 8)):  # a new process counts from 0
        tally.add(report(processed), pid)
        now += 1.0

    assert (tally.processed, tally.read) == (12, 24)
    assert tally.standing() == Standing("live", "", 6.0, 1.5)
    assert str(tally.standing()) == "6.0/s, 1.5 s ago"
    now += 3.0
    assert tally.standing().state == "lost"  # nothing is heard of its worker
    tally.add(report(3, state="ended"), 8)
    now += 60.0
    assert (tally.standing().state, tally.ended) == ("ended", True)


def test_a_wall_of_a_hundred_cameras_is_one_image_of_bounded_size() -> None:
    names = [f"rtsp://10.0.0.{number}/live" for number in range(100)]
    wall = Wall(names)
    standings = [Standing("live", "", 2.0, 0.5)] * 98 + [Standing("lost", "no frame came for 5 s", 0.0, None)] * 2
    width, height = tile_size(100)
    pictures = {number: torch.full((height, width, 3), SHADE["usual"] * 5, dtype=torch.uint8) for number in (0, 12, 99)}

    image, shown = wall.image(pictures, standings)

    assert image.shape == (10 * height, 10 * width, 3) == (1080, 1920, 3)
    at = {
        number: image[number // 10 * height + height - 9, number % 10 * width + 9].tolist() for number in (0, 1, 12, 99)
    }
    assert at == {0: [150] * 3, 1: [0] * 3, 12: [150] * 3, 99: [50] * 3}  # the lost one's is darker
    assert [(one.box, one.name, one.state, one.text) for one in (shown[12], shown[99])] == [
        ((2 * width, height, width, height), "10.0.0.12/live", "live", "2.0/s, 0.5 s ago"),
        ((9 * width, 9 * height, width, height), "10.0.0.99/live", "lost", "lost: no frame came for 5 s"),
    ]
    panel = wall.panel(standings)
    assert [row.text for row in panel.rows] == [
        "98 live, 2 lost",
        "10.0.0.98/live: lost: no frame came for 5 s",
        "10.0.0.99/live: lost: no frame came for 5 s",
    ]
    assert wall.panel(list(standings)) is panel


def test_a_wall_of_ten_thousand_shows_as_many_as_can_be_seen() -> None:
    wall = Wall([f"rtsp://host/{number}" for number in range(10_000)])
    standings = [Standing("connecting", "", 0.0, None)] * 10_000

    image, shown = wall.image({}, standings)
    assert (image.shape, len(shown)) == ((1080, 1920, 3), 400)
    assert len(wall.panel(standings).rows) == 32
