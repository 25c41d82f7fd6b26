"""The state of a training, kept in a safetensors file so that it can go on after a break exactly as it would have."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from torch_opencv._system.files import atomic_write
from torch_opencv.training.errors import TrainingError

_FORMAT: Final = "torch-opencv {} training 1"


class Checkpoint:
    """The last whole state, in memory after every `take`, on disk after `save`.

    `take` copies, so that an interruption in the middle of an iteration doesn't leave half of it.

    Args:
        path: the file.
        kind: what is trained, a word ("style"): files of another kind are refused.
        settings: all that decides the training's result; of files, their sha256. A file of other settings is refused.

    """

    def __init__(self, path: Path, kind: str, settings: Mapping[str, str | int | float]) -> None:
        self._path = path
        self._format = _FORMAT.format(kind)
        self._settings = dict(settings)
        self._iteration = 0
        self._tensors: dict[str, Tensor] = {}

    def take(self, iteration: int, network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Remember a state.

        Args:
            iteration: how many it has behind it.
            network: whose parameters and buffers are copied.
            optimizer: whose state is.
        """
        tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
        for number, state in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{number}.{name}": value for name, value in state.items()}
        copies = {name: value.detach().to("cpu", copy=True).contiguous() for name, value in tensors.items()}
        self._iteration, self._tensors = iteration, copies

    def save(self) -> None:
        """Write what was last taken.

        Raises:
            TrainingError: it can't be written; the file before it then stays.
        """
        header = {
            "format": self._format,
            "iteration": str(self._iteration),
            "settings": json.dumps(self._settings),
        }
        write(self._path, safetensors.torch.save(self._tensors, metadata=header))

    def restore(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> int:
        """Put the file's state into a network and its optimizer.

        Args:
            network: As it was when the file was written.
            optimizer: Likewise.

        Returns:
            How many iterations the state has behind it.

        Raises:
            TrainingError: there is no such file, or it belongs to a training with other settings.
        """
        if not self._path.is_file():
            raise TrainingError(f"nothing to resume: there is no {self._path}")
        try:
            with safetensors.safe_open(self._path, framework="pt") as file:
                header = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
            if header["format"] != self._format:
                raise KeyError("format")
            settings, iteration = json.loads(header["settings"]), int(header["iteration"])
        except (safetensors.SafetensorError, OSError, KeyError, ValueError):
            raise TrainingError(f"{self._path} is not a training's checkpoint: delete it and start anew") from None
        wanted = self._settings
        if settings != wanted:
            other = ", ".join(name for name, value in wanted.items() if settings.get(name) != value)
            raise TrainingError(
                f"{self._path} is of a training with other settings ({other}): give the same ones again"
            )
        network.load_state_dict(_under("network.", tensors))
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in _under("optimizer.", tensors).items():
            number, _, key = name.partition(".")
            state.setdefault(int(number), {})[key] = value
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
        return iteration

    def remove(self) -> None:
        """Delete the file: the training is complete."""
        self._path.unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write a file so that there is all of it or none.

    Args:
        path: the file.
        content: its bytes.

    Raises:
        TrainingError: it can't be written.
    """
    try:
        with atomic_write(path) as part, part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise TrainingError(f"{path} can't be written: {error.strerror}") from None


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
