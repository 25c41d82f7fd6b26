"""Networks as a whole: what is found in a file, what is shared, and what is said of what can't be made."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.t7.building import conv, graph, layer, linear, longs, norm, numbers, table
from torch_opencv import t7
from torch_opencv.t7 import Function, Object, T7Error, Table


def test_evaluation_whatever_was_saved() -> None:
    network = t7.network(layer("nn.Sequential", conv(3, 4), norm(4), layer("nn.Dropout", p=0.5, v2=True)))
    assert not any(module.training for module in network.modules())


def test_no_copies() -> None:
    obj = layer("nn.Sequential", conv(3, 4), norm(4), linear(4, 2))
    fields = [one for module in obj.get("modules").array for one in module.fields.values()]
    held = {one.data_ptr() for one in fields if isinstance(one, torch.Tensor)}
    made = [*t7.network(obj).parameters(), *(b for b in t7.network(obj).buffers() if b.is_floating_point())]
    assert {one.data_ptr() for one in made} == held


def test_nothing_is_left_on_the_meta_device() -> None:
    network = t7.network(
        layer("nn.Sequential", conv(3, 4), norm(4), layer("nn.PReLU", weight=numbers(4)), linear(4, 2))
    )
    assert all(one.device.type == "cpu" for one in network.state_dict().values())


def test_one_object_is_one_module() -> None:
    twice = linear(4, 4)
    network = t7.network(layer("nn.Sequential", twice, layer("nn.Tanh"), twice))
    assert isinstance(network, torch.nn.Sequential)
    assert network[0] is network[2]


def test_shared_memory_is_one_parameter() -> None:
    storage = numbers(40)
    first, second, third = (linear(4, 4) for _ in range(3))
    first.fields["weight"] = storage[:16].view(4, 4)
    second.fields["weight"] = storage[:16].view(4, 4)
    third.fields["weight"] = storage[16:32].view(4, 4)
    network = t7.network(layer("nn.Sequential", first, second, third)).double()
    weights = [network.get_parameter(f"{i}.weight") for i in range(3)]
    assert weights[0] is weights[1]
    assert weights[0] is not weights[2]
    with torch.no_grad():
        weights[0].zero_()
    assert not weights[1].any()


def test_weights_of_another_shape_over_the_same_memory() -> None:
    """SpatialConvolutionMM has 2-dim weights; they are viewed, not copied."""
    obj = conv(3, 4)
    flat = obj.fields["weight"] = obj.get("weight").view(4, 27)
    assert t7.network(obj).get_parameter("weight").data_ptr() == flat.data_ptr()


@pytest.mark.parametrize("name", ["model", "net", "network", "anything"])
def test_in_a_table(name: str) -> None:
    assert t7.network(table(**{name: linear(4, 2), "epoch": 3}))(numbers(1, 4)).shape == (1, 2)


def test_the_model_is_meant_where_there_are_several() -> None:
    assert t7.network(table(encoder=linear(4, 3), model=linear(4, 2)))(numbers(1, 4)).shape == (1, 2)


def test_in_a_table_of_tables() -> None:
    assert t7.network(table(checkpoint=table(best=linear(4, 2))))(numbers(1, 4)).shape == (1, 2)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, r"there is no network in it, it holds nil"),
        (3, r"there is no network in it, it holds a number"),
        (numbers(2, 3), r"there is no network in it, it holds a tensor of 2x3"),
        (
            table("a", x=numbers(2)),
            r"there is no network in it, it holds a table of 1 \(a string\), x \(a tensor of 2\)",
        ),
        (table(), r"it holds a table of nothing"),
        (
            table(protos=table(cnn=linear(4, 2), lm=layer("nn.LanguageModel"))),
            r"there are 2 networks in it: protos.cnn \(nn.Linear\), protos.lm \(nn.LanguageModel\). Give the one",
        ),
        (Object("tds.Hash", 0), r"tds.Hash: layers of this class aren't supported"),
        (Object("nn.Linear", 1), r"nn.Linear: it has no fields"),
    ],
)
def test_no_network(value: Any, said: str) -> None:
    with pytest.raises(T7Error, match=said) as raised:
        t7.network(value)
    assert "\n" not in str(raised.value)


def inside(obj: Object) -> Object:
    return layer("nn.Sequential", layer("nn.Tanh"), layer("nn.Concat", obj, dimension=2))


def changed(obj: Object, **fields: Any) -> Object:
    for name, value in fields.items():
        if value is None:
            del obj.fields[name]
        else:
            obj.fields[name] = value
    return obj


HUGE = torch.zeros(1).as_strided((1_000_000, 1_000_000), (0, 0))


@pytest.mark.parametrize(
    ("obj", "said"),
    [
        (layer("nn.Foo"), r"layers of this class aren't supported"),
        (layer("nn.Foo\n\x1b[31m"), r"'nn.Foo\\n\\x1b\[31m': layers of this class aren't supported"),
        (changed(linear(4, 2), weight=None), r"the field weight is missing"),
        (changed(linear(4, 2), weight=3), r"weight must be a tensor of floating-point numbers, not 3"),
        (changed(linear(4, 2), weight=longs(1, 2)), r"not a tensor of int64, 2"),
        (changed(linear(4, 2), weight=numbers(2, 2, 2)), r"weight is 2x2x2 where anyxany is needed"),
        (changed(linear(4, 2), weight=numbers(0, 4)), r"weight is empty"),
        (changed(linear(4, 2), bias=numbers(3)), r"bias is 3 where 2 is needed"),
        (changed(linear(4, 2), weight=HUGE), r"weight has 1000000000000 elements, but the file doesn't hold as many"),
        (changed(conv(3, 4), kW=-3), r"kW must be a whole number from 1 to 32767, not -3"),
        (changed(conv(3, 4), kW=0), r"kW must be a whole number from 1"),
        (changed(conv(3, 4), kW=2.5), r"kW must be a whole number from 1 to 32767, not 2.5"),
        (changed(conv(3, 4), kW="3"), r"kW must be a whole number from 1 to 32767, not a string"),
        (changed(conv(3, 4), kW=True), r"not True"),
        (changed(conv(3, 4), kW=5), r"weight has 4x3x3x3 elements where 4x3x3x5 are needed"),
        (changed(conv(3, 4), dW=0), r"dW must be"),
        (changed(conv(3, 4), padW=-1), r"padW must be a whole number from 0"),
        (changed(conv(3, 4), nInputPlane=10**12), r"nInputPlane must be a whole number from 1"),
        (changed(conv(3, 4), nInputPlane=10**6), r"weight has 4x3x3x3 elements where 4x1000000x3x3 are needed"),
        (changed(conv(3, 4), groups=2), r"3 to 4 channels don't make 2 groups"),
        (changed(norm(4), running_var=numbers(3)), r"running_var is 3 where 4 is needed"),
        (changed(norm(4), running_var=None), r"the field running_std is missing"),
        (changed(norm(4), eps="x"), r"eps must be a number, not a string"),
        (changed(norm(4), eps=math.nan), r"eps must be a number, not nan"),
        (layer("nn.SpatialMaxPooling", kW=2, kH=2, padW=2, padH=0), r"its padding, \(0, 2\), is more than half"),
        (layer("nn.SpatialMaxPooling", kW=2, kH=2, ceil_mode=1), r"ceil_mode must be true or false, not 1"),
        (layer("nn.SpatialReflectionPadding", pad_l=10**9, pad_r=0, pad_t=0, pad_b=0), r"pad_l must be .* to 4096"),
        (layer("nn.SpatialCrossMapLRN", size=4), r"size is 4, but must be odd"),
        (layer("nn.View", size=longs(-1, -1)), r"only one of its numbers can be -1"),
        (layer("nn.View", size=longs(*range(65))), r"size must be a list of whole numbers, not a tensor of int64, 65"),
        (layer("nn.View", size=longs(-2)), r"size\[1\] must be a whole number from -1"),
        (layer("nn.Reshape", size="4"), r"size must be a list of whole numbers, not a string"),
        (layer("nn.Select", dimension=0, index=1), r"dimension is 0, but dimensions are counted from 1"),
        (layer("nn.Select", dimension=1, index=0), r"index is 0, but elements are counted from 1"),
        (layer("nn.Transpose", permutations=table(table(1))), r"permutations must be a table of pairs"),
        (layer("nn.Normalize", p=0), r"p is 0, but must be more than 0"),
        (layer("nn.Dropout", p=1), r"p is 1, but must be from 0 to less than 1"),
        (layer("nn.HardTanh", min_val=2, max_val=1), r"min_val is 2, not less than max_val, 1"),
        (layer("nn.Sequential", modules=3), r"modules must be a table, not 3"),
        (layer("nn.ConcatTable"), r"the field modules is missing"),
        (layer("nn.Sequential", modules=table(numbers(2))), r"\[1\] must be a layer, not a tensor of float32, 2"),
        (layer("nn.Sequential", modules=table(Function(b"code"))), r"\[1\] must be a layer, not something else"),
        (layer("nn.Bottle", nInputDim=2), r"the field module is missing"),
        (layer("nn.gModule"), r"innode must be a node of a graph"),
        (changed(graph(1, (None, [0], None), outputs=[1]), forwardnodes=None), r"forwardnodes must be a table"),
        (changed(graph(1, (None, [0], None), outputs=[1]), forwardnodes=table()), r"its last node must be outnode"),
        (graph(1, (None, [], None), outputs=[1]), r"node 2 takes what no node before it gives"),
        (graph(1, (None, [0], 0), outputs=[1]), r"selectindex of node 2 must be a whole number from 1"),
        (graph(1, (layer("nn.Foo"), [0], None), outputs=[1]), r"nn.gModule\[2\] > nn.Foo: layers of this class"),
        (
            layer("nn.SpatialConvolutionMap", connTable=torch.tensor([[1.0, 9.0]]), kW=1, kH=1,
                  weight=numbers(1, 1, 1), bias=numbers(2)),
            r"connTable names channels that there aren't",
        ),
        (
            layer("nn.WeightNorm", conv(3, 4), v=numbers(4, 27), g=numbers(4), viewOut=longs(10**6, 10**6)),
            r"v has 108 elements, which don't make \[1000000, 1000000\]",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_and_where(obj: Object, said: str) -> None:
    with pytest.raises(T7Error, match=said) as raised:
        t7.network(table(model=inside(obj)))
    text = str(raised.value)
    assert text.startswith("nn.Sequential[2] > nn.Concat[1] > ")
    assert text.isprintable()


def test_a_network_that_contains_itself() -> None:
    inner = layer("nn.Sequential")
    outer = layer("nn.Sequential", layer("nn.Tanh"), inner)
    inner.fields["modules"] = table(outer)
    with pytest.raises(T7Error, match=r"nn.Sequential\[2\] > nn.Sequential\[1\] > nn.Sequential: this module contains"):
        t7.network(outer)


def test_deeply_nested() -> None:
    obj = layer("nn.Tanh")
    for _ in range(10_000):
        obj = layer("nn.Sequential", obj)
    with pytest.raises(T7Error, match=r"modules are nested more than 100 deep") as raised:
        t7.network(obj)
    assert len(str(raised.value)) < 500


def test_as_deeply_nested_as_can_be() -> None:
    """All of the modules' own methods must still work on it, in spite of Python's limit on recursion."""
    obj = layer("nn.Sequential", conv(3, 4), norm(4))
    for _ in range(98):
        obj = layer("nn.Sequential", obj)
    network = t7.network(obj)
    x = numbers(1, 3, 8, 8)
    copied = t7.fold_batch_norms(copy.deepcopy(network))
    torch.testing.assert_close(copied(x), network(x))
    assert len(network.state_dict()) == 7


def test_one_layer_used_without_end() -> None:
    """Each container has the one before twice: 2 to the power of 40 uses, in 80 references."""
    obj = linear(4, 4)
    for _ in range(40):
        obj = layer("nn.Sequential", obj, obj)
    with pytest.raises(T7Error, match="uses more than 100000 layers"):
        t7.network(obj)


def test_nothing_is_allocated_by_what_a_file_states() -> None:
    """Its tensors have the elements that it says, or it's an error; here they'd take terabytes."""
    wide = layer("nn.SpatialFullConvolution", nInputPlane=2**20, nOutputPlane=2**20, kW=32767, kH=32767, dW=1, dH=1)
    wide.fields["weight"] = numbers(1)
    with pytest.raises(T7Error, match="weight has 1 elements where 1048576x1048576x32767x32767 are needed"):
        t7.network(wide)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        t7.load_network(tmp_path / "net.t7")


def test_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "net.t7"
    path.write_text("1\n7\n")  # an ascii file with a number
    with pytest.raises(T7Error, match=r"^.*net.t7: there is no network in it, it holds a number$"):
        t7.load_network(path)


def test_a_table_as_the_networks_own_name() -> None:
    """Keys of any kind, such as nngraph's tables, are passed over."""
    content = Table()
    content[Table()] = linear(4, 3)
    content["best"] = linear(4, 2)
    assert t7.network(content)(numbers(1, 4)).shape == (1, 2)


def test_a_network_that_uses_its_layers_too_often() -> None:
    """A few kilobytes of layers within layers, each thirty times: 810,000 of them."""
    inner = layer("nn.Identity")
    for _ in range(4):
        inner = layer("nn.Sequential", *[inner] * 30)
    with pytest.raises(T7Error, match="it uses more than 100000 layers"):
        t7.network(inner)
