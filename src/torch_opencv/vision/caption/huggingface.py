"""Captions by networks of the Hugging Face Hub, or from a folder of that format: BLIP, GIT, Florence-2, SmolVLM...

They run in plain PyTorch, as their own `generate` calls them. Nothing of a network's own Python code is run, and its
weights must be safetensors. What is not on this machine is fetched from the Hub, and kept where its client keeps it,
unless TORCH_OPENCV_OFFLINE forbids the network. `pip install 'torch-opencv[hf]'`.

A prompt is a question, the beginning of a sentence or an instruction, as the network was trained with; the caption is
what it says after that. Networks that chat are asked for one sentence if there is no prompt.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from torch_opencv._system.paths import offline
from torch_opencv.errors import first_line
from torch_opencv.vision.caption.model import Search, Sentence
from torch_opencv.vision.errors import ModelError

_LONGEST: Final = 60  # tokens of a caption
_CHAT_PROMPT: Final = "Describe the image in one short sentence."
_USUAL_PROMPTS: Final = {"florence2": "<CAPTION>", "paligemma": "caption en"}
_WITHOUT_PROMPT: Final = ("vision-encoder-decoder",)


class HuggingFaceModel:
    """A network and its processor, as `load` finds them."""

    backend = "eager"

    def __init__(self, name: str, network: Any, processor: Any, tokenizer: Any, device: torch.device) -> None:
        self._name, self._network = name, network.to(device).eval()
        self._processor, self._tokenizer, self._device = processor, tokenizer, device
        self._kind = str(network.config.model_type)
        self._chats = bool(getattr(processor, "chat_template", None))
        self.beams = int(getattr(network.generation_config, "num_beams", None) or 1)

    def sentences(self, frames: Sequence[Tensor], search: Search) -> list[list[Sentence]]:  # noqa: D102 (CaptionModel's)
        images = [np.ascontiguousarray(frame.cpu().flip(2).numpy()) for frame in frames]
        try:
            if self._chats:  # whose images differ in their numbers of tokens
                return [one for image in images for one in self._said([image], search)]
            return self._said(images, search)
        except Exception as error:  # whatever a network makes of its inputs
            raise ModelError(f"hf:{self._name} can't say anything about an image: {first_line(error)}") from error

    def require_works(self, prompt: str) -> None:
        """Find out with one image whether it is a captioner. ModelError if it isn't, or takes no prompt."""
        if prompt and self._kind in _WITHOUT_PROMPT:
            raise ModelError(f"hf:{self._name} takes no prompt: leave it out")
        self.sentences([torch.full((64, 64, 3), 128, dtype=torch.uint8)], Search(prompt=prompt))

    @torch.no_grad()
    def _said(self, images: Sequence[np.ndarray], search: Search) -> list[list[Sentence]]:
        options: dict[str, Any] = {"num_beams": search.beam_size, "num_return_sequences": search.wanted}
        if search.temperature is not None:
            options |= {"do_sample": True, "temperature": search.temperature, "top_k": 0}
        else:
            options["do_sample"] = False
        inputs = {name: value.to(self._device) for name, value in self._inputs(images, search.prompt).items()}
        with torch.random.fork_rng(devices=[self._device] if self._device.type == "cuda" else []):
            torch.manual_seed(search.seed)
            output = self._network.generate(
                **inputs, **options, max_new_tokens=_LONGEST, return_dict_in_generate=True, output_logits=True
            )
        tokens, sums = self._scored(output)
        texts = self._tokenizer.batch_decode(tokens, skip_special_tokens=True)
        found: list[list[Sentence]] = []
        for first in range(0, len(texts), search.wanted):
            several: dict[str, float] = {}
            for text, total in zip(texts[first:], sums[first : first + search.wanted], strict=False):
                several.setdefault(" ".join(text.split()), total)
            found.append(list(several.items()))
        return found

    def _inputs(self, images: Sequence[np.ndarray], prompt: str) -> Mapping[str, Tensor]:
        prompt = prompt or _USUAL_PROMPTS.get(self._kind, "")
        if self._chats:
            content = [{"type": "image"}, {"type": "text", "text": prompt or _CHAT_PROMPT}]
            asked = self._processor.apply_chat_template(
                [{"role": "user", "content": content}], add_generation_prompt=True
            )
            return dict(self._processor(text=[asked], images=list(images), return_tensors="pt"))
        if not prompt:
            pixels = getattr(self._processor, "image_processor", self._processor)
            return {"pixel_values": pixels(images=list(images), return_tensors="pt")["pixel_values"]}
        inputs = dict(self._processor(text=[prompt] * len(images), images=list(images), return_tensors="pt"))
        inputs.pop("token_type_ids", None)  # of the tokenizer, but none of the networks takes them
        if self._kind == "git":  # its processor ends the text, after which there is nothing to say
            inputs["input_ids"] = inputs["input_ids"][:, :-1]
            inputs["attention_mask"] = inputs["attention_mask"][:, :-1]
        return inputs

    def _scored(self, output: Any) -> tuple[Tensor, list[float]]:
        """What was said after the prompt, (N, T), and the log-probability of each."""
        logits = torch.stack(output.logits).float().log_softmax(2)  # (T, N * beams, tokens)
        beams = getattr(output, "beam_indices", None)
        rows = torch.arange(logits.shape[1], device=logits.device)
        if beams is None:
            steps = len(logits)
            tokens = output.sequences[:, -steps:]
            beams = rows[:, None].expand(-1, steps)
            over = self._is_end(tokens).long().cumsum(1) - self._is_end(tokens).long() > 0
        else:
            steps = int((beams >= 0).sum(1).max())
            tokens, beams = output.sequences[:, -steps:], beams[:, :steps]
            over = beams < 0
        times = torch.arange(steps, device=logits.device).expand_as(tokens)
        scores = logits[times, beams.clamp(min=0), tokens].masked_fill(over, 0)
        return tokens, [float(one) for one in scores.sum(1).tolist()]

    def _is_end(self, tokens: Tensor) -> Tensor:
        ends = self._network.generation_config.eos_token_id
        ends = self._tokenizer.sep_token_id if ends is None else ends
        known = [] if ends is None else ends if isinstance(ends, list) else [ends]
        return torch.isin(tokens, torch.tensor(known, dtype=tokens.dtype, device=tokens.device))


