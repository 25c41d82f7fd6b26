from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.live.doubles import Shades
from torch_opencv.apps import faces
from torch_opencv.apps.faces import Faces
from torch_opencv.live.loop import run
from torch_opencv.live.results import Results
from torch_opencv.live.sources import Frame, open_source
from torch_opencv.vision.faces import Detections, Face
from torch_opencv.weights import WeightsError

SOMEBODY = Face(
    (10.126, -3.0, 40.0, 50.5),
    0.912345,
    age=31.24,
    gender="female",
    gender_score=0.987654,
    expression="happy",
    expression_score=0.9,
    track=1,
)


class Pretended:
    """An analyzer that finds a face for each 10 of an image's brightness, side by side, as old as the image is bright.

    `calls` says what it was asked for: of how many images, and how many faces.
    """

    def __init__(self, detector: str, *, descriptors: bool, **options: object) -> None:
        self.options = {"detector": detector, "descriptors": descriptors, **options}
        self.calls: list[tuple[str, int, int]] = []

    def detect(self, images: Sequence[Tensor]) -> list[Detections]:
        found = []
        for image in images:
            count = int(image[0, 0, 0]) // 10
            boxes = torch.tensor([[60.0 * i, 5, 30, 30] for i in range(count)], dtype=torch.float64).reshape(-1, 4)
            found.append(Detections(boxes, torch.full((count,), 0.9, dtype=torch.float64)))
        self.calls.append(("detect", len(images), sum(map(len, found))))
        return found

    def read(self, images: Sequence[Tensor], detections: Sequence[Detections]) -> list[list[Face]]:
        self.calls.append(("read", len(images), sum(map(len, detections))))
        return [
            [Face(tuple(box), 0.9, age=float(image[0, 0, 0]), gender="male", gender_score=0.9) for box in one.boxes]  # type: ignore[arg-type]
            for image, one in zip(images, detections, strict=True)
        ]

    def batch(self, images: Sequence[Tensor]) -> list[list[Face]]:
        return self.read(images, self.detect(images))


