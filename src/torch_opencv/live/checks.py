"""What an app's methods return, checked where it comes in: one line says whose it is, what came and what is wanted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch

import torch_opencv as cv

_WANTED = "torch.uint8 (H, W, 3) BGR"
_JSON = (str, int, float, bool, type(None))


def to_bgr(image: object, method: str) -> torch.Tensor:
    """An image that an app gave, as torch.uint8 (H, W, 3) BGR on the CPU.

    Args:
        image: that already; or the same as an array of NumPy's, on another device, grey, (H, W) or (H, W, 1), or BGRA,
            (H, W, 4), which are converted.
        method: what returned it, such as "Faces.draw".

    Raises:
        TypeError: it is no image, or its colours or values would have to be guessed; the message says what to do.

    """
    if image is None:
        raise TypeError(f"{method} returned None, not an image, {_WANTED}: does it lack a return?")
    if isinstance(image, np.ndarray):
        if image.dtype != np.uint8:
            raise TypeError(f"{method} returned an array of {image.dtype}, not an image, {_WANTED}: {_remedy(image)}")
        image = torch.from_numpy(np.ascontiguousarray(image))
    if not isinstance(image, torch.Tensor):
        raise TypeError(f"{method} returned {_article(image)}, not an image, {_WANTED}")
    if image.dtype == torch.uint8 and image.numel():
        image = image.cpu()
        match tuple(image.shape):
            case (_, _, 3):
                return image
            case (_, _) | (_, _, 1):
                return cv.cvtColor(image, cv.COLOR_GRAY2BGR)
            case (_, _, 4):
                return cv.cvtColor(image, cv.COLOR_BGRA2BGR)
    what = f"{image.dtype} {tuple(image.shape)}"
    raise TypeError(f"{method} returned {what}, not an image, {_WANTED}: {_remedy(image)}")


def to_results(results: object, count: int, method: str) -> list[Any]:
    """What an app's `process_batch` or `process_sources` gave, a result for each image.

    Raises:
        TypeError: it is nothing of the kind.
        ValueError: it is more or fewer.

    """
    if results is None or isinstance(results, str | Mapping) or not isinstance(results, Iterable):
        hint = ": does it lack a return?" if results is None else ""
        came = "None" if results is None else _article(results)
        raise TypeError(f"{method} returned {came}, not a list of a result for each image{hint}")
    listed = list(results)
    if len(listed) != count:
        raise ValueError(f"{method} returned {len(listed)} results for {count} images: one for each is wanted")
    return listed


def to_fields(fields: object, method: str) -> Mapping[str, object]:
    """What an app's `fields` gave: a dict of what JSON can hold.

    Raises:
        TypeError: it is none, or holds something else; the message names the field.

    """
    if not isinstance(fields, Mapping):
        came, hint = ("None", ": does it lack a return?") if fields is None else (_article(fields), "")
        raise TypeError(f"{method} returned {came}, not a dict{hint}")
    for name, value in fields.items():
        _check_json(value, method, str(name))
    return fields


def check_unchanged(image: torch.Tensor, version: int, before: torch.Tensor | None, method: str) -> None:
    """Make sure that an app has left a frame as it was.

    Args:
        image: the frame.
        version: its `_version` before; PyTorch counts what is done in place.
        before: a copy of it from before, or None where that would take too long.
        method: what might have changed it.

    Raises:
        ValueError: it was changed.

    """
    if image._version != version or (before is not None and not torch.equal(image, before)):
        raise ValueError(f"{method} changed the frame, which is shown, too: work on image.clone(), or draw in draw")


def _check_json(value: object, method: str, path: str) -> None:
    if isinstance(value, _JSON):
        return
    if isinstance(value, Mapping):
        for name, part in value.items():
            _check_json(part, method, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            _check_json(part, method, f"{path}[{number}]")
    else:
        remedy = "a text or a number"
        if isinstance(value, torch.Tensor | np.ndarray | np.generic):
            remedy = ".item()" if math.prod(value.shape) == 1 else ".tolist()"
        raise TypeError(f"{method} returned {_article(value)} as {path!r}, which JSON can't hold: make it {remedy}")


def _article(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIO' else 'a'} {name}"


def _remedy(image: torch.Tensor | np.ndarray) -> str:
    if not 2 <= image.ndim <= 3:
        return "it has no height and width" if image.ndim < 2 else "give one image, not a batch of them"
    if not all(image.shape):
        return "it is empty"
    if image.ndim == 3 and image.shape[2] not in (1, 3, 4) and image.shape[0] in (1, 3, 4):
        return "channels come last: .permute(1, 2, 0)" + ("" if "uint8" in str(image.dtype) else ", and as uint8")
    if "uint8" in str(image.dtype):
        return "it has 1, 3 or 4 channels, and they come last"
    if "float" in str(image.dtype):
        return "from 0..1, that is (image * 255).round().clamp(0, 255).to(torch.uint8)"
    if "bool" in str(image.dtype):
        return "of a mask, that is image.to(torch.uint8) * 255"
    return "bring its values to 0..255, then .to(torch.uint8)"
