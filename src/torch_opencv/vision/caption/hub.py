"""Captioners of the Hugging Face hub, by `transformers`: BLIP, GIT, Florence-2, SmolVLM and the like.

From the user's cache, or fetched into it. Weights are read from safetensors only, and no code that comes with a model
is run.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv._system.paths import offline
from torch_opencv.errors import first_line
from torch_opencv.vision.caption.model import CaptionModel, Search, Sentence, distinct
from torch_opencv.vision.errors import ModelError

_TOKENS: Final = 40  # of a sentence at most
_TASKS: Final = {"florence2": "<CAPTION>"}  # what a model must be asked with, if it isn't a question
_CHAT: Final = "Describe the image in one short sentence."  # for models that are talked to


def load(name: str, device: torch.device, prompt: str | None) -> CaptionModel:
    """A model of the hub, or of a folder.

    Args:
        name: as "Salesforce/blip-image-captioning-base", or a folder that `save_pretrained` made.
        device: where it computes.
        prompt: what the model is asked, or the beginning of what it says.

    Raises:
        ModelError: transformers isn't installed, there is no such model, it can't be loaded safely, or doesn't describe
            images, or takes no prompt.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    if offline():
        os.environ["HF_HUB_OFFLINE"] = "1"  # read when the client is imported
    try:
        import transformers  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise ModelError(
            f"hf:{name} needs transformers: pip install 'torch-opencv[hf]' ({first_line(error)})"
        ) from None
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    safe = {"trust_remote_code": False, "local_files_only": offline()}
    try:
        processor = transformers.AutoProcessor.from_pretrained(name, **safe)
        model = transformers.AutoModelForImageTextToText.from_pretrained(name, use_safetensors=True, **safe)
    except Exception as error:  # the hub's client and the library raise dozens of kinds
        raise ModelError(f"hf:{name} can't be loaded: {_reason(error, name)}") from error
    if not hasattr(processor, "image_processor") or not hasattr(model, "generate"):
        raise ModelError(f"hf:{name} doesn't describe images")
    return _HubModel(name, model.eval().requires_grad_(False).to(device), processor, prompt)


def _reason(error: Exception, name: str) -> str:
    text = first_line(error)
    if offline() and isinstance(error, OSError):
        return f"it isn't in the cache, and TORCH_OPENCV_OFFLINE forbids to fetch it ({text})"
    if "trust_remote_code" in str(error):
        return f"it brings code of its own, which is never run here: take a model that transformers itself knows ({name})"
    return text


class _HubModel(CaptionModel):
    """A model with its processor, in plain PyTorch."""

    beam_size = 3

    def __init__(self, name: str, model: Any, processor: Any, prompt: str | None) -> None:
        self._name, self._model, self._processor = name, model, processor
        kind = model.config.model_type
        self._chats = getattr(processor, "chat_template", None) is not None
        if prompt is not None and kind == "vision-encoder-decoder":
            raise ModelError(f"hf:{name} takes no prompt: it only describes")
        self._prompt = prompt if prompt is not None else _CHAT if self._chats else _TASKS.get(kind)

    def describe(  # noqa: D102 (as of CaptionModel)
        self, frames: Sequence[Tensor], search: Search, generator: torch.Generator | None
    ) -> list[list[Sentence]]:
        images = [cv.cvtColor(frame.cpu(), cv.COLOR_BGR2RGB).numpy() for frame in frames]
        inputs = self._inputs(images)
        settings: dict[str, Any] = {"num_beams": search.beam_size, "do_sample": False}
        if search.temperature is not None:
            settings = {"num_beams": 1, "do_sample": True, "temperature": search.temperature}
        elif search.sentences > search.beam_size:
            settings["num_beams"] = search.sentences
        with torch.random.fork_rng(devices=[]):
            if generator is not None:  # transformers draws from PyTorch's own
                torch.manual_seed(int(torch.randint(2**31, (), generator=generator, device=generator.device)))
            made = self._model.generate(
                **inputs,
                **settings,
                num_return_sequences=search.sentences,
                max_new_tokens=_TOKENS,
                return_dict_in_generate=True,
                output_scores=True,
            )
        logprobs = self._logprobs(made)
        texts = self._texts(made.sequences, inputs.get("input_ids"))
        rows = [
            sorted(zip(texts[i : i + search.sentences], logprobs[i : i + search.sentences], strict=True), key=_surest)
            for i in range(0, len(texts), search.sentences)
        ]
        return [distinct(row, search.sentences) for row in rows]

    def _inputs(self, images: Sequence[Any]) -> dict[str, Any]:
        texts: list[str] | None = None
        if self._chats:
            asked = [{"type": "image"}, {"type": "text", "text": self._prompt}]
            message = self._processor.apply_chat_template(
                [{"role": "user", "content": asked}], add_generation_prompt=True, tokenize=False
            )
            texts = [message] * len(images)
        elif self._prompt is not None:
            texts = [self._prompt] * len(images)
        try:
            given = {"images": [[image] for image in images] if self._chats else list(images), "return_tensors": "pt"}
            inputs = self._processor(**given) if texts is None else self._processor(text=texts, padding=True, **given)
        except (ValueError, TypeError, KeyError) as error:
            raise ModelError(f"hf:{self._name} can't be asked so: {first_line(error)}") from error
        return {key: value.to(self._model.device) for key, value in inputs.items()}

    def _texts(self, sequences: Tensor, asked: Tensor | None) -> list[str]:
        """What was said, without what was asked, which models that only continue texts repeat."""
        if asked is not None and not self._model.config.is_encoder_decoder and self._chats:
            sequences = sequences[:, asked.shape[1] :]
        decoded: list[str] = self._processor.batch_decode(sequences, skip_special_tokens=True)
        return [" ".join(text.split()) for text in decoded]

    def _logprobs(self, made: Any) -> list[float]:
        scores = self._model.compute_transition_scores(
            made.sequences, made.scores, getattr(made, "beam_indices", None), normalize_logits=True
        )
        sums: list[float] = torch.where(scores.isfinite(), scores, 0).sum(1).tolist()
        return sums


def _surest(sentence: Sentence) -> float:
    return -sentence[1]
