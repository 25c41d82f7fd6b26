"""Sentences of language models of any size, beside plain loops over images, beams and words."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from torch_opencv.nets.neuraltalk2 import Core, NeuralTalk2, search
from torch_opencv.runtime import accelerate

from .checkpoints import Size, checkpoint, save
from .original import Original


def sizes(count: int) -> list[Size]:
    chance = random.Random(7)
    return [
        Size(
            rnn=chance.randint(1, 12),
            encoding=chance.randint(1, 12),
            layers=chance.randint(1, 3),
            words=chance.randint(1, 20),
            length=chance.randint(1, 20),
            dropout=chance.choice([0.0, 0.3]),
            seed=seed,
        )
        for seed in range(count)
    ]


def loaded(size: Size, folder: Path) -> tuple[NeuralTalk2, Original, Tensor]:
    """The network, the same in plain loops, and three images' encodings."""
    content, original = checkpoint(size)
    features = torch.randn(3, size.encoding, generator=torch.Generator().manual_seed(size.seed))
    return NeuralTalk2.load(save(content, folder)), original, features


def padded(tokens: list[int], scores: list[float], end: int) -> tuple[list[int], list[float]]:
    """With zeros after END."""
    kept = tokens.index(end) + 1 if end in tokens else len(tokens)
    padding = [0] * (len(tokens) - kept)
    return tokens[:kept] + padding, scores[:kept] + padding


@pytest.mark.parametrize("size", sizes(12), ids=str)
@pytest.mark.parametrize("beam_size", [1, 2, 3, 5, "all"])
def test_the_original_in_plain_loops(size: Size, beam_size: int | str, tmp_path: Path) -> None:
    net, original, features = loaded(size, tmp_path)
    beams = net.end if beam_size == "all" else min(int(beam_size), net.end)
    tokens, scores = net.sample(features, beams)
    assert tokens.dtype == torch.int64
    for row, score, image in zip(tokens.tolist(), scores.tolist(), features.double().numpy(), strict=True):
        if beams == 1:
            wanted, logarithms = padded(*original.greedy(image), original.end)
        else:
            wanted, logarithms, _ = original.beams(image, beams)
        assert row == wanted
        assert score == pytest.approx(logarithms, abs=1e-4)


@pytest.mark.parametrize("size", sizes(12), ids=str)
def test_sentences_that_have_ended_win_or_lose_whether_or_not_they_stay_among_the_beams(size: Size) -> None:
    """So `beams` may keep them, as the original does."""
    _, original = checkpoint(size)
    features = torch.randn(size.encoding, generator=torch.Generator().manual_seed(size.seed)).double().numpy()
    for beam_size in range(2, min(6, original.end + 1)):
        assert original.beams(features, beam_size) == original.beams(features, beam_size, continues_ended=False)


def test_that_the_sizes_above_tell_searches_apart(tmp_path: Path) -> None:
    """Some sentences must end and some not, and more beams must change some of them."""
    ended, changed = set(), 0
    for size in sizes(12):
        net, _, features = loaded(size, tmp_path)
        found = [net.sample(features, beam_size)[0] for beam_size in (1, min(5, net.end))]
        ended |= {net.end in row for tokens in found for row in tokens.tolist()}
        changed += not torch.equal(*found)
    assert ended == {True, False}
    assert changed >= 4


@pytest.mark.parametrize("beam_size", [1, 3])
def test_images_of_a_batch_do_not_matter_to_one_another(beam_size: int, tmp_path: Path) -> None:
    net, _, _ = loaded(Size(rnn=12, words=20, length=12, seed=3), tmp_path)
    features = torch.randn(40, net.encoding, generator=torch.Generator().manual_seed(1))
    tokens, scores = net.sample(features, beam_size)
    for i in range(len(features)):
        alone, score = net.sample(features[i : i + 1], beam_size)
        assert torch.equal(alone[0], tokens[i])
        assert torch.allclose(score[0], scores[i], atol=1e-5)


def test_no_images(tmp_path: Path) -> None:
    net, _, features = loaded(Size(), tmp_path)
    for beam_size in (1, 2):
        tokens, scores = net.sample(features[:0], beam_size)
        assert (tokens.shape, tokens.dtype, scores.shape) == ((0, 7), torch.int64, (0, 7))
    assert net.encode(torch.zeros(0, 3, 224, 224)).shape == (0, 5)


