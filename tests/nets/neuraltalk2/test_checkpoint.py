"""Checkpoints of all kinds that the original saves, and files that are none."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.t7.building import layer, longs, table
from tests.t7.values import written
from tests.t7.writer import Layout
from torch_opencv import t7
from torch_opencv.nets.neuraltalk2 import CheckpointError, NeuralTalk2
from torch_opencv.t7 import Object, Table

from . import checkpoints
from .checkpoints import Size, checkpoint, cnn, linear, save

SIZE = Size(layers=2)


def images(count: int = 2) -> Tensor:
    return torch.randn(count, 3, 224, 224, generator=torch.Generator().manual_seed(0)) * 60


def sentences(net: NeuralTalk2) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        return net.sample(net.encode(images()), beam_size=3)


def same(net: NeuralTalk2, other: NeuralTalk2) -> bool:
    tokens, scores = sentences(net)
    others, their_scores = sentences(other)
    return torch.equal(tokens, others) and torch.allclose(scores, their_scores, atol=1e-5)


def refused(path: Path) -> str:
    with pytest.raises(CheckpointError) as error:
        NeuralTalk2.load(path)
    assert str(error.value).isprintable()
    return str(error.value)


def random_pair(outputs: int, inputs: int) -> tuple[Tensor, Tensor]:
    chance = torch.Generator().manual_seed(outputs + 100 * inputs)
    return torch.randn(outputs, inputs, generator=chance), torch.randn(outputs, generator=chance)


def modules(value: Any) -> list[Object]:
    """Every object in it, once."""
    found: dict[int, Any] = {}
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Table | Object) and id(one) not in found:
            found[id(one)] = one
            waiting.extend((one.fields if isinstance(one, Object) else one).values())
    return [one for one in found.values() if isinstance(one, Object)]


def change(content: Any, changed: Callable[[Tensor], Tensor]) -> None:
    """Put others in the place of all layers' tensors of floating-point numbers."""
    for module in modules(content):
        for name, value in module.fields.items():
            if isinstance(value, Tensor) and value.is_floating_point():
                module.fields[name] = changed(value)


@pytest.fixture
def plain(tmp_path: Path) -> NeuralTalk2:
    return NeuralTalk2.load(save(checkpoint(SIZE)[0], tmp_path))


def test_what_it_says_of_itself(plain: NeuralTalk2) -> None:
    assert (plain.encoding, plain.core.size, len(plain.core.cells), plain.length, plain.end) == (5, 6, 2, 7, 10)
    assert plain.words[:2] == ("word1", "word2")
    assert plain.options == {"rnn_size": 6, "id": "test", "drop_prob_lm": 0.5}
    assert plain.core.dropout.p == 0.5
    assert not any(module.training for module in plain.modules())
    assert all(parameter.requires_grad for parameter in plain.parameters())


@pytest.mark.parametrize("layout", ["binary", "b32", "ascii"])
def test_layouts_of_files(layout: Layout, plain: NeuralTalk2, tmp_path: Path) -> None:
    assert same(NeuralTalk2.load(save(checkpoint(SIZE)[0], tmp_path, layout=layout)), plain)


def test_saved_on_a_gpu(plain: NeuralTalk2, tmp_path: Path) -> None:
    content, _ = checkpoint(SIZE)
    content["protos"]["cnn"] = cnn(SIZE.encoding, backend="cudnn")
    assert same(NeuralTalk2.load(save(content, tmp_path, kind="Cuda")), plain)


def test_other_floating_point_numbers(plain: NeuralTalk2, tmp_path: Path) -> None:
    content, _ = checkpoint(SIZE)
    change(content, Tensor.double)
    net = NeuralTalk2.load(save(content, tmp_path))
    assert {parameter.dtype for parameter in net.parameters()} == {torch.float32}
    assert same(net, plain)


def test_parameters_in_one_storage(plain: NeuralTalk2, tmp_path: Path) -> None:
    """As getParameters() leaves them, and as training left them when the file was saved."""
    content, _ = checkpoint(SIZE)
    parts = [value for one in modules(content) for value in one.fields.values() if isinstance(value, Tensor)]
    parts = [part for part in parts if part.is_floating_point()]
    flat = torch.cat([part.flatten() for part in parts])
    views = iter(flat.split([part.numel() for part in parts]))
    change(content, lambda tensor: next(views).view(tensor.shape))
    assert same(NeuralTalk2.load(save(content, tmp_path)), plain)


