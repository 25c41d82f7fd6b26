"""The reader, on Torch7's own files and on files as it would have written them."""

from __future__ import annotations

import gc
import json
import math
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from torch_opencv import t7
from torch_opencv.t7 import Function, Object, T7Error, Table

from .expected import Comparison
from .writer import LAYOUTS, Layout, Writer

TYPES = Path("torch7", "types")


def loaded(write: Writer, **options: Any) -> Any:
    return t7.loads(bytes(write), **options)


# --- what Torch7 wrote ---


def read_and_compare(path: Path, expected: dict[str, Any], **options: Any) -> None:
    try:
        Comparison().check(t7.load(path, **options), expected)
        Comparison().check(t7.loads(path.read_bytes(), **options), expected)
    except AssertionError as difference:
        raise AssertionError(f"{path.name} with {options}") from difference


@pytest.mark.data
def test_types(shared_data: Path) -> None:
    folder, files = shared_data / TYPES, 0
    for name, case in json.loads((folder / "types.json").read_text()).items():
        if name.startswith("_") or name in ("bigendian", "unreferenced"):
            continue
        for layout, file in case["files"].items():
            expected = case.get("b32_expect", case["expect"]) if layout == "b32" else case["expect"]
            read_and_compare(folder / file, expected)
            read_and_compare(folder / file, expected, long_size=4 if layout == "b32" else 8)
            files += 1
    assert files == 260


@pytest.mark.data
@pytest.mark.parametrize("file", ["unreferenced.t7", "unreferenced.ascii.t7"])
def test_unreferenced(shared_data: Path, file: str) -> None:
    """Written with torch.save(..., referenced=false): an object again is another, with a number of its own."""
    table = t7.load(shared_data / TYPES / file)
    assert table["a"] is not table["b"]
    assert dict(table["a"]) == dict(table["b"]) == {"v": 1}
    assert table["t"].tolist() == table["u"].tolist() == [1, 2]
    assert table["t"].untyped_storage().data_ptr() != table["u"].untyped_storage().data_ptr()


@pytest.mark.data
def test_signs_that_the_list_of_types_does_not_tell(shared_data: Path) -> None:
    for suffix in ("t7", "ascii.t7", "b32.t7"):
        for name in ("tensor_float_special", "tensor_double_special"):
            tensor = t7.load(shared_data / TYPES / f"{name}.{suffix}")
            assert tensor[:3].signbit().tolist() == [True, False, True]  # -nan, inf, -inf
            assert tensor[3] == 0 and tensor[3].signbit()


@pytest.mark.data
def test_big_endian_is_refused(shared_data: Path) -> None:
    with pytest.raises(T7Error, match="big-endian"):
        t7.load(shared_data / TYPES / "bigendian.t7")


@pytest.mark.data
def test_the_files_of_another_reader(shared_data: Path) -> None:
    """Of the package torchfile, whose tests say what is in them."""
    read = {path.stem: t7.load(path) for path in (shared_data / "t7" / "torchfile").glob("*.t7")}
    assert len(read) == 15
    assert (read["custom_class"].class_name, dict(read["custom_class"].fields)) == ("Blah", {})
    assert read["doubletensor"].tolist() == [[1, 2, 3], [4, 5, 6.9]]
    assert (read["floattensor"].shape, read["floattensor"].dtype) == ((2, 3, 4), torch.float32)
    assert b"return torch.save(" in read["function"].code
    assert dict(read["function_upvals"].upvalues.array[0]) == {"name": "asdf", "value": 123}
    assert dict(read["hello=123"]) == {"hello": 123}
    assert read["list_table"].array == ["hello", "world", "third item", 123]
    assert dict(read["map_table1"]) == {0: "zero", 1: "hello", 2: "world", 3: "third item", 4: 123}
    assert read["map_table2"]["a"] == "non number key"
    assert read["nngraph_node"].class_name == "nngraph.Node"
    assert read["recursive_class"].get("a") is read["recursive_class"]
    (item,) = read["recursive_kv_table"].items()
    assert item[0] is item[1] is read["recursive_kv_table"]
    assert dict(read["tds_hash"]) == {1: 2, 2: 3, 10: 11}
    assert read["tds_vec"].array == [123, 456]
    graph = read["gmodule_with_linear_identity"]
    assert (graph.class_name, graph.get("nInputs")) == ("nn.gModule", 2)
    forward = graph.get("forwardnodes").array
    assert forward and {node.class_name for node in forward} == {"nngraph.Node"}
    # A node stands in tables as a key too: mapindex has objects both ways.
    keys = [key for node in forward for key in (node["data"].get("mapindex") or ())]
    assert any(isinstance(key, Table) for key in keys)


