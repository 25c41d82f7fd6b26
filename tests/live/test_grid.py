from __future__ import annotations

import pytest
import torch

from torch_opencv.live.grid import Grid


def plain(value: int, height: int = 120, width: int = 160) -> torch.Tensor:
    return torch.full((height, width, 3), value, dtype=torch.uint8)


@pytest.mark.parametrize(
    ("count", "rows", "columns"), [(1, 1, 1), (2, 1, 2), (3, 2, 2), (4, 2, 2), (5, 2, 3), (9, 3, 3), (16, 4, 4)]
)
def test_tiles_are_equal_and_in_rows(count: int, rows: int, columns: int) -> None:
    images = {number: plain(10 + number) for number in range(count)}
    before = [image.clone() for image in images.values()]
    image, boxes = Grid(count).compose(images, [""] * count)
    assert image.shape == (120 * rows, 160 * columns, 3)
    for number in range(rows * columns):
        row, column = divmod(number, columns)
        tile = image[120 * row : 120 * (row + 1), 160 * column : 160 * (column + 1)]
        assert tile.unique().tolist() == [10 + number if number < count else 0]
    assert boxes == {n: (160 * (n % columns), 120 * (n // columns), 160, 120) for n in range(count)}
    assert all(torch.equal(image, copy) for image, copy in zip(images.values(), before, strict=True))


def test_proportions_are_kept_and_the_size_never_changes() -> None:
    grid = Grid(2)
    image, boxes = grid.compose({0: plain(100), 1: plain(200, 240, 160)}, ["", ""])
    inside = (image[:, 160:, 0] == 200).nonzero()
    assert inside.amin(0).tolist() == [0, 40]
    assert inside.amax(0).tolist() == [119, 119]
    assert boxes == {0: (0, 0, 160, 120), 1: (200, 0, 80, 120)}
    assert grid.compose({0: plain(100, 77, 300)}, ["", ""])[0].shape == image.shape


def test_what_has_no_image_yet_has_its_name() -> None:
    image, boxes = Grid(2).compose({1: plain(128)}, ["camera 0: connecting", "街.mp4"])
    assert list(boxes) == [1]
    for column in range(2):
        tile = image[:, 160 * column : 160 * (column + 1)]
        written = (tile != 128 * column).any(-1).nonzero()
        assert len(written) > 20
        assert written[:, 0].max() < 60  # at the top


@pytest.mark.parametrize("width", [1919, 3840, 10_000])
def test_it_is_never_wider_than_a_screen_and_always_even(width: int) -> None:
    height, total, _ = Grid(4).compose({0: plain(1, width // 2, width)}, [""] * 4)[0].shape
    assert total <= 1920
    assert height % 2 == total % 2 == 0
