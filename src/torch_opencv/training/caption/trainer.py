"""Trains a captioner: `torch-opencv train-caption captions.json --images DIR --out FILE`.

Three parts, one after the other: to write sentences, from text alone; to say what is in pictures; and to say it so that
CIDEr is highest. The network that sees stays as it is, so its features are computed once.

    train(Path("captions.json"), Path("photographs"), Path("captioner.safetensors"), text=Path("sentences.txt"))

docs/caption-training.md has what each part brings.
"""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from torch_opencv import runtime
from torch_opencv._system.progress import progress_bar
from torch_opencv.nets.attention_captioner import AttentionCaptioner, Sizes, backbone, file
from torch_opencv.training.caption import features as seen
from torch_opencv.training.caption.data import Picture, Words, held_out, read_captions, read_text
from torch_opencv.training.caption.known import classes_of, known_words
from torch_opencv.training.caption.lessons import Lesson, Lessons
from torch_opencv.training.caption.scores import Scores, score
from torch_opencv.training.caption.words import concepts, repeatable, vocabulary
from torch_opencv.training.checkpoint import Checkpoint, write
from torch_opencv.training.errors import TrainingError

_SIZES: Final = Sizes(embedding=192, hidden=320, attention=192, heads=4, summary=128)
_LENGTH: Final = 18  # tokens
_MOST_CONCEPTS: Final = 400
_CONCEPT_OF: Final = 3  # pictures, or groups of as many sentences as a picture has captions
_GROUP: Final = 5
_RATES: Final = (1.5e-3, 1e-3, 8e-5)  # of the three parts
_DROPOUTS: Final = (0.2, 0.4, 0.4)
_CALMER: Final = 0.5  # times the rates, for what has learnt already
_WARM_UP: Final = 50  # iterations
_DECAY: Final = 0.01
_KIND: Final = "caption"
_VERSION: Final = 2  # of what is trained and how: a checkpoint goes on only with its own
_KEEP_EVERY: Final = 100  # iterations between checkpoints, for the case that the power fails
_BEAM: Final = 3
_SCORED: Final = 64  # pictures at a time

_log = logging.getLogger(__name__)


def train(
    captions: Path,
    images: Path,
    out: Path,
    *,
    text: Path | None = None,
    iterations: tuple[int, int, int] = (2000, 1500, 1000),
    held_out_share: float = 0.2,
    least: int = 12,
    start: Path | None = None,
    seed: int = 0,
    device: str | torch.device = "auto",
    resume: bool = False,
    progress: bool = True,
) -> Scores | None:
    """Train a captioner and write it to `out`.

    Args:
        captions: a JSON file, see `data.read_captions`.
        images: the folder that its names are relative to.
        out: the file, NAME.safetensors.
        text: more sentences, one a line, those of one picture one after the other.
        iterations: of each part: text (left out where there is none), captions, reward.
        held_out_share: of the pictures, that are only scored. 0: all are learnt from.
        least: how often a word must be there to be learnt.
        start: another captioner's file to go on from, with its words; `least` then means nothing.
        seed: of all that is drawn: which pictures are held out, the network's first weights, the batches.
        device: "auto" (CUDA if there is one), "cpu", "cuda" or "cuda:N".
        resume: go on where an interrupted training stopped, with the same result as if it had not. Its state is kept in
            `out` + ".checkpoint" every hundred iterations and when the training ends early, by Ctrl-C or an error.
        progress: show bars on stderr if that is a terminal.

    Returns:
        How good the captions of the pictures are that were held out, with beam search; None if none were.

    Raises:
        TrainingError: anything given can't be used, a file can't be written, or the loss became NaN or infinite.
        DeviceError: there is no such device.
        CaptionerFileError: `start` isn't a captioner's file.
        WeightsError: the weights of the network that sees can't be had.
    """
    _check(out, iterations=iterations, held_out_share=held_out_share, least=least)
    target = runtime.resolve_device(device)
    pictures = read_captions(captions, images)
    sentences = read_text(text) if text else []
    chosen, scored = held_out(pictures, held_out_share, seed)
    if len(chosen) < 2:
        raise TrainingError(f"{captions} has too few pictures to learn from: {len(chosen)}")
    parts = (iterations[0] if sentences else 0, iterations[1], iterations[2])
    settings: dict[str, str | int | float] = {
        "version": _VERSION,
        "captions": hashlib.sha256(captions.read_bytes()).hexdigest(),
        "text": hashlib.sha256(text.read_bytes()).hexdigest() if text else "",
        "iterations": " ".join(map(str, parts)),
        "held_out_share": held_out_share,
        "start": hashlib.sha256(start.read_bytes()).hexdigest() if start and start.is_file() else "",
        "least": least,
        "seed": seed,
    }
    features = seen.of(pictures, out.with_name(out.name + ".features"), target, progress=progress)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _started(start) if start else _network(pictures, chosen, sentences, least)
        if network.start.known is not None:
            network.start.known.see_by(backbone.load().network.fc)
        lessons = Lessons(network, features, [one.captions for one in pictures], chosen, sentences, seed=seed)
    network.to(target)
    learnt = [one for one in network.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(learnt, betas=(0.9, 0.98), weight_decay=_DECAY)
    kept = Checkpoint(out.with_name(out.name + ".checkpoint"), _KIND, settings)
    done = kept.restore(network, optimizer) if resume else 0
    kept.take(done, network, optimizer)
    kept.save()  # before the work: whether it can be written at all

    stages = (lessons.from_text, lessons.from_captions, lessons.from_reward)
    names = ("text: loss", "captions: loss", "reward: CIDEr")
    refs = [pictures[index].captions for index in scored]
    reached: Scores | None = None
    try:
        with progress_bar(f"captioner on {target.type}", sum(parts), unit="it", done=done, shown=progress) as tell:
            smooth = math.nan
            for index in range(done, sum(parts)):
                stage, position = _stage(parts, index)
                lesson = _learn(
                    network, optimizer, stages[stage], stage, position, parts[stage], seed, calmer=bool(start)
                )
                kept.take(index + 1, network, optimizer)
                smooth = lesson.told if not position or math.isnan(smooth) else 0.95 * smooth + 0.05 * lesson.told
                tell(index + 1, f"{names[stage]} {smooth:.3f}")
                if (index + 1) % _KEEP_EVERY == 0 or position + 1 == parts[stage]:
                    kept.save()
                    _log.info("iteration %d of %d, %s %.3f", index + 1, sum(parts), names[stage], smooth)
                if position + 1 == parts[stage] and stage and scored:
                    reached = score(captions_for(network, features[0, scored]), refs)
                    _log.info("of %d pictures that were held out: %s", len(scored), reached)
        about = {"pictures": len(chosen), "held_out": len(scored), "sentences": len(sentences)}
        write(out, file.to_bytes(network, about | {"iterations": parts, "seed": seed}))
    except BaseException:  # Ctrl-C above all
        with suppress(TrainingError):
            kept.save()
        raise
    if scored and reached is None:  # all had been done before the break
        reached = score(captions_for(network, features[0, scored]), refs)
    kept.remove()
    return reached


def captions_for(network: AttentionCaptioner, features: Tensor, beam: int = _BEAM) -> list[Words]:
    """What the network says of pictures, as words.

    Args:
        network: in any mode, which it is in afterwards, too.
        features: (N, 50, 1280), of any float dtype and on any device.
        beam: the beam size.
    """
    was_training = network.training
    network.eval()
    said: list[Words] = []
    for part in torch.split(features, _SCORED):
        tokens, _ = network.sample(part.to(network.core.bias.device).float(), beam)
        said += [network.sentence(one).split() for one in tokens.cpu()]
    network.train(was_training)
    return said


def _check(out: Path, *, iterations: tuple[int, int, int], held_out_share: float, least: int) -> None:
    if out.suffix != ".safetensors":
        raise TrainingError(f"the result is a .safetensors file: give {out.stem}.safetensors, not {out.name}")
    if not out.parent.is_dir():
        raise TrainingError(f"there is no folder {out.parent} to write {out.name} to")
    if min(iterations) < 0 or iterations[1] < 1:
        raise TrainingError("iterations must be 0 or more of each part, and 1 or more of captions")
    if not 0 <= held_out_share < 1:
        raise TrainingError(f"the share that is held out must be from 0 to less than 1, not {held_out_share:g}")
    if least < 1:
        raise TrainingError(f"the least count of a word must be 1 or more, not {least}")


def _network(
    pictures: Sequence[Picture], chosen: Sequence[int], sentences: Sequence[Words], least: int
) -> AttentionCaptioner:
    """One that has learnt nothing yet, with the words that are there often enough."""
    spoken = [pictures[index].captions for index in chosen]
    groups = [sentences[start : start + _GROUP] for start in range(0, len(sentences), _GROUP)]
    every = [*(one for several in spoken for one in several), *sentences]
    words = vocabulary(every, least)
    looked_for = concepts([*spoken, *groups], words, _CONCEPT_OF, _MOST_CONCEPTS)
    said = {*words} - {*looked_for}
    looked_for += [word for word in known_words() if word in said]
    if not looked_for:
        raise TrainingError(f"no word is there {least} times that could be learnt: give more captions, or lower least")
    again = repeatable(every, words)
    return AttentionCaptioner(
        words,
        looked_for,
        length=_LENGTH,
        sizes=_SIZES,
        repeatable=again,
        classes=classes_of(looked_for),
        dropout=_DROPOUTS[0],
    )


def _started(start: Path) -> AttentionCaptioner:
    """What another training has made, as a network to be trained, without the encoder."""
    made = AttentionCaptioner.load(start)
    network = AttentionCaptioner(
        made.words,
        made.concepts,
        length=made.length,
        sizes=made.sizes,
        length_penalty=made.length_penalty,
        repeatable=made.repeatable,
        classes=made.classes,
        dropout=_DROPOUTS[0],
    )
    made.encoder = None
    network.load_state_dict(made.state_dict())
    return network


def _stage(parts: tuple[int, int, int], index: int) -> tuple[int, int]:
    """Which part an iteration belongs to, and its number there."""
    for stage, count in enumerate(parts):
        if index < count:
            return stage, index
        index -= count
    raise AssertionError("beyond the last iteration")


def _learn(
    network: AttentionCaptioner,
    optimizer: torch.optim.Optimizer,
    lesson_of: Callable[[int], Lesson],
    stage: int,
    position: int,
    count: int,
    seed: int,
    *,
    calmer: bool,
) -> Lesson:
    network.train()
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = _DROPOUTS[stage]
    for group in optimizer.param_groups:  # up in a straight line, then down in a cosine to a twentieth
        falling = 0.525 + 0.475 * math.cos(math.pi * position / count)
        rate = _RATES[stage] * (_CALMER if calmer else 1.0)
        group["lr"] = rate * min(1.0, (position + 1) / _WARM_UP) * falling
    devices = [network.core.bias.device] if network.core.bias.is_cuda else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed((seed * 3 + stage) * 1_000_003 + position)  # of dropout, so that a break changes nothing
        lesson = lesson_of(position)
    optimizer.zero_grad()
    lesson.loss.backward()  # type: ignore[no-untyped-call]
    learnt = [one for group in optimizer.param_groups for one in group["params"]]
    norm = torch.nn.utils.clip_grad_norm_(learnt, 1.0)
    if not math.isfinite(float(norm)):
        raise TrainingError(f"the loss became NaN or infinite in iteration {position + 1}: try another seed")
    optimizer.step()
    return lesson
