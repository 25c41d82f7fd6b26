"""Tiny networks with random weights that are asked in words: Florence-2's tasks, and those that chat.

Saved as `from_pretrained` reads them, each with a tokenizer of a few words and the parts of a processor that its kind
has on the Hub.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

WORDS = (
    *("a", "dog", "cat", "runs", "on", "the", "grass", "what", "is", "this", "?", "What", "does", "image", "describe"),
    *("Describe", "in", "one", "short", "sentence", ".", "User", "Assistant", ":"),
)
_SIZES = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
_TEXT = {**_SIZES, "num_key_value_heads": 2, "max_position_embeddings": 512}
_BOS, _PAD, _EOS, _UNKNOWN = range(4)
_MARKS = {"bos_token_id": _BOS, "pad_token_id": _PAD, "eos_token_id": _EOS}


def chat_template(image: str) -> str:
    """One that puts `image` where a message has one."""
    return (
        "<s>{% for message in messages %}{{ message['role'] | capitalize }} : {% for part in message['content'] %}"
        "{% if part['type'] == 'image' %}" + image + "{% else %} {{ part['text'] }}{% endif %}{% endfor %} "
        "{% endfor %}{% if add_generation_prompt %}Assistant :{% endif %}"
    )


def tokenizer(images: Sequence[str] = (), **named: str) -> Any:
    """One word, one token; what isn't known is <unk>.

    Args:
        images: marks that the network's processor writes where an image is.
        named: the same under the names that the processor looks for; one or the other.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    marks = ["<s>", "<pad>", "</s>", "<unk>", *named.values(), *images]
    content = Tokenizer(models.WordLevel({word: i for i, word in enumerate([*marks, *WORDS])}, unk_token="<unk>"))
    content.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=content,
        bos_token="<s>",
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        extra_special_tokens=named or list(images),
        clean_up_tokenization_spaces=False,
    )


def _save(network: Any, processor: Any, folder: Path) -> Path:
    network.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def florence2(folder: Path) -> Path:
    from transformers import (
        CLIPImageProcessor,
        Florence2Config,
        Florence2ForConditionalGeneration,
        Florence2Processor,
    )

    words = tokenizer(image_token="<image>")
    one = {"depths": [1], "embed_dim": [16], "num_heads": [2], "num_groups": [2], "patch_size": [7]}
    vision = {**one, "patch_stride": [16], "patch_padding": [3], "patch_prenorm": [False], "projection_dim": 16}
    layers = {f"{part}_{what}": n for part in ("encoder", "decoder") for what, n in (("layers", 1), ("ffn_dim", 16))}
    heads = {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "d_model": 16}
    text = {"model_type": "bart", **layers, **heads, "vocab_size": len(words), "max_position_embeddings": 256}
    network = Florence2ForConditionalGeneration(
        Florence2Config(
            text_config={**text, **_MARKS, "decoder_start_token_id": _EOS, "forced_bos_token_id": _BOS},
            vision_config={**vision, "window_size": 2},
            image_token_id=words.convert_tokens_to_ids("<image>"),
            **_MARKS,
        )
    )
    _speak(network, words, 4)
    network.generation_config.update(decoder_start_token_id=_EOS, forced_bos_token_id=_BOS, num_beams=3)
    pixels = CLIPImageProcessor(size={"height": 32, "width": 32}, do_center_crop=False)
    pixels.image_seq_length = 5  # 2x2 places, and the mean of all
    return _save(network, Florence2Processor(pixels, words), folder)


def idefics3(folder: Path) -> Path:
    """What the first SmolVLM is."""
    from transformers import (
        Idefics3Config,
        Idefics3ForConditionalGeneration,
        Idefics3ImageProcessor,
        Idefics3Processor,
    )

    words = _words_of_parts()
    network = Idefics3ForConditionalGeneration(Idefics3Config(**_parts(words)))
    _speak(network, words, 4)
    pixels = Idefics3ImageProcessor(size={"longest_edge": 64}, max_image_size={"longest_edge": 32})
    template = chat_template("<image>")
    return _save(network, Idefics3Processor(pixels, words, image_seq_len=4, chat_template=template), folder)


