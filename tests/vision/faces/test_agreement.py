"""The whole chain, as its users call it, against the JavaScript library's answers on all images."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.nets.faceapi.reference import (
    AGE,
    BOXES,
    DESCRIPTOR,
    LANDMARK_PIXELS,
    SCORES,
    Reference,
    close,
    published,
)
from torch_opencv.vision.faces import Detections, FaceAnalyzer
from torch_opencv.vision.faces.detect import TinyDetector

pytestmark = pytest.mark.data


def agree(found: Detections, expected: list[dict[str, Any]]) -> None:
    assert len(found) == len(expected)
    close(found.boxes.flatten(), [face[key] for face in expected for key in "xywh"], BOXES)
    close(found.scores, [face["score"] for face in expected], SCORES)


@pytest.mark.parametrize("size", [416, 224])
def test_tiny_detector(size: int, reference: Reference) -> None:
    published("faceapi-tiny-face-detector")
    detector = TinyDetector(device=torch.device("cpu"), size=size)
    assert detector.backend == "onnxruntime"
    frames = [reference.frame(image) for image in reference.images]
    for image, found in zip(reference.images, detector(frames), strict=True):
        agree(found, image[f"tiny{size}"])


@pytest.mark.slow
def test_whole_chain(reference: Reference, whole_chain: FaceAnalyzer) -> None:
    """All images in one batch, so that faces of several frames go through each network together."""
    assert whole_chain.backends == ("onnxruntime",) * 4
    frames = [reference.frame(image) for image in reference.images]
    detections = whole_chain.detect(frames)
    for image, found in zip(reference.images, detections, strict=True):
        agree(found, image["ssd"])
    for image, faces in zip(reference.images, whole_chain.read(frames, detections), strict=True):
        assert len(faces) == len(image["faces"])
        for face, expected in zip(faces, image["faces"], strict=True):
            close(list(face.box), [expected["box"][key] for key in "xywh"], BOXES)
            close(face.score, expected["score"], SCORES)
            assert face.landmarks is not None
            close(face.landmarks.flatten(), expected["landmarks68"], LANDMARK_PIXELS)
            assert face.age is not None
            close(face.age, expected["age"], AGE)
            assert face.gender == expected["gender"]
            assert face.gender_score is not None
            close(face.gender_score, expected["genderProbability"], SCORES)
            assert face.expressions is not None
            close(face.expressions, [expected["expressions"][name] for name in reference.expressions], SCORES)
            assert face.expression == max(expected["expressions"], key=expected["expressions"].get)
            assert face.expression_score == max(face.expressions.tolist())
            assert face.descriptor is not None
            close(face.descriptor, expected["descriptor"], DESCRIPTOR)


def test_a_frame_alone_is_the_same(reference: Reference, whole_chain: FaceAnalyzer) -> None:
    (image,) = (image for image in reference.images if image["id"] == "fr_knn_test_obama_and_biden")
    faces = whole_chain(reference.frame(image))
    assert len(faces) == 3
    for face, expected in zip(faces, image["faces"], strict=True):
        assert face.age is not None
        close(face.age, expected["age"], AGE)