def test_gradients_and_clones_that_were_left_in(plain: NeuralTalk2, tmp_path: Path) -> None:
    """A checkpoint is usually cleaned of them, but not by every version, and not of everything."""
    content, _ = checkpoint(SIZE)
    language_model = content["protos"]["lm"]
    other = checkpoint(Size(layers=2, seed=9))[0]["protos"]["lm"]
    for module in modules(content):
        if "weight" in module:
            module.fields.update(gradWeight=module["weight"] * 0, gradBias=torch.zeros(3), gradInput=torch.empty(0))
    language_model.fields.update(
        clones=table(language_model["core"], other["core"]),
        lookup_tables=table(language_model["lookup_table"], other["lookup_table"]),
        output=torch.empty(0),
    )
    content["protos"].update(crit=layer("nn.LanguageModelCriterion"), expander=layer("nn.FeatExpander", n=5))
    assert same(NeuralTalk2.load(save(content, tmp_path)), plain)


def test_cleaned_of_all_but_what_is_needed(plain: NeuralTalk2, tmp_path: Path) -> None:
    content, _ = checkpoint(SIZE)
    language_model = content["protos"]["lm"]
    for name in ("init_state", "num_state", "vocab_size", "rnn_size", "input_encoding_size", "num_layers"):
        del language_model.fields[name]
    for name in ("opt", "iter", "loss_history"):
        del content[name]
    for module in modules(content):
        if "train" in module:
            del module.fields["train"]
    net = NeuralTalk2.load(save(content, tmp_path))
    assert net.options == {}
    assert same(net, plain)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 0, 2, 1)])
@pytest.mark.parametrize("rnn", [5, 6])
def test_the_lstm_is_what_the_graph_computes(
    rnn: int, order: tuple[int, ...], backwards: bool, dropout: float, tmp_path: Path
) -> None:
    """With rnn = 5, as large as the encoding, shapes don't tell the linear layers apart."""
    content, _ = checkpoint(Size(rnn=rnn, encoding=5, layers=2))
    language_model = content["protos"]["lm"]
    layers = [[random_pair(4 * rnn, inputs) for inputs in (5 if not i else rnn, rnn)] for i in range(2)]
    graph = checkpoints.core(layers, random_pair(10, rnn), rnn, dropout, order=order, backwards=backwards)
    language_model.fields["core"] = graph
    net = NeuralTalk2.load(save(content, tmp_path))
    inputs, state = torch.randn(3, 5), torch.randn(3, 4, rnn)
    *after, wanted = t7.network(graph)([inputs, *state.unbind(1)])
    scores, states = net.core(inputs, state)
    assert torch.allclose(scores, wanted, atol=1e-5)
    assert torch.allclose(states, torch.stack(after, dim=1), atol=1e-5)


def test_an_older_nngraph(plain: NeuralTalk2, tmp_path: Path) -> None:
    """Its first node hands each input to another node, in the order of its mapindex, instead of a table to split."""
    content, _ = checkpoint(SIZE)
    graph = content["protos"]["lm"]["core"]
    first, split, *others = (node["data"] for node in graph["forwardnodes"].array)
    children = [data for data in others if data["mapindex"].array[0] is split]
    children.sort(key=lambda data: data["selectindex"])
    for child in children:
        del child["selectindex"]
        child["mapindex"] = table(first)
    first["mapindex"] = table(*children)
    graph.fields["forwardnodes"] = table(*[node for node in graph["forwardnodes"].array if node["data"] is not split])
    assert len(children) == 5
    assert same(NeuralTalk2.load(save(content, tmp_path)), plain)


