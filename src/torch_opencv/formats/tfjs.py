"""Weights as TensorFlow.js keeps them: a manifest in JSON, and binary files beside it.

The manifest is a list of groups, `{"paths": [FILE, ...], "weights": [TENSOR, ...]}`; a tensor has `name`, `shape`,
`dtype` and perhaps `quantization`. The group's files, one after the other, hold its tensors in that order, row-major
and little-endian, without padding or header, so that a tensor may begin at any byte. A quantised tensor has one byte an
element, and its values are byte * scale + min.

Source: TensorFlow.js, tfjs-core/src/io/types.ts and io_utils.ts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from torch_opencv.formats.errors import FormatError

_LARGEST_MANIFEST: Final = 16 << 20  # bytes; face-api's largest has 28 thousand
_LARGEST_GROUP: Final = 1 << 30
_DTYPES: Final[dict[str, np.dtype[Any]]] = {
    "float32": np.dtype("<f4"),
    "int32": np.dtype("<i4"),
    "bool": np.dtype("u1"),
    "uint8": np.dtype("u1"),
}
_RESULTS: Final = {"float32": torch.float32, "int32": torch.int32, "bool": torch.bool, "uint8": torch.uint8}


def load(manifest: str | Path) -> dict[str, Tensor]:
    """Read all tensors that a manifest names.

    Args:
        manifest: The JSON file. The binary files lie in the same folder.

    Returns:
        The tensors by name, in the manifest's order, in the layout that TensorFlow has them (convolutions' filters
        are (height, width, in, out)); torch.float32, int32, bool or uint8, each in memory of its own.

    Raises:
        FormatError: The manifest isn't one, or the binary files don't fit it.
        OSError: A file can't be read.
    """
    path = Path(manifest)
    content = _bounded(path, _LARGEST_MANIFEST)
    try:
        groups = json.loads(content)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        raise FormatError(f"{path.name} is not a TensorFlow.js manifest: it isn't JSON") from None
    tensors: dict[str, Tensor] = {}
    files: set[str] = set()
    try:
        for group in _list(groups, "the manifest"):
            _read_group(group, path.parent, files, tensors)
    except _UnfitError as problem:
        raise FormatError(f"{path.name} can't be read as a TensorFlow.js manifest: {problem}") from None
    if not tensors:
        raise FormatError(f"{path.name} can't be read as a TensorFlow.js manifest: it names no tensors")
    return tensors


class _UnfitError(Exception):
    """What is wrong, to which the manifest's name is added."""


def _read_group(group: Any, folder: Path, files: set[str], tensors: dict[str, Tensor]) -> None:
    """Add the group's tensors, and its files to those that have been read."""
    if not isinstance(group, Mapping):
        raise _UnfitError("a group of weights is no object")
    data = _files(_list(group.get("paths"), "paths"), folder, files)
    at = 0
    for spec in _list(group.get("weights"), "weights"):
        if not isinstance(spec, Mapping) or not isinstance(spec.get("name"), str):
            raise _UnfitError("a tensor without a name")
        name = _short(spec["name"])
        if spec["name"] in tensors:
            raise _UnfitError(f"{name} is there twice")
        shape = _shape(spec.get("shape"), name)
        dtype, scale, minimum = _encoding(spec, name)
        size = math.prod(shape) * dtype.itemsize
        if size > len(data) - at:
            raise _UnfitError(f"{name} needs {size:,} bytes where the binary has {len(data) - at:,} left")
        values = np.frombuffer(data[at : at + size], dtype)  # the slice is a copy, so that the start may be any byte
        at += size
        if scale is not None:
            values = values.astype(np.float64) * scale + minimum
            if spec["dtype"] == "int32":
                values = np.clip(np.round(values), -(2**31), 2**31 - 1)
            values = values.astype(_DTYPES[spec["dtype"]])
        tensor = torch.from_numpy(values.astype(values.dtype.newbyteorder("=")).reshape(shape))
        tensors[spec["name"]] = tensor.to(_RESULTS[spec["dtype"]])
    if at != len(data):
        raise _UnfitError(f"the binary has {len(data) - at:,} bytes more than its tensors")


def _encoding(spec: Mapping[str, Any], name: str) -> tuple[np.dtype[Any], float | None, float]:
    """How the elements are stored, and scale and minimum if they are quantised."""
    if not isinstance(spec.get("dtype"), str) or spec["dtype"] not in _DTYPES:
        raise _UnfitError(f"{name} has the dtype {_short(str(spec.get('dtype')))}, known are {', '.join(_DTYPES)}")
    quantization = spec.get("quantization")
    if quantization is None:
        return _DTYPES[spec["dtype"]], None, 0.0
    if not isinstance(quantization, Mapping) or quantization.get("dtype") != "uint8":
        raise _UnfitError(f"{name} is quantised in another way than to uint8")
    if spec["dtype"] not in ("float32", "int32"):
        raise _UnfitError(f"{name} is quantised and {spec['dtype']}, where float32 and int32 can be")
    return np.dtype("u1"), _number(quantization.get("scale"), name), _number(quantization.get("min"), name)


def _number(value: Any, name: str) -> float:
    # Up to 255 * scale + min must be float32's, whose largest is 3.4e38.
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e35:
        raise _UnfitError(f"the scale or min of {name} is no number that float32 can hold")
    return float(value)


def _shape(shape: Any, name: str) -> tuple[int, ...]:
    sizes = _list(shape, f"the shape of {name}")
    if len(sizes) > 8 or not all(type(size) is int and 0 <= size < 2**40 for size in sizes):
        raise _UnfitError(f"the shape of {name} isn't one")
    return tuple(sizes)


def _files(names: list[Any], folder: Path, read: set[str]) -> bytes:
    parts: list[bytes] = []
    for name in names:
        # Names of plain files beside the manifest: nothing that leads elsewhere, nor what Windows takes for a drive.
        if not isinstance(name, str) or not name or Path(name).name != name or "\\" in name or ":" in name:
            raise _UnfitError(f"{_short(str(name))} is not the name of a file beside it")
        if name in read:  # or a small manifest could ask for any amount of memory
            raise _UnfitError(f"it names the file {_short(name)} twice")
        read.add(name)
        if "\0" in name or not (folder / name).is_file():
            raise _UnfitError(f"there is no file {_short(name)} beside it")
        parts.append(_bounded(folder / name, _LARGEST_GROUP - sum(len(part) for part in parts)))
    return b"".join(parts)


def _bounded(path: Path, largest: int) -> bytes:
    if not path.is_file():
        raise FormatError(f"{path} is not a file that can be read: give the path of a TensorFlow.js manifest")
    if path.stat().st_size > largest:
        raise FormatError(f"{path.name} has {path.stat().st_size:,} bytes, more than the {largest:,} that are read")
    return path.read_bytes()


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise _UnfitError(f"{what} is no list")
    return value


def _short(text: str) -> str:
    return ascii(text if len(text) <= 80 else text[:77] + "...")
