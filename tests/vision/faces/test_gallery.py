"""Galleries: what changes them, and the file, which is whole or refused."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import safetensors.torch
import torch

from torch_opencv.vision.faces.face import Face
from torch_opencv.vision.faces.gallery import IMAGE_SIZE, Gallery, GalleryError, Sample, checked_name
from torch_opencv.vision.faces.gallery_file import GalleryFile


def sample(seed: int) -> Sample:
    random = torch.Generator().manual_seed(seed)
    image = torch.randint(256, (40 + seed, 50, 3), dtype=torch.uint8, generator=random)
    return Sample(image, torch.rand(128, generator=random))


@pytest.fixture
def gallery() -> Gallery:
    two = Gallery().with_person("Anna").with_person("Борис")
    two = two.with_face("Anna", sample(0)).with_face("Борис", sample(1)).with_face("Anna", sample(2))
    return two.with_face(None, sample(3))


def described(gallery: Gallery) -> dict[str, list[float]]:
    """Names and, for each face, its first number: enough to know it by."""
    people = {person.name: [float(face.descriptor[0]) for face in person.faces] for person in gallery.people}
    return people | {"nobody": [float(face.descriptor[0]) for face in gallery.nobody]}


def first(seed: int) -> float:
    return float(sample(seed).descriptor[0])


def test_changes(gallery: Gallery) -> None:
    before = described(gallery)
    assert before == {"Anna": [first(0), first(2)], "Борис": [first(1)], "nobody": [first(3)]}
    assert described(gallery.renamed("Anna", "  Åsa  B ")) == {
        "Åsa B": [first(0), first(2)],
        "Борис": [first(1)],
        "nobody": [first(3)],
    }
    assert described(gallery.merged("Борис", into="Anna")) == {
        "Anna": [first(0), first(2), first(1)],
        "nobody": [first(3)],
    }
    assert gallery.merged("Anna", into="Anna") is gallery
    assert described(gallery.without_person("Anna")) == {"Борис": [first(1)], "nobody": [first(3)]}
    assert described(gallery.without_face(gallery.people[0].faces[0]))["Anna"] == [first(2)]
    assert described(gallery.without_face(gallery.nobody[0]))["nobody"] == []
    other = Gallery().with_person("Cem").with_person("Anna").with_face("Anna", sample(4)).with_face("Cem", sample(5))
    both = described(gallery | other)
    assert both["Anna"] == [first(0), first(2), first(4)]
    assert both["Cem"] == [first(5)]
    corrected = gallery.with_face("Борис", sample(0)).with_face("Anna", sample(3)).with_face(None, sample(2))
    assert described(corrected) == {"Anna": [first(3)], "Борис": [first(1), first(0)], "nobody": [first(2)]}
    assert described(gallery) == before
    assert len(gallery) == 4


def test_what_is_refused(gallery: Gallery) -> None:
    for change, message in (
        (lambda: gallery.with_person("Anna"), "'Anna' is in the gallery already"),
        (lambda: gallery.renamed("Борис", "Anna"), "'Anna' is in the gallery already"),
        (lambda: gallery.without_person("Zoe"), "there is no 'Zoe' in the gallery: there are Anna, Борис"),
        (lambda: gallery | Gallery("openface"), "faceapi and of openface can't be in one gallery"),
        (lambda: Gallery("sface"), "there is no descriptor 'sface': there are faceapi, openface"),
        (lambda: checked_name(" "), "1 to 100 characters, not 0"),
        (lambda: checked_name("x" * 101), "1 to 100 characters, not 101"),
        (lambda: checked_name("a\x1b[2J"), "control characters"),
        (lambda: checked_name("a\u202eb"), "control characters"),
    ):
        with pytest.raises(GalleryError, match=message):
            change()
    assert checked_name("می\u200cخواهم") == "می\u200cخواهم"  # joiners are letters' business in Persian


def test_a_face_becomes_a_small_crop() -> None:
    frame = torch.randint(256, (480, 640, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    face = Face((-20.0, 100.0, 220.0, 300.0), 0.9, descriptor=torch.rand(128))
    kept = Sample.of(face, frame)
    assert kept.image.shape == (IMAGE_SIZE, 75, 3)  # 200 x 300 pixels are inside
    small = Sample.of(Face((10, 20, 30, 40), 0.9, descriptor=torch.rand(128)), frame)
    assert torch.equal(small.image, frame[20:60, 10:40])
    frame.zero_()
    assert small.image.any()  # it is a copy
    for outside in (Face((700, 0, 10, 10), 0.9, descriptor=torch.rand(128)), Face((0, 0, 10, 10), 0.9)):
        with pytest.raises(ValueError, match="no descriptor, or lies outside"):
            Sample.of(outside, frame)


def test_there_and_back(gallery: Gallery, tmp_path: Path) -> None:
    file = GalleryFile(tmp_path / "people.gallery")
    assert file.load("openface").people == ()
    file.save(gallery)
    again = GalleryFile(file.path).load("faceapi")
    assert described(again) == described(gallery)
    for one, other in zip(gallery.people, again.people, strict=True):
        for a, b in zip(one.faces, other.faces, strict=True):
            assert torch.equal(a.image, b.image)
            assert torch.equal(a.descriptor, b.descriptor)
    if os.name == "posix":
        assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    with pytest.raises(GalleryError, match="are of faceapi, not of openface: say --model faceapi"):
        file.load("openface")
    file.save(Gallery().with_person("Dora"))
    assert GalleryFile(file.path).load("faceapi").names == ("Dora",)


def test_what_is_deleted_is_gone_from_the_disk(gallery: Gallery, tmp_path: Path) -> None:
    file = GalleryFile(tmp_path / "people.gallery")
    file.save(gallery)
    left = tmp_path / ".people.gallery.0123.part"  # by a run that was killed
    left.write_bytes(file.path.read_bytes())
    secrets = [face.image.numpy().tobytes() for face in gallery.person("Anna").faces] + [b"Anna"]
    secrets += [face.descriptor.numpy().tobytes() for face in gallery.person("Anna").faces]
    assert all(secret in file.path.read_bytes() for secret in secrets)
    file.save(gallery.without_person("Anna"))
    assert [path.name for path in tmp_path.iterdir()] == ["people.gallery"]
    assert not any(secret in file.path.read_bytes() for secret in secrets)


def test_another_program_and_a_folder_that_is_gone(gallery: Gallery, tmp_path: Path) -> None:
    file, other = (GalleryFile(tmp_path / "people.gallery") for _ in range(2))
    file.save(gallery)
    with pytest.raises(GalleryError, match="was changed by another program"):
        other.save(Gallery())
    assert described(file.load("faceapi")) == described(gallery)
    with pytest.raises(GalleryError, match="can't be written: No such file"):
        GalleryFile(tmp_path / "nowhere" / "people.gallery").save(gallery)


def test_a_failed_save_leaves_the_old_file(gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = GalleryFile(tmp_path / "people.gallery")
    file.save(gallery)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(GalleryError, match="can't be written: No space left on device"):
            file.save(Gallery())
    assert [path.name for path in tmp_path.iterdir()] == ["people.gallery"]
    assert described(file.load("faceapi")) == described(gallery)


def stored(path: Path, change: Callable[[dict, dict], object]) -> None:  # type: ignore[type-arg]
    """Write the file again with something changed in its tensors and its description."""
    with safetensors.safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        description = json.loads(file.metadata()["gallery"])
    change(tensors, description)
    path.write_bytes(safetensors.torch.save(tensors, {"gallery": json.dumps(description)}))


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors, said: tensors.pop("descriptors"),
        lambda tensors, said: tensors.update(descriptors=torch.full((4, 128), float("nan"))),
        lambda tensors, said: tensors.update(descriptors=torch.zeros(3, 128)),
        lambda tensors, said: tensors.update(descriptors=torch.zeros(4, 128, dtype=torch.float64)),
        lambda tensors, said: tensors.update({"picture.1": torch.zeros(500, 10, 3, dtype=torch.uint8)}),
        lambda tensors, said: tensors.update({"picture.1": torch.zeros(10, 0, 3, dtype=torch.uint8)}),
        lambda tensors, said: tensors.update({"picture.1": torch.zeros(10, 10, 3)}),
        lambda tensors, said: tensors.update({"picture.x": tensors.pop("picture.1")}),
        lambda tensors, said: said.update(version=2),
        lambda tensors, said: said.update(people=[["Anna", 2]]),
        lambda tensors, said: said.update(people=[["Anna", 1], ["Anna", 2]]),
        lambda tensors, said: said.update(people=[["Anna", -1], ["Bob", 4]]),
        lambda tensors, said: said.update(people=[["Anna", 3.0]]),
        lambda tensors, said: said.update(people=[[7, 3]]),
        lambda tensors, said: said.update(people=[["a\n\x1b", 3]]),
        lambda tensors, said: said.update(people="Anna"),
        lambda tensors, said: said.update(nobody=True),
        lambda tensors, said: said.update(descriptor="sface"),
        lambda tensors, said: said.pop("nobody"),
    ],
)
def test_hostile_files(gallery: Gallery, tmp_path: Path, change: Callable[[dict, dict], object]) -> None:  # type: ignore[type-arg]
    file = GalleryFile(tmp_path / "people.gallery")
    file.save(gallery)
    stored(file.path, lambda tensors, said: None)
    assert described(file.load("faceapi")) == described(gallery)
    stored(file.path, change)
    with pytest.raises(GalleryError, match=r"people\.gallery is no gallery of faces, or damaged"):
        file.load("faceapi")


def test_foreign_and_damaged_files(gallery: Gallery, tmp_path: Path) -> None:
    file = GalleryFile(tmp_path / "people.gallery")
    file.save(gallery)
    whole = file.path.read_bytes()
    deep = json.dumps("x").replace('"x"', "[" * 100_000 + "]" * 100_000)
    for content in (
        b"",
        b"\x80\x04pickle",
        whole[: len(whole) // 2],
        whole[:20],
        whole + b"more",
        (1 << 40).to_bytes(8, "little") + whole[8:],
        safetensors.torch.save({"weight": torch.zeros(3)}),
        safetensors.torch.save({"descriptors": torch.zeros(0, 128)}, {"gallery": deep}),
    ):
        file.path.write_bytes(content)
        with pytest.raises(GalleryError, match=r"is no gallery of faces, or damaged") as caught:
            file.load("faceapi")
        assert "\n" not in str(caught.value)
    file.path.unlink()
    file.path.mkdir()
    with pytest.raises(GalleryError, match="is no gallery of faces"):
        file.load("faceapi")
