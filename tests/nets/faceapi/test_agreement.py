"""Every network against the JavaScript library's outputs, on the images and crops that it was given."""

from __future__ import annotations

import functools
import hashlib

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from torch_opencv.nets import faceapi
from torch_opencv.nets.faceapi import boxes
from torch_opencv.nets.faceapi.inputs import square

from .reference import AGE, DESCRIPTOR, LANDMARK_PIXELS, LANDMARKS, LOGITS, SCORES, Reference, close, published

pytestmark = pytest.mark.data

NETWORKS: dict[str, tuple[type[nn.Module], str]] = {
    "faceapi-ssd-mobilenetv1": (faceapi.SsdMobilenet, "ssdMobilenetv1"),
    "faceapi-tiny-face-detector": (faceapi.TinyFaceDetector, "tinyFaceDetector"),
    "faceapi-landmark-68": (faceapi.Landmarks68, "faceLandmark68Net"),
    "faceapi-landmark-68-tiny": (faceapi.Landmarks68Tiny, "faceLandmark68TinyNet"),
    "faceapi-expression": (faceapi.Expression, "faceExpressionNet"),
    "faceapi-age-gender": (faceapi.AgeGender, "ageGenderNet"),
    "faceapi-recognition": (faceapi.Descriptor, "faceRecognitionNet"),
}
# Of the detector's file: constants of the TensorFlow graph that it was made from.
UNUSED = ("Preprocessor/", "Postprocessor/", "concat", "/stack", "/strided_slice")


@functools.cache
def network(name: str) -> nn.Module:
    module = NETWORKS[name][0]()
    module.load_published(published(name))  # type: ignore[operator]
    return module.eval()


def run(name: str, inputs: Tensor) -> tuple[Tensor, ...]:
    with torch.no_grad():
        outputs = network(name)(inputs)
    return outputs if isinstance(outputs, tuple) else (outputs,)


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_are_read_to_the_bit(name: str, reference: Reference) -> None:
    check = reference.weights_check[NETWORKS[name][1]]
    tensors = published(name)
    assert len(tensors) == check["tensors_in_manifest"]
    used = [t for n, t in tensors.items() if n == "Output/extra_dim" or not any(part in n for part in UNUSED)]
    assert len(used) == check["tensors_used"]
    assert sum(tensor.numel() for tensor in used) == check["params_used"]
    digest = hashlib.sha256(b"".join(tensor.numpy().astype("<f4").tobytes() for tensor in used)).hexdigest()
    assert digest == check["sha256_dequantised_f32le_used_tensors_in_manifest_order"]


def test_fixed_crops(reference: Reference) -> None:
    """No resizing, so these are the networks alone. All faces go through at once."""
    images = reference.images
    faces = torch.stack([reference.face(image, 112) for image in images])
    nets = [image["crop"]["nets"] for image in images]
    age, gender = run("faceapi-age-gender", faces)
    close(age, [net["ageGender"]["raw_age"] for net in nets], AGE)
    close(gender, [net["ageGender"]["gender_logits"] for net in nets], LOGITS)
    (expression,) = run("faceapi-expression", faces)
    close(expression, [net["expression"]["logits"] for net in nets], LOGITS)
    (landmarks,) = run("faceapi-landmark-68", faces)
    close(landmarks.flatten(1), [net["landmark68_raw136"] for net in nets], LANDMARKS)
    (landmarks,) = run("faceapi-landmark-68-tiny", faces)
    close(landmarks.flatten(1), [net["landmark68_tiny_raw136"] for net in nets], LANDMARKS)
    (descriptor,) = run("faceapi-recognition", torch.stack([reference.face(image, 150) for image in images]))
    close(descriptor, [net["descriptor"] for net in nets], DESCRIPTOR)


def test_crops_of_frames(reference: Reference) -> None:
    """The slices that the library made, so that each network is tested with its padding and resizing, but by itself."""
    frames = [(reference.frame(image), face) for image in reference.images for face in image["faces"]]
    faces = [face for _, face in frames]
    assert len(faces) >= 19

    def cut(key: str, size: int) -> Tensor:
        return torch.stack([square(frame, tuple(face[key]), size, centred=True) for frame, face in frames])

    (landmarks,) = run("faceapi-landmark-68", cut("landmark_crop", 112))
    for output, face in zip(landmarks, faces, strict=True):
        box = torch.tensor([face["box"][key] for key in "xywh"], dtype=torch.float64)
        pixels = boxes.landmarks_in_frame(output, tuple(face["landmark_crop"]), box)
        close(pixels.flatten(), face["landmarks68"], LANDMARK_PIXELS)
        relative = (pixels - box[:2]) / torch.tensor(face["landmark_crop"][2:])
        close(relative.flatten(), face["landmarks68_relative"], LANDMARKS)
    aligned = cut("aligned_crop", 112)
    age, gender = run("faceapi-age-gender", aligned)
    close(age, [face["age"] for face in faces], AGE)
    close(gender, [face["gender_logits"] for face in faces], LOGITS)
    (expression,) = run("faceapi-expression", aligned)
    close(expression, [face["expression_logits"] for face in faces], LOGITS)
    (descriptor,) = run("faceapi-recognition", cut("descriptor_crop", 150))
    close(descriptor, [face["descriptor"] for face in faces], DESCRIPTOR)


def test_geometry(reference: Reference) -> None:
    """Every integer slice, from the library's own boxes and landmarks."""
    for image in reference.images:
        for face in image["faces"]:
            box = torch.tensor([face["box"][key] for key in "xywh"], dtype=torch.float64)
            size = image["width"], image["height"]
            cut = boxes.crop(box, *size)
            assert cut == tuple(face["landmark_crop"])
            landmarks = torch.tensor(face["landmarks68"], dtype=torch.float64).reshape(68, 2)
            aligned = boxes.aligned_box(landmarks)
            close(aligned, [face["alignedRect"][key] for key in "xywh"], LANDMARK_PIXELS)
            assert boxes.crop(aligned, *size) == tuple(face["aligned_crop"])
            descriptor = boxes.descriptor_box(landmarks, cut)
            assert descriptor.tolist() == face["descriptor_rect"]
            assert boxes.crop(descriptor, *size) == tuple(face["descriptor_crop"])


@pytest.mark.parametrize("name", ["skimage_astronaut", "fr_ex_obama_small"])
def test_raw_heads(name: str, reference: Reference) -> None:
    raw = np.load(reference.folder / "raw_heads.npz")
    (image,) = (image for image in reference.images if image["id"] == name)
    frame = reference.frame(image)
    whole = (0, 0, frame.shape[1], frame.shape[0])
    ssd = network("faceapi-ssd-mobilenetv1")
    assert isinstance(ssd, faceapi.SsdMobilenet)
    found, scores = ssd.decode(*run("faceapi-ssd-mobilenetv1", square(frame, whole, 512, centred=False)[None]))
    left_top, size = found[0, :, :2].flip(1), found[0, :, 2:].flip(1)
    close(torch.cat((left_top, left_top + size), dim=1), raw[f"{name}__ssd_boxes"], 1e-5)
    close(scores[0], raw[f"{name}__ssd_scores"], SCORES)
    for size in (416, 224):
        (grid,) = run("faceapi-tiny-face-detector", square(frame, whole, size, centred=False)[None])
        close(grid.permute(0, 2, 3, 1), raw[f"{name}__tiny{size}"], LOGITS)
