"""Networks for faces with their published weights, fetched if need be."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, TypeVar

import torch
from torch import Tensor, nn

from torch_opencv import runtime, t7, weights
from torch_opencv.errors import first_line
from torch_opencv.formats import FormatError, caffemodel, tfjs
from torch_opencv.nets import faceapi
from torch_opencv.nets.levi_hassner import MEAN_SIZE, LeviHassner
from torch_opencv.vision.errors import ModelError

FACEAPI: Final[dict[type[nn.Module], str]] = {
    faceapi.SsdMobilenet: "faceapi-ssd-mobilenetv1",
    faceapi.TinyFaceDetector: "faceapi-tiny-face-detector",
    faceapi.Landmarks68: "faceapi-landmark-68",
    faceapi.Landmarks68Tiny: "faceapi-landmark-68-tiny",
    faceapi.Expression: "faceapi-expression",
    faceapi.AgeGender: "faceapi-age-gender",
    faceapi.Descriptor: "faceapi-recognition",
}
_Network = TypeVar("_Network", bound=nn.Module)


def load(kind: type[_Network]) -> _Network:
    """One of face-api's networks, in evaluation mode.

    Args:
        kind: A class in `FACEAPI`.

    Raises:
        WeightsError: Its weights can't be had.
        ModelError: They can't be used.
    """
    network: Any = kind()
    path = weights.path(FACEAPI[kind])
    try:
        network.load_published(tfjs.load(path))
    except (FormatError, RuntimeError, ValueError) as error:
        raise ModelError(f"{path} can't be used: {first_line(error)}") from None
    return network.eval()  # type: ignore[no-any-return]


def load_levi_hassner(name: str, classes: int) -> tuple[LeviHassner, Tensor]:
    """One of Levi's and Hassner's networks.

    Args:
        name: In the catalogue.
        classes: How many it tells apart.

    Returns:
        The network in evaluation mode, and its mean image, (3, 256, 256), BGR.

    Raises:
        WeightsError: Its weights can't be had.
        ModelError: They aren't such.
    """
    path = weights.path(name)
    network = LeviHassner(classes)
    try:
        network.load_published({layer.name: layer.blobs for layer in caffemodel.load(path) if layer.blobs})
        mean = caffemodel.load_blob(_beside(path, name)).squeeze(0)
    except (FormatError, RuntimeError) as error:
        raise ModelError(f"{path} can't be used: {first_line(error)}") from None
    if mean.shape != (3, MEAN_SIZE, MEAN_SIZE):
        raise ModelError(
            f"the mean image beside {path} is {tuple(mean.shape)} instead of (3, {MEAN_SIZE}, {MEAN_SIZE})"
        )
    return network.eval(), mean


def load_openface(name: str) -> nn.Module:
    """OpenFace's network: float32 (N, 3, 96, 96), RGB in 0..1, to (N, 128) of length 1.

    Args:
        name: In the catalogue.

    Raises:
        WeightsError: Its weights can't be had.
        ModelError: They aren't such.
    """
    path = weights.path(name)
    try:
        network = t7.fold_batch_norms(t7.load_network(path)).float().eval()
        with torch.no_grad():
            found = network(torch.zeros(2, 3, 96, 96)).shape
    except (t7.T7Error, RuntimeError, ValueError) as error:
        raise ModelError(f"{path} can't be used: {first_line(error)}") from None
    if found != (2, 128):
        raise ModelError(f"{path} is no network of OpenFace's: of two faces it makes {tuple(found)}")
    return network


def accelerated(network: nn.Module, size: int, device: torch.device, name: str) -> runtime.Accelerated:
    """A network's fastest form for batches of square RGB or BGR images, float32 with values in 0..255.

    Args:
        network: In evaluation mode.
        size: The images' side.
        device: Where it runs.
        name: What the log calls it.
    """
    # Noise, since a blank image could hide that a network is computed wrongly (see runtime.accelerate).
    example = torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(0)) * 255
    return runtime.accelerate(network, example, device=device, dynamic=(0,), name=name)


def _beside(path: Path, name: str) -> Path:
    return path.with_name(weights.entry(name).files[1].name)