def smolvlm(folder: Path) -> Path:
    """What SmolVLM2 is. Its processor would need torchvision to be made: here are the files that it saves."""
    from transformers import SmolVLMConfig, SmolVLMForConditionalGeneration, SmolVLMImageProcessor

    words = _words_of_parts()
    network = SmolVLMForConditionalGeneration(SmolVLMConfig(**_parts(words)))
    _speak(network, words, 4)
    pixels = SmolVLMImageProcessor(size={"longest_edge": 64}, max_image_size={"longest_edge": 32})
    _save_apart(network, pixels, words, "SmolVLMProcessor", folder)
    (folder / "chat_template.jinja").unlink()
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": chat_template("<image>")}))
    (folder / "processor_config.json").write_text(
        json.dumps({"image_seq_len": 4, "processor_class": "SmolVLMProcessor"})
    )
    return folder


def qwen2_vl(folder: Path) -> Path:
    """As on the Hub: without a processor_config.json."""
    from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration, Qwen2VLImageProcessor

    words = tokenizer(("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"))
    ids = words.get_vocab()
    vision = {"depth": 1, "embed_dim": 16, "hidden_size": 16, "num_heads": 2, "mlp_ratio": 1, "patch_size": 8}
    rope = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0}
    config = Qwen2VLConfig(
        text_config={**_TEXT, **_MARKS, "vocab_size": len(words), "rope_parameters": rope},
        vision_config=vision,
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
    )
    network = Qwen2VLForConditionalGeneration(config)
    _speak(network, words, 4)
    pixels = Qwen2VLImageProcessor(patch_size=8, size={"shortest_edge": 16 * 16, "longest_edge": 64 * 64})
    image = "<|vision_start|><|image_pad|><|vision_end|>"
    return _save_apart(network, pixels, words, "Qwen2VLProcessor", folder, image)


def llava(folder: Path) -> Path:
    """In half precision, as networks of its size are published, with a tokenizer that begins texts by itself."""
    from tokenizers.processors import TemplateProcessing
    from transformers import CLIPImageProcessor, LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor

    words = tokenizer(image_token="<image>")
    words.backend_tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", _BOS)])
    config = LlavaConfig(
        text_config={"model_type": "llama", **_TEXT, **_MARKS, "vocab_size": len(words)},
        vision_config={"model_type": "clip_vision_model", **_SIZES, "image_size": 32, "patch_size": 16},
        image_token_index=words.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-1,
    )
    network = LlavaForConditionalGeneration(config).to(torch.bfloat16)
    _speak(network, words, 4)
    processor = LlavaProcessor(
        CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}),
        words,
        patch_size=16,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=chat_template("<image> "),
    )
    return _save(network, processor, folder)


def _words_of_parts() -> Any:
    """The tokenizer of networks that look at parts of an image, and then at the whole."""
    places = [f"<row_{row}_col_{column}>" for row in (1, 2) for column in (1, 2)]
    return tokenizer((*places, "<fake_token_around_image>", "<image>", "<global-img>", "<end_of_utterance>"))


def _parts(words: Any) -> dict[str, Any]:
    return {
        "text_config": {"model_type": "llama", **_TEXT, **_MARKS, "vocab_size": len(words)},
        "vision_config": {**_SIZES, "image_size": 32, "patch_size": 8},
        "image_token_id": words.convert_tokens_to_ids("<image>"),
        "scale_factor": 2,
        **_MARKS,
    }


def _save_apart(network: Any, pixels: Any, words: Any, processor: str, folder: Path, image: str = "<image>") -> Path:
    """The parts of a processor that also has one for videos, which can't be made without torchvision."""
    network.save_pretrained(folder)
    words.save_pretrained(folder)
    pixels.save_pretrained(folder)
    for name in ("preprocessor_config.json", "tokenizer_config.json"):
        content = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps({**content, "processor_class": processor}))
    (folder / "chat_template.jinja").write_text(chat_template(image))
    return folder


def _speak(network: Any, words: Any, seed: int) -> None:
    """Random weights, so large that every pixel and word counts, and that it says words more often than marks."""
    network.generation_config.update(**_MARKS)
    random = torch.Generator().manual_seed(seed)
    marks = torch.tensor([one for one in words.all_special_ids if one != _EOS])
    with torch.no_grad():
        for weights in network.parameters():
            if weights.ndim > 1:
                weights.copy_(torch.randn(weights.shape, generator=random) * 0.5)
        network.get_output_embeddings().weight[marks] = 0
