"""Pictures' features: the captioner's own, four views of each, computed once."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import torch_opencv as cv
from torch_opencv.nets.attention_captioner import AttentionCaptioner, backbone
from torch_opencv.training.caption import features
from torch_opencv.training.caption.data import Picture
from torch_opencv.training.errors import TrainingError

CPU = torch.device("cpu")


@pytest.fixture
def pictures(tmp_path: Path) -> list[Picture]:
    made = []
    for number in range(3):
        coarse = torch.randint(256, (5, 6 + number, 3), generator=torch.Generator().manual_seed(number)).byte()
        image = cv.resize(coarse, (90 + 20 * number, 80), interpolation=cv.INTER_CUBIC)
        assert cv.imwrite(str(tmp_path / f"{number}.png"), image)
        made.append(Picture(tmp_path / f"{number}.png", (["a", "blur"],)))
    return made


@pytest.mark.slow
def test_they_are_the_captioners_own_and_kept(
    pictures: list[Picture], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = features.of(pictures, tmp_path / "kept", CPU, progress=False)
    assert found.shape == (features.VIEWS, 3, 50, 1280) and found.dtype == torch.float16
    encoder = backbone.load()
    for index, picture in enumerate(pictures):
        frame = cv.imread(str(picture.path))
        for view, image in enumerate((frame, frame.flip(1))):
            wanted = encoder(AttentionCaptioner.preprocess(image)[None])[0]
            torch.testing.assert_close(found[view, index].float(), wanted, atol=0.02, rtol=0.01)
    assert not torch.equal(found[0], found[2]) and not torch.equal(found[2], found[3])

    monkeypatch.setattr(backbone, "load", None)  # so that nothing can be computed again
    assert torch.equal(features.of(pictures, tmp_path / "kept", CPU, progress=False), found)
    with pytest.raises(TypeError):
        features.of(pictures[:2], tmp_path / "kept", CPU, progress=False)


def test_pictures_that_cannot_be_read(pictures: list[Picture], tmp_path: Path) -> None:
    pictures[1].path.write_bytes(b"no picture")
    with pytest.raises(TrainingError, match=r"1\.png can't be read as an image"):
        features.of(pictures, tmp_path / "kept", CPU, progress=False)
    assert not (tmp_path / "kept").exists()
    pictures[2].path.unlink()
    with pytest.raises(TrainingError, match=r"2\.png can't be read: No such file"):
        features.of(pictures, tmp_path / "kept", CPU, progress=False)
