"""Torch7 files as safetensors and ONNX files, for programs that know those.

What is written appears under its name when it is complete, and not at all if something fails.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from torch_opencv._system.files import atomic_write
from torch_opencv.errors import first_line
from torch_opencv.t7.contents import named_tensors, view
from torch_opencv.t7.errors import T7Error
from torch_opencv.t7.network import network
from torch_opencv.t7.objects import Object
from torch_opencv.t7.reader import load
from torch_opencv.t7.trial import check_forward

_MOST_REPEATED = 1 << 30  # bytes of a tensor that repeats its elements, which the file may make as large as it likes
_TOLERANCE = 1e-3  # of an ONNX file's outputs, of the largest value; a wrong network is far beyond


def to_safetensors(source: Path, target: Path) -> str:
    """Write the tensors of a Torch7 file to a safetensors file.

    If a network is in it, they are its parameters and buffers, by their names in ``t7.load_network(source)``; else all
    of its tensors, by their paths. A tensor that has several names is written under the first, and the metadata have
    `alias: first` for the others, as safetensors' own `save_model` has it and `load_model` understands. The metadata
    also say `source`, its `sha256`, and `class`.

    Args:
        source: The Torch7 file.
        target: The safetensors file, which is replaced as a whole.

    Returns:
        What was written, in a line.

    Raises:
        T7Error: The file can't be read, has no tensors, or the target can't be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    content = load(source)
    try:
        tensors, what = dict(network(content).state_dict()), "of the network"
    except T7Error as reason:
        tensors, what = named_tensors(content), f"by their paths, as no network can be made: {str(reason)[:150]}"
    if not tensors:
        raise T7Error(f"{source} has no tensors to write")
    metadata = _origin(source, content)
    first: dict[tuple[Any, ...], str] = {}
    kept: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if tensor.numel() > tensor.untyped_storage().nbytes() and tensor.nbytes > _MOST_REPEATED:
            raise T7Error(f"{source}: {name} repeats its elements to {tensor.nbytes / 1e9:.1f} GB; that isn't written")
        original = first.setdefault(view(tensor) if tensor.numel() else (name,), name)
        if original == name:
            kept[name] = tensor.detach().clone(memory_format=torch.contiguous_format)  # views may overlap in memory
        else:
            metadata[name] = original
    with _written(target) as part:
        try:
            save_file(kept, part, metadata)
        except SafetensorError as error:  # a full disk, say
            raise T7Error(f"{target} can't be written: {error}") from None
    return f"{len(kept)} tensors {what}"


def to_onnx(source: Path, target: Path, size: tuple[int, ...] | None = None) -> str:
    """Write the network in a Torch7 file to an ONNX file, check it against PyTorch, and say in a line what it is.

    Args:
        source: The Torch7 file.
        target: The ONNX file. Its input is float32, (N, channels, height, width) or (N, features), with any N.
        size: Width and height of the input, or the number of features; networks that begin with nn.Linear tell it.

    Raises:
        T7Error: The file can't be read, it has no network, or not one that ONNX can express; the size is missing, or
            the network doesn't take it; or ONNX Runtime computes something else than PyTorch from what was written.
    """
    from torch_opencv.runtime.accelerated import Input
    from torch_opencv.runtime.onnx_runtime import exported

    content = load(source)
    try:
        module = network(content).float()
    except T7Error as error:
        raise T7Error(f"{source}: {error}") from None
    shape = _input_shape(source, module, size)
    check_forward(source, (2, *shape))
    example = torch.rand((2, *shape), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        try:
            outputs = _flat(module(example))
        except (RuntimeError, ValueError, IndexError, TypeError, AttributeError) as error:
            raise T7Error(f"{source}: the network doesn't take an input of {_by(shape)}: {first_line(error)}") from None
    try:
        with torch.inference_mode():
            graph = exported(module, [example], [Input(torch.float32, (None, *shape))])
    except Exception as error:  # of many kinds, from the exporter's passes
        raise T7Error(f"{source}: PyTorch can't export the network to ONNX: {first_line(error)}") from None
    graph = _with_metadata(graph, _origin(source, content))
    with _written(target) as part:
        part.write_bytes(graph)
        difference = _difference(source, part, module, example)
    return f"input (N, {', '.join(map(str, shape))}), {len(outputs)} output{'s' * (len(outputs) != 1)}; {difference}"


def _origin(source: Path, content: Any) -> dict[str, str]:
    with source.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    kind = content.class_name if isinstance(content, Object) else type(content).__name__
    texts = {"format": "pt", "source": source.name, "class": kind, "sha256": digest.hexdigest()}
    return {key: text.encode("utf-8", "backslashreplace").decode() for key, text in texts.items()}


def _input_shape(source: Path, module: nn.Module, size: tuple[int, ...] | None) -> tuple[int, ...]:
    """Without the batch. The first layer that has channels or features tells how many."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            if size is None or len(size) != 2:
                raise T7Error(f"{source}: say how large the network's input is, --size WIDTHxHEIGHT")
            return layer.in_channels, size[1], size[0]
        if isinstance(layer, nn.Linear):
            if size not in (None, (layer.in_features,)):
                raise T7Error(f"{source}: the network begins with {layer.in_features} features, not {_by(size or ())}")
            return (layer.in_features,)
    if size is None:
        raise T7Error(f"{source}: say how large the network's input is, --size WIDTHxHEIGHT or --size FEATURES")
    return (3, size[1], size[0]) if len(size) == 2 else size


def _difference(source: Path, path: Path, module: nn.Module, example: Tensor) -> str:
    """How far ONNX Runtime is from PyTorch, for batches of several sizes.

    Raises:
        T7Error: that is too far.
    """
    import onnxruntime  # type: ignore[import-untyped]

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    worst = 0.0
    for inputs in (example, example[:1], torch.cat([example, example.flip(-1), example * 2])):
        computed: Sequence[Any] = session.run(None, {session.get_inputs()[0].name: inputs.numpy()})
        with torch.inference_mode():
            expected = _flat(module(inputs))
        for array, tensor in zip(computed, expected, strict=True):
            if array.size != tensor.numel():
                raise T7Error(f"{source}: the ONNX network gives {array.shape}, and PyTorch {tuple(tensor.shape)}")
            tensor = tensor.reshape(array.shape)  # some of Torch7's layers drop a batch of one, which ONNX's don't
            largest = float(tensor.abs().max()) if tensor.numel() else 0.0
            difference = float((torch.from_numpy(array) - tensor).abs().max()) if tensor.numel() else 0.0
            if not difference <= _TOLERANCE * max(largest, 1e-6):
                raise T7Error(f"{source}: ONNX Runtime computes what differs by {difference:.2g} from PyTorch's")
            worst = max(worst, difference)
    return f"ONNX Runtime and PyTorch differ by {worst:.1e} at most, on noise"


def _with_metadata(graph: bytes, metadata: dict[str, str]) -> bytes:
    import onnx

    model = onnx.load_from_string(graph)
    onnx.helper.set_model_props(model, metadata)
    data: bytes = model.SerializeToString()
    return data


def _flat(value: Any) -> list[Tensor]:
    return [value] if isinstance(value, Tensor) else [tensor for part in value for tensor in _flat(part)]


def _by(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


@contextmanager
def _written(target: Path) -> Iterator[Path]:
    """A file to write to, which becomes ``target`` in the end.

    Raises:
        T7Error: it can't be written.
    """
    try:
        with atomic_write(target) as part:
            yield part
    except OSError as error:
        raise T7Error(f"{target} can't be written: {error.strerror or error}") from None
