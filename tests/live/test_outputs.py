from __future__ import annotations

import os
from pathlib import Path

import pytest

from torch_opencv.live.errors import OutputError
from torch_opencv.live.outputs import check_distinct, check_writable


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
