"""Tiny networks of the Hub's kinds, with random weights, saved as `from_pretrained` reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

_MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
_WORDS = [*_MARKS, "a", "dog", "cat", "runs", "on", "the", "grass", "what", "is", "this", "?"]


def _tokenizer(folder: Path) -> Any:
    from transformers import BertTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(_WORDS) + "\n")
    return BertTokenizer(str(folder / "vocab.txt"))


def blip(folder: Path) -> Path:
    from transformers import BlipConfig, BlipForConditionalGeneration, BlipImageProcessor, BlipProcessor

    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    marks = {"bos_token_id": 2, "eos_token_id": 3, "sep_token_id": 3, "pad_token_id": 0}
    text = {**sizes, **marks, "vocab_size": len(_WORDS), "encoder_hidden_size": 16, "max_position_embeddings": 80}
    config = BlipConfig(text_config=text, vision_config={**sizes, "image_size": 32, "patch_size": 16})
    torch.manual_seed(0)
    BlipForConditionalGeneration(config).save_pretrained(folder)
    BlipProcessor(BlipImageProcessor(size={"height": 32, "width": 32}), _tokenizer(folder)).save_pretrained(folder)
    return folder


def git(folder: Path) -> Path:
    from transformers import CLIPImageProcessor, GitConfig, GitForCausalLM, GitProcessor

    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = GitConfig(
        vision_config={**sizes, "image_size": 32, "patch_size": 16},
        **sizes,
        vocab_size=len(_WORDS),
        max_position_embeddings=80,
        bos_token_id=2,
        eos_token_id=3,
        pad_token_id=0,
    )
    torch.manual_seed(0)
    network = GitForCausalLM(config)
    with torch.no_grad():
        network.output.bias[[0, 1, 2, 4]] = -50.0  # it says nothing that isn't in the text, so that this can be scored
    network.save_pretrained(folder)
    pixels = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    GitProcessor(pixels, _tokenizer(folder)).save_pretrained(folder)
    return folder


def encoder_decoder(folder: Path) -> Path:
    """A ViT that sees and a BERT that writes, with an image processor and a tokenizer, but no processor."""
    from transformers import (
        BertConfig,
        BertLMHeadModel,
        VisionEncoderDecoderModel,
        ViTConfig,
        ViTImageProcessor,
        ViTModel,
    )

    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    torch.manual_seed(0)
    decoder = BertConfig(**sizes, vocab_size=len(_WORDS), is_decoder=True, add_cross_attention=True)
    network = VisionEncoderDecoderModel(
        encoder=ViTModel(ViTConfig(**sizes, image_size=32, patch_size=16)), decoder=BertLMHeadModel(decoder)
    )
    for config in (network.config, network.generation_config):
        config.decoder_start_token_id, config.pad_token_id, config.eos_token_id = 2, 0, 3
    network.save_pretrained(folder)
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    _tokenizer(folder).save_pretrained(folder)
    return folder
