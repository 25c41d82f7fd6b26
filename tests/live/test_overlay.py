from __future__ import annotations

import pytest
import torch

from torch_opencv.live.overlay import draw_scores, to_ascii

ROWS = [("tabby, tabby cat", 0.62), ("x" * 200, 0.2), ("lynx", 0.1), ("Zoë’s naïve fox", 0.004), ("金魚", 0.0)]
SIZES = [(120, 160), (360, 640), (480, 640), (1080, 1920), (640, 360), (2000, 100), (100, 2000)]


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("shade", [0, 128, 255])
def test_panel_stays_inside_its_margins(height: int, width: int, shade: int) -> None:
    image = torch.full((height, width, 3), shade, dtype=torch.uint8)
    assert draw_scores(image, ROWS) is image
    changed = (image != shade).any(dim=2)
    rows, columns = changed.any(dim=1).nonzero().flatten(), changed.any(dim=0).nonzero().flatten()
    assert 0 < rows[0] <= height // 20 + 5
    assert 0 < columns[0] <= width // 20 + 30
    assert rows[-1] < height - 1
    assert columns[-1] < width - 1


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("shade", [0, 128, 255])
def test_text_stands_out(height: int, width: int, shade: int) -> None:
    image = torch.full((height, width, 3), shade, dtype=torch.uint8)
    draw_scores(image, [("Egyptian cat", 0.5)])
    panel = image.float().mean(dim=2)
    panel = panel[(panel != shade).any(dim=1)][:, (panel != shade).any(dim=0)]
    background = panel.median()
    assert background < 100  # the panel is dark on any picture,
    assert panel.max() - background > 130  # and the text bright


@pytest.mark.parametrize(("height", "width"), [(1, 1), (8, 8), (32, 32), (20, 1000), (1000, 20)])
def test_a_picture_too_small_for_text_stays_as_it_is(height: int, width: int) -> None:
    image = torch.full((height, width, 3), 128, dtype=torch.uint8)
    draw_scores(image, ROWS)
    assert image.eq(128).all()


def test_few_rows_where_there_is_no_room_for_more() -> None:
    few, many = torch.zeros(60, 640, 3, dtype=torch.uint8), torch.zeros(60, 640, 3, dtype=torch.uint8)
    draw_scores(few, ROWS[:3])
    draw_scores(many, ROWS * 10)
    assert torch.equal(few, many)
    assert draw_scores(torch.zeros(60, 640, 3, dtype=torch.uint8), []).eq(0).all()


def test_bars_are_as_long_as_the_scores_are_high() -> None:
    lengths = []
    for score in (0.0, 0.25, 0.5, 1.0):
        image = torch.zeros(360, 640, 3, dtype=torch.uint8)
        draw_scores(image, [("", score)])
        lengths.append(int((image == torch.tensor([80, 200, 255], dtype=torch.uint8)).all(dim=2).any(dim=0).sum()))
    full = lengths[-1]
    assert full > 200
    assert lengths == pytest.approx([0, full / 4, full / 2, full], abs=2)


def test_size_grows_with_the_picture() -> None:
    def height(pixels: int) -> int:
        image = torch.zeros(pixels, pixels * 16 // 9, 3, dtype=torch.uint8)
        draw_scores(image, ROWS)
        return int(image.any(dim=2).any(dim=1).sum())

    assert height(1080) == pytest.approx(3 * height(360), rel=0.1)


def test_it_draws_into_a_view_too() -> None:
    whole = torch.zeros(400, 700, 3, dtype=torch.uint8)
    draw_scores(whole[20:380, 30:670], ROWS)
    alone = draw_scores(torch.zeros(360, 640, 3, dtype=torch.uint8), ROWS)
    assert torch.equal(whole[20:380, 30:670], alone)
    assert int(whole.any(dim=2).sum()) == int(alone.any(dim=2).sum())


@pytest.mark.parametrize(
    ("text", "ascii_text"),
    [
        ("goldfish, Carassius auratus", "goldfish, Carassius auratus"),
        ("Löwe – größer als süß", "Lowe - grosser als suss"),
        ("Ærø’s “crème brûlée”", 'AEro\'s "creme brulee"'),
        ("Łódź", "Lodz"),
        ("ﬁne ½ ２", "fine 1?2 2"),
        ("金魚 (goldfish)", "? (goldfish)"),
        ("🐱🐱🐱", "?"),
        ("tab\tand\nline", "tab and line"),
        ("", ""),
    ],
)
def test_text_in_ascii(text: str, ascii_text: str) -> None:
    assert to_ascii(text) == ascii_text


def test_a_name_too_long_differs_only_where_it_is_cut() -> None:
    def drawn(name: str) -> torch.Tensor:
        return draw_scores(torch.zeros(360, 640, 3, dtype=torch.uint8), [(name, 0.5)])

    assert torch.equal(drawn("a" * 300), drawn("a" * 200))  # both cut at the same place
    assert torch.equal(drawn("tabby, " + "x" * 200), drawn("tabby"))  # the later names go first
    assert not torch.equal(drawn("tabby, tabby cat"), drawn("tabby"))
