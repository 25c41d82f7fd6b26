"""Looking and fetching, against a server that does everything that servers do."""

import dataclasses
import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from torch_opencv import weights
from torch_opencv.weights import Entry, WeightsError, catalogue, checksum, download, store
from torch_opencv.weights.catalogue import Https, Local, Package
from torch_opencv.weights.errors import MissingWeightsError

from .conftest import ALONE, CONTENT, entry_of, file_of, kept
from .file_server import FileServer

# Fetches the "net" of a server, in a process of its own: argv is the file's base address, sum and size.
FETCH = f"""{ALONE}
from torch_opencv.weights import store
from torch_opencv.weights.catalogue import Checksum, Entry, File, Https
base, sha256, size = sys.argv[1:]
file = File("net.bin", int(size), Checksum("sha256", sha256))
print(store.obtain(Entry("net", "test", "MIT", "made by a test", "onnx", (file,), (Https(base),)), shown=False))
"""


def obtain(entry: Entry) -> Path:
    return store.obtain(entry, shown=False)


def fetch_command(base: str) -> list[str]:
    file = file_of("net.bin", CONTENT)
    return [sys.executable, "-c", FETCH, base, file.checksum.hex, str(file.size)]


# -- on this machine


def test_what_is_fetched_is_there_and_stays(server: FileServer, home: Path) -> None:
    path = obtain(entry_of(server.base))
    assert path == home / "weights" / "net" / "net.bin"
    assert path.read_bytes() == CONTENT
    assert obtain(entry_of(server.base)) == path
    assert server.requests == [("/net.bin", None)]
    assert kept(home) == {"net.bin"}


def test_what_somebody_put_there_is_taken_if_it_is_right(server: FileServer, home: Path) -> None:
    path = home / "weights" / "net" / "net.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    assert obtain(entry_of(server.base)) == path
    assert server.requests == []


def test_what_is_wrong_in_the_cache_is_replaced(server: FileServer, home: Path) -> None:
    path = home / "weights" / "net" / "net.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT[:-1] + b"!")
    assert obtain(entry_of(server.base)).read_bytes() == CONTENT


def test_what_is_damaged_later_is_noticed(server: FileServer) -> None:
    path = obtain(entry_of(server.base))
    path.write_bytes(b"damaged")
    os.utime(path, ns=(1, 1))
    assert obtain(entry_of(server.base)).read_bytes() == CONTENT
    assert len(server.requests) == 2


def test_an_installed_package_is_not_imported(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "netweights"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "data" / "net.bin").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(package.parent)
    assert obtain(entry_of(Package("netweights", "data", "netweights==1"))) == package / "data" / "net.bin"
    assert not home.exists()