def test_words_of_all_kinds(tmp_path: Path) -> None:
    """The third isn't UTF-8, and the fourth would clear a terminal."""
    content, _ = checkpoint(Size(words=5))
    content["vocab"].update({"1": "żółw", "2": "25\u00a0°C", "3": "caf\udce9", "4": "\x1b[2J", "5": "\n"})
    words = NeuralTalk2.load(save(content, tmp_path)).words
    assert words == ("żółw", "25\u00a0°C", "caf\ufffd", "\ufffd[2J", "\ufffd")


def test_a_view_that_takes_a_batch_of_one_for_none(tmp_path: Path) -> None:
    content, _ = checkpoint(SIZE)
    view = next(module for module in modules(content) if module.class_name == "nn.View")
    del view.fields["numInputDims"]
    view.fields["size"] = longs(64)
    net = NeuralTalk2.load(save(content, tmp_path))
    assert torch.allclose(net.encode(images()[1:]), net.encode(images())[1:], atol=1e-4)


def test_a_single_image_and_images_that_are_none(plain: NeuralTalk2) -> None:
    assert torch.allclose(plain.encode(images()[:1]), plain.encode(images())[:1], atol=1e-4)
    for wrong in (images()[0], images()[:, :1], images()[:, :, 1:], images().byte()):
        with pytest.raises(ValueError, match=r"images must be float \(N, 3, 224, 224\), not torch"):
            plain.encode(wrong)


# --- What is no checkpoint ---


def without(*path: str) -> Callable[[Table], None]:
    def spoil(content: Any) -> None:
        for name in path[:-1]:
            content = content[name]
        del (content.fields if isinstance(content, Object) else content)[path[-1]]

    return spoil


def with_(value: Any, *path: str) -> Callable[[Table], None]:
    def spoil(content: Any) -> None:
        for name in path[:-1]:
            content = content[name]
        (content.fields if isinstance(content, Object) else content)[path[-1]] = value

    return spoil


def core_with(**options: Any) -> Object:
    return checkpoints.core([[random_pair(24, 5), random_pair(24, 6)]], random_pair(10, 6), 6, 0.5, **options)


PADDING = layer("nn.SpatialZeroPadding", pad_l=4096, pad_r=4096, pad_t=4096, pad_b=4096)
HUGE = torch.ones(1).expand(1 << 20, 1 << 20)


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (with_(table(**{"\x1b[2J": 1}), "protos"), "it has no language model: there is no lm, only '\\x1b[2J'"),
        (without("protos"), "it is no NeuralTalk2 checkpoint: there is no protos, only vocab, opt, iter, loss_history"),
        (without("protos", "lm"), "it has no language model: there is no lm, only cnn"),
        (without("protos", "lm", "core"), "it has no LSTM: there is no core, only train, vocab_size"),
        (without("protos", "lm", "lookup_table"), "its words have no embeddings: there is no lookup_table"),
        (without("protos", "cnn"), "it has no CNN: there is no cnn, only lm"),
        (without("vocab"), "it has no vocabulary: there is no vocab, only protos"),
        (without("vocab", "4"), "its vocabulary must have the words 1 to 9, as its network has, not 8"),
        (with_("x", "vocab", "10"), "its vocabulary must have the words 1 to 9, as its network has, not 10"),
        (with_(4, "vocab", "4"), "its vocabulary must have the words 1 to 9, as its network has, not 9"),
        (with_(table(), "vocab"), "its vocabulary must have the words 1 to 9, as its network has, not 0"),
        (without("protos", "lm", "seq_length"), "its lm.seq_length must be a whole number from 1 to 1000, not nothing"),
        (with_(1e300, "protos", "lm", "seq_length"), "lm.seq_length must be a whole number from 1 to 1000, not 1e+300"),
        (with_(0, "protos", "lm", "seq_length"), "its lm.seq_length must be a whole number from 1 to 1000, not 0"),
        (with_(torch.ones(3), "protos", "lm", "seq_length"), "must be a whole number from 1 to 1000, not something"),
        (with_(linear(torch.ones(3, 3), None), "protos", "lm", "lookup_table"), "is no table of embeddings"),
        (with_(layer("nn.LookupTable", weight=torch.ones(9, 5)), "protos", "lm", "lookup_table"), "10 tokens apart"),
        (with_(layer("nn.LookupTable", weight=torch.ones(10, 4)), "protos", "lm", "lookup_table"), "takes 5 numbers"),
        (with_(layer("nn.LookupTable", weight=HUGE), "protos", "lm", "lookup_table"), "lm.lookup_table can't be used"),
        (with_(cnn(6), "protos", "cnn"), "its CNN gives 6 numbers for an image, but its language model takes 5"),
        (with_(layer("nn.Sequential", linear(torch.ones(5, 7), None)), "protos", "cnn"), "can't take images of 224"),
        (with_(layer("nn.Bad"), "protos", "cnn"), "its cnn can't be used: nn.Bad: layers of this class aren't"),
        (with_(layer("nn.SplitTable", dimension=1), "protos", "cnn"), "its CNN gives a table for an image"),
        (with_(layer("nn.Sequential", *[PADDING] * 4), "protos", "cnn"), "would make 827476992 numbers of an image"),
        (with_(cnn(5), "protos", "lm", "core"), "its core is no LSTM as NeuralTalk2 makes them: it must be an nn.gMod"),
        (with_(core_with(squash="nn.Sigmoid"), "protos", "lm", "core"), "layer 1's writing must be made of sigmoid"),
        (with_(core_with(squash="nn.ReLU"), "protos", "lm", "core"), "where an LSTM has none"),
        (with_(core_with(order=(0, 1, 1, 3)), "protos", "lm", "core"), "must have the four quarters of one sum"),
    ],
)
def test_what_is_wrong_with_a_checkpoint(spoil: Callable[[Table], None], problem: str, tmp_path: Path) -> None:
    content, _ = checkpoint(Size())
    spoil(content)
    path = save(content, tmp_path)
    message = refused(path)
    assert problem in message
    assert message.startswith(f"{path}: ")


