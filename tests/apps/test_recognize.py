"""The program with an analyzer that finds what was painted: each colour is a person, red and near-red are two."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv.apps.recognize import Recognize, Recognized
from torch_opencv.live.events import Click, File, Key, Press, Text
from torch_opencv.live.sources import Frame
from torch_opencv.vision.errors import ModelError
from torch_opencv.vision.faces import Detections, Face, Gallery, GalleryError, GalleryFile
from torch_opencv.weights import WeightsError

RED, GREEN, BLUE, GREY = (0, 0, 200), (0, 200, 0), (200, 0, 0), (90, 90, 90)


class Painted:
    """Takes every bright field of 100 pixels for a face; its descriptor is its colour."""

    def __init__(self) -> None:
        self.detected = 0  # frames

    def __call__(self, frame: Tensor) -> list[Face]:
        return self.batch([frame])[0]

    def batch(self, frames: Sequence[Tensor]) -> list[list[Face]]:
        return self.read(frames, self.detect(frames))

    def detect(self, frames: Sequence[Tensor]) -> list[Detections]:
        self.detected += len(frames)
        return [self._detect(frame) for frame in frames]

    def _detect(self, frame: Tensor) -> Detections:
        corners = [(x, y) for y in range(0, frame.shape[0], 100) for x in range(0, frame.shape[1], 100)]
        boxes = [(x, y, 100, 100) for x, y in corners if frame[y + 50, x + 50].any()]
        return Detections(torch.tensor(boxes).double().reshape(-1, 4), torch.full((len(boxes),), 0.9).double())

    def read(self, frames: Sequence[Tensor], detections: Sequence[Detections]) -> list[list[Face]]:
        return [
            [_face(frame, box, score) for box, score in zip(found.boxes.tolist(), found.scores.tolist(), strict=True)]
            for frame, found in zip(frames, detections, strict=True)
        ]


def _face(frame: Tensor, box: Sequence[float], score: float) -> Face:
    left, top, width, height = box
    colour = frame[int(top + height / 2), int(left + width / 2)].float() / 200
    return Face((left, top, width, height), score, descriptor=torch.cat((colour, torch.zeros(125))))


def scene(*colours: tuple[int, int, int]) -> Tensor:
    return torch.cat([torch.tensor(colour, dtype=torch.uint8).expand(100, 100, 3) for colour in colours], dim=1)


class Session:
    """A program, and what is shown."""

    def __init__(self, app: Recognize, *colours: tuple[int, int, int]) -> None:
        self.app = app
        self.image = scene(*colours)

    @property
    def names(self) -> list[str | None]:
        return [one.name for one in self.result().whose]

    def result(self) -> Recognized:
        return self.app.process(self.image)

    def keys(self, *keys: str) -> list[bool]:
        return [self.app.handle(Key(key)) for key in keys]

    def double_click(self, number: int) -> bool:
        """On a field."""
        frame = Frame(self.image, 0, 0.0, 0.0, "scene")
        clicks = [Click(0, 100 * number + 50, 50, double, frame, self.result()) for double in (False, True)]
        assert not self.app.handle(clicks[0])
        return self.app.handle(clicks[1])

    def counts(self) -> dict[str, int]:
        return {person.name: len(person.faces) for person in self.app.gallery.people}


@pytest.fixture
def session(tmp_path: Path) -> Session:
    app = Recognize(["Anna", "Bob"], gallery=tmp_path / "people.gallery", analyzer=Painted(), track=False)
    return Session(app, RED, GREEN, BLUE, (0, 0, 0))


@pytest.fixture
def recognizing(session: Session) -> Session:
    for keys, field in (("1", 0), ("2", 1)):
        session.keys(keys)
        session.double_click(field)
        session.double_click(field)
    session.keys("Enter")
    return session


def test_labelling_then_recognising(session: Session) -> None:
    assert session.names == [None] * 3
    assert session.app.summary() == "to recognise, two faces are needed of Anna, Bob"
    assert session.double_click(0)
    assert not session.double_click(3)  # there is nobody
    assert session.keys("2", "Enter") == [True, True]  # too early
    assert session.app.status == "Anna, Bob: two faces are needed; choose by a digit, add by double clicks"
    session.double_click(1)
    session.double_click(1)
    session.double_click(2)
    session.keys("Backspace")  # it was Bob's third, and somebody else
    assert session.counts() == {"Anna": 1, "Bob": 2}
    session.keys("1")
    session.double_click(0)
    assert session.names == [None] * 3
    session.keys("Enter")
    assert session.names == ["Anna", "Bob", None]
    assert session.keys("l", "Enter", "Backspace", "l") == [True] * 4
    assert session.counts() == {"Anna": 1, "Bob": 2}
    assert session.names == [None] * 3


def test_a_wrong_name_is_mended_at_once(recognizing: Session) -> None:
    recognizing.image = scene(RED, GREEN, (0, 60, 200), (0, 20, 200))
    shown = recognizing.result()
    assert [one.name for one in shown.whose] == ["Anna", "Bob", "Anna", "Anna"]
    recognizing.double_click(2)
    assert [button.name for button in recognizing.app.panel().buttons] == ["label", "nobody"]
    blank = torch.zeros(100, 400, 3, dtype=torch.uint8)
    asking = recognizing.app.draw(blank.clone(), shown)
    assert recognizing.keys("2") == [True]
    assert recognizing.names == ["Anna", "Bob", "Bob", "Anna"]
    assert [button.name for button in recognizing.app.panel().buttons] == ["label"]
    # What was processed before is drawn with what is known now.
    after = recognizing.app.draw(blank.clone(), shown)
    assert not torch.equal(after, asking)
    assert torch.equal(after, recognizing.app.draw(blank.clone(), recognizing.result()))
    recognizing.double_click(3)
    recognizing.keys("0")
    assert recognizing.names == ["Anna", "Bob", "Bob", None]
    assert len(recognizing.app.gallery.nobody) == 1
    recognizing.double_click(0)
    assert recognizing.keys("Escape", "Escape") == [True, False]  # leaves it; then it is the loop's
    assert recognizing.keys(" ", "q") == [False, False]
    assert recognizing.counts() == {"Anna": 2, "Bob": 3}


def test_the_threshold_moves(recognizing: Session) -> None:
    recognizing.image = scene(RED, (0, 0, 120))  # 0.4 from Anna
    assert recognizing.names == ["Anna", "Anna"]
    recognizing.keys(*["-"] * 11)
    assert recognizing.app.status == "threshold 0.39"
    assert recognizing.names == ["Anna", None]
    recognizing.keys("+", "=")
    assert recognizing.names == ["Anna", "Anna"]
    recognizing.keys(*["-"] * 60)
    assert recognizing.app.threshold == 0.01


def test_a_name_stays_at_a_face_that_is_followed(recognizing: Session, tmp_path: Path) -> None:
    analyzer = Painted()
    app = Recognize(gallery=tmp_path / "people.gallery", analyzer=analyzer)
    session = Session(app, RED, GREEN)
    doubtful = (0, 0, 80)  # 0.6 from Anna, who turns her head, say
    names, found = [], []
    for number in range(60):
        session.image = scene(doubtful if 15 <= number < 18 else RED, GREEN)
        result = session.result()
        names.append([one.name for one in result.whose])
        found.append([face.track for face in result.faces])
    assert names == [["Anna", "Bob"]] * 60
    assert found == [[1, 2]] * 60
    assert analyzer.detected == 20  # on every third frame
    session.image = scene(doubtful, GREEN)
    assert Session(Recognize(gallery=tmp_path / "people.gallery", analyzer=Painted(), track=False), doubtful).names == [
        None
    ]
    # Corrections hold for the whole track, at once.
    session.double_click(1)
    session.keys("0")
    assert session.names == ["Anna", None]
    # What is labelled is what is in that very frame.
    session.keys("l")
    session.image = scene(GREEN, RED)
    faces = session.result().faces
    assert [face.descriptor.argmax().item() for face in faces if face.descriptor is not None] == [1, 2]
    assert analyzer.detected > 20
    with pytest.raises(ValueError, match="detect_every needs track"):
        Recognize(["Anna", "Bob"], analyzer=Painted(), track=False, detect_every=2)


def test_what_is_written(recognizing: Session) -> None:
    recognizing.image = scene(RED, BLUE)
    anna, unknown = recognizing.app.fields(recognizing.result())["faces"]  # type: ignore[attr-defined]
    assert anna == {
        "box": [0, 0, 100, 100],
        "score": 0.9,
        "name": "Anna",
        "distance": 0.0,
        "margin": pytest.approx(2**0.5, abs=1e-4),
        "name_score": 1.0,
        "track": None,
    }
    assert unknown["name"] is None
    assert recognizing.app.summary() == "faces: Anna (1), unknown (1)"


def test_every_change_is_saved_and_resumed(recognizing: Session, tmp_path: Path) -> None:
    path = tmp_path / "people.gallery"
    recognizing.double_click(2)
    recognizing.keys("0")
    again = Recognize(gallery=path, analyzer=Painted(), track=False)
    assert Session(again, RED, GREEN, BLUE).names == ["Anna", "Bob", None]  # it begins with recognising
    GalleryFile(path).save(Gallery())  # by somebody else
    before = recognizing.counts()
    recognizing.keys("1")
    recognizing.double_click(0)
    recognizing.keys("1")
    assert "changed by another program" in recognizing.app.status
    assert recognizing.counts() == before


def test_the_panel_of_the_page(recognizing: Session) -> None:
    app = recognizing.app
    rows = app.panel().rows
    assert [row.text for row in rows] == ["1  Anna: 2", "▸ 2  Bob: 2"]
    assert [button.label for button in rows[1].buttons] == ["Delete face 1", "Delete face 2", "Delete Bob"]
    assert app.panel() is app.panel()
    assert rows[0].images[0].shape == (30, 327, 3)
    assert rows[0].images[0][15, 15].tolist() == list(RED)
    app.handle(Text("add", " Ж  李 "))
    assert recognizing.counts() == {"Anna": 2, "Bob": 2, "Ж 李": 0}
    assert app.panel().rows[2].text == "▸ 3  Ж 李: 0  (2 more needed)"
    app.handle(Text("rename", "李"))
    app.handle(Text("add", "\x07"))
    assert "control characters" in app.status
    app.handle(Press("choose 1"))
    app.handle(Press("face 0"))
    app.handle(Press("face 7"))  # was pressed twice, say
    assert recognizing.counts() == {"Anna": 2, "Bob": 1, "李": 0}
    recognizing.double_click(2)
    app.handle(Text("add", "李"))  # the answer to the question
    assert recognizing.counts() == {"Anna": 2, "Bob": 1, "李": 1}
    app.handle(Press("choose 2"))
    app.handle(Text("rename", "Bob"))  # one person who was there twice
    assert recognizing.counts() == {"Anna": 2, "Bob": 2}
    app.handle(Press("delete 0"))
    assert "at least two people" in app.status
    app.handle(Text("add", "Cem"))
    app.handle(Press("delete 2"))
    assert app.chosen_person == "Anna"
    recognizing.double_click(0)
    app.handle(Press("nobody"))
    app.handle(Press("label"))
    assert app.panel().rows[2].text == "nobody of these: 1"
    nobody = app.gallery
    app.handle(Press("forget"))
    assert len(app.panel().rows) == 2
    assert not app.gallery.nobody
    app._change(nobody)
    app.handle(Press("start"))
    assert recognizing.counts()["Anna"] == 0  # both were this very face
    assert app.status == "Anna: two faces are needed; choose by a digit, add by double clicks"
    app.handle(Press("choose 1"))
    for number in range(12):
        app.handle(Text("add", f"p{number}"))
    assert app.status == "there can be at most 9 people, one for each digit"
    assert len(recognizing.counts()) == 9


def test_what_is_refused(tmp_path: Path) -> None:
    for people, message in (
        ([], "at least two people: say --people"),
        (["Anna"], "at least two"),
        (["Anna", "Anna "], "at least two"),
        ([f"p{number}" for number in range(10)], "at most 9 people, one for each digit, not 10"),
        (["Anna", ""], "1 to 100 characters"),
    ):
        with pytest.raises(GalleryError, match=message):
            Recognize(people, gallery=tmp_path / "new.gallery", analyzer=Painted(), track=False)
    assert not (tmp_path / "new.gallery").exists()
    with pytest.raises(ModelError, match="no classifier 'rbf'"):
        Recognize(["Anna", "Bob"], classifier="rbf", analyzer=Painted(), track=False)
    with pytest.raises(ValueError, match="threshold must be greater than 0"):
        Recognize(["Anna", "Bob"], threshold=0, analyzer=Painted(), track=False)


def test_a_folder_is_enrolled(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name, colour in (("Anna", RED), ("Bob", GREEN)):
        (tmp_path / name).mkdir()
        for number in range(2):
            cv.imwrite(str(tmp_path / name / f"{number}.png"), scene(colour))
    cv.imwrite(str(tmp_path / "Bob" / "two.png"), scene(GREEN, GREY))
    with caplog.at_level(logging.WARNING):
        app = Recognize(folder=tmp_path, analyzer=Painted(), track=False)
    assert "two.png is left out: it shows 2 faces" in caplog.text
    assert Session(app, GREEN, RED, GREY).names == ["Bob", "Anna", None]


@pytest.mark.slow
@pytest.mark.data
def test_photographs_of_well_known_people(tmp_path: Path, shared_data: Path) -> None:
    """The whole chain: folders of images, faces found in others, names and strangers."""
    images = shared_data / "faceapi" / "images"
    enrolled = {
        "Obama": ["fr_knn_train_obama_obama", "fr_knn_train_obama_obama2"],
        "Kit": ["fr_knn_train_kit_harington_john2", "fr_knn_train_kit_harington_john2"],
    }
    for name, files in enrolled.items():
        (tmp_path / name).mkdir()
        for number, file in enumerate(files):
            image = cv.imread(str(images / f"{file}.png"))
            assert image is not None
            image = cv.flip(image, 1) if number and files[0] == file else image
            cv.imwrite(str(tmp_path / name / f"{number}.png"), image)
    try:
        app = Recognize(folder=tmp_path, device="cpu", track=False)
    except WeightsError as error:
        pytest.skip(f"needs face-api's weights: {str(error).splitlines()[0]}")
    expected = {
        "fr_ex_obama_small": "Obama",
        "fr_knn_test_obama1": "Obama",
        "fr_knn_test_kit_with_rose": "Kit",
        "fr_knn_test_alex_lacamoire1": None,
        "fr_knn_train_biden_biden": None,
        "skimage_astronaut": None,
    }
    for file, name in expected.items():
        frame = cv.imread(str(images / f"{file}.png"))
        assert frame is not None
        assert app.process(frame).whose[0].name == name, file  # the best face's


def test_a_gallery_comes_and_goes_by_the_page(recognizing: Session, tmp_path: Path) -> None:
    app = recognizing.app
    (offered,) = app.panel().downloads
    assert offered.name == "people.gallery"
    kept = offered.content()
    assert kept == (tmp_path / "people.gallery").read_bytes()
    app.handle(File("upload", kept))  # nothing that isn't here already
    assert app.status == "added: 0 faces, 0 people"
    assert recognizing.counts() == {"Anna": 2, "Bob": 2}

    app.handle(Text("rename", "Robert"))
    app.handle(File("upload", kept))
    assert recognizing.counts() == {"Anna": 2, "Robert": 2}
    app.handle(Text("rename", "Bob"))

    other = Recognize(["Anna", "Ж 李"], analyzer=Painted(), track=False)
    labelled = Session(other, (0, 0, 150), BLUE)
    labelled.double_click(0)
    labelled.keys("2")
    labelled.double_click(1)
    app.handle(File("upload", other.panel().downloads[0].content()))
    assert app.status == "added: 2 faces, 1 person"
    assert recognizing.counts() == {"Anna": 3, "Bob": 2, "Ж 李": 1}
    assert recognizing.names == ["Anna", "Bob", "Ж 李"]  # learnt at once
    assert app.panel().downloads[0].content() == (tmp_path / "people.gallery").read_bytes()

    for damaged in (b"", b"\xff\xd8\xff\xe0", kept[:-1], kept[:8] + b"\0" + kept[9:], kept.replace(b"Anna", b"Bob\\")):
        app.handle(File("upload", damaged))
        assert app.status == "the file is no gallery of faces, or damaged: give another file"
    foreign = Recognize(["Anna", "Bob"], model="openface", analyzer=Painted(), track=False).panel().downloads[0]
    app.handle(File("upload", foreign.content()))
    assert app.status.startswith("the descriptors in the file are of openface, not of faceapi")
    assert recognizing.counts() == {"Anna": 3, "Bob": 2, "Ж 李": 1}