def test_another_version_of_a_package_is_passed_over(
    tmp_path: Path, server: FileServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site" / "netweights2").mkdir(parents=True)
    (tmp_path / "site" / "netweights2" / "net.bin").write_bytes(b"version 2")
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert obtain(entry_of(Package("netweights2", "", "x"), server.base)) == home / "weights" / "net" / "net.bin"


def test_a_folder_of_this_machine(tmp_path: Path, home: Path) -> None:
    (tmp_path / "net.bin").write_bytes(CONTENT)
    assert obtain(entry_of(Local(str(tmp_path)))) == tmp_path / "net.bin"
    assert not home.exists()


def test_the_error_names_every_place_and_the_way_by_hand(server: FileServer, home: Path, tmp_path: Path) -> None:
    server.files.clear()
    mirrors = Package("not_installed", "data", "not-installed<2"), Local(str(tmp_path)), Https(server.base)
    with pytest.raises(WeightsError) as caught:
        obtain(entry_of(*mirrors))
    file = file_of("net.bin", CONTENT)
    assert str(caught.value).splitlines() == [
        "net could not be found or fetched. Tried",
        f"  cache {home}/weights/net: net.bin is not there",
        "  Python package not_installed: not installed (pip install 'not-installed<2')",
        f"  folder {tmp_path}: net.bin is not there",
        f"  {server.base}net.bin: HTTP 404 Not Found",
        "To put it there by hand, save as",
        f"  {home}/weights/net/net.bin ({file.size:,} bytes, sha256 {file.checksum.hex})",
    ]


def test_without_a_checksum_nothing_is_opened(home: Path) -> None:
    (home / "weights" / "neuraltalk2").mkdir(parents=True)
    (home / "weights" / "neuraltalk2" / "checkpoint_v1_cpu.zip").write_bytes(b"?")
    with pytest.raises(WeightsError, match=r"nobody has published a checksum of it: .*fetch neuraltalk2"):
        weights.path("neuraltalk2")
    assert weights.copies("neuraltalk2") == ()


def test_several_files_lie_side_by_side(server: FileServer, home: Path) -> None:
    files = {"net.json": b"{}", "net.bin": CONTENT}
    server.files = {f"/{name}": content for name, content in files.items()}
    entry = entry_of(server.base, files=tuple(file_of(*file) for file in files.items()))
    path = obtain(entry)
    assert path == home / "weights" / "net" / "net.json"
    assert {name: (path.parent / name).read_bytes() for name in files} == files
    # Only what is missing is fetched again.
    (path.parent / "net.bin").unlink()
    obtain(entry)
    assert [name for name, _ in server.requests] == ["/net.json", "/net.bin", "/net.bin"]


def test_the_next_place_is_tried_for_what_the_first_has_not(server: FileServer) -> None:
    files = {"net.json": b"{}", "net.bin": CONTENT}
    server.files = {"/a/net.json": b"{}", "/a/net.bin": b"other", "/b/net.json": b"{}", "/b/net.bin": CONTENT}
    obtain(entry_of(server.base + "a/", server.base + "b/", files=tuple(file_of(*file) for file in files.items())))
    assert [name for name, _ in server.requests] == ["/a/net.json", "/a/net.bin", "/b/net.bin"]


# -- interrupted downloads


def test_a_download_that_breaks_off_is_resumed(server: FileServer, home: Path) -> None:
    server.cuts = [400_000]
    assert obtain(entry_of(server.base)).read_bytes() == CONTENT
    (_, first), (_, second) = server.requests
    assert first is None
    assert second is not None
    resumed_at = int(second.removeprefix("bytes=").removesuffix("-"))
    # The first part isn't sent again, but for less than the chunk that was under way when the connection broke.
    assert 400_000 - download._CHUNK < resumed_at <= 400_000
    assert server.sent == 400_000 + len(CONTENT) - resumed_at
    assert kept(home) == {"net.bin"}


def test_a_download_is_resumed_by_the_next_call(server: FileServer, home: Path) -> None:
    server.cuts = [400_000, 0]  # the second connection brings nothing, so the first call gives up
    with pytest.raises(WeightsError, match=r"closed early; 393,216 of 960,000 bytes are kept for the next time"):
        obtain(entry_of(server.base))
    (part,) = kept(home)
    assert part.endswith(".part")
    assert obtain(entry_of(server.base)).read_bytes() == CONTENT
    assert [asked for _, asked in server.requests] == [None, "bytes=393216-", "bytes=393216-"]
    assert server.sent == 400_000 + len(CONTENT) - 393_216
    assert kept(home) == {"net.bin"}


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_a_download_follows_no_link(server: FileServer, home: Path, tmp_path: Path) -> None:
    (tmp_path / "target").write_text("kept")
    entry = entry_of(server.base)
    part = download.part_file(server.base + "net.bin", home / "weights" / "net" / "net.bin", entry.files[0])
    part.parent.mkdir(parents=True)
    part.symlink_to(tmp_path / "target")
    with pytest.raises(WeightsError):
        obtain(entry)
    assert (tmp_path / "target").read_text() == "kept"


def test_a_server_without_range_sends_everything_again(server: FileServer, home: Path) -> None:
    server.ranges = False
    server.cuts = [400_000]
    assert obtain(entry_of(server.base)).read_bytes() == CONTENT
    assert [asked for _, asked in server.requests] == [None, "bytes=393216-"]
    assert server.sent == 400_000 + len(CONTENT)


def test_a_server_that_announces_no_length(server: FileServer, home: Path) -> None:
    server.lengths = False
    server.cuts = [400_000]
    assert obtain(entry_of(server.base)).read_bytes() == CONTENT
    assert server.sent < 400_000 + len(CONTENT)


def test_a_server_that_always_breaks_off_is_given_up(server: FileServer) -> None:
    server.cuts = [150_000] * 100
    with pytest.raises(WeightsError, match="closed early"):
        obtain(entry_of(server.base))
    assert len(server.requests) == download._ATTEMPTS


def test_bytes_of_one_address_are_not_continued_from_another(server: FileServer, home: Path) -> None:
    server.files["/other/net.bin"] = CONTENT
    server.cuts = [400_000, 0]
    with pytest.raises(WeightsError):
        obtain(entry_of(server.base))
    server.requests.clear()
    assert obtain(entry_of(server.base + "other/")).read_bytes() == CONTENT
    assert server.requests == [("/other/net.bin", None)]
    assert kept(home) == {"net.bin"}  # what the first address left is cleared too


def test_a_damaged_first_part_costs_a_second_download_only(server: FileServer, home: Path) -> None:
    server.cuts = [400_000, 0]
    with pytest.raises(WeightsError):
        obtain(entry_of(server.base))
    (part,) = (home / "weights" / "net").glob(".*.part")
    part.write_bytes(b"x" * part.stat().st_size)
    assert obtain(entry_of(server.base)).read_bytes() == CONTENT
    assert server.requests[-1] == ("/net.bin", None)


@pytest.mark.parametrize("length", [len(CONTENT), len(CONTENT) + 1])
def test_a_part_that_is_whole_or_longer(length: int, server: FileServer, home: Path) -> None:
    """Killed just before the rename, or left by something else."""
    entry = entry_of(server.base)
    target = home / "weights" / "net" / "net.bin"
    target.parent.mkdir(parents=True)
    download.part_file(server.base + "net.bin", target, entry.files[0]).write_bytes((CONTENT + b"!")[:length])
    assert obtain(entry).read_bytes() == CONTENT
    assert len(server.requests) == length - len(CONTENT)
    assert kept(home) == {"net.bin"}


def test_a_file_that_has_become_shorter_than_what_is_here(server: FileServer, home: Path) -> None:
    server.cuts = [400_000, 0]
    with pytest.raises(WeightsError):
        obtain(entry_of(server.base))
    server.files["/net.bin"] = CONTENT[:1000]  # so that the server answers 416
    with pytest.raises(WeightsError, match="has 1,000 bytes instead of 960,000"):
        obtain(entry_of(server.base))
    assert kept(home) == set()


def test_a_killed_download_is_resumed_and_blocks_nobody(server: FileServer, home: Path) -> None:
    server.stall_after = 600_000
    process = subprocess.Popen(fetch_command(server.base), stdout=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while sum(part.stat().st_size for part in (home / "weights" / "net").glob(".*.part")) < 393_216:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    server.stall_after = None
    server.resume.set()
    assert obtain(entry_of(server.base)).read_bytes() == CONTENT
    assert server.requests[-1][1] is not None
    assert server.requests[-1][1] >= "bytes=393216-"
    assert kept(home) == {"net.bin"}


# -- what servers send


def test_a_wrong_checksum_leaves_nothing(server: FileServer, home: Path) -> None:
    server.files["/net.bin"] = CONTENT[:-1] + b"!"
    with pytest.raises(WeightsError, match="wrong checksum"):
        obtain(entry_of(server.base))
    assert kept(home) == set()
    assert len(server.requests) == 1


def test_a_wrong_length_is_known_before_the_download(server: FileServer, home: Path) -> None:
    server.files["/net.bin"] = CONTENT * 20
    with pytest.raises(WeightsError, match="has 19,200,000 bytes instead of 960,000"):
        obtain(entry_of(server.base))
    assert kept(home) == set()


def test_more_than_the_file_has_is_not_taken(server: FileServer, home: Path) -> None:
    server.files["/net.bin"] = CONTENT * 2
    server.lengths = False
    with pytest.raises(WeightsError, match="sends more than the 960,000 bytes"):
        obtain(entry_of(server.base))
    assert kept(home) == set()


@pytest.mark.parametrize(("status", "reason"), [(404, "HTTP 404 Not Found"), (503, "HTTP 503 Service Unavailable")])
def test_an_error_of_the_server(status: int, reason: str, server: FileServer, home: Path) -> None:
    server.status = status
    with pytest.raises(WeightsError, match=reason):
        obtain(entry_of(server.base))
    assert kept(home) == set()


def test_a_redirect_on_this_machine_is_followed(server: FileServer) -> None:
    server.redirects["/net.bin"] = "/elsewhere"
    server.files["/elsewhere"] = CONTENT
    assert obtain(entry_of(server.base)).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "onward", ["http://example.org/x?token=secret", "ftp://127.0.0.1/x", "https://me:secret@example.org/"]
)
def test_a_redirect_away_from_https_is_refused(onward: str, server: FileServer, home: Path) -> None:
    server.redirects["/net.bin"] = onward
    with pytest.raises(WeightsError, match=r"leads on to .*, which is not a plain https address") as caught:
        obtain(entry_of(server.base))
    assert "secret" not in str(caught.value)
    assert kept(home) == set()


def test_a_server_that_falls_silent(server: FileServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_TIMEOUT_S", (5, 0.3))
    server.stall_after = 0
    with pytest.raises(WeightsError, match=r"127\.0\.0\.1 does not answer"):
        obtain(entry_of(server.base))
    assert kept(home) == set()


# -- no network


def test_nobody_listens(home: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with pytest.raises(WeightsError, match=r"can't connect to 127\.0\.0\.1 \(connection refused\)"):
        obtain(entry_of(base))
    assert kept(home) == set()


def test_a_name_that_does_not_exist(home: Path) -> None:
    with pytest.raises(WeightsError, match=r"can't connect to weights\.invalid"):  # .invalid never exists (RFC 6761)
        obtain(entry_of("https://weights.invalid/"))
    assert kept(home) == set()


@pytest.mark.parametrize("proxy", ["http://user:secret@127.0.0.1:{port}", "http://secret@127.0.0.1:{port}"])
def test_a_proxy_keeps_its_password(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", proxy.format(port=free.getsockname()[1]))
    with pytest.raises(WeightsError, match=r"the proxy does not lead to weights\.invalid") as caught:
        obtain(entry_of("https://weights.invalid/"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", ["1", "true", "yes"])
def test_offline_asks_nobody(value: str, server: FileServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", value)
    with pytest.raises(WeightsError, match=r"net\.bin: not asked, since TORCH_OPENCV_OFFLINE is set"):
        obtain(entry_of(server.base))
    assert server.requests == []
    assert not home.exists()


@pytest.mark.parametrize("value", ["", "0", "false"])
def test_offline_can_be_off(value: str, server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", value)
    assert obtain(entry_of(server.base)).read_bytes() == CONTENT


def test_offline_uses_what_is_here(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    path = obtain(entry_of(server.base))
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", "1")
    assert obtain(entry_of(server.base)) == path


# -- several processes


def test_processes_fetch_a_file_once(server: FileServer, home: Path) -> None:
    server.stall_after = 600_000
    processes = [subprocess.Popen(fetch_command(server.base), stdout=subprocess.PIPE, text=True) for _ in range(3)]
    while not server.requests:
        time.sleep(0.02)
    time.sleep(0.3)  # the others are to arrive while the first is still at it
    server.resume.set()
    outputs = [process.communicate(timeout=120)[0].strip() for process in processes]
    assert outputs == [str(home / "weights" / "net" / "net.bin")] * 3
    assert server.requests == [("/net.bin", None)]
    assert server.sent == len(CONTENT)
    assert kept(home) == {"net.bin"}


# -- the disk


def test_too_little_room_is_told_before_the_download(
    server: FileServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 10**5))
    with pytest.raises(WeightsError, match=r"the disk is full: net needs 960,000 bytes in .*TORCH_OPENCV_HOME"):
        obtain(entry_of(server.base, server.base + "other/"))
    assert server.requests == []
    assert kept(home) == set()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_on_the_way(
    code: int, server: FileServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = download._Part.write

    def full(self: Any, data: bytes) -> None:
        if self.length > 300_000:
            raise OSError(code, os.strerror(code))
        write(self, data)

    monkeypatch.setattr(download._Part, "write", full)
    with pytest.raises(WeightsError, match="the disk is full"):
        obtain(entry_of(server.base, server.base + "other/"))
    assert len(server.requests) == 1  # another mirror wouldn't help
    assert kept(home) == set()


def test_a_really_full_disk(server: FileServer, tmp_path: Path) -> None:
    """A file system of 512 kB, in a mount namespace of its own that vanishes with the process."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=512k none {disk}"
    unshare = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    if not shutil.which("unshare") or subprocess.run([*unshare, mount], capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system (unshare --user --mount)")
    # The free room is not asked for, so that it is the write that fails.
    script = f"import shutil, types; shutil.disk_usage = lambda path: types.SimpleNamespace(free=1 << 40)\n{FETCH}"
    command = f'{mount} && TORCH_OPENCV_HOME={disk}/home "$@"; echo "status $?"; find {disk}/home -type f'
    arguments = fetch_command(server.base)
    arguments[2] = script
    result = subprocess.run([*unshare, command, "sh", *arguments], capture_output=True, text=True)
    assert "WeightsError: the disk is full: net needs 960,000 bytes" in result.stderr
    assert result.stdout.splitlines() == ["status 1", f"{disk}/home/weights/net/.lock"]


def test_a_cache_that_can_not_be_written(server: FileServer, home: Path) -> None:
    home.write_text("a file where the folder should be")
    with pytest.raises(
        WeightsError, match=r"can't be kept in .*: name a folder that you can write to in TORCH_OPENCV_HOME"
    ):
        obtain(entry_of(server.base))


# -- the public functions


@pytest.fixture
def known(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> dict[str, Entry]:
    """A catalogue of two: "net", which the server has, and "other", which it hasn't."""
    net = entry_of(server.base)
    other = dataclasses.replace(net, name="other", mirrors=(Https(server.base + "x/"),))
    entries = {"net": net, "other": other}
    monkeypatch.setattr(catalogue, "catalogue", lambda: entries)
    return entries


def test_fetch_goes_on_after_a_failure(known: dict[str, Entry], server: FileServer, home: Path) -> None:
    with pytest.raises(WeightsError, match="other could not be found or fetched") as caught:
        weights.fetch("other", "net")
    assert "net could not" not in str(caught.value)
    assert kept(home) == {"net.bin"}
    assert weights.fetch("net") == (home / "weights" / "net" / "net.bin",)


def test_what_is_missing_is_told_from_what_cannot_be_kept(
    known: dict[str, Entry], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", "1")
    with pytest.raises(MissingWeightsError) as caught:
        weights.fetch("other", "net")
    assert caught.value.names == ("other", "net")
    monkeypatch.delenv("TORCH_OPENCV_OFFLINE")
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match="can't be kept in") as other:
        weights.fetch("other", "net")
    assert not isinstance(other.value, MissingWeightsError)


def test_fetch_checks_the_names_first(known: dict[str, Entry], server: FileServer) -> None:
    with pytest.raises(WeightsError, match=r"no weights called 'nett': did you mean net\?"):
        weights.fetch("net", "nett")
    assert server.requests == []


def test_verify_reads_again(known: dict[str, Entry], server: FileServer, home: Path) -> None:
    with pytest.raises(WeightsError, match="net is not on this machine: `torch-opencv models fetch net`"):
        weights.verify("net")
    path = weights.path("net")
    assert weights.verify("net") == weights.copies("net") == (weights.Copy("cache", path, None),)
    # A change that keeps size, time and inode deceives `path`, until the next process; `verify` reads.
    status = path.stat()
    with path.open("r+b") as file:
        file.write(b"!")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(
        WeightsError, match=rf"checksum mismatch of net in {path.parent}: net\.bin has the wrong checksum"
    ):
        weights.verify("net")
    assert len(server.requests) == 1
    assert weights.path("net").read_bytes() == CONTENT
    assert len(server.requests) == 2


def test_copies_tells_of_incomplete_ones(server: FileServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = entry_of(server.base, files=(file_of("net.json", b"{}"), file_of("net.bin", CONTENT)))
    monkeypatch.setattr(catalogue, "catalogue", lambda: {"net": entry})
    assert weights.copies("net") == ()
    (home / "weights" / "net").mkdir(parents=True)
    (home / "weights" / "net" / "net.bin").write_bytes(CONTENT)
    assert weights.copies("net") == (
        weights.Copy("cache", home / "weights" / "net" / "net.json", "net.json is not there"),
    )


def test_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert weights.home() == home
    monkeypatch.setenv("TORCH_OPENCV_HOME", "~/models")
    assert weights.home() == Path.home() / "models"
    monkeypatch.setenv("TORCH_OPENCV_HOME", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    assert weights.home().name == "torch-opencv"


def test_importing_is_cheap() -> None:
    """What costs tens of milliseconds is imported by those who need it."""
    script = """
import json, sys
import torch_opencv
before = set(sys.modules)
import torch_opencv.weights
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    new = json.loads(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout)
    assert "torch_opencv.weights.store" in new
    assert not {"pooch", "requests", "rich", "typer", "filelock", "tomllib", "tomli", "tarfile"} & {
        m.split(".")[0] for m in new
    }


def test_a_file_is_hashed_once_a_process(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = entry_of(server.base)
    obtain(entry)
    obtain(entry)
    monkeypatch.setattr(checksum, "_digest", lambda *args: pytest.fail("hashed again"))
    obtain(entry)


def test_first_use_says_what_is_fetched(
    server: FileServer, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line for all of it: how large, and under which licence. And only then."""
    entries = {name: dataclasses.replace(entry_of(server.base), name=name) for name in ("net", "other")}
    monkeypatch.setattr(catalogue, "catalogue", lambda: entries)
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", "1")
    with pytest.raises(WeightsError):
        weights.path("net")
    assert capsys.readouterr().err == ""
    monkeypatch.delenv("TORCH_OPENCV_OFFLINE")
    weights.path("net", progress=False)
    assert capsys.readouterr().err == ""
    (home / "weights" / "net" / "net.bin").unlink()
    weights.fetch("net", "other")
    line = "fetching weights, once: net (1.0 MB, licence: MIT), other (1.0 MB, licence: MIT): 1.9 MB in all\n"
    assert capsys.readouterr().err == line
    weights.fetch("net", "other")
    assert capsys.readouterr().err == ""
