"""Trains a style network on one painting: `torch-opencv train-style painting.jpg --content DIR`.

The network paints photographs; the loss says how far the result is from the painting's style and from the scene. To
keep still scenes still, one photograph of each batch comes twice, the second time moved by a few pixels and with a
camera's noise, and has to be painted the same.

    train(Path("wave.jpg"), Path("photographs"), Path("great-wave.safetensors"))

docs/style-training.md has the times, the choices behind the constants, and images.
"""

from __future__ import annotations

import hashlib
import logging
import math
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor

import torch_opencv as cv
from torch_opencv import runtime
from torch_opencv._system.progress import progress_bar
from torch_opencv.nets import style_network
from torch_opencv.nets.style_network import Style, StyleNetwork
from torch_opencv.training.checkpoint import Checkpoint, write
from torch_opencv.training.errors import TrainingError
from torch_opencv.training.images import read_image
from torch_opencv.training.style.painting_loss import PaintingLoss
from torch_opencv.training.style.photographs import Photographs, above_one_another
from torch_opencv.training.style.texture import stipple, unevenness, variation, without_grain

_PAINTING_SIDES: Final = (
    400,
    640,
)  # the painting's sizes, as the side of a square of the same area, for style_scale = 1
_SCENE: Final = 0.3
_LIGHT: Final = 4.0
_STILL: Final = 100.0
_SMOOTH: Final = 2.0
_FINE: Final = 1000.0
_EVEN: Final = 1000.0
_RATE: Final = 2e-3
_WARM_UP: Final = 50  # iterations
_REACH: Final = 4  # pixels by which the twin may be moved
_EDGE: Final = 16  # pixels at the twins' edges that may differ, since they end elsewhere
_NOISE: Final = 4 / 255  # the twin's noise is at most of this deviation
_STEP: Final = 16  # pixels between two positions of the measure's coarsest layer
_KIND: Final = "style"
_KEEP_EVERY: Final = 100  # iterations between checkpoints, for the case that the power fails
_PREVIEWED: Final = 3
_SMALLEST_SIZE: Final = 64

_log = logging.getLogger(__name__)
_Report = Callable[[int, float], None]


