"""Networks of the Hub's kinds, tiny and with random weights, through the code that loads real ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from torch_opencv.vision import ModelError
from torch_opencv.vision.caption.captioner import Captioner

from . import tiny_networks

pytestmark = pytest.mark.slow  # the package takes long to be imported
pytest.importorskip("transformers", reason="needs transformers (the extra hf)")

NOISE = torch.Generator().manual_seed(3)
FRAMES = [torch.randint(256, (*shape, 3), dtype=torch.uint8, generator=NOISE) for shape in ((48, 64), (90, 50))]
KINDS = (tiny_networks.blip, tiny_networks.git, tiny_networks.encoder_decoder)


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # what is set in `load` is undone, too
    monkeypatch.setenv("DISABLE_SAFETENSORS_CONVERSION", "1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hf")


def made(folder: Path, kind: Callable[[Path], Path]) -> str:
    path = folder / kind.__name__
    return f"hf:{path if path.exists() else kind(path)}"


@pytest.mark.parametrize("kind", KINDS)
def test_sentences(kind: Callable[[Path], Path], folder: Path) -> None:
    captioner = Captioner(made(folder, kind), device="cpu", beam_size=3, alternatives=2)
    captions = captioner.batch(FRAMES)
    assert captioner(FRAMES[1]).text == captions[1].text
    for caption in captions:
        assert caption.text
        assert "[" not in caption.text
        assert caption.logprob < 0
        assert len({caption.text, *caption.alternatives}) == 1 + len(caption.alternatives) <= 3
    drawn = [Captioner(made(folder, kind), device="cpu", temperature=1.0, seed=seed)(FRAMES[0]) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize("beams", [1, 3])
def test_the_log_probability_is_the_networks_own(folder: Path, beams: int) -> None:
    """Of GIT, which can be asked directly for what follows a picture and the words so far."""
    from transformers import AutoModelForImageTextToText, AutoProcessor

    name = made(folder, tiny_networks.git)
    caption = Captioner(name, device="cpu", beam_size=beams)(FRAMES[0])
    network = AutoModelForImageTextToText.from_pretrained(name.removeprefix("hf:")).eval()
    processor = AutoProcessor.from_pretrained(name.removeprefix("hf:"))
    pixels = processor.image_processor(images=[FRAMES[0].flip(2).numpy()], return_tensors="pt")["pixel_values"]
    words = processor.tokenizer.convert_tokens_to_ids(caption.text.replace("?", " ?").split())
    tokens = torch.tensor([[2, *words, 3]])
    with torch.no_grad():
        logits = network(input_ids=tokens, pixel_values=pixels).logits[0, -tokens.shape[1] :].log_softmax(1)
    total = logits[:-1].gather(1, tokens[0, 1:, None])[:, 0]
    ended = float(total.sum()), float(total[:-1].sum())  # one that is cut off has no END
    assert min(abs(caption.logprob - one) for one in ended) < 1e-3


@pytest.mark.parametrize("kind", KINDS[:2])
def test_a_question(kind: Callable[[Path], Path], folder: Path) -> None:
    captioner = Captioner(made(folder, kind), device="cpu", prompt="what is this ?")
    said = captioner(FRAMES[0]).text
    assert not said.startswith("what is this?")
    assert 0 < len(said.split()) <= 80 - 4  # the tiny networks have no more places, with the question


def test_what_cannot_be_used_is_said_in_a_line(folder: Path) -> None:
    with pytest.raises(ModelError, match="encoder_decoder takes no prompt: leave it out"):
        Captioner(made(folder, tiny_networks.encoder_decoder), device="cpu", prompt="what is this ?")
    with pytest.raises(ModelError, match=r"^hf:no/such can't be loaded: .*TORCH_OPENCV_OFFLINE forbids the network\)$"):
        Captioner("hf:no/such", device="cpu")
    from transformers import BertConfig

    BertConfig(num_hidden_layers=1).save_pretrained(folder / "bert")
    with pytest.raises(ModelError, match="is no captioner: it is a network of the kind 'bert'"):
        Captioner(f"hf:{folder / 'bert'}", device="cpu")


def test_pickles_are_not_opened(folder: Path) -> None:
    path = Path(made(folder, tiny_networks.blip).removeprefix("hf:"))
    pickled = path.with_name("pickled")
    pickled.mkdir()
    for file in path.iterdir():
        if file.suffix != ".safetensors":
            (pickled / file.name).write_bytes(file.read_bytes())
    (pickled / "pytorch_model.bin").write_bytes(b"a pickle")
    with pytest.raises(ModelError, match="has no weights in safetensors files; pickled ones"):
        Captioner(f"hf:{pickled}", device="cpu")