@pytest.mark.parametrize("size", sizes(12)[::2], ids=str)
def test_all_sentences_of_a_beam_search(size: Size, tmp_path: Path) -> None:
    net, _, features = loaded(size, tmp_path)
    for beam_size in sorted({1, min(4, net.end)}):
        tokens, scores = net.beams(features, beam_size)
        assert tokens.shape == scores.shape == (3, beam_size, net.length)
        for found, logarithms, best in zip(tokens, scores, net.sample(features, beam_size)[0], strict=True):
            rows = [row for row in found.tolist() if any(row)]
            assert len({tuple(row) for row in rows}) == len(rows) >= 1
            sums = logarithms.sum(1)[: len(rows)].tolist()
            assert sums == sorted(sums, reverse=True)
            if beam_size > 1:
                assert rows[0] == best.tolist()
        # What is said of them is what the network says of given sentences.
        given = net(features, tokens[:, 0])[:, :-1].gather(2, (tokens[:, 0, :, None] - 1).clamp(min=0))[:, :, 0]
        assert torch.allclose(torch.where(tokens[:, 0] > 0, given, 0.0), scores[:, 0], atol=1e-4)


# --- Words that depend on the word before alone: a table's rows, of which the last is what may come first ---


class Chain:
    """The language model of a table: row i has the probabilities of what follows token i."""

    def __init__(self, rows: list[list[float]]) -> None:
        self.table = torch.tensor(rows).log()
        self.steps = 0

    def step(self, tokens: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        self.steps += 1
        return self.table[tokens - 1], state

    def sentence(self, length: int, beam_size: int) -> tuple[list[int], float]:
        tokens, scores = search.beams(
            self.step, lambda tokens: tokens, self.table[-1:], torch.zeros(1, 1), length, beam_size
        )
        return tokens[0, 0].tolist(), math.exp(scores.sum())


A, B, END = 1, 2, 3


def test_a_short_sentence_wins_by_its_sum_alone() -> None:
    """Per word, A END is likelier, with the root of 0.6 * 0.5."""
    chain = Chain([[0.3, 0.2, 0.5], [0.1, 0.1, 0.8], [0.6, 0.05, 0.35]])
    assert chain.sentence(8, 2) == ([END, 0, 0, 0, 0, 0, 0, 0], pytest.approx(0.35))


def test_a_sentence_without_an_end_counts_as_one_that_has_ended() -> None:
    """A B END would be likelier than A END, but is cut off at two words, where A B is all that remains of it."""
    chain = Chain([[0.05, 0.75, 0.2], [0.01, 0.01, 0.98], [0.9, 0.05, 0.05]])
    assert chain.sentence(2, 2) == ([A, B], pytest.approx(0.9 * 0.75))
    assert chain.sentence(3, 2) == ([A, B, END], pytest.approx(0.9 * 0.75 * 0.98))


def test_a_beginning_that_looks_worse_wins_with_two_beams_and_not_with_one() -> None:
    chain = Chain([[0.35, 0.35, 0.3], [0.01, 0.01, 0.98], [0.55, 0.44, 0.01]])
    assert chain.sentence(4, 2) == ([B, END, 0, 0], pytest.approx(0.44 * 0.98))
    assert chain.sentence(4, 1)[0][0] == A


def test_it_stops_when_nothing_can_win_any_more() -> None:
    chain = Chain([[0.1, 0.1, 0.8], [0.1, 0.1, 0.8], [0.9, 0.05, 0.05]])
    assert chain.sentence(1000, 3)[0][:3] == [A, END, 0]
    assert chain.steps == 1


# --- By chance ---


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_words_are_drawn_as_often_as_they_are_likely(temperature: float, tmp_path: Path) -> None:
    net, original, features = loaded(Size(words=5, seed=2), tmp_path)
    scores, _ = original.started(features[0].double().numpy())
    likely = torch.softmax(torch.tensor(scores) / temperature, 0)
    tokens, taken = net.sample(
        features[:1].expand(20_000, -1), temperature=temperature, generator=torch.Generator().manual_seed(0)
    )
    often = torch.bincount(tokens[:, 0] - 1, minlength=net.end) / len(tokens)
    assert (often - likely).abs().max() < 0.015
    # The network's own, not the temperature's.
    assert taken[:, 0].tolist() == pytest.approx(torch.tensor(scores)[tokens[:, 0] - 1].tolist(), abs=1e-4)
    ended = (tokens == net.end).cumsum(1) > 0
    assert ended.any()
    assert not tokens[:, 1:][ended[:, :-1]].any()
    assert not taken[:, 1:][ended[:, :-1]].any()


def test_drawing_again_with_the_same_seed_and_nearly_without_chance(tmp_path: Path) -> None:
    net, _, features = loaded(Size(words=20, seed=4), tmp_path)
    one, other = (net.sample(features, temperature=1.0, generator=torch.Generator().manual_seed(5)) for _ in "ab")
    assert torch.equal(one[0], other[0])
    assert torch.equal(net.sample(features, temperature=1e-4)[0], net.sample(features)[0])


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"beam_size": 0}, "beam_size must be from 1 to 10, the number of tokens, not 0"),
        ({"beam_size": 11}, "beam_size must be from 1 to 10"),
        ({"beam_size": 2.0}, "beam_size must be from 1 to 10"),
        ({"temperature": 0.0}, "temperature must be a finite number above 0, not 0.0"),
        ({"temperature": math.nan}, "temperature must be"),
        ({"beam_size": 2, "temperature": 1.0}, "with a temperature, beam_size must be 1"),
    ],
)
def test_what_cannot_be_asked_for(options: dict[str, float], problem: str, tmp_path: Path) -> None:
    net, _, features = loaded(Size(), tmp_path)
    with pytest.raises(ValueError, match=problem):
        net.sample(features, **options)


