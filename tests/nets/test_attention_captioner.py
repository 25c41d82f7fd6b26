"""The captioner's network: search against brute force, sampling against `forward`, files good and bad."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor

from torch_opencv.nets.attention_captioner import AttentionCaptioner, CaptionerFileError, Sizes, file, search
from torch_opencv.runtime import accelerate

SIZES = Sizes(embedding=6, hidden=8, attention=8, heads=2, summary=4)
WORDS = ("a", "dog", "cat", "runs")


def network(
    words: tuple[str, ...] = WORDS,
    length: int = 4,
    penalty: float = 1.0,
    seed: int = 0,
    classes: list[list[int]] | None = None,
) -> AttentionCaptioner:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = AttentionCaptioner(
            words, words[1:3], length=length, sizes=SIZES, length_penalty=penalty, classes=classes
        )
        for parameter in made.parameters():
            torch.nn.init.normal_(parameter, std=0.6)
        for layer in (made.start.concepts, made.start.summary, made.start.positions):
            torch.nn.init.normal_(layer.weight, std=0.05)
    return made.eval()


def some_features(count: int, seed: int = 0) -> Tensor:
    return torch.rand(count, 10, 1280, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def every_sentence(net: AttentionCaptioner, features: Tensor, penalty: float) -> list[tuple[float, list[int]]]:
    """All that could be said of one image, with their scores, the best first."""
    found = []
    for length in range(1, net.length + 1):
        for words in itertools.product(range(1, net.end), repeat=length - 1):
            lasts = range(1, net.end + 1) if length == net.length else (net.end,)
            for last in lasts:
                tokens = torch.tensor([[*words, last]])
                likely = net(features, tokens)[0, :length].gather(1, tokens[0, :, None] - 1).sum()
                found.append((float(likely) / length**penalty, tokens[0].tolist()))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("penalty", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_beam_as_wide_as_all_there_is_finds_the_best(penalty: float, seed: int) -> None:
    net, features = network(("a", "dog"), length=3, penalty=penalty, seed=seed), some_features(2, seed)
    net_wide = search.beams(net.core, *net.start(features), end=net.end, length=3, size=9, length_penalty=penalty)
    for image in range(2):
        wanted = every_sentence(net, features[image : image + 1], penalty)[:3]
        for rank, (value, tokens) in enumerate(wanted):
            got = net_wide[0][image, rank]
            assert got[got > 0].tolist() == tokens
            assert net_wide[1][image, rank].sum().item() / len(tokens) ** penalty == pytest.approx(value, abs=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("seed", range(4))
def test_only_words_that_may_come_again_do(seed: int) -> None:
    net, features = network(length=7, seed=seed), some_features(2, seed)
    restricted = AttentionCaptioner(WORDS, WORDS[1:3], length=7, sizes=SIZES, repeatable=("a",)).eval()
    restricted.load_state_dict(net.state_dict())

    def repeated(tokens: Tensor) -> set[int]:
        return {word for row in tokens.flatten(0, -2).tolist() for word in row if word and row.count(word) > 1}

    chance = torch.Generator().manual_seed(seed)
    several = features.repeat_interleave(50, 0)
    free, drawn = (one.sample(several, temperature=1.0, generator=chance)[0] for one in (net, restricted))
    assert repeated(free) > {1}
    assert repeated(drawn) == {1}
    for beam in (1, 2, 4):
        tokens, scores = restricted.beams(features, beam)
        assert repeated(tokens) <= {1}
        for rank in range(beam):  # what the network itself gives such a sentence
            said = net(features, tokens[:, rank])[:, :-1]
            wanted = said.gather(2, (tokens[:, rank, :, None] - 1).clamp(min=0))[..., 0] * (tokens[:, rank] > 0)
            torch.testing.assert_close(scores[:, rank], wanted, atol=1e-5, rtol=0)


@pytest.mark.parametrize("beam", [1, 2, 3, 5])
def test_log_probabilities_are_those_that_forward_gives(beam: int) -> None:
    net, features = network(length=6), some_features(3)
    tokens, scores = net.beams(features, beam)
    assert tokens.shape == scores.shape == (3, beam, 6)
    for rank in range(beam):
        said = net(features, tokens[:, rank])[:, :-1]
        wanted = said.gather(2, (tokens[:, rank, :, None] - 1).clamp(min=0))[..., 0] * (tokens[:, rank] > 0)
        torch.testing.assert_close(scores[:, rank], wanted, atol=1e-5, rtol=0)
    lengths = (tokens > 0).sum(2)
    values = scores.sum(2) / lengths
    assert bool((values[:, :-1] >= values[:, 1:] - 1e-6).all()), "the best comes first"


def test_greedy_takes_the_likeliest_that_is_no_repetition() -> None:
    net, features = network(length=6), some_features(4)
    tokens, scores = net.sample(features)
    for image in range(4):
        said: list[int] = []
        while len(said) < 6 and (not said or said[-1] != net.end):
            given = torch.tensor([said], dtype=torch.int64).view(1, -1)
            likely = net(features[image : image + 1], given)[0, -1].detach()
            likely[(said[-1] if said else net.end) - 1] = -torch.inf
            said.append(int(likely.argmax()) + 1)
        assert tokens[image][tokens[image] > 0].tolist() == said
    alone = [net.sample(features[image : image + 1], 3) for image in range(4)]
    together = net.sample(features, 3)
    assert torch.equal(torch.cat([one[0] for one in alone]), together[0])
    torch.testing.assert_close(torch.cat([one[1] for one in alone]), together[1])
    assert bool((scores <= 0).all())


def test_a_temperature_draws_as_the_probabilities_say() -> None:
    net, features = network(length=1), some_features(1)
    drawn, _ = net.sample(features.expand(4000, -1, -1), temperature=1.0, generator=torch.Generator().manual_seed(1))
    shares = torch.bincount(drawn[:, 0], minlength=net.end + 1)[1:] / 4000
    wanted = net(features, torch.empty(1, 0, dtype=torch.int64))[0, 0].detach().exp()
    wanted[net.end - 1] = 0  # a sentence isn't empty
    torch.testing.assert_close(shares, wanted / wanted.sum(), atol=0.03, rtol=0)
    again, _ = net.sample(features.expand(4000, -1, -1), temperature=1.0, generator=torch.Generator().manual_seed(1))
    assert torch.equal(drawn, again)


@pytest.mark.slow
def test_what_the_runtime_made_of_a_step_says_the_same() -> None:
    net, features = network(length=6), some_features(2)
    with torch.no_grad():
        state, memory = net.start(features)
    step = accelerate(net.core, torch.tensor([1, 2]), state, memory, dynamic=(0,), device="cpu")
    assert step.backend == "onnxruntime"
    for beam in (1, 3):
        assert torch.equal(net.sample(features, beam, step=step)[0], net.sample(features, beam)[0])


def test_sentences_end_at_the_first_token_that_is_no_word() -> None:
    net = network()
    assert net.sentence([1, 2, net.end, 0]) == "a dog"
    assert net.sentence(torch.tensor([1, 0, 2])) == "a"
    assert net.sentence([net.end]) == ""


def test_no_images_are_no_sentences() -> None:
    tokens, scores = network().sample(some_features(0), 2)
    assert tokens.shape == scores.shape == (0, 4)
    assert network().beams(some_features(0), 2)[0].shape == (0, 2, 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda net: net.sample(some_features(1)[:, :, :5]), "features must be float"),
        (lambda net: net.sample(some_features(1)[:, :9]), "features must be float"),
        (lambda net: net.sample(some_features(1).long()), "features must be float"),
        (lambda net: net.sample(some_features(1), 0), "beam_size must be from 1 to 5"),
        (lambda net: net.beams(some_features(1), 6), "beam_size must be from 1 to 5"),
        (lambda net: net.sample(some_features(1), temperature=0.0), "temperature must be"),
        (lambda net: net.sample(some_features(1), temperature=math.inf), "temperature must be"),
        (lambda net: net.sample(some_features(1), 2, temperature=1.0), "beam_size must be 1"),
        (lambda net: net(some_features(1), torch.tensor([[6]])), "tokens must be from 0 to 5"),
        (lambda net: net(some_features(2), torch.tensor([[1]])), "tokens must be int64"),
        (lambda net: net.encode(torch.zeros(1, 3, 224, 224)), "has no encoder"),
        (lambda net: net.preprocess(torch.zeros(4, 4, 3)), "a frame must be uint8"),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[AttentionCaptioner], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(network())


def test_a_file_holds_it_all(tmp_path: Path) -> None:
    net = network(length=7, penalty=0.5)
    (tmp_path / "c.safetensors").write_bytes(file.to_bytes(net, {"seed": 3}))
    loaded = AttentionCaptioner.load(tmp_path / "c.safetensors")
    assert (loaded.words, loaded.concepts, loaded.length, loaded.length_penalty) == (WORDS, ("dog", "cat"), 7, 0.5)
    assert not loaded.training
    for name, value in net.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value.half().float())
    frame = torch.randint(256, (90, 130, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    features = loaded.encode(loaded.preprocess(frame)[None])
    assert features.shape == (1, 50, 1280)
    torch.testing.assert_close(features[:, 0], features[:, 1:].mean(1))
    with pytest.raises(ValueError, match="images must be float"):
        loaded.encode(torch.zeros(1, 3, 100, 100))


@torch.no_grad()
def test_what_the_encoder_knows_counts_where_it_is_more_than_the_detector_says(tmp_path: Path) -> None:
    net = network(classes=[[151, 207], []])
    known = net.start.known
    assert known is not None
    known.scale[0], known.shift[0] = 8.0, -1.0
    (tmp_path / "c.safetensors").write_bytes(file.to_bytes(net))
    loaded = AttentionCaptioner.load(tmp_path / "c.safetensors")
    assert loaded.start.known is not None and loaded.start.known.classes == ((151, 207), ())
    frame = torch.randint(256, (90, 130, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    features = loaded.encode(loaded.preprocess(frame)[None])
    encoder: Any = loaded.encoder
    dog = encoder.network.fc(features[:, 0]).softmax(1)[:, [151, 207]].sum(1)
    torch.testing.assert_close(loaded.start.known(features[:, 0]), torch.stack([8 * dog - 1, dog - torch.inf], 1))
    for detected in (-5.0, 5.0):
        loaded.start.concepts.weight.zero_()
        loaded.start.concepts.bias.fill_(detected)
        seen = torch.tensor([[max(detected, 8 * float(dog) - 1), detected]])
        expected, _ = loaded.start.with_concepts(features, seen)
        torch.testing.assert_close(loaded.start(features)[0], expected)


def changed(path: Path, **about: Any) -> None:
    """A captioner's file with something else in its header."""
    net = network()
    data = file.to_bytes(net)
    path.write_bytes(data)
    with safetensors.safe_open(path, framework="pt") as opened:
        header = opened.metadata()
    header["captioner"] = json.dumps(json.loads(header["captioner"]) | about)
    path.write_bytes(safetensors.torch.save(safetensors.torch.load(data), metadata=header))


