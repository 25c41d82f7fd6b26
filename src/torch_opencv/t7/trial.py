"""A first forward pass of a network from a file that nobody vouches for, where it can do no harm.

A few hundred bytes can describe a network that takes all memory, hours, or crashes the library that computes it. So its
sizes are worked out first, without computing anything, and then it runs in a process of its own, with limits.
"""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from torch_opencv.errors import first_line
from torch_opencv.t7.errors import T7Error
from torch_opencv.t7.network import load_network

_LARGEST: Final = 1 << 28  # elements of one tensor: 1 GB in float32
_ALL: Final = 1 << 33  # elements of all tensors together; a pass takes at least a second for so many
_OPERATIONS: Final = 1 << 42  # multiplications of convolutions and linear layers: minutes on a CPU
_MEMORY: Final = 6 << 30  # bytes that the process may take beyond those that it starts with
_SECONDS: Final = 60  # of CPU time
# Without the current folder, which is the first that Python looks into, whoever's it is.
_PROGRAM: Final = "import sys; sys.path[:] = filter(None, sys.path); from torch_opencv.t7 import trial; trial.main()"


def check_forward(path: str | os.PathLike[str], *shapes: Sequence[int]) -> None:
    """Make sure that the network in a Torch7 file can be run.

    Args:
        path: the file, which can be read (see `load_network`).
        shapes: of float32 inputs. What a pass would take is worked out for all of them; one is run for the first.

    Raises:
        T7Error: the network doesn't take the input, or a pass would take too much memory or time, or crashes.

    """
    job = json.dumps({"path": os.fspath(path), "shapes": [list(shape) for shape in shapes]})
    try:
        child = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            input=job,
            capture_output=True,
            text=True,
            timeout=3 * _SECONDS,  # on a machine that others use, too
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired:
        raise T7Error(f"{os.fspath(path)}: a pass through the network takes more than {3 * _SECONDS} s") from None
    if child.returncode < 0:
        name = signal.Signals(-child.returncode).name
        raise T7Error(f"{os.fspath(path)}: a pass through the network crashes ({name})")
    answer = child.stdout.strip()
    if child.returncode or not answer:
        raise T7Error(f"{os.fspath(path)}: a pass through the network can't be tried (status {child.returncode})")
    if problem := json.loads(answer):
        raise T7Error(problem)


class _Budget(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds up what tensors without memory stand for."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.elements = self.operations = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(output):
            if isinstance(tensor, Tensor):
                self._spend(str(func), tensor, args)
        return output

    def _spend(self, name: str, tensor: Tensor, args: Any) -> None:
        count = tensor.numel()
        self.elements += count
        if "convolution" in name:
            size, weight, transposed = args[0].numel(), args[1], args[6]
            # Each output is made of a kernel's worth of inputs; in a transposed one, each input is spread over one.
            self.operations += (size if transposed else count) * math.prod(weight.shape[1:])
        elif "mm" in name:
            self.operations += count * args[-1].shape[-2]
        if count > _LARGEST:
            raise T7Error(f"a tensor in it has {count:,} elements ({'x'.join(map(str, tensor.shape))})")
        if self.elements > _ALL:
            raise T7Error(f"its tensors have more than {_ALL:,} elements together")
        if self.operations > _OPERATIONS:
            raise T7Error(f"it takes more than {_OPERATIONS:,} multiplications")


def check_budget(network: nn.Module, shape: Sequence[int]) -> None:
    """Make sure that a pass through a network takes a reasonable amount of memory and time, without running it.

    Args:
        network: In evaluation mode.
        shape: Of the input, the batch included.

    Raises:
        T7Error: It doesn't.
    """
    state = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    meta = {name: torch.empty_like(tensor, device="meta") for name, tensor in state.items()}
    try:
        with torch.no_grad(), _Budget():
            torch.func.functional_call(network, meta, (torch.empty(tuple(shape), device="meta"),))
    except T7Error as error:
        by = "x".join(map(str, shape[1:]))
        raise T7Error(f"the network would take too much memory or time for an input of {by}: {error}") from None
    except Exception:  # its layers look at values, which there are none of; the pass itself will tell
        pass


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    if sys.platform == "linux":
        used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + _MEMORY, used + _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))


def _problem(path: str, shapes: Sequence[Sequence[int]]) -> str:
    """What speaks against running the network; "" if nothing does."""
    try:
        network = load_network(path).float()
        for shape in shapes:
            check_budget(network, shape)
    except T7Error as error:
        text = str(error)
        return text if text.startswith(path) else f"{path}: {text}"
    except OSError as error:
        return f"{path} can't be read: {error.strerror or error}"
    by = "x".join(map(str, shapes[0][1:]))
    try:
        with torch.inference_mode():
            network(torch.rand(tuple(shapes[0]), generator=torch.Generator().manual_seed(0)))
    except Exception as error:  # whatever a network for something else makes of it
        return f"{path}: the network doesn't take an input of {by}: {first_line(error)}"
    return ""


def main() -> None:
    """Try a network for the parent process."""
    job = json.load(sys.stdin)
    torch.set_num_threads(1)
    _limit_memory()
    print(json.dumps(_problem(job["path"], job["shapes"])))