@pytest.fixture(autouse=True)
def pretended(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "real" not in request.fixturenames:
        monkeypatch.setattr(faces, "FaceAnalyzer", Pretended)


def make_image(brightness: int) -> Tensor:
    return torch.full((60, 640, 3), brightness, dtype=torch.uint8)


def calls(program: Faces) -> list[tuple[str, int, int]]:
    analyzer = program._analyzer
    assert isinstance(analyzer, Pretended)
    return analyzer.calls


def test_result_is_written_as_agreed() -> None:
    fields = Faces().fields([SOMEBODY])
    assert fields == {
        "faces": [
            {
                "box": [10.13, -3.0, 40.0, 50.5],
                "score": 0.9123,
                "age": 31.2,
                "gender": "female",
                "gender_score": 0.9877,
                "expression": "happy",
                "expression_score": 0.9,
                "track": 1,
            }
        ]
    }
    assert Faces().fields([]) == {"faces": []}
    grouped = Face((0, 0, 5, 5), 0.5, age=28.5, age_group=(25, 32), gender="male", gender_score=1.0)
    old = Faces(model="levi-hassner").fields([grouped, Face((0, 0, 5, 5), 0.5)])["faces"]
    assert [(one["age"], one["age_group"], one["expression"]) for one in old] == [  # type: ignore[attr-defined]
        (28.5, "25-32", None),
        (None, None, None),
    ]


def test_a_label_is_the_original_demos() -> None:
    assert faces.label(SOMEBODY) == "female: 31"
    assert faces.label(Face((0, 0, 5, 5), 0.5, age=28.5, age_group=(25, 32), gender="male")) == "male: 25-32"
    assert faces.label(Face((0, 0, 5, 5), 0.5)) == ""  # found at the edge, and not read


def test_faces_are_drawn_and_tracks_told_apart_by_colour() -> None:
    program, image = Faces(), torch.zeros(120, 160, 3, dtype=torch.uint8)
    assert program.draw(image, [SOMEBODY]) is image
    assert image[45:49, 10:50].amax(dim=(0, 2)).min() == 255  # the box's lower edge
    colours = set()
    for track in (1, 2, 3, None):
        face = Face((20, 20, 60, 60), 0.9, track=track)
        drawn = program.draw(torch.zeros(120, 160, 3, dtype=torch.uint8), [face])
        colours.add(tuple(drawn[79, 50].tolist()))
    assert len(colours) == 3  # without a track as the first
    assert not program.draw(torch.zeros(120, 160, 3, dtype=torch.uint8), []).any()


def test_faces_of_several_sources_go_through_the_networks_at_once_and_keep_their_tracks() -> None:
    program = Faces(detect_every=1)
    first = program.process_sources([make_image(20), make_image(10)], [0, 1])
    assert [[face.track for face in one] for one in first] == [[1, 2], [1]]
    assert calls(program) == [("detect", 2, 3), ("read", 2, 3)]
    (only,) = program.process_sources([make_image(10)], [1])  # the other source has no new frame
    assert [(face.track, face.age) for face in only] == [(1, 10)]
    again = program.process_sources([make_image(20), make_image(10)], [0, 1])
    assert [[face.track for face in one] for one in again] == [[1, 2], [1]]
    assert program.summary() == "3 faces seen: male: 10 (3 frames), male: 20 (2 frames), male: 20 (2 frames)"


def test_sources_are_told_apart_in_the_loop(tmp_path: Path) -> None:
    class Steady(Shades):
        shape = 60, 640

        def __iter__(self) -> Iterator[Frame]:
            for frame in super().__iter__():
                frame.image.fill_(30 if self.name == "three" else 10)
                yield frame

    with Results(tmp_path / "out.jsonl") as results:
        run(Faces(), [Steady(9, name="three"), Steady(5, name="one")], results=results)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    tracks = {(line["source"], *(face["track"] for face in line["faces"])) for line in lines}
    assert tracks == {("three", 1, 2, 3), ("one", 1)}
    assert len(lines) == 14


def test_detection_is_seldom_where_faces_are_followed() -> None:
    program = Faces()
    for _ in range(9):
        assert len(program.process(make_image(10))) == 1
    assert [count for what, count, _ in calls(program) if what == "detect"] == [1, 1, 1]
    assert program._analyzer.options["descriptors"]  # type: ignore[attr-defined]


def test_without_tracking_each_frame_stands_for_itself() -> None:
    program = Faces("ssd", track=False, threshold=0.3)
    for brightness in (20, 0, 10):
        assert [face.track for face in program.process(make_image(brightness))] == [None] * (brightness // 10)
    assert program.summary() == "3 faces found in 2 of 3 frames, 2 at most at a time"
    options = program._analyzer.options  # type: ignore[attr-defined]
    assert (options["detector"], options["threshold"], options["descriptors"]) == ("ssd", 0.3, False)
    with pytest.raises(ValueError, match="detect_every needs track"):
        Faces(track=False, detect_every=2)
    with pytest.raises(ValueError, match="every must be 1 or more"):
        Faces(detect_every=-1)


def test_a_summary_names_five_and_counts_the_rest() -> None:
    program = Faces(detect_every=1)
    assert program.summary() == "0 faces seen"
    program.process(make_image(70))
    assert program.summary().startswith("7 faces seen: male: 70 (1 frame), ")
    assert program.summary().endswith("male: 70 (1 frame) and 2 more")


@pytest.fixture(scope="module")
def real() -> Faces:
    try:
        return Faces(device="cpu", detect_every=1)
    except WeightsError as error:
        pytest.skip(f"needs face-api's weights: {str(error).splitlines()[0]}")


@pytest.mark.slow
def test_the_astronaut_of_the_sample(real: Faces) -> None:
    with open_source("sample") as source:
        frames = [frame.image for frame in islice(source, 170, 190)]
    answers = [real.process(frame) for frame in frames]
    face = answers[10][0]
    assert [len(one) for one in answers] == [1] * 20
    assert {one[0].track for one in answers} == {1}
    assert (face.gender, face.expression) == ("female", "happy")
    assert face.age == pytest.approx(31, abs=4)
    left, top, width, height = face.box
    assert 190 < left < left + width < 360
    assert 30 < top < top + height < 200
    assert real.summary() == f"1 face seen: female: {answers[-1][0].age:.0f} (20 frames)"