@pytest.mark.parametrize("features", [torch.zeros(5), torch.zeros(2, 6), torch.zeros(2, 5, dtype=torch.int64)])
def test_features_that_are_none(features: Tensor, tmp_path: Path) -> None:
    net, _, _ = loaded(Size(), tmp_path)
    with pytest.raises(ValueError, match=r"features must be float \(N, 5\), as encode gives them, not torch"):
        net.sample(features)


# --- Given sentences, training and the fast runtime ---


def test_given_sentences(tmp_path: Path) -> None:
    net, original, features = loaded(Size(layers=2, seed=1), tmp_path)
    tokens = torch.tensor([[3, 1, 10, 0], [9, 9, 9, 9], [10, 0, 0, 0]])
    got = net(features, tokens)
    assert got.shape == (3, 5, 10)
    for row, sentence, image in zip(got.detach(), tokens.tolist(), features.double().numpy(), strict=True):
        scores, state = original.started(image)
        for t, token in enumerate([*sentence, 0]):
            assert row[t].tolist() == pytest.approx(scores.tolist(), abs=1e-4)
            if not token:
                break
            scores, state = original.step(original.embeddings[token - 1], state)


@pytest.mark.parametrize("tokens", [torch.zeros(3), torch.zeros(2, 1, dtype=torch.int64), torch.tensor([[11]] * 3)])
def test_given_sentences_that_are_none(tokens: Tensor, tmp_path: Path) -> None:
    net, _, features = loaded(Size(), tmp_path)
    with pytest.raises(ValueError, match="tokens must be"):
        net(features, tokens)


def test_it_learns(tmp_path: Path) -> None:
    """Two sentences for two images, from a checkpoint that says something else."""
    net, _, features = loaded(Size(rnn=16, words=8, length=6, seed=3, dropout=0.0), tmp_path)
    sentences = torch.tensor([[1, 2, 3, 9, 0, 0], [4, 5, 6, 7, 9, 0]])
    known = sentences > 0
    optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
    net.train()
    for _ in range(60):
        scores = net(features[:2], sentences)[:, :-1].gather(2, (sentences - 1).clamp(min=0)[:, :, None])[:, :, 0]
        optimizer.zero_grad()
        (-scores[known].mean()).backward()
        optimizer.step()
    net.eval()
    for beam_size in (1, 3):
        assert torch.equal(net.sample(features[:2], beam_size)[0], sentences)
    assert net.sentence(sentences[1]) == "word4 word5 word6 word7"


def test_without_a_checkpoint() -> None:
    core = Core([nn.LSTMCell(4, 8), nn.LSTMCell(8, 8)], nn.Linear(8, 4))
    net = NeuralTalk2(nn.Flatten(), nn.Embedding(4, 4), core, ["a", "dog", "runs"], length=5)
    tokens, scores = net.sample(torch.randn(2, 4), beam_size=4)
    assert tokens.shape == scores.shape == (2, 5)
    assert net.sentence([2, 3, net.end, 1]) == "dog runs"
    assert net.sentence([0, 1]) == ""


def test_the_step_in_the_fast_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path / "home"))
    net, _, features = loaded(Size(rnn=12, words=20, layers=2, length=12, seed=3), tmp_path)
    step = accelerate(net.core, features, net.core.start(len(features)), device="cpu", dynamic=(0,))
    assert step.backend == "onnxruntime"
    for beam_size in (1, 3):
        tokens, scores = net.sample(features, beam_size)
        faster, their_scores = net.sample(features, beam_size, step=step)
        assert torch.equal(faster, tokens)
        assert torch.allclose(their_scores, scores, atol=1e-4)
