"""What was saved in a run can be had on the page, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.live.browser.page import Page, annotated_frame, get
from torch_opencv.live.browser import Browser


def showing(*files: Path, recording: Path | None = None) -> object:
    shown = annotated_frame(1)
    return replace(shown, stats=replace(shown.stats, files=files, recording_path=recording))


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    file = tmp_path / "snapshot-1.png"
    file.write_bytes(b"\x89PNG" + bytes(100_000))
    return file


def test_a_file_of_this_run(browser: Browser, snapshot: Path) -> None:
    (snapshot.parent / "other.png").write_bytes(b"private")
    assert get(browser, "/saved/snapshot-1.png").status == 404  # not yet
    with Page(browser) as page:
        browser.show(showing(snapshot, recording=snapshot.parent / "recording-1.mp4"))  # type: ignore[arg-type]
        stats = page.frame()[0]["stats"]
    assert (stats["files"], stats["recording_path"]) == (["snapshot-1.png"], "recording-1.mp4")
    response = get(browser, "/saved/snapshot-1.png")
    assert response.status == 200
    assert response.body == snapshot.read_bytes()
    assert response.headers["content-type"] == "image/png"
    assert response.headers["content-disposition"] == 'attachment; filename="snapshot-1.png"'
    assert response.headers["x-content-type-options"] == "nosniff"
    part = get(browser, "/saved/snapshot-1.png", range="bytes=1-3")  # as phones ask for videos
    assert (part.status, part.body) == (206, b"PNG")
    for name in ("other.png", "recording-1.mp4", "../other.png", "..%2fother.png", "%2e%2e/other.png"):
        assert get(browser, f"/saved/{name}").status == 404, name


def test_a_file_that_is_gone_or_another_one_now(browser: Browser, snapshot: Path) -> None:
    browser.show(showing(snapshot))  # type: ignore[arg-type]
    secret = snapshot.parent / "secret"
    secret.write_text("secret")
    snapshot.unlink()
    assert get(browser, "/saved/snapshot-1.png").status == 404
    snapshot.symlink_to(secret)
    assert get(browser, "/saved/snapshot-1.png").status == 404


def test_files_need_the_token(snapshot: Path) -> None:
    browser = Browser("test", port=0, token="a-token_for.tests")
    try:
        browser.show(showing(snapshot))  # type: ignore[arg-type]
        assert get(browser, "/saved/snapshot-1.png").status == 403
        assert get(browser, "/saved/snapshot-1.png?token=a-token_for.tests").status == 200
    finally:
        browser.close()
