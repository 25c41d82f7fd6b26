"""The analyzer without the reference: what comes in, what is refused, and the readers that it has none for."""

from __future__ import annotations

import cv2
import pytest
import torch
from torch import Tensor

import torch_opencv as cv
from tests.nets.faceapi.reference import Reference
from torch_opencv import runtime, weights
from torch_opencv.nets.levi_hassner import AGE_GROUPS
from torch_opencv.nets.levi_hassner import LeviHassner as Network
from torch_opencv.runtime.accelerated import Eager, Input
from torch_opencv.vision import ModelError
from torch_opencv.vision.faces import Detections, FaceAnalyzer, detect, published, reading
from torch_opencv.vision.faces.reading import Subject

CPU = torch.device("cpu")


def test_what_is_refused() -> None:
    with pytest.raises(ModelError, match="there is no face detector 'hog': there are tiny, ssd, haar, yunet"):
        FaceAnalyzer("hog")
    with pytest.raises(ModelError, match="there is no model 'resnet' for faces: there are faceapi, levi-hassner"):
        FaceAnalyzer(model="resnet")
    with pytest.raises(ValueError, match=r"threshold must be at least 0 and less than 1, not 1\.5"):
        FaceAnalyzer(threshold=1.5)
    with pytest.raises(runtime.DeviceError):
        FaceAnalyzer(device="cuda:9" if torch.cuda.is_available() else "cuda")
    with pytest.raises(ValueError, match="multiple of 32"):
        detect.TinyDetector(device=CPU, size=100)


@pytest.mark.data
def test_frames_without_faces_and_boxes_outside(reference: Reference, whole_chain: FaceAnalyzer) -> None:
    blank = torch.zeros(50, 300, 3, dtype=torch.uint8)
    assert whole_chain(blank) == []
    assert whole_chain.batch([]) == []
    frame = reference.frame(reference.images[0])
    outside = Detections(torch.tensor([[-50.0, 0, 40, 40]], dtype=torch.float64), torch.ones(1, dtype=torch.float64))
    ((face,), (), (other,)) = whole_chain.read(
        [frame, blank, frame], [outside, whole_chain.detect([blank])[0], whole_chain.detect([frame])[0]]
    )
    assert face.box == (-50, 0, 40, 40)
    assert face.age is None
    assert face.landmarks is None
    assert face.descriptor is None
    assert other.age is not None
    with pytest.raises(ValueError, match=r"must be torch\.uint8 \(H, W, 3\)"):
        whole_chain(frame[..., 0])
    with pytest.raises(TypeError, match=r"must be a torch\.Tensor"):
        whole_chain(frame.numpy())  # type: ignore[arg-type]


@pytest.mark.data
def test_frames_of_any_stride(reference: Reference, whole_chain: FaceAnalyzer) -> None:
    frame = reference.frame(reference.images[0])
    planar = frame.permute(2, 0, 1).contiguous().permute(1, 2, 0)
    assert whole_chain(planar)[0].age == whole_chain(frame)[0].age


@pytest.mark.data
def test_a_tiny_frame(whole_chain: FaceAnalyzer) -> None:
    assert whole_chain(torch.full((1, 1, 3), 255, dtype=torch.uint8)) == []


@pytest.mark.data
@pytest.mark.skipif(not hasattr(cv2, "CascadeClassifier"), reason="this OpenCV has no CascadeClassifier")
def test_haar_is_opencvs(reference: Reference) -> None:
    try:
        path = weights.path("haarcascade-frontalface")
    except weights.WeightsError as error:
        pytest.skip(str(error).splitlines()[0])
    finder = detect.detector("haar", device=CPU)
    cascade = cv2.CascadeClassifier(str(path))
    assert [len(found) for found in finder([torch.zeros(1, 1, 3, dtype=torch.uint8)])] == [0]
    frames = [reference.frame(image) for image in reference.images]
    found = finder(frames)
    assert sum(map(len, found)) >= 10
    for frame, faces in zip(frames, found, strict=True):
        half = cv2.cvtColor(cv2.resize(frame.numpy(), None, fx=0.5, fy=0.5), cv2.COLOR_BGR2GRAY)
        boxes, _, scores = cascade.detectMultiScale3(half, outputRejectLevels=True)
        good = {tuple(2.0 * value for value in box) for box, w in zip(boxes, scores, strict=True) if w >= 0}
        assert {tuple(box) for box in faces.boxes.tolist()} == good
        assert faces.scores.tolist() == sorted(faces.scores.tolist(), reverse=True)
        assert all(0.5 <= score <= 1 for score in faces.scores.tolist())


@pytest.fixture(scope="module")
def levi_hassner() -> tuple[reading.LeviHassner, dict[str, Network], Tensor]:
    """With random weights and a random mean image: the published ones can't be had everywhere. Not compiled either,
    since that takes longer than all the rest."""
    torch.manual_seed(0)
    mean = torch.rand(3, 256, 256) * 255
    networks = {"levi-hassner-age": Network(8).eval(), "levi-hassner-gender": Network(2).eval()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(published, "load_levi_hassner", lambda name, classes: (networks[name], mean))
        patch.setattr(
            published,
            "accelerated",
            lambda network, size, device, name: Eager(network, (Input(torch.float32, (None, 3, size, size)),), device),
        )
        return reading.LeviHassner(CPU), networks, mean


def test_levi_hassner(levi_hassner: tuple[reading.LeviHassner, dict[str, Network], Tensor]) -> None:
    reader, networks, mean = levi_hassner
    frame = torch.randint(256, (300, 400, 3), dtype=torch.uint8)
    subjects = [Subject(frame, torch.zeros(4), cut) for cut in [(10, 20, 100, 90), (0, 0, 300, 300), (5, 5, 1, 1)]]
    for subject, read in zip(subjects, reader(subjects), strict=True):
        left, top, width, height = subject.cut
        face = frame[top : top + height, left : left + width]
        way = cv.INTER_AREA if width >= 256 and height >= 256 else cv.INTER_LINEAR
        less_mean = cv.resize(face, (256, 256), interpolation=way).permute(2, 0, 1).float() - mean
        with torch.no_grad():
            age, gender = (network(less_mean[None, :, 14:241, 14:241])[0] for network in networks.values())
        group = AGE_GROUPS[int(age.argmax())]
        assert read["age_group"] == group
        assert read["age"] == sum(group) / 2
        assert read["gender"] == ("male", "female")[int(gender.argmax())]
        assert read["gender_score"] == pytest.approx(float(gender.softmax(0).max()), abs=1e-5)
