"""Caffe's files: the weights of a network (.caffemodel) and a mean image (.binaryproto).

Both are protocol buffers, a NetParameter and a BlobProto (caffe/src/caffe/proto/caffe.proto). Of a network only the
layers' names and blobs are read; what computes with them is a torch.nn.Module of ours. Layers may be of today's kind or
V1's (2013 to 2014), blobs shaped by a BlobShape or by num, channels, height and width, in float, double, or the raw
halves that `cv2.dnn.shrinkCaffeModel` writes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from torch_opencv.formats.errors import FormatError
from torch_opencv.formats.protobuf import BYTES, FIXED32, FIXED64, VARINT, Field, Message, WireError

_LARGEST: Final = (1 << 31) - 1  # bytes, protocol buffers' own limit
_MOST_DIMENSIONS: Final = 32  # Caffe's kMaxBlobAxes
_HALF: Final = 2
_RAW_TYPES: Final = {0: "<f8", 1: "<f4", _HALF: "<f2"}


@dataclass(frozen=True)
class Layer:
    """A layer's weights.

    Attributes:
        name: as in the file.
        blobs: float32 tensors of the shapes that Caffe gave them, kernel before bias.
    """

    name: str
    blobs: tuple[Tensor, ...]


def load(path: str | Path) -> tuple[Layer, ...]:
    """Read a .caffemodel.

    Args:
        path: the file.

    Returns:
        The layers in the file's order, those without blobs included.

    Raises:
        FormatError: The file isn't a NetParameter with layers, or is damaged.
        OSError: It can't be read.
    """
    return loads(_bytes(Path(path)), Path(path).name)


def loads(data: bytes, name: str = "the caffemodel") -> tuple[Layer, ...]:
    """The same from bytes.

    Args:
        data: a file's content.
        name: what errors call it.

    Raises:
        FormatError: It isn't a NetParameter with layers, or is damaged.
    """
    try:
        layers = _net(Message(memoryview(data)))
    except WireError as problem:
        raise FormatError(f"{name} is not a Caffe model, or damaged: {problem}") from None
    if not layers:
        raise FormatError(f"{name} is not a Caffe model: it has no layers")
    return layers


def load_blob(path: str | Path) -> Tensor:
    """Read a .binaryproto, such as a mean image.

    Args:
        path: the file.

    Returns:
        float32, for an image (1, channels, height, width).

    Raises:
        FormatError: The file isn't a BlobProto with data, or is damaged.
        OSError: It can't be read.
    """
    name = Path(path).name
    try:
        blob = _blob(Message(memoryview(_bytes(Path(path)))))
    except WireError as problem:
        raise FormatError(f"{name} is not a blob of Caffe's, or damaged: {problem}") from None
    if not blob.numel():
        raise FormatError(f"{name} is not a blob of Caffe's: it has no data")
    return blob


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise FormatError(f"{path} is not a file that can be read: give a file of Caffe's")
    if path.stat().st_size > _LARGEST:
        raise FormatError(f"{path.name} has {path.stat().st_size:,} bytes, more than a file of Caffe's can have")
    return path.read_bytes()


def _net(message: Message) -> tuple[Layer, ...]:
    layers = []
    for field in message.fields():
        if field.number == 100:
            layers.append(_layer(_message(field), name=1, blobs=7))
        elif field.number == 2:
            layers.append(_layer(_message(field), name=4, blobs=6))
    return tuple(layers)


def _layer(message: Message, *, name: int, blobs: int) -> Layer:
    """A LayerParameter or V1LayerParameter; `name` and `blobs` are its fields' numbers."""
    called, found = "", []
    for field in message.fields():
        if field.number == name:
            called = bytes(_message(field).data).decode("utf-8", "replace")
        elif field.number == blobs:
            found.append(_blob(_message(field)))
    return Layer(called, tuple(found))


def _blob(message: Message) -> Tensor:
    legacy: dict[int, int] = {}  # num, channels, height, width by field number
    shape: list[int] | None = None
    pieces: list[np.ndarray[Any, Any]] = []
    raw, raw_type = None, 0
    for field in message.fields():
        if field.number in (1, 2, 3, 4):
            legacy[field.number] = _number(field)
        elif field.number == 7:
            shape = _dimensions(_message(field))
        elif field.number in (5, 8):
            pieces.append(
                _elements(field, "<f4" if field.number == 5 else "<f8", FIXED32 if field.number == 5 else FIXED64)
            )
        elif field.number == 10:
            raw_type = _number(field)
        elif field.number == 12:
            raw = _message(field).data
    if raw is not None:
        if raw_type not in _RAW_TYPES:
            raise WireError(f"raw data of type {raw_type}, where {', '.join(map(str, _RAW_TYPES))} are known")
        pieces.append(_array(raw, _RAW_TYPES[raw_type]))
    if shape is None and legacy:
        shape = [legacy.get(number, 0) for number in (1, 2, 3, 4)]
    return _shaped(pieces, shape)


def _shaped(pieces: list[np.ndarray[Any, Any]], shape: list[int] | None) -> Tensor:
    count = sum(len(piece) for piece in pieces)
    if shape is None:
        raise WireError("a blob without a shape")
    if len(shape) > _MOST_DIMENSIONS or math.prod(shape) != count:
        raise WireError(f"a blob of {count:,} numbers with the shape {tuple(shape[:_MOST_DIMENSIONS])}")
    values = np.empty(count, np.float32)
    at = 0
    with np.errstate(over="ignore", invalid="ignore"):  # a double too large for float32 becomes infinite
        for piece in pieces:
            values[at : at + len(piece)] = piece
            at += len(piece)
    return torch.from_numpy(values).reshape(shape)


def _dimensions(message: Message) -> list[int]:
    sizes: list[int] = []
    for field in message.fields():
        if field.number == 1:
            sizes += [_number(field)] if field.wire == VARINT else _message(field).varints()
    if any(size >= 2**40 for size in sizes):
        raise WireError("a blob with a negative or enormous dimension")
    return sizes


def _elements(field: Field, dtype: str, fixed: int) -> np.ndarray[Any, Any]:
    """Repeated floats or doubles: packed into one field, or a field each."""
    if field.wire == BYTES:
        return _array(_message(field).data, dtype)
    if field.wire != fixed or not isinstance(field.value, memoryview):
        raise WireError(f"field {field.number} of a blob holds no floating-point numbers")
    return _array(field.value, dtype)


def _array(data: memoryview, dtype: str) -> np.ndarray[Any, Any]:
    if len(data) % np.dtype(dtype).itemsize:
        raise WireError("a blob whose data end within a number")
    return np.frombuffer(data, dtype)


def _message(field: Field) -> Message:
    if not isinstance(field.value, Message):
        raise WireError(f"field {field.number} is no message")
    return field.value


def _number(field: Field) -> int:
    if not isinstance(field.value, int):
        raise WireError(f"field {field.number} is no number")
    return field.value
