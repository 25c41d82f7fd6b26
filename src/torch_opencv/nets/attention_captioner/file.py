"""A captioner's file: half-precision safetensors, whose header holds vocabulary and sizes, as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import torch

from torch_opencv.nets.attention_captioner import AttentionCaptioner, backbone
from torch_opencv.nets.attention_captioner.core import CLASSES, Sizes
from torch_opencv.nets.attention_captioner.errors import CaptionerFileError

_FORMAT: Final = "torch-opencv captioner 1"
_LARGEST_FILE: Final = 1 << 28  # bytes; ours has 8 MB
_MOST_WORDS: Final = 100_000
_LONGEST_WORD: Final = 100
_LONGEST: Final = 100  # tokens of a sentence
_LARGEST: Final = 8192  # numbers in a layer


def load(path: str | os.PathLike[str]) -> AttentionCaptioner:
    """The network in a file, see `AttentionCaptioner.load`."""
    import safetensors
    import safetensors.torch

    name = os.fspath(path)
    name = name if name.isprintable() else repr(name)
    if not Path(path).is_file():
        raise CaptionerFileError(f"there is no captioner file {name}")
    try:
        if Path(path).stat().st_size > _LARGEST_FILE:
            raise CaptionerFileError(f"{name} is too large for a captioner: give one of train-caption's files")
        with safetensors.safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
        if "captioner" not in header:
            raise CaptionerFileError(f"{name} is no captioner: give one of train-caption's files")
        network = _network(json.loads(header["captioner"]))
        state = {key: value.float() for key, value in safetensors.torch.load_file(path).items()}
        network.load_state_dict(state)
    except CaptionerFileError:
        raise
    except (safetensors.SafetensorError, OSError) as error:
        raise CaptionerFileError(f"{name} can't be read as a captioner: give one of train-caption's files") from error
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise CaptionerFileError(f"{name} is damaged, or no captioner that this version knows: train it again") from (
            error
        )
    if not all(bool(torch.isfinite(value).all()) for value in state.values()):
        raise CaptionerFileError(f"{name} holds numbers that are none: train it again")
    encoder = network.encoder = backbone.load()
    if network.start.known is not None:
        network.start.known.see_by(encoder.network.fc)
    return network.eval()


def to_bytes(network: AttentionCaptioner, trained: Mapping[str, Any] | None = None) -> bytes:
    """The network as a file's content, rounded to half precision, without the encoder.

    Args:
        network: the network.
        trained: anything that JSON can hold about its training, for the header.
    """
    import safetensors.torch

    state = {
        name: value.detach().cpu().half().contiguous()
        for name, value in network.state_dict().items()
        if not name.startswith("encoder.")
    }
    about = {
        "format": _FORMAT,
        "encoder": backbone.NAME,
        "words": network.words,
        "concepts": network.concepts,
        "length": network.length,
        "length_penalty": network.length_penalty,
        "repeatable": network.repeatable,
        "classes": network.classes,
        "sizes": asdict(network.sizes),
        "trained": dict(trained or {}),
    }
    # One entry, since safetensors writes several in any order, and the same training should make the same file.
    return safetensors.torch.save(state, metadata={"captioner": json.dumps(about)})


def _network(about: Any) -> AttentionCaptioner:
    """A network as the header says, not yet with its weights. ValueError, KeyError or TypeError if that is none."""
    if (about["format"], about["encoder"]) != (_FORMAT, backbone.NAME):
        raise ValueError("format")
    words, concepts = (_words(about[name]) for name in ("words", "concepts"))
    if not set(concepts) <= set(words):
        raise ValueError("concepts")
    repeatable = about["repeatable"] if about["repeatable"] in (None, []) else _words(about["repeatable"])
    penalty = about["length_penalty"]
    if isinstance(penalty, bool) or not 0 <= float(penalty) <= 4:
        raise ValueError("length_penalty")
    sizes = Sizes(**{name: _within(value, _LARGEST) for name, value in about["sizes"].items()})
    if sizes.attention % sizes.heads:
        raise ValueError("heads")
    classes = about.get("classes")  # not in files of earlier versions
    if classes is not None:
        _require_classes(classes, len(concepts))
    with torch.device("meta"):
        network = AttentionCaptioner(
            words,
            concepts,
            length=_within(about["length"], _LONGEST),
            sizes=sizes,
            length_penalty=float(penalty),
            repeatable=repeatable,
            classes=classes,
        )
    return network.to_empty(device="cpu")


def _require_classes(value: Any, count: int) -> None:
    fits = isinstance(value, list) and len(value) == count and all(isinstance(several, list) for several in value)
    if not fits or not all(type(one) is int and 0 <= one < CLASSES for several in value for one in several):
        raise ValueError("classes")


def _within(value: Any, most: int) -> int:
    if type(value) is not int or not 1 <= value <= most:
        raise ValueError(f"{value!r}")
    return value


def _words(value: Any) -> list[str]:
    if not isinstance(value, list) or not 1 <= len(value) <= _MOST_WORDS or len(set(value)) != len(value):
        raise ValueError("words")
    if not all(isinstance(one, str) and one.isprintable() and 1 <= len(one) <= _LONGEST_WORD for one in value):
        raise ValueError("words")
    return value
