"""Networks that a Captioner can be made with, by name or path."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch

from torch_opencv import weights
from torch_opencv.nets.attention_captioner import AttentionCaptioner
from torch_opencv.nets.neuraltalk2 import NeuralTalk2
from torch_opencv.vision.caption.model import CaptionModel
from torch_opencv.vision.caption.recurrent import RecurrentModel
from torch_opencv.vision.errors import ModelError
from torch_opencv.vision.naming import guess, is_path

DEFAULT: Final = "captioner-lite0"
_PUBLISHED: Final = "neuraltalk2"
NAMES: Final = (DEFAULT, _PUBLISHED)  # besides hf:NAME and paths
_HF: Final = "hf:"
_BEAMS, _NEURALTALK2_BEAMS = 3, 2  # the latter as the original's eval.lua


def load(model: str | Path, device: torch.device, *, prompt: str = "") -> tuple[CaptionModel, int]:
    """The model for a name in `NAMES`, "hf:NAME" or a path, and how many beams it usually has.

    Args:
        model: a name or path.
        device: where it is to compute.
        prompt: what it is going to be told; a model that takes none is refused.

    Raises:
        ModelError: there is no such model, it can't be loaded, or it takes no prompt.
        WeightsError: its weights can't be had.
        CheckpointError: a .t7 file is no NeuralTalk2 checkpoint.
        CaptionerFileError: a .safetensors file is no captioner.
    """
    name = str(model)
    if name.startswith(_HF):
        from torch_opencv.vision.caption import huggingface

        found = huggingface.load(name.removeprefix(_HF), device, prompt=prompt)
        return found, found.beams
    if prompt:
        raise ModelError(f"{name} takes no prompt: leave it out, or use a model that does, as hf:NAME")
    path = Path(name)
    if name == _PUBLISHED:
        return RecurrentModel(NeuralTalk2.load(weights.path(name)), device, name), _NEURALTALK2_BEAMS
    if name in NAMES:
        return RecurrentModel(AttentionCaptioner.load(weights.path(name)), device, name), _BEAMS
    if is_path(model):
        if not path.is_file():
            raise ModelError(f"there is no model file {name}")
        if path.suffix == ".t7":
            return RecurrentModel(NeuralTalk2.load(path), device, path.name), _NEURALTALK2_BEAMS
        if path.suffix == ".safetensors":
            return RecurrentModel(AttentionCaptioner.load(path), device, path.name), _BEAMS
        raise ModelError(
            f"{name} can't be used as a model: give NeuralTalk2's .t7, or a .safetensors file of train-caption's"
        )
    raise ModelError(
        f"there is no model {name!r}: {guess(name, NAMES, cutoff=0.4)}There are {', '.join(NAMES)}, hf:NAME, "
        "or the path of a .t7 or .safetensors file"
    )
