from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
import torch

from torch_opencv.live.errors import OutputError
from torch_opencv.live.result_tables import PrintedResults, open_results
from torch_opencv.live.results import Results
from torch_opencv.live.sources import Frame

from .limits import no_file_larger_than

IMAGE = torch.zeros(2, 2, 3, dtype=torch.uint8)


def frame(index: int = 0, path: str | None = None) -> Frame:
    return Frame(IMAGE, index, index / 3, "clip.mp4", time.monotonic() - 0.25, path)


def test_a_line_a_frame_at_once(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text("from the last run\n")
    with Results(path) as results:
        assert path.read_text() == "from the last run\n"  # until there is something to replace it by
        results.write(frame(0), {"classes": [{"label": "goldfish, Carassius auratus", "score": 0.97}]})
        first = json.loads(path.read_text())
        results.write(frame(1, path="photos/b.jpg"), {"caption": "ein Bär"})
    assert 250 <= first.pop("latency_ms") < 60_000
    assert first == {
        "frame": 0,
        "time": 0.0,
        "source": "clip.mp4",
        "classes": [{"label": "goldfish, Carassius auratus", "score": 0.97}],
    }
    text = path.read_bytes()
    assert text.isascii()
    second = json.loads(text.splitlines()[1])
    assert (second["time"], second["path"], second["caption"]) == (0.333333, "photos/b.jpg", "ein Bär")
    assert results.lines == 2


def test_a_name_that_is_no_text_gets_through(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    with Results(tmp_path / "r.jsonl") as results:
        results.write(frame(path=name), {})
    assert json.loads((tmp_path / "r.jsonl").read_text())["path"] == name


def test_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    with Results("-") as results:
        results.write(frame(), {"n": 1})
    out = capsys.readouterr().out
    assert json.loads(out)["n"] == 1
    print("standard output is still open")


def test_no_run_no_file(tmp_path: Path) -> None:
    Results(tmp_path / "r.jsonl").close()
    assert not list(tmp_path.iterdir())


def test_unwritable_is_said_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        Results(tmp_path / "missing" / "r.jsonl")


def test_a_full_disk_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with no_file_larger_than(10_000), pytest.raises(OutputError, match="can't be written"), Results(path) as results:
        for index in range(100):
            results.write(frame(index), {"text": "x" * 100})
    lines = path.read_text().splitlines()
    assert 30 < len(lines) == results.lines < 60
    assert [json.loads(line)["frame"] for line in lines] == list(range(len(lines)))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_device_may_be_full_too() -> None:
    with pytest.raises(OutputError, match="No space left on device"), Results("/dev/full") as results:
        results.write(frame(), {})


def test_a_reader_that_goes_is_not_an_output_error(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs named pipes")
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with Results(tmp_path / "pipe") as results:
        results.write(frame(), {})
        os.close(reader)
        with pytest.raises(BrokenPipeError):
            results.write(frame(), {})


def test_what_json_has_no_number_for_is_null(tmp_path: Path) -> None:
    with Results(tmp_path / "a.jsonl") as results:
        results.write(frame(), {"score": float("nan"), "box": [1.0, float("inf")], "inner": {"x": (-float("inf"), 2)}})
    line = json.loads((tmp_path / "a.jsonl").read_text(), parse_constant=pytest.fail)
    assert (line["score"], line["box"], line["inner"]) == (None, [1.0, None], {"x": [None, 2]})


def test_two_writers_of_one_file(tmp_path: Path) -> None:
    with Results(tmp_path / "a.jsonl"):
        (tmp_path / "link.jsonl").symlink_to(tmp_path / "a.jsonl")
        for same in ("a.jsonl", "link.jsonl"):
            with pytest.raises(OutputError, match=r"another program is writing to .*: give another name"):
                Results(tmp_path / same)
    Results(tmp_path / "a.jsonl").close()


def test_a_file_that_is_replaced_meanwhile_is_noticed(tmp_path: Path) -> None:
    results = Results(tmp_path / "a.jsonl")
    results.write(frame(), {})
    (tmp_path / "a.jsonl").unlink()
    (tmp_path / "a.jsonl").write_text("somebody else's")
    with pytest.raises(OutputError, match="was removed or replaced by another program"):
        results.close()


def test_columns_that_come_too_late_are_an_error(tmp_path: Path) -> None:
    results = open_results(tmp_path / "a.csv")
    results.write(frame(), {"a": 1})
    with pytest.raises(OutputError, match="has no column for b, which the frames before hadn't: write"):
        results.write(frame(), {"a": 1, "b": 2})
    results.close()


def test_a_printed_table_of_many_columns_has_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    faces = [
        {"box": [10.5, 200], "score": 0.91, "age": 31.2, "track": None},
        {"box": [7.25, 9], "score": 1.0, "age": None, "track": None},
    ]
    with PrintedResults() as printed:
        printed.write(frame(path="a.png"), {"faces": faces})
        printed.write(frame(path="a.png"), {"classes": [{"label": "cat", "score": 0.5}]})
        printed.write(frame(path="a.png"), {"faces": []})
    assert capsys.readouterr().out.splitlines() == [
        "a.png",
        "  box.0  box.1  score   age",
        "  10.5   200    0.9100  31.2",
        "  7.2    9      1.0000",
        "a.png",
        "  cat  0.5000",
        "a.png",
    ]


def test_an_address_is_refused_and_its_password_not_repeated() -> None:
    with pytest.raises(OutputError) as caught:
        open_results("rtmp://user:secret@example.org/live.jsonl")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["r.jsonl", "r.ndjson", "R.JSONL", "r.csv"])
def test_the_name_says_what_is_written_also_over_a_file_that_exists(name: str, tmp_path: Path) -> None:
    for _ in range(2):
        with open_results(tmp_path / name) as results:
            results.write(frame(), {"n": 1})
        text = (tmp_path / name).read_text()
        assert (json.loads(text)["n"] == 1) if "csv" not in name else text.splitlines()[0].endswith(",n")
    for other in ("r.txt", "r"):
        (tmp_path / other).touch()
        with pytest.raises(OutputError, match=r"must end in \.jsonl"):
            open_results(tmp_path / other)


def test_a_table_of_two_writers(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with open_results(tmp_path / "r.parquet"), pytest.raises(OutputError, match="another program"):
        open_results(tmp_path / "r.parquet")


def test_after_a_full_disk_there_is_no_file_left_open(tmp_path: Path) -> None:
    results = Results(tmp_path / "r.jsonl")
    with no_file_larger_than(200), pytest.raises(OutputError):
        for index in range(100):
            results.write(frame(index), {})
    whole = (tmp_path / "r.jsonl").read_bytes()
    results.close()
    assert (tmp_path / "r.jsonl").read_bytes() == whole
    assert [json.loads(line)["frame"] for line in whole.splitlines()] == list(range(results.lines))
    Results(tmp_path / "r.jsonl").close()  # nobody has a lock on it any more