def load(name: str, device: torch.device, *, prompt: str = "") -> HuggingFaceModel:
    """The network of a name on the Hub, as "Salesforce/blip-image-captioning-base", or in a folder.

    Args:
        name: its name or path.
        device: where it is to compute.
        prompt: what it is going to be told.

    Raises:
        ModelError: transformers isn't installed, or there is no such network, or it is no captioner or takes no prompt.
    """
    if not name:
        raise ModelError("hf: lacks a name: give one of the Hub's, as hf:Salesforce/blip-image-captioning-base")
    if offline():
        os.environ["HF_HUB_OFFLINE"] = "1"  # the client's own switch, read at import
    try:
        transformers: Any = importlib.import_module("transformers")  # whose types say little, and not all
    except (ImportError, RuntimeError) as error:  # RuntimeError: a torchvision made for another PyTorch
        raise ModelError(
            f"hf:{name} needs transformers: pip install 'torch-opencv[hf]' ({first_line(error)})"
        ) from None
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    safely: dict[str, Any] = {"trust_remote_code": False, "local_files_only": offline()}
    try:
        config = transformers.AutoConfig.from_pretrained(name, **safely)
        kind = _class_for(transformers, config)
        if kind is None:
            raise ModelError(f"hf:{name} is no captioner: it is a network of the kind {config.model_type!r}")
        network = kind.from_pretrained(name, config=config, use_safetensors=True, dtype=torch.float32, **safely)
        processor, tokenizer = _processor(transformers, name, safely)
    except ModelError:
        raise
    except Exception as error:  # the Hub's client and the loading code raise dozens of kinds
        hint = " (TORCH_OPENCV_OFFLINE forbids the network)" if offline() else ""
        raise ModelError(f"hf:{name} can't be loaded: {first_line(error)}{hint}") from error
    found = HuggingFaceModel(name, network, processor, tokenizer, device)
    found.require_works(prompt)
    return found


def _class_for(transformers: Any, config: Any) -> Any:
    """The generic class for a network that sees and writes; None if it is of another kind."""
    for name in ("AutoModelForImageTextToText", "AutoModelForVision2Seq"):  # the latter in older versions
        kind = getattr(transformers, name, None)
        if kind is not None and type(config) in kind._model_mapping:
            return kind
    if config.model_type == "git":
        return transformers.AutoModelForCausalLM
    return transformers.VisionEncoderDecoderModel if config.model_type == "vision-encoder-decoder" else None


def _processor(transformers: Any, name: str, safely: Mapping[str, Any]) -> tuple[Any, Any]:
    """What makes inputs of images and texts, and what makes text of tokens."""
    processor = transformers.AutoProcessor.from_pretrained(name, **safely)
    tokenizer = getattr(processor, "tokenizer", None)
    if tokenizer is not None and getattr(processor, "image_processor", None) is not None:
        return processor, tokenizer
    # Networks that are put together of two have one of each.
    pixels = transformers.AutoImageProcessor.from_pretrained(name, **safely)
    return pixels, transformers.AutoTokenizer.from_pretrained(name, **safely)
