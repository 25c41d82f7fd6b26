"""torchcodec, which is optional, and one line that says what to do where it is missing or can't be used."""

from __future__ import annotations

from typing import Any

import torch

from torch_opencv.errors import TorchOpencvError

_EXTRA = "pip install 'torch-opencv[codec]'"
_FOR_CPU = "pip install 'torchcodec==0.13.*'"


def torchcodec(part: str) -> Any:
    """torchcodec's ``decoders`` or ``encoders``.

    Raises:
        TorchOpencvError: torchcodec is not installed, or can't be loaded.
    """
    try:
        if part == "decoders":
            from torchcodec import decoders as found
        else:
            from torchcodec import encoders as found
    except ModuleNotFoundError as error:
        if error.name != "torchcodec":
            raise
        raise TorchOpencvError(f"cv.cudacodec needs torchcodec: {_EXTRA}") from None
    except (ImportError, OSError, RuntimeError) as error:  # its libraries, FFmpeg's, or another torch's
        raise TorchOpencvError(_why(error)) from None
    return found


def _why(error: Exception) -> str:
    said = str(error)
    if torch.version.cuda is None and any(
        word in said + str(error.__cause__) for word in ("cuda", "nvrtc", "image.so")
    ):
        version = torch.__version__
        return f"cv.cudacodec: this torchcodec is for a torch with CUDA, and torch {version} has none: {_FOR_CPU}"
    first = next((line.strip() for line in said.splitlines() if "cannot open" in line), said.strip().split("\n")[0])
    return (
        "cv.cudacodec: torchcodec can't be loaded: install FFmpeg with its shared libraries (apt install ffmpeg, or "
        f"conda install ffmpeg), and a torchcodec for torch {torch.__version__} ({first})"
    )
