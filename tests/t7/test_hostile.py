"""Files that nothing honest wrote: each is a T7Error of one line, soon, and without much memory."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torch_opencv import t7
from torch_opencv.t7 import T7Error

from .structures import any_layout, damaged, survives, walk, written
from .writer import LAYOUTS, Layout, Writer

FLAT = torch.arange(6.0)


def refusal(data: bytes | Writer, long_size: Literal[4, 8] | None = None) -> str:
    with pytest.raises(T7Error) as caught:
        t7.loads(bytes(data), long_size=long_size)
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 300
    return message


def sample(layout: Layout) -> bytes:
    write = Writer(layout)

    def fields() -> None:
        weight = lambda: write.tensor(4, FLAT.view(2, 3), lambda: write.storage(5, FLAT))  # noqa: E731
        bias = lambda: write.tensor(6, FLAT[:2], lambda: write.reference(4, 5))  # noqa: E731
        write.table(3, [("weight", weight), ("bias", bias), ("train", True), ("net", lambda: write.reference(3, 1))])

    def net() -> None:
        write.thing(2, "nn.Linear", fields)

    write.table(1, [("model", net), (1, 0.5), ("names", lambda: write.table(7, [(1, "a"), (2, "b")]))])
    return bytes(write)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_cut_off_at_every_byte(layout: Layout, tmp_path: Path) -> None:
    data = sample(layout)
    assert t7.loads(data)["model"]["net"]["names"].array == ["a", "b"]
    path = tmp_path / "cut.t7"
    for size in range(1, len(data)):
        refusal(data[:size])
        path.write_bytes(data[:size])
        with pytest.raises(T7Error, match=r"cut\.t7: .*, at byte \d+ of \d+$"):
            t7.load(path)


@pytest.mark.data
def test_torch7_s_own_cut_off_at_every_byte(shared_data: Path) -> None:
    folder = shared_data / "torch7"
    names = ["types/custom_object", "types/tensors_share_storage", "types/tab_nested", "types/function_upvalues"]
    paths = [folder / f"{name}{suffix}" for name in names for suffix in (".t7", ".ascii.t7", ".b32.t7")]
    for path in [*paths, folder / "layers" / "Abs.t7"]:
        data = path.read_bytes()
        for size in range(1, len(data)):
            refusal(data[:size])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sizes_that_are_not_there(layout: Layout) -> None:
    large = (1 << 40) if layout != "b32" else (1 << 31) - 1
    for size in (large, 9, -1, -large):
        write = Writer(layout)
        write.storage(1, FLAT, size=size)
        assert "elements" in refusal(write)
    for size in (2**31 - 1, -1, -(2**31)):
        write = Writer(layout)
        write.ints(2, size)
        write.characters(b"text")
        assert "characters" in refusal(write)
        write = Writer(layout)
        write.table(1, [(1, "a")], count=size)
        refusal(write)
        write = Writer(layout)
        write.header(1, "torch.FloatTensor")
        write.ints(size)
        write.longs(1, 1, 1)
        assert "dimensions" in refusal(write)
        for name in ("tds.Vec", "tds.Hash"):
            write = Writer(layout)
            write.header(1, name)
            write.longs(size)
            refusal(write)


Shape = tuple[list[int], list[int], int]


@pytest.mark.parametrize(
    "shape",
    [
        ([7], [1], 1),
        ([2, 3], [4, 1], 1),
        ([2, 3], [3, 1], 2),
        ([1], [1], 7),
        ([6], [1], 0),
        ([6], [1], -(2**31)),
        ([6], [-1], 6),
        ([-6], [1], 1),
        ([0, 6], [6, 1], 1),
        ([2**31 - 1] * 3, [0, 0, 0], 1),
        ([2**31 - 1] * 3, [2**31 - 1] * 3, 1),
        ([2] * 64, [0] * 64, 1),
        ([1] * 65, [1] * 65, 1),
    ],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_tensors_outside_of_their_storage(shape: Shape, layout: Layout) -> None:
    write = Writer(layout)
    write.header(1, "torch.FloatTensor")
    write.geometry(*shape)
    write.storage(2, FLAT)
    refusal(write)
    assert "tensor" in refusal(write, long_size=4 if layout == "b32" else 8)


def on_what(write: Writer) -> dict[str, Callable[[], None]]:
    return {
        "nothing": lambda: write.value(None),
        "a number": lambda: write.value(1),
        "a storage of another type": lambda: write.storage(2, FLAT.double()),
        "a tensor": lambda: write.tensor(2, FLAT),
        "itself": lambda: write.reference(4, 1),
        "a table": lambda: write.table(2, []),
        "an object": lambda: write.thing(2, "torch.Float", None),
    }


@pytest.mark.parametrize("storage", on_what(Writer()))
def test_tensors_on_something_else(storage: str) -> None:
    write = Writer()
    write.header(1, "torch.FloatTensor")
    write.geometry([6], [1])
    on_what(write)[storage]()
    assert "tensor" in refusal(write).lower()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_objects_that_can_t_be(layout: Layout) -> None:
    for tag in (-1, 9, 100, -(2**31)):
        write = Writer(layout)
        write.table(1, [(1, lambda: write.ints(tag))])  # noqa: B023
        assert f"an object of type {tag}" in refusal(write)
    write = Writer(layout)
    write.table(1, [(1, lambda: write.ints(5, 2))])
    assert "a boolean that is 2" in refusal(write)
    for number in (0, -1):
        write = Writer(layout)
        write.table(number, [])
        assert f"with the number {number}" in refusal(write)
    for tag, kind in ((4, "object"), (8, "function"), (7, "function")):
        write = Writer(layout)
        write.table(1, [(1, lambda: write.reference(tag, 1))])  # noqa: B023
        assert f"object 1 again as a {kind}" in refusal(write)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_keys_that_lua_has_not(layout: Layout) -> None:
    for key, words in ((None, "the key nil"), (float("nan"), "the key NaN")):
        write = Writer(layout)
        write.table(1, [(key, 1)])
        assert words in refusal(write)
    write = Writer(layout)
    itself = lambda: write.reference(3, 1)  # noqa: E731
    write.table(1, [(itself, 1), (itself, 1)])
    assert "the same key twice" in refusal(write)
    for twice in (("a", "a"), (1, 1.0), (1.5, 1.5), (True, True), (0, -0.0)):
        write = Writer(layout)
        write.table(1, [(key, 1) for key in twice])
        assert "the same key twice" in refusal(write)


def test_numbers_in_ascii_that_are_none() -> None:
    for number in (b"9" * 10_000_000, b"1_0", b"0x10", b"ten", b"1,5", b"--1", b"\xff", b"1.5.2"):
        refusal(b"1\n" + number + b"\n")
        refusal(b"2\n" + number + b"\n")
        refusal(b"3\n1\n" + number + b"\n")
        for kind in (b"Int", b"Double"):
            head = b"4\n1\n3\nV 1\n%d\ntorch.%bStorage\n" % (len(kind) + 13, kind)
            refusal(head + b"1\n" + number + b"\n")
            refusal(head + b"3\n1 " + number + b" 2\n")
    refusal(b"1\n" + b" " * 10_000_000)
    refusal(b"2\n99999999999\nx\n")
    refusal(b"4\n1\n3\nV 1\n16\ntorch.IntStorage\n1\n2147483648\n")
    refusal(b"4\n1\n3\nV 1\n17\ntorch.LongStorage\n1\n9223372036854775808\n")


@pytest.mark.parametrize("tag", [3, 4, 6, 8])
def test_endless_nesting(tag: int) -> None:
    """And then the file ends: what has been made must go as it came, without recursion."""
    level: Callable[[int], bytes] = {
        3: lambda number: struct.pack("<3i", 3, number, 1),  # a table with a table as its first key, ...
        4: lambda number: struct.pack("<3i1s", 4, number, 1, b"x"),
        6: lambda number: struct.pack("<2i", 6, 0),
        8: lambda number: struct.pack("<3i", 8, number, 0),
    }[tag]
    assert "cut off" in refusal(b"".join(map(level, range(1, 50_001))))


def test_a_small_file_makes_nothing_large() -> None:
    """Under a limit of 300 MB of address space more than the process has."""
    if sys.platform != "linux":
        pytest.skip("limits a process's memory as Linux does")
    script = """if True:
        import resource, struct, sys
        from pathlib import Path
        from torch_opencv import t7
        from torch_opencv.t7 import T7Error
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000,) * 2)
        header = lambda name: struct.pack("<3i3si", 4, 1, 3, b"V 1", len(name)) + name
        sizes = [1 << 30, (1 << 31) - 1, 1 << 40, 1 << 62, (1 << 63) - 1]
        files = [header(b"torch.DoubleStorage") + struct.pack("<q", size) + bytes(64) for size in sizes]
        files += [struct.pack("<2i", 2, (1 << 31) - 1) + b"text", struct.pack("<3i", 3, 1, (1 << 31) - 1)]
        files += [header(b"tds.Hash") + struct.pack("<q", size) for size in sizes]
        files += [b"4\\n1\\n3\\nV 1\\n19\\ntorch.DoubleStorage\\n%d\\n1 2 3\\n" % size for size in sizes]
        files += [b"2\\n2147483647\\ntext\\n", b"1\\n" + b"9" * 10_000_000]
        for file in files:
            try:
                t7.loads(file)
            except T7Error:
                print("refused")
        """
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert output.split() == ["refused"] * 19


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_any_file_whole_and_damaged(seed: int, damage: int) -> None:
    """Much more of this: python -m tests.t7.fuzz --minutes 10."""
    chance = random.Random(seed)
    data = written(chance, any_layout(chance))
    assert survives(data)
    survives(damaged(random.Random(damage), data))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_all_layouts_give_the_same(seed: int) -> None:
    read = [walk(t7.loads(written(random.Random(seed), layout))) for layout in LAYOUTS]
    for things in zip(*read, strict=True):
        assert len({type(thing) for thing in things}) == 1
        if isinstance(things[0], torch.Tensor):
            assert all(thing.equal(things[0]) and thing.stride() == things[0].stride() for thing in things)
        elif isinstance(things[0], str | int | float):
            assert all(thing == things[0] for thing in things)


@given(st.binary(min_size=1, max_size=200))
def test_any_bytes(data: bytes) -> None:
    survives(data)
