from __future__ import annotations

import os
from pathlib import Path

import pytest

from torch_opencv._system.files import atomic_write, create, write_new
from torch_opencv.live.errors import OutputError
from torch_opencv.live.outputs import check_absent, check_distinct, check_writable, lock

from .limits import no_file_larger_than


def test_writable_leaves_no_trace(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("kept")
    check_writable(tmp_path / "new")
    check_writable(tmp_path / "old")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_text() == "kept"


def test_unwritable_places_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is a folder: give a file in it"):
        check_writable(tmp_path)
    with pytest.raises(OutputError, match=r"there is no folder .*missing to write a\.mp4 in: make it first"):
        check_writable(tmp_path / "missing" / "a.mp4")
    with pytest.raises(OutputError, match="there is no folder"):
        check_writable(tmp_path / "file" / "a.mp4")
    with pytest.raises(OutputError, match="File name too long"):
        check_writable(tmp_path / ("x" * 300))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        check_writable(tmp_path / "a.mp4")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that not even root can write to: /proc")
def test_a_folder_that_takes_no_files_is_named() -> None:
    with pytest.raises(OutputError, match="can't be written"):
        check_writable(Path("/proc/a.mp4"))


def test_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(OutputError) as caught:
        check_writable(Path("rtmp://user:secret@example.org/live"))
    assert "secret" not in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    check_writable(tmp_path / "pipe")  # to open it would wait for a reader
    assert (tmp_path / "pipe").exists()


def test_no_output_over_an_input_or_another_output(tmp_path: Path) -> None:
    source = tmp_path / "clip.mp4"
    source.touch()
    (tmp_path / "soft").symlink_to(source)
    os.link(source, tmp_path / "hard")
    for same in (source, tmp_path / "soft", tmp_path / "hard", tmp_path / "x" / ".." / "clip.mp4"):
        if same.exists():
            with pytest.raises(OutputError, match="is read as SOURCE"):
                check_distinct([same], [source])
    with pytest.raises(OutputError, match="is given twice"):
        check_distinct([tmp_path / "new", tmp_path / "." / "new"], [source])
    check_distinct([tmp_path / "a", tmp_path / "b"], [source])


def test_a_file_with_something_in_it_is_a_result(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    check_absent([tmp_path / "none", tmp_path / "empty"])
    (tmp_path / "full").write_text("x")
    with pytest.raises(OutputError, match="full exists: give --overwrite"):
        check_absent([tmp_path / "full"])


def test_a_lock_is_of_the_file_whatever_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    held = lock(tmp_path / "a.mp4")
    assert held
    with pytest.raises(OutputError, match=r"another program is writing to a\.mp4 now: give another name"):
        lock(Path("a.mp4"))
    other = lock(tmp_path / "b.mp4")
    assert other
    other.release()
    held.release()
    again = lock(Path("a.mp4"))
    assert again
    again.release()
    assert list(tmp_path.iterdir()) == []  # nothing lies beside what the user asked for


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_nothing_is_followed_or_overwritten(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "dangling").symlink_to(tmp_path / "elsewhere")
    for name in ("target", "link", "dangling"):
        with pytest.raises(FileExistsError):
            create(tmp_path / name)
        with pytest.raises(FileExistsError):
            write_new(tmp_path / name, b"x")
    assert (tmp_path / "target").read_text() == "kept"
    assert not (tmp_path / "elsewhere").exists()
    with atomic_write(tmp_path / "new") as part:
        part.write_text("whole")
    write_new(tmp_path / "snapshot", b"data")
    assert ((tmp_path / "new").read_text(), (tmp_path / "snapshot").read_bytes()) == ("whole", b"data")


def test_files_that_exist_are_told_apart(tmp_path: Path) -> None:
    source, other, third = (tmp_path / name for name in ("clip.mp4", "other.mp4", "third.mp4"))
    for path in (source, other, third):
        path.write_text("x")
    check_distinct([other, third], [source])
    with pytest.raises(OutputError, match="is given twice"):
        check_distinct([other, tmp_path / "." / "other.mp4"], [source])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_needs_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path / "home"))
    os.mkfifo(tmp_path / "pipe")
    assert lock(tmp_path / "pipe") is None
    (tmp_path / "file").touch()
    held = lock(tmp_path / "file")
    assert held is not None
    held.release()


def test_a_full_disk_is_noticed_before_anything_is_done(tmp_path: Path) -> None:
    with no_file_larger_than(100), pytest.raises(OutputError, match="can't be written"):
        check_writable(tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []
