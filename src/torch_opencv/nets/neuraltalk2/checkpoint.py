"""NeuralTalk2's checkpoints: a Torch7 file's tables to what a NeuralTalk2 is made of, each checked.

Source: train.lua of https://github.com/karpathy/neuraltalk2, which saves
`{protos = {cnn = ..., lm = ...}, vocab = {["1"] = word, ...}, opt = {...}, iter = ..., loss_history = ..., ...}`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from torch_opencv import t7
from torch_opencv.errors import first_line
from torch_opencv.nets.neuraltalk2.core import Core
from torch_opencv.nets.neuraltalk2.errors import CheckpointError
from torch_opencv.nets.neuraltalk2.graph import core_of
from torch_opencv.nets.neuraltalk2.preprocessing import SIZE
from torch_opencv.t7.layers.linear import LookupTable

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST: Final = 1000  # words of a sentence; the original's default is 16
_LARGEST_OUTPUT: Final = 1 << 28  # elements of a CNN's layer for one image; VGG-16's largest has 3 million

Option = str | bool | int | float


@dataclass(frozen=True)
class Checkpoint:
    """What a file holds.

    Attributes:
        lookup_table: float (words + 1, encoding), the embeddings of the words and of START and END, which are one.
        words: word 1 and so on.
        length: the most tokens of a sentence.
        options: what its training was told.
    """

    cnn: nn.Module
    lookup_table: nn.Parameter
    core: Core
    words: tuple[str, ...]
    length: int
    options: dict[str, Option]


def read(path: str | os.PathLike[str]) -> Checkpoint:
    """The checkpoint in a file. CheckpointError, with one line, if it is none, or not whole."""
    name = os.fspath(path)
    name = name if name.isprintable() else repr(name)
    if not Path(path).is_file():
        raise CheckpointError(f"there is no checkpoint file {name}")
    try:
        with Path(path).open("rb") as file:
            if file.read(4) == b"PK\x03\x04":  # as the published checkpoint comes
                raise CheckpointError("it is a zip archive: unpack it, and give the .t7 file in it")
        return _checkpoint(t7.load(path))
    except t7.T7Error as error:
        text = str(error)
        raise CheckpointError(text if text.startswith(name) else f"{name}: {text}") from None
    except OSError as error:
        raise CheckpointError(f"{name} can't be read: {error.strerror or error}") from None


def _checkpoint(content: Any) -> Checkpoint:
    protos = _field(content, "protos", "it is no NeuralTalk2 checkpoint")
    language_model = _field(protos, "lm", "it has no language model")
    core = core_of(_network(language_model, "lm.core", "it has no LSTM"))
    lookup_table = _network(language_model, "lm.lookup_table", "its words have no embeddings")
    if not isinstance(lookup_table, LookupTable) or lookup_table.weight.ndim != 2:
        raise CheckpointError("its lm.lookup_table is no table of embeddings")
    tokens, encoding = lookup_table.weight.shape
    if core.decoder.out_features != tokens:
        raise CheckpointError(f"its LSTM tells {core.decoder.out_features} tokens apart, but its lookup table {tokens}")
    if core.cells[0].input_size != encoding:
        raise CheckpointError(
            f"its LSTM takes {core.cells[0].input_size} numbers, but its lookup table gives {encoding} a word"
        )
    words = _words(content, tokens - 1)
    length = language_model.get("seq_length")
    if isinstance(length, bool) or not isinstance(length, int) or not 1 <= length <= _LONGEST:
        raise CheckpointError(f"its lm.seq_length must be a whole number from 1 to {_LONGEST}, not {_shown(length)}")
    cnn = _network(protos, "cnn", "it has no CNN").float()
    _require_encodes(cnn, encoding)
    return Checkpoint(cnn, lookup_table.float().weight, core.float(), words, length, _options(content))


def _field(value: Any, name: str, otherwise: str) -> Any:
    inner = value.get(name) if isinstance(value, t7.Table | t7.Object) else None
    if not isinstance(inner, t7.Table | t7.Object):
        raise CheckpointError(f"{otherwise}: there is no {name}{_beside(value)}")
    return inner


def _beside(value: Any) -> str:
    """What there is instead of a missing field."""
    fields = value.fields if isinstance(value, t7.Object) else value
    names = [name for name in fields if isinstance(name, str)] if isinstance(fields, t7.Table) else []
    shown = ", ".join(name[:40] if name[:40].isprintable() else ascii(name[:40]) for name in names[:10])
    return f", only {shown}{', ...' if len(names) > 10 else ''}" if names else ""


def _network(value: Any, path: str, otherwise: str) -> nn.Module:
    inner = _field(value, path.rpartition(".")[2], otherwise)
    try:
        return t7.network(inner)
    except t7.T7Error as error:
        raise CheckpointError(f"its {path} can't be used: {error}") from None


def _words(content: Any, count: int) -> tuple[str, ...]:
    vocabulary = _field(content, "vocab", "it has no vocabulary")
    # JSON's keys, from which the original has them, are strings.
    found = {str(key): word for key, word in vocabulary.items()} if isinstance(vocabulary, t7.Table) else {}
    words = [found.get(str(number)) for number in range(1, min(count, len(found)) + 1)]
    if len(found) != count or not all(isinstance(word, str) for word in words):
        raise CheckpointError(f"its vocabulary must have the words 1 to {count}, as its network has, not {len(found)}")
    # Whatever can't be written, or would do something to a terminal, becomes a mark.
    texts = (str(word).encode("utf-8", "surrogateescape").decode("utf-8", "replace") for word in words)
    return tuple(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text) for text in texts)


def _options(content: t7.Table) -> dict[str, Option]:
    options = content.get("opt")
    found = options.items() if isinstance(options, t7.Table) else ()
    return {key: value for key, value in found if isinstance(key, str) and isinstance(value, Option)}


def _require_encodes(cnn: nn.Module, encoding: int) -> None:
    """CheckpointError if the CNN doesn't make images' encodings.

    Found out on PyTorch's device for shapes alone, where nothing is computed and nothing allocated, whatever the file
    says. (It costs a second or two of imports. VGG-16 itself would take as long on an image, and a network that was
    made to do harm, all memory.)
    """
    shapes = {name: _shape_of(tensor) for name, tensor in (*cnn.named_parameters(), *cnn.named_buffers())}
    hooks = [module.register_forward_hook(_require_moderate) for module in cnn.modules()]
    try:
        with torch.no_grad():
            output = torch.func.functional_call(cnn, shapes, torch.empty(2, 3, SIZE, SIZE, device="meta"))
    except CheckpointError:
        raise
    except Exception as error:  # whatever a network for something else makes of images
        raise CheckpointError(f"its CNN can't take images of {SIZE}x{SIZE}: {first_line(error)}") from None
    finally:
        for hook in hooks:
            hook.remove()
    if not isinstance(output, Tensor) or tuple(output.shape) != (2, encoding):
        found = f"{'x'.join(map(str, output.shape[1:]))} numbers" if isinstance(output, Tensor) else "a table"
        raise CheckpointError(f"its CNN gives {found} for an image, but its language model takes {encoding}")


def _shape_of(tensor: Tensor) -> Tensor:
    return torch.empty_like(tensor, device="meta")


def _require_moderate(module: nn.Module, given: Any, output: Any) -> None:
    if isinstance(output, Tensor) and output.numel() > 2 * _LARGEST_OUTPUT:
        raise CheckpointError(f"its CNN's {type(module).__name__} would make {output.numel() // 2} numbers of an image")


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    return repr(value)[:40] if isinstance(value, int | float) else "something else"
