"""What makes a network's inputs of images and texts: the processors of networks of the Hugging Face Hub."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any


def load(transformers: Any, name: str, safely: Mapping[str, Any]) -> tuple[Any, Any]:
    """A network's processor, and what makes text of its tokens.

    Args:
        transformers: the package.
        name: on the Hub, or a folder.
        safely: how its files may be loaded.

    Raises:
        Exception: whatever the package raises.
    """
    try:
        processor = transformers.AutoProcessor.from_pretrained(name, **safely)
    except ImportError as error:
        if "torchvision" not in str(error).lower():
            raise
        try:
            processor = _for_images_only(transformers, name, safely)
        except (AttributeError, TypeError):  # it has parts of other kinds, or this transformers makes it in another way
            raise error from None
    tokenizer = getattr(processor, "tokenizer", None)
    if tokenizer is not None and getattr(processor, "image_processor", None) is not None:
        return processor, tokenizer
    # Networks that are put together of two have one of each.
    pixels = transformers.AutoImageProcessor.from_pretrained(name, **safely)
    return pixels, transformers.AutoTokenizer.from_pretrained(name, **safely)


def _for_images_only(transformers: Any, name: str, safely: Mapping[str, Any]) -> Any:
    """A processor for images and videos, of which the part for videos is missing.

    That part alone needs torchvision, of which there must be the one that was made for the PyTorch that is here.
    Everything else is made as `from_pretrained` would, of the same files.

    Raises:
        TypeError, AttributeError: it can't be made so.
    """
    parts = {
        "image_processor": transformers.AutoImageProcessor.from_pretrained(name, **safely),
        "tokenizer": transformers.AutoTokenizer.from_pretrained(name, **safely),
        "video_processor": SimpleNamespace(num_frames=0, fps=0, model_input_names=[]),
    }
    settings, _ = transformers.ProcessorMixin.get_processor_dict(name, **safely)
    described, _ = transformers.ImageProcessingMixin.get_image_processor_dict(name, **safely)
    kind = getattr(transformers, str(settings.get("processor_class") or described.get("processor_class")))

    def check(self: Any, part: str, value: Any) -> Any:
        return None if part == "video_processor" else kind.check_argument_for_proper_class(self, part, value)

    accepted = inspect.signature(kind.__init__).parameters
    return type(kind.__name__, (kind,), {"check_argument_for_proper_class": check})(
        **parts, **{key: value for key, value in settings.items() if key in accepted and key not in parts}
    )
