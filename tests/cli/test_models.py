# ruff: noqa: F811 (fixtures of other tests are imported by name)
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from torch_opencv import weights
from torch_opencv.cli.models import app
from torch_opencv.weights import WeightsError, catalogue

from ..weights.conftest import CONTENT, entry_of, home, server  # noqa: F401 (fixtures)
from ..weights.file_server import FileServer


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def net(server: FileServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of one entry, "net"; the path it is to have."""
    monkeypatch.setattr(catalogue, "catalogue", lambda: {"net": entry_of(server.base)})
    return home / "weights" / "net" / "net.bin"


def test_list_says_where_things_are(net: Path) -> None:
    assert run("list").output == "net\ttest\t960000\tMIT\tnot here\t\n"
    weights.path("net")
    assert run("list").output == f"net\ttest\t960000\tMIT\tcache\t{net}\n"
    net.write_bytes(b"damaged")
    assert run("list").output == f"net\ttest\t960000\tMIT\tdamaged (cache)\t{net}\n"


def test_list_of_the_real_catalogue() -> None:
    rows = [line.split("\t") for line in run("list").output.splitlines()]
    assert [row[0] for row in rows] == list(weights.names())
    assert {len(row) for row in rows} == {6}
    where = {row[0]: row[4] for row in rows}
    assert where["efficientnet-lite0"] == "package"
    assert where["yunet"] == "not here"
    assert where["neuraltalk2"] == "not here"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_list_is_a_table_at_a_terminal(home: Path) -> None:
    import pty

    terminal, end = pty.openpty()
    command = [sys.executable, "-c", "from torch_opencv.cli.models import app; app(['list'])"]
    process = subprocess.Popen(command, stdout=end, env=os.environ | {"COLUMNS": "80", "TERM": "dumb"})
    os.close(end)
    shown = b""
    try:
        while block := os.read(terminal, 4096):
            shown += block
    except OSError:  # how a terminal says that the other end is closed
        pass
    os.close(terminal)
    assert process.wait() == 0
    lines = shown.decode().replace("\r", "").splitlines()
    assert lines[0].split() == ["name", "task", "size", "licence", "where"]
    (yunet,) = [line for line in lines if line.startswith("yunet ")]
    assert yunet.split() == ["yunet", "faces", "233", "kB", "MIT", "not", "here"]
    assert max(map(len, lines)) <= 80


def test_fetch_and_path(net: Path, server: FileServer) -> None:
    result = run("fetch", "net")
    assert (result.exit_code, result.stdout) == (0, f"net\t{net}\n")
    assert net.read_bytes() == CONTENT
    result = run("path", "net")
    assert (result.exit_code, result.stdout) == (0, f"{net}\n")
    assert len(server.requests) == 1


def test_path_fetches_too(net: Path) -> None:
    assert run("path", "net").stdout == f"{net}\n"
    assert net.read_bytes() == CONTENT


def test_verify(net: Path) -> None:
    assert (run("verify").exit_code, run("verify").output) == (0, "")
    assert "net is not on this machine" in str(run("verify", "net").exception)
    weights.path("net")
    assert run("verify").output == f"net\tgood\t{net}\n"
    net.write_bytes(CONTENT[::-1])
    result = run("verify")
    assert isinstance(result.exception, WeightsError)
    assert "checksum mismatch of net" in str(result.exception)


@pytest.mark.parametrize("arguments", [("path", "nett"), ("fetch", "net", "nett"), ("verify", "nett")])
def test_a_wrong_name_is_one_line_with_the_nearest(arguments: tuple[str, ...], net: Path, server: FileServer) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, WeightsError)
    assert str(result.exception) == (
        "there are no weights called 'nett': did you mean net? `torch-opencv models list` shows all names"
    )
    assert result.output == ""
    assert server.requests == []


@pytest.mark.parametrize("arguments", [("fetch",), ("path",), ("path", "a", "b"), ("list", "x"), ("nothing",)])
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