@pytest.mark.data
def test_synset(shared_data: Path) -> None:
    """The 1,000 classes of ImageNet, an ascii file."""
    expected = json.loads((shared_data / "torch7" / "nin" / "synset_expected.json").read_text())
    assert t7.load(shared_data / "t7" / "synset.t7").array == (
        expected.get("names") if isinstance(expected, dict) else expected
    )


@pytest.mark.data
def test_every_file_there_is_can_be_read(shared_data: Path) -> None:
    files = [path for path in shared_data.rglob("*.t7") if path.name != "bigendian.t7"]
    assert len(files) > 300
    for path in files:
        t7.load(path)


# --- what it might have written ---


@pytest.mark.parametrize("layout", LAYOUTS)
def test_basic_values(layout: Layout) -> None:
    values = [
        None,
        True,
        False,
        0,
        -1,
        0.5,
        -0.0,
        2**53,
        2.0**60,
        1e300,
        math.inf,
        "",
        "text",
        "a\nb\0",
        "\udcff\udc80",
        "żółć",
    ]
    for value in values:
        write = Writer(layout)
        write.value(value)
        read = loaded(write)
        assert (type(read), read) == (type(value), value)
        assert not isinstance(value, float) or math.copysign(1, read) == math.copysign(1, value)
    write = Writer(layout)
    write.value(math.nan)
    assert math.isnan(loaded(write))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "dtype",
    [*(torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64), *(torch.float16, torch.float32, torch.float64)],
)
def test_tensors_of_every_type(layout: Layout, dtype: torch.dtype) -> None:
    values = torch.tensor([[0, 1, 100], [7, 10, 13]], dtype=dtype)
    for shift in range(8):  # so that elements are at every alignment
        write = Writer(layout)
        write.table(1, [("x" * shift, True), ("tensor", lambda: write.tensor(2, values.T))])  # noqa: B023
        tensor = loaded(write)["tensor"]
        assert (tensor.dtype, tensor.stride()) == (dtype, (1, 3))
        assert tensor.equal(values.T)
        assert (tensor // 1).sum() == 131


@pytest.mark.parametrize("kind", ["Cuda", "CudaHalf", "CudaLong", "CudaDouble", "CudaByte"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_tensors_of_the_gpu_come_to_the_cpu(kind: str, layout: Layout) -> None:
    dtypes = {"Half": torch.float16, "Long": torch.int64, "Double": torch.float64, "Byte": torch.uint8}
    values = torch.arange(6).to(dtypes.get(kind.removeprefix("Cuda"), torch.float32)).view(2, 3)
    write = Writer(layout)
    write.tensor(1, values, kind=kind)
    tensor = loaded(write)
    assert (tensor.dtype, tensor.device.type) == (values.dtype, "cpu")
    assert tensor.equal(values)


def test_long_arrays_in_ascii_files() -> None:
    """They are parsed in pieces."""
    for values in (torch.arange(200_000), torch.randn(100_000, dtype=torch.float64), torch.randn(100_000)):
        write = Writer("ascii")
        write.table(1, [(1, lambda: write.storage(2, values)), (2, "behind it")])  # noqa: B023
        table = loaded(write)
        assert table[1].equal(values)
        assert table[2] == "behind it"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_shared_storage(layout: Layout) -> None:
    flat = torch.arange(10.0)
    write = Writer(layout)
    items = [
        ("a", lambda: write.tensor(2, flat[:4].view(2, 2), lambda: write.storage(3, flat))),
        ("b", lambda: write.tensor(4, flat[2:6], lambda: write.reference(4, 3))),
        ("a again", lambda: write.reference(4, 2)),
        ("storage", lambda: write.reference(4, 3)),
        ("repeated", lambda: write.tensor(5, flat[9:].expand(3), lambda: write.reference(4, 3))),
        ("nothing", lambda: write.tensor(6, torch.empty(0), lambda: write.value(None))),
    ]
    write.table(1, items)
    table = loaded(write)
    assert table["a again"] is table["a"]
    table["b"][0] = -1
    assert table["a"].tolist() == [[0, 1], [-1, 3]]
    assert table["storage"].tolist() == [0, 1, -1, *range(3, 10)]
    assert (table["repeated"].tolist(), table["repeated"].stride()) == ([9, 9, 9], (0,))
    assert table["nothing"].shape == (0,)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_objects(layout: Layout) -> None:
    write = Writer(layout)
    fields = lambda: write.table(2, [("self", lambda: write.reference(4, 1)), ("parts", lambda: write.table(3, []))])  # noqa: E731
    write.thing(1, "my.Class", fields, version=12)
    thing = loaded(write)
    assert isinstance(thing, Object)
    assert (thing.class_name, thing.version) == ("my.Class", 12)
    assert thing.get("self") is thing["self"] is thing
    assert thing.get("no such", 3) == 3
    assert "parts" in thing and "no such" not in thing
    with pytest.raises(KeyError, match=r"my\.Class has no field 'no such'"):
        thing["no such"]
    assert repr(thing) == "<my.Class: 'self', 'parts'>"
    assert repr(thing.fields) == "Table({'self': <my.Class>, 'parts': Table(0)})"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_objects_from_before_there_were_versions(layout: Layout) -> None:
    write = Writer(layout)
    write.thing(1, "V for Vendetta", lambda: write.table(2, []), version=None)
    assert (loaded(write).class_name, loaded(write).version) == ("V for Vendetta", 0)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_classes_that_write_themselves(layout: Layout) -> None:
    write = Writer(layout)

    def generator() -> None:
        write.header(2, "torch.Generator")
        write.characters(bytes(range(8)) * 631)

    def counter() -> None:
        write.header(3, "tds.AtomicCounter", 0)
        write.longs(7)

    def vec() -> None:
        write.header(4, "tds.Vec", 0)
        write.longs(3)
        for value in ("a", None, lambda: write.reference(4, 4)):
            write.value(value)

    def hash_() -> None:
        write.header(5, "tds.Hash", 0)
        write.longs(2)
        for value in (5, "five", "self", lambda: write.reference(4, 5)):
            write.value(value)

    write.table(1, [("generator", generator), ("counter", counter), ("vec", vec), ("hash", hash_), ("last", 1)])
    table = loaded(write)
    assert table["generator"].fields.tolist() == list(range(8)) * 631
    assert table["counter"].fields == 7
    assert dict(table["vec"]) == {1: "a", 3: table["vec"]}
    assert dict(table["hash"]) == {5: "five", "self": table["hash"]}
    assert table["last"] == 1


@pytest.mark.parametrize("tag", [6, 7, 8])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_functions(tag: int, layout: Layout) -> None:
    write = Writer(layout)

    def function() -> None:
        write.ints(*([tag] if tag == 6 else [tag, 2]))
        write.string("os.exit(1)")
        write.table(3, [(1, "upvalue")])

    write.table(1, [("f", function), *([] if tag == 6 else [("f again", lambda: write.reference(tag, 2))])])
    table = loaded(write)
    assert isinstance(table["f"], Function)
    assert table["f"].code == b"os.exit(1)"
    assert table["f"].upvalues.array == ["upvalue"]
    assert tag == 6 or table["f again"] is table["f"]
    assert repr(table["f"]) == "<Lua function of 10 bytes>"


def test_keys_are_lua_s() -> None:
    write = Writer()
    key = lambda: write.tensor(2, torch.ones(3))  # noqa: E731
    write.table(
        1, [(1, "one"), (True, "true"), (key, "a tensor"), (lambda: write.reference(3, 1), "itself"), (False, 0)]
    )
    table = loaded(write)
    assert (table[1], table[True], table[False]) == ("one", "true", 0)
    assert 0 not in table and 1.0 in table and None not in table
    assert table[table] == "itself"
    (tensor,) = [key for key in table if isinstance(key, torch.Tensor)]
    assert table[tensor] == "a tensor"
    assert tensor in table and torch.ones(3) not in table
    del table[True]
    assert table[1] == "one" and len(table) == 4


def test_nesting_is_no_limit() -> None:
    depth = 100_000
    write = Writer()
    for number in range(1, depth):
        write.raw(struct.pack("<3i", 3, number, 1) + struct.pack("<id", 1, 1.0))
    write.table(depth, [])
    table, levels = loaded(write), 1
    root = table
    while table:
        table, levels = table[1], levels + 1
    assert levels == depth
    assert repr(root) == "Table({1: Table(1)})"
    del root
    gc.collect()


# --- files ---


def test_a_file_is_mapped_and_never_written(tmp_path: Path) -> None:
    write = Writer()
    write.table(1, [("t", lambda: write.tensor(2, torch.zeros(1000)))])
    path = tmp_path / "a.t7"
    path.write_bytes(bytes(write))
    tensor, other = t7.load(path)["t"], t7.load(path)["t"]
    tensor += 1
    assert tensor.sum() == 1000 and other.sum() == 0
    assert path.read_bytes() == bytes(write)
    gc.collect()
    assert tensor.sum() == 1000  # it keeps the map alive


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="resident memory is read from /proc")
def test_opening_reads_the_structure_only(tmp_path: Path) -> None:
    path, count = tmp_path / "large.t7", 300_000_000
    write = Writer()
    write.header(1, "torch.FloatTensor")
    write.geometry([count], [1])
    write.header(2, "torch.FloatStorage")
    write.longs(count)
    with path.open("wb") as file:
        file.write(bytes(write))
        file.truncate(len(bytes(write)) + 4 * count)  # of nothing: it takes no room on most file systems
    script = """if True:
        import resource, sys
        from torch_opencv import t7
        used = lambda: int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
        before = used()
        tensor = t7.load(sys.argv[1])
        print(len(tensor), used() - before)
        """
    output = subprocess.run([sys.executable, "-c", script, path], capture_output=True, check=True, text=True).stdout
    length, growth = map(int, output.split())
    assert length == count
    assert growth < 20e6


def test_files_that_can_t_be_mapped(tmp_path: Path) -> None:
    (tmp_path / "empty.t7").touch()
    with pytest.raises(T7Error, match=r"empty\.t7 is empty \(0 bytes\)$"):
        t7.load(tmp_path / "empty.t7")
    with pytest.raises(T7Error, match="the data are empty"):
        t7.loads(b"")
    with pytest.raises(FileNotFoundError):
        t7.load(tmp_path / "none.t7")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_files_that_are_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(T7Error, match="is no regular file"):
            t7.load(path)


def test_other_formats_are_recognised() -> None:
    for data, words in (
        (b"PK\3\4" + bytes(9), "torch.load"),
        (b"\x80\2" + bytes(9), "weights_only"),
        (b"\x1f\x8b12", "gzip"),
    ):
        with pytest.raises(T7Error, match=words):
            t7.loads(data)
    with pytest.raises(T7Error, match="isn't a Torch7 file: it begins with b'GIF89a"):
        t7.loads(b"GIF89a" + bytes(100))


def test_the_message_has_one_line(tmp_path: Path) -> None:
    path = tmp_path / "line\nbreak\x1b[31m.t7"
    path.write_bytes(b"\x03\0\0\0\x01\0\0\0")
    with pytest.raises(T7Error) as caught:
        t7.load(path)
    assert str(caught.value).isprintable()
    assert str(caught.value).endswith("a number of 4 bytes, where 0 are left (a file that is cut off?), at byte 8 of 8")


def test_the_size_of_long_is_found_out() -> None:
    for layout, size in (("binary", 8), ("b32", 4)):
        write = Writer(layout)  # type: ignore[arg-type]
        write.table(1, [(n, lambda n=n: write.tensor(2 * n, torch.full((n, 2), n))) for n in range(1, 5)])  # noqa: B023
        assert loaded(write)[4].tolist() == loaded(write, long_size=size)[4].tolist() == [[4, 4]] * 4
        with pytest.raises(T7Error):
            loaded(write, long_size=12 - size)
    with pytest.raises(ValueError, match="long_size must be 4, 8 or None"):
        t7.loads(b"0\n", long_size=5)  # type: ignore[arg-type]


def test_what_follows_the_object_is_of_no_account() -> None:
    """As with torch.load: a file that several objects were written to gives the first."""
    write = Writer()
    write.tensor(1, torch.ones(2, 2))
    write.value("another")
    assert loaded(write).tolist() == [[1, 1], [1, 1]]
