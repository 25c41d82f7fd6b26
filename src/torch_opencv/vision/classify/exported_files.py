"""Classifiers in files that other programs export: ``.onnx``, and ``.pt2`` of `torch.export.save`.

Neither says how images are prepared, so they are as torchvision's and most of timm's classifiers want them: RGB, the
central 7/8 of the image, (value / 255 - mean) / std with ImageNet's mean and std, (N, 3, H, W) with the H and W of
the graph, or 224x224 where it takes any. Outputs may be scores of any kind (softmax makes them shares of 1) or shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

import torch_opencv as cv
from torch_opencv.errors import first_line
from torch_opencv.vision.classify import imagenet
from torch_opencv.vision.classify.model import ClassificationModel
from torch_opencv.vision.classify.pt2 import Pt2Network
from torch_opencv.vision.errors import ModelError

SUFFIXES: Final = (".onnx", ".pt2")

_USUAL_SIZE: Final = 224
_LARGEST_SIZE: Final = 2048
_MOST_CLASSES: Final = 50_000
_MEAN: Final = (255 * 0.485, 255 * 0.456, 255 * 0.406)
_STD: Final = (255 * 0.229, 255 * 0.224, 255 * 0.225)


class OnnxNetwork(nn.Module):
    """An ONNX graph, run by ONNX Runtime on the CPU.

    Args:
        path: the file.

    Raises:
        ModelError: it can't be read, or has other inputs than images.

    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        import onnx
        import onnxruntime  # type: ignore[import-untyped]

        try:
            data = path.read_bytes()
            graph = onnx.load_from_string(data).graph
        except OSError as error:
            raise ModelError(f"{path} can't be read: {error.strerror}") from None
        except Exception as error:  # protobuf's, of which there are several kinds
            raise ModelError(f"{path} is no ONNX file, or damaged ({type(error).__name__})") from None
        if any(one.data_location == onnx.TensorProto.EXTERNAL for one in graph.initializer):
            raise ModelError(f"{path} keeps its weights in other files: save it as one (onnx.save_model does)")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's, of which there are a dozen kinds
            raise ModelError(f"{path} can't be run by ONNX Runtime: {first_line(error)}") from None
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type != "tensor(float)":
            kinds = ", ".join(one.type for one in inputs)
            raise ModelError(f"{path} is no classifier of images: its inputs are {kinds or 'none'}")
        self._name: str = inputs[0].name
        self.shape: list[int | None] = [one if isinstance(one, int) else None for one in inputs[0].shape]

    def forward(self, images: Tensor) -> Tensor:  # noqa: D102 (nn.Module's)
        size = self.shape[0] or len(images)
        batches = [images[start : start + size].contiguous().numpy() for start in range(0, len(images), size)]
        outputs = [self._session.run(None, {self._name: batch})[0] for batch in batches]
        return torch.cat([torch.from_numpy(one) for one in outputs])


class _Log(nn.Module):
    def forward(self, shares: Tensor) -> Tensor:
        return shares.clamp(min=torch.finfo(shares.dtype).tiny).log()


def load(path: Path, names: Sequence[str] | None) -> ClassificationModel:
    """The model of an .onnx or .pt2 file, with the names of its classes.

    Args:
        path: the file.
        names: of the classes; None: ImageNet's, if there are 1,000, or else "class 0", "class 1" and so on.

    Raises:
        ModelError: there is no such file, it is no classifier, or the labels aren't as many as its outputs.
    """
    if not path.is_file():
        raise ModelError(f"there is no model file {path}")
    network: Pt2Network | OnnxNetwork = Pt2Network(path) if path.suffix == ".pt2" else OnnxNetwork(path)
    size = _size(network.shape, path)
    outputs = _outputs(network, size, path)
    count = outputs.shape[1]
    if names is not None and len(names) != count:
        raise ModelError(f"there are {len(names)} labels, but {path} tells {count} classes apart")
    classes: Sequence[tuple[str | None, str]] = [(None, name) for name in names or ()]
    if not classes:
        classes = imagenet.classes() if count == 1000 else [(None, f"class {number}") for number in range(count)]
    are_shares = bool((outputs >= 0).all()) and torch.allclose(outputs.sum(1), torch.ones(len(outputs)), atol=1e-3)
    return ClassificationModel(
        network=nn.Sequential(network, _Log()) if are_shares else network,
        classes=classes,
        size=size,
        crop=0.875,
        mean=_MEAN,
        std=_STD,
        upsampling=cv.INTER_CUBIC,
    )


def runs_on_cpu_only(network: nn.Module) -> bool:
    """Whether the network is compiled already, for the CPU."""
    return any(isinstance(module, OnnxNetwork) for module in network.modules())


def _size(shape: Sequence[int | None], path: Path) -> tuple[int, int]:
    if len(shape) != 4 or shape[1] not in (3, None):
        shown = "x".join("N" if one is None else str(one) for one in shape)
        raise ModelError(f"{path} is no classifier of images: its input is {shown}, and Nx3xHxW is needed")
    height, width = shape[2] or _USUAL_SIZE, shape[3] or _USUAL_SIZE
    if not (0 < height <= _LARGEST_SIZE and 0 < width <= _LARGEST_SIZE):
        raise ModelError(f"{path} wants images of {width}x{height}, and at most {_LARGEST_SIZE} are possible")
    return height, width


def _outputs(network: nn.Module, size: tuple[int, int], path: Path) -> Tensor:
    """What it says of two images of noise, (2, classes)."""
    noise = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(0))
    try:
        with torch.inference_mode():
            outputs = network(noise)
    except Exception as error:  # whatever a network for something else makes of them
        raise ModelError(f"{path} can't be used as a model: {first_line(error)}") from None
    if not isinstance(outputs, Tensor) or outputs.ndim != 2 or len(outputs) != 2:
        raise ModelError(f"{path} is no classifier: it doesn't give a row of scores for each image")
    if not 2 <= outputs.shape[1] <= _MOST_CLASSES:
        raise ModelError(f"{path} is no classifier: it gives {outputs.shape[1]} scores")
    return outputs.float()