def train(
    painting: Path,
    content: Path,
    out: Path,
    *,
    iterations: int = 2000,
    size: int = 224,
    batch: int = 4,
    style_scale: float = 1.0,
    content_weight: float = 2.0,
    seed: int = 0,
    start: Path | None = None,
    device: str | torch.device = "auto",
    resume: bool = False,
    preview_every: int = 100,
    title: str | None = None,
    progress: bool = True,
) -> Path:
    """Train a style network and write it to `out`, named NAME.safetensors, which becomes the style's name.

    Args:
        painting: the image whose style is learnt.
        content: a folder of photographs, some hundred at least.
        out: the file.
        iterations: how many batches it is trained on.
        size: pixels of the side of the crops that are painted.
        batch: how many of them at a time.
        style_scale: how large the brush strokes are, compared to what suits images of about 512x384.
        content_weight: how much of the scene is kept, against the painting's style.
        seed: of the network's first weights, and of the crops' order and positions.
        start: another style's file to start from, which saves about half of the iterations.
        device: "auto" (CUDA if there is one), "cpu", "cuda" or "cuda:N".
        resume: go on where an interrupted training stopped, with the same result as if it had not. Its state is kept in
            `out` + ".checkpoint" every hundred iterations and when the training ends early, by Ctrl-C or an error.
        preview_every: iterations between previews, PNG files in the folder `out` + ".previews"; 0 for none.
        title: the painting's, for the file's header; its file name by default.
        progress: show a bar on stderr if that is a terminal.

    Returns:
        `out`.

    Raises:
        TrainingError: anything given can't be used, a file can't be written, or the loss became NaN or infinite.
        StyleFileError: `start` isn't a style's file.
        DeviceError: there is no such device.
        WeightsError: the loss's network can't be had.

    """
    _check(out, iterations=iterations, size=size, batch=batch, style_scale=style_scale, content_weight=content_weight)
    target = runtime.resolve_device(device)
    image = read_image(painting)
    if min(image.shape[1:]) < _SMALLEST_SIZE:
        raise TrainingError(
            f"{painting} is too small: give an image of at least {_SMALLEST_SIZE}x{_SMALLEST_SIZE} pixels"
        )
    settings: dict[str, str | int | float] = {
        "painting": hashlib.sha256(painting.read_bytes()).hexdigest(),
        "start": hashlib.sha256(start.read_bytes()).hexdigest() if start and start.is_file() else "",
        "iterations": iterations,
        "size": size,
        "batch": batch,
        "style_scale": style_scale,
        "content_weight": content_weight,
        "seed": seed,
    }
    photographs = Photographs(content, size=size + 2 * _REACH, seed=seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = style_network.load(start).train() if start else StyleNetwork()
        measure = PaintingLoss([without_grain(image, round(side * style_scale)) for side in _PAINTING_SIDES])
    network.to(target, memory_format=torch.channels_last)  # type: ignore[call-overload]
    measure.to(target, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.Adam(network.parameters(), _RATE, betas=(0.9, 0.99))
    kept = Checkpoint(out.with_name(out.name + ".checkpoint"), _KIND, settings)
    done = kept.restore(network, optimizer) if resume else 0
    kept.take(done, network, optimizer)
    kept.save()  # before the hours of work: whether it can be written at all

    earlier = style_network.describe(start).iterations if start else 0
    style = Style(out.stem, title or painting.name, earlier + iterations)
    try:
        with _reporting(f"{style.name} on {target.type}", iterations, done, shown=progress) as report:
            for index, crops in enumerate(photographs.batches(batch, start=done, end=iterations), done):
                _set_rate(optimizer, index, iterations)
                loss = _loss(network, measure, crops.to(target), random.Random(f"{seed} step {index}"), content_weight)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimizer.step()
                kept.take(index + 1, network, optimizer)
                value = loss.item()
                if not math.isfinite(value):
                    raise TrainingError(f"the loss became NaN or infinite in iteration {index + 1}: try another seed")
                report(index + 1, value)
                if (index + 1) % _KEEP_EVERY == 0:
                    kept.save()
                if preview_every and (index + 1) % preview_every == 0:
                    _preview(network, photographs, size, target, out, index + 1)
        write(out, style_network.to_bytes(network, style))
    except BaseException:  # Ctrl-C above all
        with suppress(TrainingError):
            kept.save()
        raise
    kept.remove()
    return out


def _check(out: Path, *, iterations: int, size: int, batch: int, style_scale: float, content_weight: float) -> None:
    if out.suffix != ".safetensors":
        raise TrainingError(f"the result is a .safetensors file: give {out.stem}.safetensors, not {out.name}")
    if not out.parent.is_dir():
        raise TrainingError(f"there is no folder {out.parent} to write {out.name} to")
    if iterations < 1:
        raise TrainingError(f"iterations must be 1 or more, not {iterations}")
    if size < _SMALLEST_SIZE:
        raise TrainingError(f"size must be {_SMALLEST_SIZE} pixels or more, not {size}")
    if batch < 2:
        raise TrainingError(f"batch must be 2 or more, not {batch}: a photograph and its twin")
    if not 0.25 <= style_scale <= 4:
        raise TrainingError(f"style_scale must be between 0.25 and 4, not {style_scale:g}")
    if not content_weight > 0:
        raise TrainingError(f"content_weight must be more than 0, not {content_weight:g}")


def _set_rate(optimizer: torch.optim.Optimizer, index: int, iterations: int) -> None:
    """Up in a straight line, then down in a cosine to a fiftieth."""
    rising = min(1.0, (index + 1) / _WARM_UP)
    falling = 0.51 + 0.49 * math.cos(math.pi * index / iterations)
    for group in optimizer.param_groups:
        group["lr"] = _RATE * rising * falling


def _loss(
    network: StyleNetwork, measure: PaintingLoss, crops: Tensor, draw: random.Random, content_weight: float
) -> Tensor:
    """The loss for a batch of crops, (N, 3, size + 2 * _REACH, ...), of which the last gives way to the twin."""
    move = draw.randint(-_REACH, _REACH), draw.randint(-_REACH, _REACH)
    noise = torch.randn(crops[0].shape, generator=torch.Generator().manual_seed(draw.getrandbits(63)))
    noisy = crops[0] + noise.to(crops.device) * (_NOISE * draw.random())
    photographs = torch.stack([*(_inner(crop, (0, 0)) for crop in crops[:-1]), _inner(noisy, move)])
    photographs = photographs.clamp(0, 1).contiguous(memory_format=torch.channels_last)
    with torch.autocast(crops.device.type, torch.bfloat16, enabled=_is_fast_in_bfloat16(crops.device)):
        painted = network(photographs)
    painted = painted.float()

    (down, across), end = move, painted.shape[-1] - _EDGE
    original = painted[0, :, _EDGE + down : end + down, _EDGE + across : end + across]
    still = F.mse_loss(painted[-1, :, _EDGE:end, _EDGE:end], original)

    # The measure's layers look at every 2nd to 16th pixel. Were it always the same ones, patterns could hide between.
    top, left = draw.randrange(_STEP), draw.randrange(_STEP)
    terms = measure(painted[:, :, top:, left:], photographs[:, :, top:, left:])
    scene = content_weight * (_SCENE * terms.scene + _LIGHT * terms.light)
    texture = _SMOOTH * variation(painted) + _FINE * stipple(painted) + _EVEN * unevenness(painted)
    loss: Tensor = terms.style + scene + _STILL * still + texture
    return loss


def _inner(crop: Tensor, move: tuple[int, int]) -> Tensor:
    top, left = _REACH + move[0], _REACH + move[1]
    size = crop.shape[1] - 2 * _REACH
    return crop[:, top : top + size, left : left + size]


def _is_fast_in_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # PyTorch 2.10 and later have it
    return device.type == "cpu" and bool(capabilities.get("amx_bf16"))


def _preview(
    network: StyleNetwork, photographs: Photographs, size: int, device: torch.device, out: Path, iteration: int
) -> None:
    originals = photographs.first(_PREVIEWED)
    with torch.no_grad():
        painted = network(originals.to(device))
    folder = out.with_name(out.name + ".previews")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise TrainingError(f"the previews' folder {folder} can't be made: {error.strerror}") from None
    _, png = cv.imencode(".png", above_one_another(list(originals), list(painted)))
    write(folder / f"{iteration:06}.png", png.numpy().tobytes())


@contextmanager
def _reporting(label: str, total: int, done: int, *, shown: bool) -> Iterator[_Report]:
    """A progress bar, as a function to be called after each iteration with its number and loss; else log lines."""
    average = math.nan

    def smoothed(loss: float) -> float:
        nonlocal average
        average = loss if math.isnan(average) else 0.95 * average + 0.05 * loss
        return average

    if not (shown and sys.stderr.isatty()):

        def log(iteration: int, loss: float) -> None:
            value = smoothed(loss)
            if iteration % 50 == 0 or iteration == total:
                _log.info("%s: iteration %d of %d, loss %.3f", label, iteration, total, value)

        yield log
        return
    with progress_bar(label, total, unit="it", done=done) as tell:
        yield lambda iteration, loss: tell(iteration, f"loss {smoothed(loss):.3f}")