@pytest.mark.parametrize(
    "about",
    [
        {"encoder": "vgg"},
        {"words": ["a", "dog"]},
        {"words": ["a", "dog", "cat", "cat"]},
        {"words": ["a", "dog", "cat", "\n"]},
        {"words": 5},
        {"concepts": ["a", "zebra"]},
        {"length": 0},
        {"length": 10**9},
        {"length": True},
        {"length_penalty": -1},
        {"length_penalty": None},
        {"sizes": {"embedding": 6, "hidden": 8, "attention": 9, "heads": 2, "summary": 4}},
        {"sizes": {"embedding": 10**9, "hidden": 8, "attention": 8, "heads": 2, "summary": 4}},
        {"sizes": {"depth": 1}},
        {"sizes": []},
        {"classes": [[1]]},
        {"classes": [[1], [1000]]},
        {"classes": [[1], [True]]},
        {"classes": [[1], 2]},
        {"classes": {}},
    ],
)
def test_a_header_that_cannot_be_is_refused(tmp_path: Path, about: dict[str, Any]) -> None:
    changed(tmp_path / "c.safetensors", **about)
    with pytest.raises(CaptionerFileError, match="damaged, or no captioner that this version knows") as raised:
        AttentionCaptioner.load(tmp_path / "c.safetensors")
    assert "\n" not in str(raised.value)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    with pytest.raises(CaptionerFileError, match="there is no captioner file"):
        AttentionCaptioner.load(path)
    path.write_bytes(b"no safetensors")
    with pytest.raises(CaptionerFileError, match="can't be read as a captioner"):
        AttentionCaptioner.load(path)
    path.write_bytes(safetensors.torch.save({"x": torch.zeros(1)}))
    with pytest.raises(CaptionerFileError, match="is no captioner"):
        AttentionCaptioner.load(path)
    net = network()
    with torch.no_grad():
        net.core.bias[0] = math.nan
    path.write_bytes(file.to_bytes(net))
    with pytest.raises(CaptionerFileError, match="numbers that are none"):
        AttentionCaptioner.load(path)
