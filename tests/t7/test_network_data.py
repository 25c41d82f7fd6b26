"""Torch7's own outputs: every layer and network of the test data, as benchmarks/torch7_agreement.py compares them."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from torch_opencv import t7

pytestmark = pytest.mark.data

agreement = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "torch7_agreement.py")))


@pytest.fixture(scope="module", autouse=True)
def _without_gradients() -> object:
    with torch.inference_mode():
        yield


def test_layers(shared_data: Path) -> None:
    compared = list(agreement.layers(shared_data))
    assert len(compared) >= 100
    assert {one.name for one in compared if not (one.relative < 2e-6 or one.absolute < 2e-7)} == set()


@pytest.mark.slow
def test_style_networks_in_double(shared_data: Path) -> None:
    """On the scale of 0..255; the modules' outputs are float32 of Torch7's, which is that far from its own float64."""
    compared = list(agreement.style(shared_data, images=("grad_256x256",)))
    assert any("starry" in one.name for one in compared)
    for one in compared:
        assert one.absolute < (0.01 if "module" in one.name else 1e-4), one


def test_as_many_norms_are_folded_as_torch7_did(shared_data: Path) -> None:
    network = t7.load_network(shared_data / "t7" / "starry.t7")
    folded = t7.fold_batch_norms(network)

    def count(module: torch.nn.Module) -> int:
        return sum(isinstance(one, torch.nn.BatchNorm2d) for one in module.modules())

    assert (count(network), count(folded)) == (43, 10)
    entry = json.loads((shared_data / "torch7/stylize/stylize.json").read_text())["nets"]["starry"]
    x = torch.from_numpy(
        np.fromfile(shared_data / "torch7/inputs/photo_512x256_bgr.bin", "<f4").reshape(1, 3, 256, 512)
    )
    wanted = agreement.tensor(shared_data / "torch7/stylize", entry["folded"])
    # Torch7 folded and ran in float32, which on this network loses up to 0.03.
    assert (folded(x) - wanted).abs().max() < 0.05


def test_openface(shared_data: Path) -> None:
    compared = list(agreement.openface(shared_data))
    assert len(compared) > 10
    for one in compared:
        assert one.relative < 2e-5, one


def test_openface_has_all_of_its_parameters(shared_data: Path) -> None:
    network = t7.load_network(shared_data / "torch7/openface/nn4.small2.random.t7")
    assert sum(one.numel() for one in network.parameters()) == 3_733_968
    assert sum(isinstance(one, torch.nn.BatchNorm2d) for one in network.modules()) == 37


def test_steps_that_only_have_statistics(shared_data: Path) -> None:
    folder = shared_data / "torch7/openface"
    described = json.loads((folder / "openface.json").read_text())
    x = torch.from_numpy(np.fromfile(folder / described["input"], "<f4").reshape(2, 3, 96, 96))
    for module, step in zip(
        t7.load_network(folder / "nn4.small2.random.t7").children(), described["steps"], strict=True
    ):
        x = module(x)
        assert list(x.shape) == step["shape"]
        assert x.abs().mean().item() == pytest.approx(step["abs_mean"], rel=1e-5)


def test_network_in_network(shared_data: Path) -> None:
    compared = list(agreement.nin(shared_data))
    assert len(compared) >= 4
    for one in compared:
        assert one.relative < 2e-6, one


def test_best_five(shared_data: Path) -> None:
    folder = shared_data / "torch7/nin"
    described = json.loads((folder / "nin.json").read_text())
    scores = t7.load_network(folder / "nin_small_nobn.t7")(agreement.tensor(folder, described["input"]))
    for row, wanted in zip(scores, described["nin_small_nobn"]["top5"], strict=True):
        best = row.topk(5)
        assert [i + 1 for i in best.indices.tolist()] == [one["class_1based"] for one in wanted]
        assert best.values.tolist() == pytest.approx([one["logprob"] for one in wanted], abs=2e-5)


def test_captions(shared_data: Path) -> None:
    for one in agreement.captions(shared_data):
        assert one.relative < 2e-5, one


def test_several_networks(shared_data: Path) -> None:
    with pytest.raises(t7.T7Error, match=r"model_idrandom.t7: there are 2 networks in it: protos.cnn"):
        t7.load_network(shared_data / "torch7/neuraltalk2/model_idrandom.t7")


def test_noise(shared_data: Path) -> None:
    """Torch7's own random numbers can't be had; what it made of them can."""
    folder = shared_data / "torch7/stylize"
    entry = json.loads((folder / "stylize.json").read_text())["noisefill"]
    x, filled, wanted = (agreement.tensor(folder, entry[name]) for name in ("input", "after_noise", "output"))
    network = t7.load_network(folder / entry["file"])
    assert torch.equal(network[1](filled), wanted)  # type: ignore[index]
    got = network[0](x)  # type: ignore[index]
    assert torch.equal(got[:, :3], filled[:, :3])
    assert 0 <= got[:, 3:].min() < got[:, 3:].max() < 0.5


@pytest.mark.parametrize("name", ["nin/nin_small_nobn.t7", "openface/nn4.small2.random.t7"])
def test_export(shared_data: Path, name: str) -> None:
    """torch.export takes them, with any number of images."""
    network = t7.load_network(shared_data / "torch7" / name)
    side = 96 if "openface" in name else 224
    batch = torch.export.Dim("batch", min=1, max=16)
    exported = torch.export.export(network, (torch.rand(2, 3, side, side),), dynamic_shapes=({0: batch},)).module()
    x = torch.rand(3, 3, side, side)
    torch.testing.assert_close(exported(x), network(x))
