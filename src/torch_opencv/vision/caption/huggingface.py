"""Captions by networks of the Hugging Face Hub, or from a folder of that format: BLIP, GIT, Florence-2, SmolVLM...

They run in plain PyTorch, as their own `generate` calls them. Nothing of a network's own Python code is run, and its
weights must be safetensors. What is not on this machine is fetched from the Hub, and kept where its client keeps it,
unless TORCH_OPENCV_OFFLINE forbids the network. `pip install 'torch-opencv[hf]'`.

A prompt is a question, the beginning of a sentence or an instruction, as the network was trained with; the caption is
what it says after that. Networks that chat are asked for one sentence if there is no prompt.
"""

from __future__ import annotations

import importlib
import inspect
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from PIL import Image
from torch import Tensor

from torch_opencv._system.paths import offline
from torch_opencv.errors import first_line
from torch_opencv.vision.caption import processors
from torch_opencv.vision.caption.model import Search, Sentence
from torch_opencv.vision.errors import ModelError

# Tokens of a caption: enough for a sentence, and for what somebody asks for in their own words.
_LONGEST: Final = 60
_LONGEST_ANSWER: Final = 200
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
        return self._sentences(frames, search, _LONGEST_ANSWER if search.prompt else _LONGEST)

    def require_works(self, prompt: str) -> None:
        """Find out with one image whether it is a captioner. ModelError if it isn't, or takes no prompt."""
        if prompt and self._kind in _WITHOUT_PROMPT:
            raise ModelError(f"hf:{self._name} takes no prompt: leave it out")
        self._sentences([torch.full((64, 64, 3), 128, dtype=torch.uint8)], Search(prompt=prompt), 2)

    def _sentences(self, frames: Sequence[Tensor], search: Search, longest: int) -> list[list[Sentence]]:
        # Pillow's images, as an array 3 pixels high could be one with its channels first.
        images = [Image.fromarray(frame.cpu().flip(2).numpy()) for frame in frames]
        try:
            if self._chats:  # whose images differ in their numbers of tokens
                return [one for image in images for one in self._said([image], search, longest)]
            return self._said(images, search, longest)
        except Exception as error:  # whatever a network makes of its inputs
            raise ModelError(f"hf:{self._name} can't say anything about an image: {first_line(error)}") from error

    @torch.no_grad()
    def _said(self, images: Sequence[Image.Image], search: Search, longest: int) -> list[list[Sentence]]:
        options: dict[str, Any] = {"num_beams": search.beam_size, "num_return_sequences": search.wanted}
        if search.temperature is not None:
            options |= {"do_sample": True, "temperature": search.temperature, "top_k": 0}
        else:
            options["do_sample"] = False
        inputs = {name: value.to(self._device) for name, value in self._inputs(images, search.prompt).items()}
        longest = min(longest, self._room(inputs))
        with torch.random.fork_rng(devices=[self._device] if self._device.type == "cuda" else []):
            torch.manual_seed(search.seed)
            output = self._network.generate(
                **inputs, **options, max_new_tokens=longest, return_dict_in_generate=True, output_logits=True
            )
        tokens, sums = self._scored(output, longest)
        texts = self._tokenizer.batch_decode(tokens, skip_special_tokens=True)
        found: list[list[Sentence]] = []
        for first in range(0, len(texts), search.wanted):
            several: dict[str, float] = {}
            for text, total in zip(texts[first:], sums[first : first + search.wanted], strict=False):
                several.setdefault(" ".join(text.split()), total)
            found.append([one for one in several.items() if one[0]] or list(several.items()))
        return found

    def _inputs(self, images: Sequence[Image.Image], prompt: str) -> Mapping[str, Tensor]:
        prompt = prompt or _USUAL_PROMPTS.get(self._kind, "")
        if self._chats:
            content = [{"type": "image"}, {"type": "text", "text": prompt or _CHAT_PROMPT}]
            asked = self._processor.apply_chat_template(
                [{"role": "user", "content": content}], add_generation_prompt=True
            )
            begun = bool(self._tokenizer.bos_token) and asked.startswith(self._tokenizer.bos_token)
            settings = {"add_special_tokens": False} if begun else {}  # else there would be two beginnings
            return self._taken(self._processor(text=[asked], images=list(images), return_tensors="pt", **settings))
        if not prompt:
            pixels = getattr(self._processor, "image_processor", self._processor)
            return {"pixel_values": pixels(images=list(images), return_tensors="pt")["pixel_values"]}
        inputs = self._taken(self._processor(text=[prompt] * len(images), images=list(images), return_tensors="pt"))
        if self._kind == "git":  # its processor ends the text, after which there is nothing to say
            inputs["input_ids"] = inputs["input_ids"][:, :-1]
            inputs["attention_mask"] = inputs["attention_mask"][:, :-1]
        return inputs

    def _taken(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Without what some tokenizers give, whether or not their network takes it."""
        known = inspect.signature(self._network.forward).parameters
        return {name: value for name, value in inputs.items() if name != "token_type_ids" or name in known}

    def _room(self, inputs: Mapping[str, Tensor]) -> int:
        """How many tokens it has places for, where that is known: what few networks look after themselves."""
        config = self._network.config
        try:
            places = getattr(config.get_text_config(decoder=True), "max_position_embeddings", None)
        except ValueError:  # it has several
            places = None
        prompt = inputs.get("input_ids")
        taken = 2 if prompt is None or config.is_encoder_decoder else prompt.shape[1]  # by what begins and ends it
        room = int(places or 0) - taken
        return room if room > 0 else _LONGEST_ANSWER  # with rotary positions it can go on behind the last place

    def _scored(self, output: Any, longest: int) -> tuple[Tensor, list[float]]:
        """What was said after the prompt, (N, T), and the log-probability of each."""
        logits: tuple[Tensor, ...] = output.logits  # of each step: (N * beams, tokens)
        beams = getattr(output, "beam_indices", None)
        if beams is None:
            tokens = output.sequences[:, -len(logits) :]
            beams = torch.arange(len(tokens), device=tokens.device)[:, None].expand_as(tokens)
            ends = self._is_end(tokens).long()
            over = ends.cumsum(1) - ends > 0
        else:
            steps = int((beams >= 0).sum(1).max())
            tokens, beams = output.sequences[:, -steps:], beams[:, :steps]
            over = beams < 0
        # What it is made to say, first of all or where it is cut off, it hasn't chosen.
        if self._forced("forced_bos_token_id") and output.sequences.shape[1] == tokens.shape[1] + 1:
            over[:, 0] = True
        if self._forced("forced_eos_token_id") and tokens.shape[1] == longest:
            over[:, -1] = True
        scores = torch.zeros(len(tokens), device=tokens.device)
        for step, values in enumerate(logits[: tokens.shape[1]]):  # one by one, as vocabularies are large
            rows = beams[:, step].clamp(min=0)
            chosen = values[rows, tokens[:, step]].float() - values.float().logsumexp(1)[rows]
            scores += chosen.masked_fill(over[:, step], 0)
        return tokens, [float(one) for one in scores.tolist()]

    def _forced(self, which: str) -> bool:
        return getattr(self._network.generation_config, which, None) is not None

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
    if (name[0] in "./~" or name.count("/") > 1) and not Path(name).is_dir():
        raise ModelError(f"hf:{name} can't be loaded: there is no such folder, and the Hub's names are OWNER/NAME")
    if offline():
        os.environ["HF_HUB_OFFLINE"] = "1"  # the client's own switch, read at import
    _require_torchvision_fits(name)
    try:
        transformers: Any = importlib.import_module("transformers")  # whose types say little, and not all
    except (ImportError, RuntimeError) as error:
        raise ModelError(
            f"hf:{name} needs transformers: pip install 'torch-opencv[hf]' ({first_line(error)})"
        ) from None
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    os.environ["DISABLE_SAFETENSORS_CONVERSION"] = "1"  # else a service is asked to convert pickles, in the user's name
    safely: dict[str, Any] = {"trust_remote_code": False, "local_files_only": offline()}
    try:
        config = transformers.AutoConfig.from_pretrained(name, **safely)
        kind = _class_for(transformers, config)
        if kind is None:
            raise ModelError(f"hf:{name} is no captioner: it is a network of the kind {config.model_type!r}")
        network, found = kind.from_pretrained(
            name, config=config, use_safetensors=True, dtype=torch.float32, output_loading_info=True, **safely
        )
        _require_whole(name, config, found["missing_keys"])
        processor, tokenizer = processors.load(transformers, name, safely)
    except ModelError:
        raise
    except Exception as error:  # the Hub's client and the loading code raise dozens of kinds
        raise ModelError(f"hf:{name} {_reason(name, error)}") from error
    model = HuggingFaceModel(name, network, processor, tokenizer, device)
    model.require_works(prompt)
    return model


def _require_torchvision_fits(name: str) -> None:
    """ModelError if there is a torchvision that can't be imported: transformers would only say that it lacks something.

    It can well be missing.
    """
    try:
        importlib.import_module("torchvision")
    except ModuleNotFoundError:
        return
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelError(
            f"hf:{name} can't be loaded: torchvision is installed, but not the one that was made for your PyTorch: "
            f"replace it, or remove it (pip uninstall torchvision) ({first_line(error)})"
        ) from None


def _class_for(transformers: Any, config: Any) -> Any:
    """The generic class for a network that sees and writes; None if it is of another kind."""
    for name in ("AutoModelForImageTextToText", "AutoModelForVision2Seq"):  # the latter in older versions
        kind = getattr(transformers, name, None)
        if kind is not None and type(config) in kind._model_mapping:
            return kind
    if config.model_type == "git":
        return transformers.AutoModelForCausalLM
    return transformers.VisionEncoderDecoderModel if config.model_type == "vision-encoder-decoder" else None


def _require_whole(name: str, config: Any, missing: Sequence[str]) -> None:
    """ModelError if weights are missing, which transformers would make up by chance: it would say nonsense."""
    used = sorted(one for one in missing if "pooler" not in one)  # which summarizes an image for other purposes
    if used:
        others = f" and {len(used) - 1} others" if len(used) > 1 else ""
        raise ModelError(
            f"hf:{name} lacks weights that transformers' {config.model_type!r} has: {used[0]}{others}; "
            "it may be meant for code of its own, which is never run"
        )


def _reason(name: str, error: Exception) -> str:
    """Why it can't be loaded, and what to do where transformers would say something else."""
    text = str(error)
    if "trust_remote_code" in text:
        return "is made of Python code of its own, which is never run: use a network that transformers itself has"
    if "safetensors" in text and ("no file named" in text or "not appear to have a file" in text):
        return "has no weights in safetensors files; pickled ones (.bin) are never opened, as that can run code"
    if unknown := re.search(r"model type `([^`]*)` but Transformers does not recognize", text):
        return f"is of a kind that this transformers doesn't know, {unknown[1]!r}; a newer one may"
    if "ignore_mismatched_sizes" in text:
        return "can't be loaded: its weights have other sizes than its config.json says"
    if "instantiate the backend tokenizer" in text:
        return "can't be loaded: it lacks a tokenizer.json, or what transformers needs to make one of its other files"
    if "torchvision" in text.lower() and isinstance(error, ImportError):
        return "needs torchvision, too: install the one that was made for your PyTorch"
    hint = " (TORCH_OPENCV_OFFLINE forbids the network)" if offline() and not Path(name).is_dir() else ""
    return f"can't be loaded: {first_line(error)}{hint}"
