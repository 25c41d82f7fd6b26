import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from torch_opencv import weights
from torch_opencv.weights import WeightsError, catalogue
from torch_opencv.weights.catalogue import Https, Local, Npm, Package

SUM = "sha256:" + "0" * 64
FILE = {"name": "net.bin", "size": 3, "checksum": SUM}
ENTRY: dict[str, object] = {
    "name": "net",
    "task": "classify",
    "licence": "MIT",
    "provenance": "A net.",
    "format": "onnx",
    "files": [FILE],
    "mirrors": [{"https": "https://example.org/0/"}],
}


def _load(tmp_path: Path, *entries: Mapping[str, object]) -> dict[str, weights.Entry]:
    """Write the entries as TOML (whose inline tables are JSON with = for :) and load them."""

    def value(v: object) -> str:
        if isinstance(v, dict):
            return "{" + ", ".join(f"{k} = {value(x)}" for k, x in v.items()) + "}"
        return "[" + ", ".join(map(value, v)) + "]" if isinstance(v, list) else json.dumps(v)

    path = tmp_path / "catalogue.toml"
    path.write_text("".join("[[entry]]\n" + "".join(f"{k} = {value(v)}\n" for k, v in e.items()) for e in entries))
    return catalogue.load(path)


def test_every_entry_says_what_it_must() -> None:
    assert len(weights.names()) >= 18
    for name in weights.names():
        entry = weights.entry(name)
        assert entry.name == name
        assert entry.task in {"classify", "faces", "recognize", "caption", "stylize"}
        assert entry.licence
        assert entry.format
        assert entry.provenance.endswith(".")


def test_repositories_are_pinned_to_a_commit() -> None:
    addresses = [
        mirror.base for e in catalogue.catalogue().values() for mirror in e.mirrors if isinstance(mirror, Https)
    ]
    repositories = [address for address in addresses if "github" in address]
    assert len(repositories) > 10
    for address in repositories:
        assert re.match(r"https://(raw|media)\.githubusercontent\.com/(media/)?[^/]+/[^/]+/[0-9a-f]{40}/", address), (
            address
        )


def test_the_default_network_is_verified_in_its_package() -> None:
    path = weights.path("efficientnet-lite0")
    assert path.name == "efficientnet-lite0-57934424.pth"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == weights.entry("efficientnet-lite0").files[0].checksum.hex


@pytest.mark.parametrize(
    ("wrong", "offered"),
    [
        ("yunett", "yunet"),
        ("Yunet", "yunet"),
        ("starry", "starry-night or texturenet-starry"),
        ("pollock.t7", "texturenet-pollock"),
        ("efficientnet_lite0", "efficientnet-lite0"),
        ("haarcascade_frontalface_default.xml", "haarcascade-frontalface"),
    ],
)
def test_an_unknown_name_offers_the_nearest(wrong: str, offered: str) -> None:
    with pytest.raises(WeightsError) as caught:
        weights.path(wrong)
    assert repr(wrong) in str(caught.value)
    assert f"did you mean {offered}" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrong", ["", "x", "../../etc/passwd", "no such thing at all"])
def test_a_name_like_none_is_answered_too(wrong: str) -> None:
    with pytest.raises(WeightsError, match=r"there are no weights called .*models list") as caught:
        weights.entry(wrong)
    assert "did you mean" not in str(caught.value)


def test_all_kinds_of_places(tmp_path: Path) -> None:
    mirrors = [
        {"package": "p", "folder": "data", "install": "p==1"},
        {"local": "/usr/share/p"},
        {"npm": "@a/p@1.2.3", "folder": "package/model"},
        {"https": "https://example.org/0/"},
        {"https": "http://127.0.0.1:8000/"},
    ]
    (entry,) = _load(tmp_path, ENTRY | {"mirrors": mirrors}).values()
    assert entry.mirrors == (
        Package("p", "data", "p==1"),
        Local("/usr/share/p"),
        Npm("@a/p@1.2.3", "package/model"),
        Https("https://example.org/0/"),
        Https("http://127.0.0.1:8000/"),
    )
    assert entry.size == 3


