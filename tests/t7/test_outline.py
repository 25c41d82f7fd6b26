"""The tree that `torch-opencv models inspect` prints."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from torch_opencv import t7
from torch_opencv.t7.contents import named_tensors, nodes, parameters
from torch_opencv.t7.errors import T7Error
from torch_opencv.t7.outline import outline, summary

from .writer import Writer


def network(write: Writer) -> None:
    flat = torch.arange(14.0)

    def linear() -> None:
        weight = lambda: write.tensor(5, flat[:12].view(4, 3), lambda: write.storage(6, flat))  # noqa: E731
        bias = lambda: write.tensor(7, flat[12:14].expand(2, 2), lambda: write.reference(4, 6))  # noqa: E731
        output = lambda: write.tensor(8, torch.empty(0), lambda: write.value(None))  # noqa: E731
        fields = [("train", False), ("weight", weight), ("bias", bias), ("output", output)]
        write.thing(3, "nn.Linear", lambda: write.table(4, fields))

    def modules() -> None:
        write.table(2, [(1, linear), (2, lambda: write.reference(4, 3)), (True, "yes"), (3, 0.5)])

    write.thing(
        1, "nn.Sequential", lambda: write.table(9, [("modules", modules), ("net", lambda: write.reference(4, 1))])
    )


def test_a_network() -> None:
    write = Writer()
    network(write)
    value = t7.loads(bytes(write))
    assert list(outline(value)) == [
        "<nn.Sequential>",
        "├── modules: table of 4 True='yes', 3=0.5",
        "│   ├── 1: <nn.Linear> train=False",
        "│   │   ├── weight: float32 (4, 3), storage 1 from 0",
        "│   │   └── bias: float32 (2, 2), strides (0, 1), storage 1 from 12",
        "│   └── 2: the same as modules.1",
        "└── net: the same as the whole",
    ]
    assert summary(value) == "16 parameters in 2 tensors; 2 classes; 3 tensors on 1 storages of 56 bytes"
    assert list(named_tensors(value)) == ["modules.1.weight", "modules.1.bias", "modules.1.output"]
    assert [tensor.shape for tensor in parameters(value)] == [(4, 3), (2, 2)]


def test_depth_and_items() -> None:
    write = Writer()
    network(write)
    value = t7.loads(bytes(write))
    assert list(outline(value, depth=1)) == [
        "<nn.Sequential>",
        "├── modules: table of 4 True='yes', 3=0.5",
        "│   └── ... (2 more)",
        "└── net: the same as the whole",
    ]
    assert list(outline(value, items=1))[-2:] == ["│   └── ... (1 more)", "└── ... (1 more)"]


def test_nothing_reaches_the_terminal_raw() -> None:
    write = Writer()
    bad = "\x1b[2J\x07\n\udcff" + "long" * 1000
    write.table(1, [(bad, bad), (1, lambda: write.thing(2, bad, lambda: write.table(3, [(bad, True)])))])
    for line in outline(t7.loads(bytes(write))):
        assert line.isprintable() and len(line) < 500
    for name in named_tensors(t7.loads(bytes(write))):
        assert name.isprintable()


def test_simple_values() -> None:
    for value, line in (
        (None, "None"),
        (True, "True"),
        (3, "3"),
        ("text", "'text'"),
        (torch.ones(2, 3).T, "float32 (3, 2), strides (1, 3)"),
    ):
        assert list(outline(value)) == [line]


def test_deep_nesting() -> None:
    write = Writer()
    for number in range(1, 20_000):
        write.ints(3, number, 1)
        write.value(1)
    write.tensor(20_000, torch.ones(1))
    value = t7.loads(bytes(write))
    assert len(list(nodes(value))) == 20_000
    assert len(list(outline(value, depth=100))) == 102
    with pytest.raises(T7Error, match="nested too deep"):
        named_tensors(value)


def test_names_that_occur_twice() -> None:
    write = Writer()
    inner = lambda: write.table(2, [("b", lambda: write.tensor(3, torch.ones(1)))])  # noqa: E731
    write.table(1, [("a", inner), ("a.b", lambda: write.tensor(5, torch.zeros(1)))])
    named = named_tensors(t7.loads(bytes(write)))
    assert {name: tensor.item() for name, tensor in named.items()} == {"a.b": 1, "a.b#2": 0}


@pytest.mark.data
def test_parameters_of_real_networks(shared_data: Path) -> None:
    openface = t7.load(shared_data / "torch7" / "openface" / "nn4.small2.random.t7")
    assert sum(tensor.numel() for tensor in parameters(openface)) == 3_733_968
    starry = t7.load(shared_data / "t7" / "starry.t7")
    expected = sum(parameter.numel() for parameter in t7.network(starry).parameters())
    assert sum(tensor.numel() for tensor in parameters(starry)) == expected


def test_what_is_shared_is_walked_once() -> None:
    """30 to the power of 5 ways lead to the tensor, in a file of 4 kB."""
    write = Writer()

    def table_of_tensors(number: int) -> None:
        first = [(1, lambda: write.tensor(number + 1, torch.ones(2, 2)))]
        write.table(number, first + [(i, lambda: write.reference(4, number + 1)) for i in range(2, 31)])

    def nested(number: int, depth: int) -> None:
        if depth == 1:
            table_of_tensors(number)
            return
        first = [(1, lambda: nested(number + 1, depth - 1))]
        write.table(number, first + [(i, lambda: write.reference(3, number + 1)) for i in range(2, 31)])

    nested(1, 5)
    assert len(bytes(write)) < 4096
    value = t7.loads(bytes(write))
    assert len(list(nodes(value))) == 6
    assert [*named_tensors(value)] == ["1.1.1.1.1"]
    assert len(list(outline(value))) < 200
    assert summary(value)
