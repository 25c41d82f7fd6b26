"""What the frozen network sees in the pictures, computed once and kept in a file beside the result."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from torch_opencv import runtime
from torch_opencv._system.progress import progress_bar
from torch_opencv.nets.attention_captioner import AttentionCaptioner, backbone
from torch_opencv.training.caption.data import Picture
from torch_opencv.training.checkpoint import write
from torch_opencv.training.errors import TrainingError
from torch_opencv.training.images import read_frame
from torch_opencv.vision.frames import center_crop

VIEWS: Final = 4
"""Of each picture: as a whole, as the captioner sees it; that mirrored; the central square's 7/8; that mirrored."""
_FORMAT: Final = "torch-opencv caption features 2"
_BATCH: Final = 8  # pictures
_CROP: Final = 0.875


def of(pictures: Sequence[Picture], kept: Path, device: torch.device, *, progress: bool = True) -> Tensor:
    """The pictures' features, from the file if it has those of the very same pictures, which is made otherwise.

    Args:
        pictures: in any order.
        kept: the file, half a megabyte a picture.
        device: where they are computed.
        progress: show a bar on stderr if that is a terminal.

    Returns:
        float16 (VIEWS, N, 50, 1280), on the CPU.

    Raises:
        TrainingError: a picture can't be read, or the file not be written.
        WeightsError: the network's weights can't be had.
    """
    identity = _identity(pictures)
    if (found := _from_file(kept, identity)) is not None:
        return found
    network = backbone.load()
    example = torch.rand(2, 3, backbone.SIZE, backbone.SIZE, generator=torch.Generator().manual_seed(0))
    encode = runtime.accelerate(network, example, device=device, dynamic=(0,), name="captioner's encoder")
    parts = []
    with progress_bar("features", len(pictures), unit="it", shown=progress) as tell:
        for start in range(0, len(pictures), _BATCH):
            images = torch.cat([_views(one.path) for one in pictures[start : start + _BATCH]])
            features: Tensor = encode(images)
            parts.append(features.half().cpu().reshape(-1, VIEWS, *features.shape[1:]).transpose(0, 1))
            tell(start + len(images) // VIEWS)
    features = torch.cat(parts, dim=1).contiguous()
    write(kept, safetensors.torch.save({"features": features}, metadata={"format": _FORMAT, "of": identity}))
    return features


def _views(path: Path) -> Tensor:
    """(VIEWS, 3, 224, 224), as the network takes them."""
    frame = read_frame(path)
    whole, inner = (AttentionCaptioner.preprocess(one) for one in (frame, center_crop(frame, _CROP)))
    return torch.stack([whole, whole.flip(2), inner, inner.flip(2)])


def _identity(pictures: Sequence[Picture]) -> str:
    digest = hashlib.sha256()
    try:
        for picture in pictures:
            digest.update(hashlib.sha256(picture.path.read_bytes()).digest())
    except OSError as error:
        raise TrainingError(f"the image {error.filename} can't be read: {error.strerror}") from None
    return digest.hexdigest()


def _from_file(kept: Path, identity: str) -> Tensor | None:
    with suppress(safetensors.SafetensorError, OSError, KeyError), safetensors.safe_open(kept, framework="pt") as file:
        if file.metadata() == {"format": _FORMAT, "of": identity}:
            found: Tensor = file.get_tensor("features")
            return found
    return None
