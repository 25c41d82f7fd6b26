"""What is in an image, as one of a thousand classes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from torch_opencv import runtime
from torch_opencv.runtime import compiled
from torch_opencv.runtime.accelerated import Eager, Input
from torch_opencv.runtime.onnx_runtime import OnnxRuntime
from torch_opencv.vision.classify import exported_files, loading, without_torch
from torch_opencv.vision.classify.prediction import Prediction
from torch_opencv.vision.frames import Normalise, center_crop, check_frames, resize_into
from torch_opencv.vision.pictures import pictures

_BEST = 5


class Classifier:
    """Says what is in a frame's middle.

    Made the first time on a machine, it takes some seconds longer: the network is compiled (see `runtime`).

    Args:
        model: "efficientnet-lite0"; "timm:NAME", any classifier of timm's (`pip install 'torch-opencv[timm]'`); the
            path of a Torch7 file, such as that of the original demo's Network in Network, or of an .onnx or .pt2 file
            (see `vision.classify.exported_files`; an .onnx file runs on the CPU); or a torch.nn.Module of your own,
            from (N, 3, 224, 224) RGB inputs, normalised as torchvision's ImageNet networks have them, to logits.
        device: "auto" (CUDA if there is one), "cpu", "cuda" or "cuda:N".
        precision: what it computes in on the CPU (see `runtime.accelerate`). "auto" is "f32", as bf16 may change the
            order of the best classes.
        labels: the names of the classes of a module or of an .onnx or .pt2 file, in the order of its outputs: a list,
            or a text file with one a line. None: "class 0" and so on.
        top: how many classes are given for a frame.

    Attributes:
        model: what it was made with, as a name.
        device: where it computes.
        backend: how (see `runtime.Accelerated`).
        precision: what it computes in.
        classes: (wnid, label) pairs in the order of the network's outputs.

    Raises:
        ModelError: there is no such model, or it is no classifier.
        WeightsError: its weights can't be had.
        DeviceError: there is no such device.

    """

    def __init__(
        self,
        model: str | Path | nn.Module = "efficientnet-lite0",
        *,
        device: str | torch.device = "auto",
        precision: runtime.Precision = "f32",
        labels: str | Path | Sequence[str] | None = None,
        top: int = _BEST,
    ) -> None:
        self.device = runtime.resolve_device(device)  # before anything is loaded
        if top < 1:
            raise ValueError(f"top must be 1 or more, not {top}")
        self.model = type(model).__name__ if isinstance(model, nn.Module) else str(model)
        self._top = top
        self._loaded = loaded = loading.load(model, labels)
        self.classes = loaded.classes
        module = nn.Sequential(Normalise(loaded.mean, loaded.std), loaded.network, nn.Softmax(dim=1))
        # Noise, since a blank image could hide that a network is computed wrongly (see runtime.accelerate).
        example = torch.randint(
            256, (1, *loaded.size, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
        )
        self._network: runtime.Accelerated
        if exported_files.runs_on_cpu_only(module):  # an ONNX graph is compiled already
            self.device = torch.device("cpu")
            self._network = Eager(module.eval(), [Input.like(example, (0,))], self.device)
        else:
            self._network = runtime.accelerate(
                module,
                example,
                device=self.device,
                dynamic=(0,),
                name=self.model,
                precision="f32" if precision == "auto" else precision,
                pictures=lambda: [image[None] for image in self._inputs(pictures())],
            )
        self.backend, self.precision = self._network.backend, self._network.precision

    def __call__(self, frame: Tensor) -> list[Prediction]:
        """The best classes of a frame.

        Args:
            frame: torch.uint8 (H, W, 3), BGR, of any size and stride.

        Returns:
            The predictions, best first.

        Raises:
            FrameError: it is anything else.

        """
        return self.batch([frame])[0]

    def batch(self, frames: Sequence[Tensor] | Tensor) -> list[list[Prediction]]:
        """The same for several frames.

        Args:
            frames: a list, in which they may differ in size, or one (N, H, W, 3) tensor; torch.uint8, BGR.

        Returns:
            The predictions for each, best first.

        Raises:
            FrameError: one is anything else.
        """
        check_frames(frames)
        if not len(frames):
            return []
        scores: Tensor = self._network(self._inputs(frames))
        best = scores.topk(min(self._top, len(self.classes)), dim=1)
        classes, shares = runtime.to_cpu(best.indices, best.values)
        return [
            [Prediction(self.classes[i][1], self.classes[i][0], score) for i, score in zip(indices, row, strict=True)]
            for indices, row in zip(classes.tolist(), shares.tolist(), strict=True)
        ]

    def _inputs(self, frames: Sequence[Tensor] | Tensor) -> Tensor:
        """The frames' middles as the network takes them: torch.uint8 (N, H, W, 3), BGR."""
        inputs = runtime.staging((len(frames), *self._loaded.size, 3), torch.uint8, self.device)
        for target, frame in zip(inputs, frames, strict=True):
            resize_into(target, center_crop(frame, self._loaded.crop), upsampling=self._loaded.upsampling)
        return inputs


def remember(classifier: Classifier) -> None:
    """Let `without_torch` find a classifier's network, so that single pictures need no PyTorch from now on.

    Nothing is done for other models than the default, on a GPU, or where another way than ONNX Runtime is faster.

    Args:
        classifier: any, as it was made.
    """
    network, model = classifier._network, classifier._loaded
    if classifier.model != without_torch.NAME or not isinstance(network, OnnxRuntime):
        return
    any_device = torch.version.cuda is None and torch.version.hip is None
    if without_torch.kept("auto" if any_device else "cpu") or not (file := compiled.file_of(network.graph)):
        return
    example = torch.from_numpy(without_torch.example(model.size).copy())
    without_torch.keep(
        without_torch.Kept(
            circumstances=without_torch.circumstances(),
            graph=file.name,
            threads=torch.get_num_threads(),
            any_device=any_device,
            size=list(model.size),
            crop=model.crop,
            upsampling=model.upsampling,
            scores=network(example)[0].tolist(),
        )
    )
