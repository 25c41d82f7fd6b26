"""Networks of the Hub's kinds that are asked in words: Florence-2's tasks, and those that chat."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from torch_opencv.vision import ModelError
from torch_opencv.vision.caption import huggingface, processors
from torch_opencv.vision.caption.captioner import Captioner

from . import tiny_chats

pytestmark = pytest.mark.slow  # the package takes long to be imported
pytest.importorskip("transformers", reason="needs transformers (the extra hf)")

Maker = Callable[[Path], Path]

NOISE = torch.Generator().manual_seed(3)
SHAPES = ((48, 64), (90, 50), (3, 40))  # the last could be taken for an image with its channels first
FRAMES = [torch.randint(256, (*shape, 3), dtype=torch.uint8, generator=NOISE) for shape in SHAPES]
KINDS = (tiny_chats.florence2, tiny_chats.idefics3, tiny_chats.smolvlm, tiny_chats.qwen2_vl, tiny_chats.llava)
LONGEST = 12


@pytest.fixture(autouse=True)
def _offline_and_short(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # what is set in `load` is undone, too
    monkeypatch.setenv("DISABLE_SAFETENSORS_CONVERSION", "1")
    for name in ("_LONGEST", "_LONGEST_ANSWER"):
        monkeypatch.setattr(huggingface, name, LONGEST)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # they would only wait for one another
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hf")


def made(folder: Path, kind: Maker) -> Path:
    if kind is tiny_chats.smolvlm:
        pytest.importorskip("num2words", reason="needs num2words (the extra hf)")
    path = folder / kind.__name__
    return path if path.exists() else kind(path)


def recipe(path: Path, frame: torch.Tensor, prompt: str, beams: int) -> dict[str, float]:
    """What the network says as its documentation calls it, with the log-probability of each by a pass of its own."""
    import transformers
    from PIL import Image

    network = transformers.AutoModelForImageTextToText.from_pretrained(path, dtype=torch.float32).eval()
    processor, tokenizer = processors.load(transformers, str(path), {"local_files_only": True})
    image = Image.fromarray(frame.flip(2).numpy())
    chats = network.config.model_type != "florence2"
    if chats:
        text = prompt or "Describe the image in one short sentence."
        content = [{"type": "image"}, {"type": "text", "text": text}]
        text = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
        inputs = processor(text=[text.removeprefix("<s>")], images=[image], return_tensors="pt")
        if inputs["input_ids"][0, 0] != 0:  # of a tokenizer that doesn't begin texts by itself
            inputs = processor(text=[text], images=[image], return_tensors="pt")
        assert inputs["input_ids"][0].tolist().count(0) == 1
    else:
        inputs = processor(text=[prompt or "<CAPTION>"], images=[image], return_tensors="pt")
    count = 3 if beams > 1 else 1
    with torch.no_grad():
        whole = network.generate(
            **inputs, num_beams=beams, num_return_sequences=count, max_new_tokens=LONGEST, do_sample=False
        )
        found: dict[str, float] = {}
        for row in whole:
            begun = inputs["input_ids"].shape[1] if chats else 2  # what it was given, or what it is made to say first
            length = next((i + 1 for i in range(begun, len(row)) if row[i] == 2), len(row))  # with the end
            tokens = row[None, :length]
            if chats:
                given = {**inputs, "input_ids": tokens, "attention_mask": torch.ones_like(tokens)}
                if "mm_token_type_ids" in given:
                    given["mm_token_type_ids"] = torch.nn.functional.pad(
                        given["mm_token_type_ids"], (0, length - begun)
                    )
                logits = network(**given).logits
            else:
                tokens = tokens[:, :LONGEST]  # where it is cut off it is made to say the end
                logits = network(**inputs, decoder_input_ids=tokens).logits
            chosen = logits[0, :-1].log_softmax(1).gather(1, tokens[0, 1:, None])[begun - 1 :]
            sentence = " ".join(tokenizer.decode(tokens[0, begun:], skip_special_tokens=True).split())
            found.setdefault(sentence, float(chosen.sum()))
    return found


@pytest.mark.parametrize(("beams", "prompt"), [(1, ""), (3, "what is this ?")])
@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_the_documented_calls_say(kind: Maker, folder: Path, beams: int, prompt: str) -> None:
    path = made(folder, kind)
    captioner = Captioner(f"hf:{path}", device="cpu", beam_size=beams, alternatives=beams - 1, prompt=prompt)
    captions = captioner.batch(FRAMES)
    assert len({caption.logprob for caption in captions}) == 3  # they have been looked at
    assert captioner(FRAMES[1]).text == captions[1].text
    assert captioner(FRAMES[1]).logprob == pytest.approx(captions[1].logprob, abs=1e-3)
    for frame, caption in zip(FRAMES, captions, strict=True):
        expected = recipe(path, frame, prompt, beams)
        said = [caption.text, *caption.alternatives]
        assert said == [sentence for sentence in expected if sentence]
        assert caption.text
        assert "<" not in caption.text
        assert caption.logprob == pytest.approx(expected[caption.text], abs=1e-3)


def test_a_processor_without_its_part_for_videos_makes_the_same_of_an_image(folder: Path) -> None:
    """SmolVLM2's is put together here where there is no torchvision; the first SmolVLM's comes as it is."""
    first, second = (
        Captioner(f"hf:{made(folder, kind)}", device="cpu") for kind in (tiny_chats.idefics3, tiny_chats.smolvlm)
    )
    assert first(FRAMES[1]) == second(FRAMES[1])


def test_tasks_of_florence2(folder: Path) -> None:
    name = f"hf:{made(folder, tiny_chats.florence2)}"
    captioner = Captioner(name, device="cpu")
    assert captioner.beam_size == 3  # as its generation_config.json says
    usual = captioner(FRAMES[0])
    assert usual == Captioner(name, device="cpu", prompt="<CAPTION>")(FRAMES[0])
    assert usual != Captioner(name, device="cpu", prompt="<DETAILED_CAPTION>")(FRAMES[0])
    with pytest.raises(ModelError, match=r"Task token <CAPTION> should be the only content in the prompt\.$"):
        Captioner(name, device="cpu", prompt="<CAPTION> of this")


@pytest.mark.parametrize("kind", [tiny_chats.florence2, tiny_chats.qwen2_vl])
def test_words_drawn_by_chance(kind: Maker, folder: Path) -> None:
    name = f"hf:{made(folder, kind)}"
    drawn = [
        Captioner(name, device="cpu", temperature=2.0, alternatives=2, seed=seed).batch(FRAMES) for seed in (0, 0, 1)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(len(caption.alternatives) == 2 and caption.logprob < 0 for caption in drawn[0])


def test_an_answer_may_be_longer_than_a_caption(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface, "_LONGEST", 2)
    name = f"hf:{made(folder, tiny_chats.llava)}"
    assert len(Captioner(name, device="cpu")(FRAMES[0]).text.split()) <= 2
    assert len(Captioner(name, device="cpu", prompt="what is this ?")(FRAMES[0]).text.split()) > 2


def test_a_mark_of_an_image_is_no_prompt(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"can't say anything about an image: .*Found total 2 <image> tokens"):
        Captioner(f"hf:{made(folder, tiny_chats.llava)}", device="cpu", prompt="<image>")


def _change_weights(path: Path, change: Callable[[dict[str, torch.Tensor], str], Any]) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(path / "model.safetensors")
    change(weights, next(name for name in weights if name.endswith("lm_head.weight")))
    save_file(weights, path / "model.safetensors", {"format": "pt"})


def _without_weight(path: Path) -> None:
    _change_weights(path, lambda weights, name: weights.pop(name))


def _without_fit(path: Path) -> None:
    _change_weights(path, lambda weights, name: weights.update({name: torch.zeros(2, 16)}))


def _with_code(path: Path) -> None:
    config = json.loads((path / "config.json").read_text())
    automatic = {"AutoConfig": "own.Config", "AutoModelForImageTextToText": "own.Network"}
    (path / "config.json").write_text(json.dumps({**config, "model_type": "own", "auto_map": automatic}))
    (path / "own.py").write_text(f"open({str(path / 'was_run')!r}, 'w')\n")


def _of_an_unknown_kind(path: Path) -> None:
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps({**config, "model_type": "own"}))


def _with_code_of_processor(path: Path) -> None:
    config = json.loads((path / "processor_config.json").read_text())
    own = {"processor_class": "Own", "auto_map": {"AutoProcessor": "own.Processor"}}
    (path / "processor_config.json").write_text(json.dumps({**config, **own}))
    (path / "own.py").write_text(f"open({str(path / 'was_run')!r}, 'w')\n")


def _with_pickle(path: Path) -> None:
    (path / "model.safetensors").unlink()
    (path / "pytorch_model.bin").write_bytes(b"a pickle")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_with_code, "is made of Python code of its own, which is never run: use a network that transformers itself"),
        (_with_code_of_processor, "is made of Python code of its own, which is never run"),
        (_of_an_unknown_kind, "is of a kind that this transformers doesn't know, 'own'; a newer one may$"),
        (_with_pickle, r"has no weights in safetensors files; pickled ones \(.bin\) are never opened"),
        (_without_weight, "lacks weights that transformers' 'llava' has: lm_head.weight; it may be meant for code of"),
        (_without_fit, "can't be loaded: its weights have other sizes than its config.json says$"),
        (lambda path: (path / "tokenizer.json").unlink(), "can't be loaded: it lacks a tokenizer.json"),
        (shutil.rmtree, "can't be loaded: there is no such folder, and the Hub's names are OWNER/NAME$"),
    ],
)
def test_what_cannot_be_used(spoil: Callable[[Path], Any], reason: str, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "spoilt"
    shutil.copytree(made(folder, tiny_chats.llava), path)
    spoil(path)
    with pytest.raises(ModelError, match=reason) as refusal:
        Captioner(f"hf:{path}", device="cpu")
    assert len(str(refusal.value).splitlines()) == 1
    assert not (path / "was_run").exists()


def test_a_torchvision_for_another_pytorch(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torchvision.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    with pytest.raises(ModelError, match=r"torchvision is installed, but not the one.*\(pip uninstall torchvision\)"):
        Captioner(f"hf:{made(folder, tiny_chats.llava)}", device="cpu")
