"""Tracks of people who walk through images that nobody paints: where they are and what is read of them is made up."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor

from torch_opencv.vision.faces import Detections, Face, FaceTracker

FRAME = torch.zeros(480, 640, 3, dtype=torch.uint8)
Path = Callable[[int], "tuple[float, float] | None"]


@dataclass
class Person:
    """`path` gives the face's centre by frame; None while it is away."""

    path: Path
    age: float = 30.0
    male: float = 0.9  # what the network says on average
    size: float = 80.0


@dataclass
class Scene:
    """Pretends to be an analyzer of a video with these people, whose answers are noisy: boxes by a few pixels, ages by
    some years, descriptors of one person 0.4 apart, of two 1.2."""

    people: Sequence[Person]
    descriptors: bool = True
    missed: float = 0.0  # share of faces that the detector overlooks
    hidden: bool = True  # a face that is mostly behind one nearer to us isn't found
    frame: int = -1
    reads: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(0))

    def __post_init__(self) -> None:
        generator = torch.Generator().manual_seed(0)
        self.faces = torch.nn.functional.normalize(torch.randn(len(self.people), 128, generator=generator), dim=1) * 0.9
        self.generator = generator

    def present(self) -> dict[int, tuple[float, float]]:
        centres = {number: person.path(self.frame) for number, person in enumerate(self.people)}
        return {number: centre for number, centre in centres.items() if centre}

    def detect(self, frames: Sequence[Tensor]) -> list[Detections]:
        rows = []
        shown: list[tuple[float, float]] = []
        for number, (x, y) in self.present().items():  # the first are in front
            size = self.people[number].size
            behind = any(abs(x - a) < 0.4 * size and abs(y - b) < 0.4 * size for a, b in shown)
            shown.append((x, y))
            if (behind and self.hidden) or self.chance.random() < self.missed:
                continue
            noise = [self.chance.gauss(0, 1.5) for _ in range(4)]
            rows.append([x - size / 2 + noise[0], y - size / 2 + noise[1], size + noise[2], size + noise[3]])
        return [
            Detections(torch.tensor(rows, dtype=torch.float64).reshape(-1, 4), torch.full((len(rows),), 0.9).double())
        ]

    def read(self, frames: Sequence[Tensor], detections: Sequence[Detections]) -> list[list[Face]]:
        (found,) = detections
        self.reads += len(found)
        faces = []
        for box in found.boxes.tolist():
            number = self.nearest(box)
            person = self.people[number]
            male = min(1.0, max(0.0, person.male + self.chance.gauss(0, 0.25)))
            noise = torch.randn(128, generator=self.generator) * 0.025
            faces.append(
                Face(
                    tuple(box),
                    0.9,
                    age=person.age + self.chance.gauss(0, 4),
                    gender="male" if male > 0.5 else "female",
                    gender_score=max(male, 1 - male),
                    expressions=torch.tensor([0.1, 0.7, 0.2, 0, 0, 0, 0]),
                    descriptor=self.faces[number] + noise if self.descriptors else None,
                )
            )
        return [faces]

    def nearest(self, box: Sequence[float]) -> int:
        x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
        present = self.present()
        return min(present, key=lambda number: (present[number][0] - x) ** 2 + (present[number][1] - y) ** 2)

    def whose(self, box: Sequence[float]) -> int | None:
        """Who is there; None if it is nobody, or may be either of two."""
        x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
        near = [n for n, (a, b) in self.present().items() if max(abs(a - x), abs(b - y)) < 0.6 * self.people[n].size]
        return near[0] if len(near) == 1 else None

    def run(self, frames: int, **options: int) -> list[list[tuple[int | None, Face]]]:
        """For each frame the faces, each with the number of the person who is there."""
        tracker = FaceTracker(self, **options)
        out = []
        for _ in range(frames):
            self.frame += 1
            out.append([(self.whose(face.box), face) for face in tracker(FRAME)])
        return out


def identities(video: list[list[tuple[int | None, Face]]]) -> dict[int, Counter[int]]:
    """For each person the tracks that the face had, and in how many frames."""
    seen: dict[int, Counter[int]] = {}
    for frame in video:
        for number, face in frame:
            assert face.track is not None
            if number is not None:
                seen.setdefault(number, Counter())[face.track] += 1
    return seen


def switches(video: list[list[tuple[int | None, Face]]]) -> int:
    return sum(len(tracks) - 1 for tracks in identities(video).values())


