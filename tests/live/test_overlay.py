from __future__ import annotations

import pytest
import torch

import torch_opencv as cv
from torch_opencv.live.overlay import Corner, draw_boxes, draw_caption, draw_note, draw_scores

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
    assert background < 100  # the panel is dark on any image,
    assert panel.max() - background > 130  # and the text bright


@pytest.mark.parametrize(("height", "width"), [(1, 1), (8, 8), (32, 32), (20, 1000), (1000, 20)])
def test_an_image_too_small_for_text_stays_as_it_is(height: int, width: int) -> None:
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


def test_size_grows_with_the_image() -> None:
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


def test_a_name_too_long_differs_only_where_it_is_cut() -> None:
    def drawn(name: str) -> torch.Tensor:
        return draw_scores(torch.zeros(360, 640, 3, dtype=torch.uint8), [(name, 0.5)])

    assert torch.equal(drawn("a" * 300), drawn("a" * 200))  # both cut at the same place
    assert torch.equal(drawn("tabby, " + "x" * 200), drawn("tabby"))  # the later names go first
    assert not torch.equal(drawn("tabby, tabby cat"), drawn("tabby"))


SENTENCE = "a man rides a bicycle along the beach while two children play with a red ball, and a dog looks on " * 3
CORNERS: tuple[Corner, ...] = ("top left", "top right", "bottom left", "bottom right")


def changed(image: torch.Tensor, shade: int) -> tuple[int, int, int, int]:
    """The first and last changed row and column."""
    different = (image != shade).any(dim=2)
    rows, columns = different.any(dim=1).nonzero().flatten(), different.any(dim=0).nonzero().flatten()
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


@pytest.mark.parametrize(("height", "width"), [(120, 160), (480, 640), (1080, 1920), (640, 360)])
@pytest.mark.parametrize("shade", [0, 128, 255])
def test_notes_and_captions_lie_where_they_belong(height: int, width: int, shade: int) -> None:
    for corner in CORNERS:
        image = torch.full((height, width, 3), shade, dtype=torch.uint8)
        assert draw_note(image, "camera 0\nlost", corner) is image
        top, bottom, left, right = changed(image, shade)
        assert min(top, left, height - 1 - bottom, width - 1 - right) > 0
        assert (top < height - 1 - bottom) == ("top" in corner)
        assert (left < width - 1 - right) == ("left" in corner)
    image = torch.full((height, width, 3), shade, dtype=torch.uint8)
    assert draw_caption(image, SENTENCE) is image
    top, bottom, left, right = changed(image, shade)
    assert height * 0.9 < bottom < height - 1
    assert abs(left - (width - 1 - right)) <= 2  # in the middle
    one_line = torch.full((height, width, 3), shade, dtype=torch.uint8)
    draw_caption(one_line, SENTENCE, lines=1)
    assert changed(one_line, shade)[0] > top


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_text_is_white_on_dark_whatever_it_lies_on(shade: int) -> None:
    for draw in (draw_caption, draw_note):
        image = torch.full((480, 640, 3), shade, dtype=torch.uint8)
        draw(image, "HHHHHHHH")
        top, bottom, left, right = changed(image, shade)
        panel = image[top:bottom, left:right].float().mean(dim=2)
        assert panel.median() < 100
        assert panel.max() > 240


def test_notes_have_a_colour() -> None:
    image = draw_note(torch.zeros(480, 640, 3, dtype=torch.uint8), "lost", color=(80, 200, 255))
    assert (image == torch.tensor([80, 200, 255], dtype=torch.uint8)).all(dim=2).any()


@pytest.mark.parametrize("box", [(20, 30, 40, 50), (20.4, 29.6, 39.9, 50.3)])
def test_boxes_are_where_they_are_said_to_be(box: tuple[float, ...]) -> None:
    image = torch.full((240, 320, 3), 90, dtype=torch.uint8)
    assert draw_boxes(image, [box], colors=[(0, 0, 255)]) is image
    red = (image == torch.tensor([0, 0, 255], dtype=torch.uint8)).all(dim=2)
    rows, columns = red.any(dim=1).nonzero().flatten(), red.any(dim=0).nonzero().flatten()
    assert [int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])] == [30, 79, 20, 59]
    assert not red[32:78, 22:58].any()
    assert draw_boxes(image.clone(), torch.tensor([box]), colors=[(0, 0, 255)]).equal(image)


def test_labels_are_whole_and_keep_clear_of_one_another() -> None:
    def ink(boxes: list[tuple[int, ...]], labels: list[str]) -> int:
        image = draw_boxes(torch.zeros(480, 640, 3, dtype=torch.uint8), boxes, labels, [(0, 0, 0)] * len(boxes))
        return int((image > 200).all(dim=2).sum())

    one = ink([(300, 200, 50, 50)], ["Zoë Müller"])
    assert one > 50
    for corner in ((-20, -20), (620, -20), (-20, 460), (620, 460), (300, 0)):  # never over the edge
        assert ink([(*corner, 50, 50)], ["Zoë Müller"]) == one
    assert ink([(-10, -10, 660, 500)], ["Zoë Müller"]) == one  # a face larger than the image
    side_by_side = [(300, 200, 50, 50), (330, 205, 50, 50), (310, 195, 50, 60)]
    assert ink(side_by_side, ["Zoë Müller"] * 3) == 3 * one
    assert ink([(700, 200, 50, 50)], ["Zoë Müller"]) == 0  # its box isn't there
    assert ink([(300, 200, 50, 50)], [""]) == 0


def test_boxes_far_outside_and_none_at_all() -> None:
    image = torch.full((240, 320, 3), 90, dtype=torch.uint8)
    draw_boxes(image, torch.empty(0, 4), [])
    draw_boxes(image, [(1e30, -1e30, 5, 5), (-1e12, 40, 10, 10)], ["far", "away"])
    assert image.eq(90).all()
    with pytest.raises(ValueError, match="1 boxes need as many"):
        draw_boxes(image, [(1, 2, 3, 4)], ["one", "two"])


@pytest.mark.parametrize(("height", "width"), [(1, 1), (8, 8), (12, 1000), (1000, 12)])
def test_no_text_in_an_image_too_small_for_it(height: int, width: int) -> None:
    image = torch.full((height, width, 3), 128, dtype=torch.uint8)
    draw_note(image, "lost")
    draw_caption(image, SENTENCE)
    assert image.eq(128).all()
    draw_boxes(image, [(0, 0, width, height)], ["Zoë Müller"])  # whatever it does: no crash


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_nothing_to_say(text: str) -> None:
    image = torch.full((240, 320, 3), 90, dtype=torch.uint8)
    draw_note(image, text)
    draw_caption(image, text)
    assert image.eq(90).all()


def test_labels_hide_no_face_of_a_crowd() -> None:
    """A family photograph's: there is no room above or below each, and the middle one's label must be small."""
    boxes = [(106, 239, 53, 79), (168, 122, 46, 70), (211, 44, 43, 64), (297, 68, 42, 70), (377, 122, 46, 73)]
    image = draw_boxes(torch.full((720, 1280, 3), 255, dtype=torch.uint8), boxes, ["female: 33\nneutral"] * 5)
    for x, y, w, h in boxes:
        assert image[y + 6 : y + h - 6, x + 6 : x + w - 6].min() == 255
    bare = draw_boxes(torch.full((720, 1280, 3), 255, dtype=torch.uint8), boxes)
    panels = (image != bare).any(dim=2).to(torch.uint8)
    assert cv.connectedComponents(panels)[0] == 1 + 5  # the background, and five labels apart from one another