# Names become names in the cache, addresses are asked, packages given to npm: each of these would lead somewhere else.
@pytest.mark.parametrize(
    "changed",
    [
        {"name": "../net"},
        {"name": "a/b"},
        {"name": "a\\b"},
        {"name": ".."},
        {"name": ".net"},
        {"name": "a..b"},
        {"name": ""},
        {"files": [FILE | {"name": "../net.bin"}]},
        {"files": [FILE | {"name": "/net.bin"}]},
        {"files": [FILE | {"name": ".lock"}]},
        {"files": [FILE | {"checksum": "sha256:12"}]},
        {"files": [{"name": "net.bin", "size": 3}]},
        {"files": [{"name": "net.bin", "checksum": SUM}]},
        {"files": []},
        {"files": [], "by_hand": "https://example.org"},
        {"mirrors": []},
        {"mirrors": [], "by_hand": "https://example.org"},
        {"mirrors": [{"https": "http://example.org/"}]},
        {"mirrors": [{"https": "ftp://example.org/"}]},
        {"mirrors": [{"https": "file:///etc/"}]},
        {"mirrors": [{"https": "https://user:password@example.org/"}]},
        {"mirrors": [{"https": "https://example.org/net.bin"}]},
        {"mirrors": [{"https": "https://example.org/", "folder": "x"}]},
        {"mirrors": [{"npm": "p@latest", "folder": "package"}]},
        {"mirrors": [{"npm": "p", "folder": "package"}]},
        {"mirrors": [{"npm": "--registry=http://x@1.0.0", "folder": "package"}]},
        {"mirrors": [{"npm": "../p@1.0.0", "folder": "package"}]},
        {"mirrors": [{"npm": "p@1.0.0", "folder": "../package"}]},
        {"mirrors": [{"package": "p", "folder": "/etc", "install": "p"}]},
        {"mirrors": [{"package": "p", "folder": "a\\..\\b", "install": "p"}]},
        {"mirrors": [{"https": "https://example.org/0/"}, {"local": "/usr/share/p"}]},
        {"mirrors": [{"ftp": "example.org"}]},
        {"license": "MIT"},
    ],
    ids=str,
)
def test_a_wrong_catalogue_is_refused(changed: dict[str, object], tmp_path: Path) -> None:
    assert _load(tmp_path, ENTRY)
    with pytest.raises(ValueError, match=r"catalogue\.toml, entry"):
        _load(tmp_path, ENTRY | changed)


def test_a_name_can_be_there_only_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="twice"):
        _load(tmp_path, ENTRY, ENTRY)


@pytest.mark.data
def test_face_api_is_what_was_measured(shared_data: Path) -> None:
    """Sizes and sums of the face-api files are those of the reference outputs' weights."""
    measured = json.loads((shared_data / "faceapi" / "WEIGHTS.json").read_text())
    expected = {(f["name"], f["bytes"], f["sha256"]) for f in measured["files"] if f["name"] != "LICENSE"}
    entries = [entry for name, entry in catalogue.catalogue().items() if name.startswith("faceapi-")]
    assert {(f.name, f.size, f.checksum.hex) for entry in entries for f in entry.files} == expected
    assert {mirror.package for e in entries for mirror in e.mirrors if isinstance(mirror, Npm)} == {
        f"{measured['package']}@{measured['version']}"
    }


@pytest.mark.data
@pytest.mark.parametrize("name", ["texturenet-starry", "texturenet-pollock", "imagenet-synset"])
def test_torch7_files_are_the_original_ones(name: str, shared_data: Path) -> None:
    (file,) = weights.entry(name).files
    path = shared_data / "t7" / file.name
    assert path.stat().st_size == file.size
    assert file.checksum.of(path) == file.checksum.hex


@pytest.mark.data
def test_published_sums_are_all_there(shared_data: Path) -> None:
    published = set(
        re.findall(
            r"\b(?:[0-9a-f]{64}|[0-9a-f]{32})\b|(?<=git blob )[0-9a-f]{40}", (shared_data / "CHECKSUMS.md").read_text()
        )
    )
    assert len(published) >= 9
    assert published <= {file.checksum.hex for entry in catalogue.catalogue().values() for file in entry.files}


def test_the_documentation_lists_every_entry() -> None:
    page = (Path(__file__).parents[2] / "docs" / "weights.md").read_text(encoding="utf-8")
    for name, entry in catalogue.catalogue().items():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert entry.provenance in row
        assert f"| {entry.licence} |" in row
        assert all(file.checksum.kind in row for file in entry.files)
