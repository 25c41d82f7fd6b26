"""How far Torch7's networks are from Torch7: for each layer and network of the test data, the largest difference.

    python benchmarks/torch7_agreement.py [--data ../shared/data]

The data were written by Torch7 itself (float32, the style networks' `out64` in float64). "relative" is the largest
absolute difference over the largest absolute value of Torch7's output. Layers whose file isn't there are left out, and
counted. docs/torch7-networks.md holds the last table.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from torch_opencv import t7


@dataclass(frozen=True)
class Agreement:
    """One comparison: what was computed, by which class, and how far it is from Torch7's."""

    name: str
    what: str
    dtype: str
    absolute: float
    relative: float


def tensor(folder: Path, entry: Any) -> Any:
    """What an entry of the data's JSON files describes: a tensor, or a list of them for a table."""
    if isinstance(entry, list):
        return [tensor(folder, one) for one in entry]
    if "json" in entry:
        return torch.tensor(entry["json"])
    return torch.from_numpy(np.fromfile(folder / entry["file"], "<f4").reshape(entry["shape"]))


def compare(name: str, what: str, got: Any, wanted: Any) -> Agreement:
    """ValueError if they differ in shape."""
    pairs = list(zip(got, wanted, strict=True)) if isinstance(wanted, list) else [(got, wanted)]
    for one, other in pairs:
        if one.shape != other.shape:
            raise ValueError(f"{name}: {tuple(one.shape)} where Torch7 gave {tuple(other.shape)}")
    absolute = max(float((one.double() - other.double()).abs().max()) for one, other in pairs)
    largest = max(float(other.abs().max()) for _, other in pairs)
    dtype = str(pairs[0][0].dtype).removeprefix("torch.")
    return Agreement(name, what, dtype, absolute, absolute / largest if largest else absolute)


def layers(data: Path) -> Iterator[Agreement]:
    """Each file of layers/ and legacy/."""
    for folder in (data / "torch7" / "layers", data / "torch7" / "legacy"):
        described = json.loads((folder / f"{folder.name}.json").read_text())
        for name, entry in described.get("layers", described).items():
            if not name.startswith("_") and (folder / entry["file"]).exists():
                got = t7.load_network(folder / entry["file"])(tensor(folder, entry["input"]))
                title = name if folder.name == "layers" else f"legacy: {name}"
                yield compare(title, entry.get("class", "old layout"), got, tensor(folder, entry["output"]))


def style(data: Path, images: Sequence[str] | None = None) -> Iterator[Agreement]:
    """The style networks in float64, as they are and folded, and starry's modules one after the other.

    images: only these.
    """
    folder = data / "torch7" / "stylize"
    singles = json.loads((folder / "stylize.json").read_text())["nets"]
    for name, inputs in json.loads((folder / "stylize64.json").read_text()).items():
        if name.startswith("_"):
            continue
        network = t7.load_network(data / "t7" / f"{name}.t7").double()
        folded = t7.fold_batch_norms(network)
        for image, entry in inputs.items():
            wished = images is None or image in images
            if wished and isinstance(entry, dict) and (folder / entry["file"]).exists():
                x = torch.from_numpy(np.fromfile(folder / entry["input"], "<f4").reshape(entry["shape"])).double()
                wanted = tensor(folder, entry)
                yield compare(f"{name}, {image}", "network", network(x), wanted)
                yield compare(f"{name}, {image}", "network, folded", folded(x), wanted)
        steps = singles[name]["steps64"]
        if (folder / steps["input"]["file"]).exists():
            yield from modules(name, network, tensor(folder, steps["input"]).double(), steps["outputs"], folder)


def modules(name: str, network: nn.Module, x: Tensor, outputs: list[Any], folder: Path) -> Iterator[Agreement]:
    """A sequence's modules one after the other, where there is a file."""
    for i, (module, entry) in enumerate(zip(network.children(), outputs, strict=True), 1):
        x = module(x)
        if "file" in entry:
            yield compare(f"{name}, module {i}", entry["module"], x, tensor(folder, entry))


def openface(data: Path) -> Iterator[Agreement]:
    """nn4.small2 with random weights."""
    folder = data / "torch7" / "openface"
    described = json.loads((folder / "openface.json").read_text())
    network = t7.load_network(folder / "nn4.small2.random.t7")
    x = torch.from_numpy(np.fromfile(folder / described["input"], "<f4").reshape(2, 3, 96, 96))
    yield compare("nn4.small2", "network", network(x), tensor(folder, described["output"]))
    yield compare("nn4.small2", "network, folded", t7.fold_batch_norms(network)(x), tensor(folder, described["output"]))
    for i, entry in enumerate(described["single"]):
        yield compare(f"nn4.small2, face {i + 1} alone", "network", network(x[i]), tensor(folder, entry))
    yield from modules("nn4.small2", network, x, described["steps"], folder)


def nin(data: Path) -> Iterator[Agreement]:
    """The Network in Network files that are there."""
    folder = data / "torch7" / "nin"
    described = json.loads((folder / "nin.json").read_text())
    x = tensor(folder, described["input"])
    for name in described["files"]:
        if (folder / name).exists():
            network = t7.load_network(folder / name).float()
            # Layouts without an output of their own have the weights of the one without batch normalization.
            entry = described.get(Path(name).stem, described["nin_small_nobn"])
            yield compare(name, "network", network(x), tensor(folder, entry["output"]))
            yield compare(f"{name}, one image", "network", network(x[0]), tensor(folder, entry["output_3d_input"]))


def captions(data: Path) -> Iterator[Agreement]:
    """NeuralTalk2's CNN, the core of its LSTM (an nngraph module) and its lookup table."""
    folder = data / "torch7" / "neuraltalk2"
    for name, entry in json.loads((folder / "neuraltalk2.json").read_text())["models"].items():
        protos = t7.load(folder / entry["file"])["protos"]
        features = tensor(folder, entry["features"])
        yield compare(f"{name}: CNN", "network", t7.network(protos["cnn"])(tensor(folder, entry["input"])), features)
        core = t7.network(protos["lm"].get("core"))([features, torch.zeros_like(features), torch.zeros_like(features)])
        step = entry["core_step"]
        wanted = [tensor(folder, step[part]) for part in ("c", "h", "logsoft")]
        yield compare(f"{name}: LSTM core", "nn.gModule", core, wanted)
        rows = tensor(folder, entry["lookup_table"])
        table = t7.network(protos["lm"].get("lookup_table"))
        yield compare(f"{name}: lookup", "nn.LookupTable", table(torch.arange(1, len(rows) + 1)), rows)


def all_agreements(data: Path) -> Iterator[Agreement]:
    """Everything, kind by kind."""
    for kind in (layers, style, openface, nin, captions):
        yield from kind(data)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    arguments = parser.parse_args()
    if not (arguments.data / "torch7").is_dir():
        parser.error(f"there is no folder torch7 in {arguments.data}: name the test data's with --data")
    torch.set_grad_enabled(False)
    print("| what | class | computed in | largest difference | relative |")
    print("|---|---|---|---:|---:|")
    agreements = []
    for one in all_agreements(arguments.data):
        agreements.append(one)
        print(f"| {one.name} | {one.what} | {one.dtype} | {one.absolute:.1e} | {one.relative:.1e} |", flush=True)
    exact = sum(one.absolute == 0 for one in agreements)
    print(f"\n{len(agreements)} comparisons, {exact} of them without any difference.")


if __name__ == "__main__":
    main()
