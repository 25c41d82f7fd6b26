"""The class names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from torch_opencv.vision.classify import imagenet


def test_the_classes() -> None:
    classes = imagenet.classes()
    wnids = [one.wnid for one in classes]
    assert len(classes) == len(set(wnids)) == 1000
    assert wnids == sorted(wnids)
    assert classes[0] == ("n01440764", "tench, Tinca tinca")
    assert classes[1] == ("n01443537", "goldfish, Carassius auratus")
    assert classes[999] == ("n15075141", "toilet tissue, toilet paper, bathroom tissue")


@pytest.mark.data
def test_labels_and_ids_belong_together(shared_data: Path) -> None:
    expected = json.loads((shared_data / "torch7" / "nin" / "synset_expected.json").read_text())
    assert [one.label for one in imagenet.classes()] == expected
    # The photographs are named by somebody else: id and first name of the class.
    labels = dict(imagenet.classes())
    photographs = sorted((shared_data / "imagenet").glob("*.jpg"))
    assert photographs
    for photograph in photographs:
        wnid, name = photograph.stem.split("_", 1)
        assert name.replace("_", " ").lower() in labels[wnid].lower()