def test_lstms_of_other_shapes(tmp_path: Path) -> None:
    pairs = {
        "i2h of layer 1 gives 20 numbers instead of 24": [random_pair(20, 5), random_pair(24, 6)],
        "h2h of layer 1 gives 23 numbers instead of 24": [random_pair(24, 5), random_pair(23, 6)],
        "h2h of layer 1 has no bias": [random_pair(24, 5), (torch.ones(24, 6), None)],
    }
    for problem, pair in pairs.items():
        content, _ = checkpoint(Size())
        content["protos"]["lm"].fields["core"] = checkpoints.core([pair], random_pair(10, 6), 6, 0.5)
        assert problem in refused(save(content, tmp_path))
    content["protos"]["lm"].fields["core"] = checkpoints.core(
        [[random_pair(24, 5), random_pair(24, 6)]], random_pair(10, 7), 6, 0.5
    )
    assert "the decoder takes 7 numbers instead of 6" in refused(save(content, tmp_path))


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "model.t7"
    assert refused(path) == f"there is no checkpoint file {path}"
    assert refused(tmp_path) == f"there is no checkpoint file {tmp_path}"
    for data, problem in (
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n", "this isn't a Torch7 file"),
        (written(3), "it is no NeuralTalk2 checkpoint: there is no protos"),
        (written(cnn(5)), "it is no NeuralTalk2 checkpoint: there is no protos, only"),
        (written(checkpoint(Size())[0])[:-100], "a file that is cut off?"),
    ):
        path.write_bytes(data)
        assert problem in refused(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model_id.t7", written(checkpoint(Size())[0]))
    assert "it is a zip archive: unpack it, and give the .t7 file in it" in refused(path)


def test_damaged_files(tmp_path: Path) -> None:
    """Whatever is wrong, and wherever: one line, or a network that works."""
    whole = written(checkpoint(Size())[0])
    chance = random.Random(0)
    refusals = 0
    for number in range(150):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 3, 10))):
            at = chance.randrange(len(data) - 8)
            data[at : at + chance.choice((0, 1, 4, 8))] = chance.randbytes(chance.choice((0, 1, 4, 8)))
        path = tmp_path / f"model{number}.t7"
        path.write_bytes(data)
        try:
            net = NeuralTalk2.load(path)
        except CheckpointError as error:
            refusals += 1
            assert str(error).isprintable()
            assert len(str(error)) < 600
        else:
            sentences(net)
    assert 30 < refusals < 150
