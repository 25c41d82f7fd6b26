"""Recognition by synthetic descriptors, OpenFace's alignment, and galleries from folders."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv import weights
from torch_opencv.vision import ModelError
from torch_opencv.vision.faces import Face, FaceAnalyzer, openface, published
from torch_opencv.vision.faces.enroll import enroll
from torch_opencv.vision.faces.gallery import Gallery, GalleryError, Sample
from torch_opencv.vision.faces.recognizer import CLASSIFIERS, THRESHOLDS, Recognition, Recognizer


def descriptor(*values: float) -> Tensor:
    return torch.cat((torch.tensor(values), torch.zeros(128 - len(values))))


def gallery(people: dict[str | None, list[tuple[float, ...]]]) -> Gallery:
    made = Gallery()
    for name, faces in people.items():
        if name is not None:
            made = made.with_person(name)
        for values in faces:
            made = made.with_face(name, Sample(torch.zeros(1, 1, 3, dtype=torch.uint8), descriptor(*values)))
    return made


THREE = {"Anna": [(1, 0, 0), (0.9, 0.1, 0)], "Bob": [(0, 1, 0), (0, 0.9, 0.1)], "Cem": [(0, 0, 1), (0.1, 0, 0.9)]}


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_names_distances_and_margins(classifier: str) -> None:
    recognizer = Recognizer(gallery({**THREE, "without faces": []}), classifier=classifier)
    found = recognizer.recognize(
        torch.stack([descriptor(0.8, 0, 0), descriptor(0, 0, 1), descriptor(0, 1.1, 0), descriptor(3, 3, 3)])
    )
    assert [one.name for one in found] == ["Anna", "Cem", "Bob", None]
    anna, cem, _, stranger = found
    assert anna.distance == pytest.approx(0.02**0.5)  # to (0.9, 0.1, 0)
    second = (0.7**2 + 0.9**2) ** 0.5  # Cem's (0.1, 0, 0.9)
    assert anna.margin == pytest.approx(second - 0.02**0.5)
    assert anna.score == pytest.approx(second / (second + 0.02**0.5))
    assert (cem.distance, cem.score) == (0, 1)
    assert stranger.distance is not None
    assert stranger.distance > 3


def test_the_threshold() -> None:
    near = descriptor(1.4, 0, 0)
    for threshold, name in ((0.39, None), (0.41, "Anna"), (None, "Anna")):
        (one,) = Recognizer(gallery(THREE), threshold=threshold).recognize(near[None])
        assert one.name == name
        assert one.distance == pytest.approx(0.4)
    assert Recognizer(Gallery("openface")).threshold == THRESHOLDS["openface"]
    for wrong in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="greater than 0"):
            Recognizer(gallery(THREE), threshold=wrong)
    with pytest.raises(ModelError, match="no classifier 'rbf': there are linear, poly"):
        Recognizer(gallery(THREE), classifier="rbf")


def test_nobody_is_learnt() -> None:
    face = descriptor(1, 0.3, 0)
    assert Recognizer(gallery(THREE)).recognize(face[None])[0].name == "Anna"
    taught = Recognizer(gallery({**THREE, None: [(1, 0.35, 0)]}))
    assert [one.name for one in taught.recognize(torch.stack([face, descriptor(1, 0, 0)]))] == [None, "Anna"]


def test_few_people_and_faces_without_descriptors() -> None:
    box = (0.0, 0.0, 1.0, 1.0)
    faces = [Face(box, 1.0), Face(box, 1.0, descriptor=descriptor(1, 0.1, 0))]
    assert Recognizer(Gallery())(faces) == [Recognition(), Recognition()]
    unknown, anna = Recognizer(gallery({"Anna": [(1, 0, 0)], "Bob": []}))(faces)
    assert unknown == Recognition()
    assert (anna.name, anna.margin, anna.score) == ("Anna", float("inf"), 1)
    assert Recognizer(gallery(THREE))([]) == []


def test_a_labelled_face_is_recognised_at_distance_zero() -> None:
    random = torch.rand(20, 128, generator=torch.Generator().manual_seed(0))
    people = {f"p{number}": [tuple(one.tolist())] for number, one in enumerate(random)}
    found = Recognizer(gallery(people)).recognize(random)  # type: ignore[arg-type]  # no None in it
    assert [(one.name, one.distance) for one in found] == [(f"p{number}", 0) for number in range(20)]


def test_openfaces_alignment() -> None:
    frame = torch.zeros(300, 300, 3, dtype=torch.uint8)
    landmarks = torch.zeros(68, 2, dtype=torch.float64)
    spots = {36: (120, 120), 45: (180, 130), 33: (148, 170)}  # a face that is turned
    for channel, (index, point) in enumerate(spots.items()):
        landmarks[index] = torch.tensor(point)
        cv.circle(frame, point, 3, [255 * (channel == one) for one in range(3)], cv.FILLED)
    face = openface.aligned(frame, landmarks)
    assert face.shape == (96, 96, 3)
    for channel, expected in enumerate(((18.6, 16.2), (75.7, 15.2), (47.5, 49.4))):  # the template, in pixels
        y, x = (face[..., channel] > 128).nonzero().double().mean(dim=0).tolist()
        assert (x, y) == pytest.approx(expected, abs=0.7)


@pytest.mark.data
def test_openfaces_network(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "path", lambda name: shared_data / "torch7/openface/nn4.small2.random.t7")
    network = published.load_openface("openface-nn4-small2")
    with torch.no_grad():
        found = network(torch.rand(3, 3, 96, 96))
    assert found.shape == (3, 128)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(3))
    monkeypatch.setattr(weights, "path", lambda name: shared_data / "torch7/README.md")
    with pytest.raises(ModelError, match=r"README\.md can't be used"):
        published.load_openface("openface-nn4-small2")


def test_an_unknown_descriptor() -> None:
    with pytest.raises(ModelError, match="no descriptor 'sface': there are faceapi, openface"):
        FaceAnalyzer(model=None, descriptors="sface")


def test_enrolling_a_folder(tmp_path: Path) -> None:
    def analyzer(frame: Tensor) -> list[Face]:  # one face for each hundred pixels of width
        return [
            Face((100.0 * number, 0.0, 50.0, 50.0), 1.0, descriptor=descriptor(float(frame[0, 0, 0])))
            for number in range(frame.shape[1] // 100)
        ]

    for name, images in {"Anna": {"a.jpg": 100, "b.png": 100}, "Борис": {"1.jpg": 90, "2.jpg": 200}}.items():
        (tmp_path / name).mkdir()
        for file, width in images.items():
            cv.imwrite(str(tmp_path / name / file), torch.full((60, width, 3), 7, dtype=torch.uint8))
    (tmp_path / "Борис" / "3.jpg").write_text("no image")
    (tmp_path / "Борис" / "notes.txt").write_text("are left alone")
    (tmp_path / "file.jpg").touch()
    made, left_out = enroll(tmp_path, Gallery().with_person("Anna"), analyzer)
    assert [(person.name, len(person.faces)) for person in made.people] == [("Anna", 2), ("Борис", 0)]
    assert made.people[0].faces[1].descriptor[0] == 7
    assert [line.removeprefix(str(tmp_path / "Борис")) for line in left_out] == [
        "/1.jpg is left out: it shows no face",
        "/2.jpg is left out: it shows 2 faces",
        "/3.jpg is left out: it can't be read",
    ]
    for folder, message in ((tmp_path / "Anna", "holds no folders"), (tmp_path / "none", "can't be read: No such")):
        with pytest.raises(GalleryError, match=message):
            enroll(folder, Gallery(), analyzer)