def walking(x: float, y: float, dx: float = 0, dy: float = 0) -> Path:
    return lambda frame: (x + dx * frame, y + dy * frame)


def test_one_face_keeps_its_track() -> None:
    video = Scene([Person(walking(100, 200, 3, 1))]).run(100)
    assert identities(video) == {0: Counter({1: 100})}


@pytest.mark.parametrize("descriptors", [False, True])
def test_many_faces(descriptors: bool) -> None:
    """Ten, a bit more than a face apart, that go their ways, and of which the detector overlooks one in ten."""
    people = [
        Person(walking(60 + 110 * (i % 5), 120 + 200 * (i // 5), dx=0.5, dy=(i % 3 - 1) * 0.5)) for i in range(10)
    ]
    video = Scene(people, descriptors=descriptors, missed=0.1).run(150)
    assert switches(video) == 0
    assert all(len({face.track for _, face in frame}) == len(frame) for frame in video)
    assert sum(map(len, video)) >= 10 * 145


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize("speed", [2, 5])
def test_two_cross(every: int, speed: int) -> None:
    """One goes behind the other, and comes out on the other side."""
    frames = 500 // speed
    people = [Person(walking(70, 240, speed)), Person(walking(570, 244, -speed))]
    video = Scene(people).run(frames, every=every)
    assert switches(video) == 0
    tracks = identities(video)
    assert set(tracks[0]).isdisjoint(tracks[1])


def test_two_meet_and_turn_back() -> None:
    """They overlap and go back where they came from: motion alone would have them cross."""

    def turning(start: float, speed: float) -> Path:
        return lambda frame: (start + speed * (frame if frame < 60 else 120 - frame), 240.0)

    people = [Person(turning(150, 2.4)), Person(turning(450, -2.4))]
    assert switches(Scene(people).run(120)) == 0


@pytest.mark.parametrize("away", [10, 60, 400])
def test_leaving_and_returning(away: int) -> None:
    """By descriptor after a while, and elsewhere; without one it is somebody new."""

    def path(frame: int) -> tuple[float, float] | None:
        if frame < 50:
            return 100 + 2.0 * frame, 200
        return (500 - 2.0 * (frame - 50 - away), 300) if frame >= 50 + away else None

    people = [Person(path), Person(walking(320, 60))]
    assert switches(Scene(people).run(100 + away)) == 0
    assert switches(Scene(people, descriptors=False).run(100 + away)) == 1


def test_forgotten_after_a_time() -> None:
    people = [Person(lambda frame: (100.0, 200.0) if not 20 <= frame < 100 else None)]
    assert switches(Scene(people).run(120, remembered=50)) == 1


def test_somebody_else_in_the_same_place() -> None:
    """Within the patience that a track is waited for: only the descriptor tells."""
    people = [
        Person(lambda frame: (300.0, 200.0) if frame < 50 else None),
        Person(lambda frame: (303.0, 202.0) if frame >= 53 else None),
    ]
    tracks = identities(Scene(people).run(100))
    assert set(tracks[1]) == {2}


def test_labels_stay_put() -> None:
    """A network that isn't sure (60 % male) says something else every other time; the track doesn't."""

    def flips(labels: list[str | None]) -> int:
        return sum(one != other for one, other in itertools.pairwise(labels))

    scene = Scene([Person(walking(100, 200, 1), age=40, male=0.6)])
    raw = []
    for scene.frame in range(300):
        raw.append(scene.read([FRAME], scene.detect([FRAME]))[0][0])
    scene.frame = -1
    faces = [face for ((_, face),) in scene.run(300)]
    assert flips([face.gender for face in raw]) > 60
    assert flips([face.gender for face in faces]) <= 4
    assert max(abs(face.age - 40) for face in faces[100:]) < 3  # type: ignore[operator]
    assert max(abs(face.age - 40) for face in raw) > 8  # type: ignore[operator]
    assert {face.expression for face in faces} == {"happy"}


def test_labels_follow_a_change() -> None:
    """Averages are over the last readings, not over all."""
    person = Person(walking(100, 200), age=20)
    scene = Scene([person])
    tracker = FaceTracker(scene, refresh=5, memory=10)
    for scene.frame in range(200):
        if scene.frame == 100:
            person.age = 60
        (face,) = tracker(FRAME)
    assert face.age == pytest.approx(60, abs=5)


@pytest.mark.parametrize("every", [2, 5])
def test_detection_on_every_nth_frame(every: int) -> None:
    """In between, faces are where they are expected: within a few pixels of a steady walk."""
    scene = Scene([Person(walking(60, 100, 4, 2))])
    video = scene.run(120, every=every)
    assert identities(video) == {0: Counter({1: 120})}
    for frame, ((_, face),) in list(enumerate(video))[20:]:
        assert face.box[0] + face.box[2] / 2 == pytest.approx(60 + 4 * frame, abs=8)
        assert face.box[1] + face.box[3] / 2 == pytest.approx(100 + 2 * frame, abs=8)


def test_reading_is_seldom() -> None:
    scene = Scene([Person(walking(60 + 100 * i, 200)) for i in range(5)])
    scene.run(300, refresh=10)
    assert 5 * 300 / 10 <= scene.reads <= 5 * (300 / 10 + 12)


def test_faces_that_are_gone_are_not_shown() -> None:
    people = [Person(lambda frame: (100.0, 200.0) if frame < 50 else None), Person(walking(400, 200))]
    video = Scene(people).run(60)
    assert [len(frame) for frame in video] == [2] * 53 + [1] * 7


def test_landmarks_move_with_the_box() -> None:
    class Marked(Scene):
        def read(self, frames: Sequence[Tensor], detections: Sequence[Detections]) -> list[list[Face]]:
            (faces,) = super().read(frames, detections)
            return [
                [Face(face.box, 1.0, landmarks=torch.tensor([face.box[:2]], dtype=torch.float64)) for face in faces]
            ]

    for ((_, face),) in Marked([Person(walking(60, 100, 4, 2))]).run(50, every=3):
        assert face.landmarks is not None
        assert face.landmarks[0].tolist() == pytest.approx(face.box[:2], abs=1e-6)


def test_what_is_found_once_or_twice_is_no_face() -> None:
    people = [Person(walking(100, 200)), Person(lambda frame: (400.0, 300.0) if frame % 20 in (10, 11, 13) else None)]
    assert {face.track for frame in Scene(people).run(100) for _, face in frame} == {1}
    shown = [len(frame) for frame in Scene([Person(lambda frame: (400.0, 300.0) if frame >= 5 else None)]).run(10)]
    assert shown == [0] * 7 + [1] * 3


@pytest.mark.parametrize("option", ["every", "refresh", "memory", "confirm", "patience", "remembered"])
def test_options_out_of_range(option: str) -> None:
    with pytest.raises(ValueError, match=f"{option} must be 1 or more, not 0"):
        FaceTracker(Scene([]), **{option: 0})


def test_nobody() -> None:
    assert Scene([]).run(5) == [[]] * 5


def test_several_videos_at_once() -> None:
    """Each as if it were alone, though all of their faces are found together, and read together."""

    class Still:
        """A face in each frame, where the frame's first pixel says."""

        def __init__(self) -> None:
            self.calls: list[tuple[str, int]] = []

        def detect(self, frames: Sequence[Tensor]) -> list[Detections]:
            self.calls.append(("detect", len(frames)))
            boxes = [torch.tensor([[float(frame[0, 0, 0]), 50, 80, 80]], dtype=torch.float64) for frame in frames]
            return [Detections(box, torch.tensor([0.9], dtype=torch.float64)) for box in boxes]

        def read(self, frames: Sequence[Tensor], detections: Sequence[Detections]) -> list[list[Face]]:
            self.calls.append(("read", len(frames)))
            return [
                [Face(tuple(box.tolist()), 0.9, age=float(frame[0, 0, 0])) for box in one.boxes]
                for frame, one in zip(frames, detections, strict=True)
            ]

    def frame(value: int) -> Tensor:
        return torch.full((200, 300, 3), value, dtype=torch.uint8)

    analyzer = Still()
    together, alone = FaceTracker(analyzer), [FaceTracker(Still()) for _ in range(2)]
    for step in range(12):
        frames, videos = [frame(20 + step), frame(150 - 2 * step)], [4, 7]
        if step % 3 == 2:  # the second video has fewer frames
            frames, videos = frames[:1], videos[:1]
        for got, tracker, image in zip(together.batch(frames, videos), alone, frames, strict=False):
            assert [(one.track, one.box, one.age) for one in got] == [
                (one.track, one.box, one.age) for one in tracker(image)
            ]
    assert analyzer.calls[:2] == [("detect", 2), ("read", 2)]
    assert [count for name, count in analyzer.calls if name == "detect"] == [2, 2, 1] * 4
    with pytest.raises(ValueError, match="one frame of each video at a time"):
        together.batch([frame(0), frame(1)], [4, 4])
