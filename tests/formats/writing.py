"""Caffe's files, written as protobuf does: so much of the wire format as the tests need."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Literal

import numpy as np
from torch import Tensor

Style = Literal["packed", "unpacked", "double", "half"]


def varint(value: int) -> bytes:
    value &= 2**64 - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def message(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def blob(values: Tensor, *, style: Style = "packed", legacy: bool = False, packed_shape: bool = True) -> bytes:
    """A BlobProto; a legacy one has four dimensions, with ones before its own."""
    array = values.numpy()
    if legacy:
        sizes = (1,) * (4 - array.ndim) + array.shape
        out = b"".join(number(i, size) for i, size in enumerate(sizes, start=1))
    elif packed_shape:
        out = message(7, message(1, b"".join(map(varint, array.shape))))
    else:
        out = message(7, b"".join(number(1, size) for size in array.shape))
    if style == "packed":
        return out + message(5, array.astype("<f4").tobytes())
    if style == "double":
        return out + message(8, array.astype("<f8").tobytes())
    if style == "half":
        return out + number(10, 2) + message(12, array.astype("<f2").tobytes())
    tag = varint(5 << 3 | 5)
    return out + b"".join(tag + struct.pack("<f", value) for value in np.ravel(array))


def layer(name: str, blobs: Sequence[bytes], *, kind: str = "Convolution") -> bytes:
    content = message(1, name.encode()) + message(2, kind.encode())
    return message(100, content + b"".join(message(7, one) for one in blobs))


def v1_layer(name: str, blobs: Sequence[bytes], *, kind: int = 4) -> bytes:
    """As Caffe wrote it in 2014; kind 4 is CONVOLUTION, 14 INNER_PRODUCT."""
    content = message(4, name.encode()) + number(5, kind)
    return message(2, content + b"".join(message(6, one) for one in blobs))
