"""How good our captioner's sentences are, and how fast they come.

    python benchmarks/captions.py [CAPTIONER] [--data FOLDER] [--held-out X] [--seed N] [--examples N]

CAPTIONER is a file that `torch-opencv train-caption` made; by default the one that comes with torch-opencv. It is
scored on the pictures that its training with the same share and seed held out, beside two that have learnt nothing:

- nearest neighbour: the first caption of the picture, among those that were learnt from, whose features are nearest
  (cosine of the network's last mean);
- likeliest: the same sentence for all, that of the learnt ones which has the highest CIDEr against samples of
  the others.

Of photographs whose class of ImageNet is known it is also counted how many have it named: that a word is said which
`training.caption.known` has for that class, or its plural; those whose class has no such word are left out.

Captions per second are for pictures one by one, from the frame to the sentence, with runtime.accelerate.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812

import torch_opencv as cv
from torch_opencv import runtime, weights
from torch_opencv.nets.attention_captioner import AttentionCaptioner
from torch_opencv.training.caption.data import Picture, Words, held_out, read_captions
from torch_opencv.training.caption.known import classes_of, known_words
from torch_opencv.training.caption.scores import Cider, score
from torch_opencv.training.caption.trainer import captions_for
from torch_opencv.vision.classify import imagenet

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
NAME = "captioner-lite0"
TIMED = 60  # pictures
SAMPLED = 300  # sentences that may be the likeliest, and references that each is compared with


def encoded(network: AttentionCaptioner, pictures: list[Picture]) -> torch.Tensor:
    images = [network.preprocess(cv.imread(str(one.path))) for one in pictures]
    encode = runtime.accelerate(network.encoder, torch.stack(images[:2]), dynamic=(0,))
    return torch.cat([encode(torch.stack(images[start : start + 8])) for start in range(0, len(images), 8)])


def nearest(features: torch.Tensor, known: torch.Tensor, pictures: list[Picture]) -> list[Words]:
    likeness = F.normalize(features[:, 0], dim=1) @ F.normalize(known[:, 0], dim=1).T
    return [pictures[index].captions[0] for index in likeness.argmax(1).tolist()]


def likeliest(pictures: list[Picture]) -> Words:
    draw = random.Random(0)
    sentences = [one for picture in pictures for one in picture.captions]
    cider = Cider([picture.captions for picture in pictures])
    references = [cider.vectors(one) for one in draw.sample(sentences, min(SAMPLED, len(sentences)))]
    return max(draw.sample(sentences, min(SAMPLED, len(sentences))), key=lambda one: cider.against(one, references))


def rate(network: AttentionCaptioner, pictures: list[Picture], beam: int) -> float:
    """Captions a second."""
    frames = [cv.imread(str(one.path)) for one in pictures[:TIMED]]
    example = torch.stack([network.preprocess(frame) for frame in frames[:2]])
    encode = runtime.accelerate(network.encoder, example, dynamic=(0,))
    with torch.no_grad():
        state, memory = network.start(encode(example))
    step = runtime.accelerate(network.core, torch.tensor([1, 2]), state, memory, dynamic=(0,))
    start = time.perf_counter()
    for frame in frames:
        tokens, _ = network.sample(encode(network.preprocess(frame)[None]), beam, step=step)
        network.sentence(tokens[0])
    return len(frames) / (time.perf_counter() - start)


def named(network: AttentionCaptioner, folder: Path) -> tuple[int, int]:
    """How many photographs, called by their classes' ids, have their class named, and of how many."""
    numbers = {one.wnid: number for number, one in enumerate(imagenet.classes())}
    words: dict[int, set[str]] = {}
    for word, several in zip(known_words(), classes_of(known_words()), strict=True):
        for number in several:
            words.setdefault(number, set()).update({word, f"{word}s"})
    classes = {path: numbers[path.name.split("_")[0]] for path in sorted(folder.glob("n*.jpg"))}
    wanted = {path: words[number] for path, number in classes.items() if number in words}
    images = torch.stack([network.preprocess(cv.imread(str(path))) for path in wanted])
    with torch.no_grad():
        said = captions_for(network, torch.cat([network.encode(part) for part in images.split(8)]))
    hits = [bool(right & {*sentence}) for right, sentence in zip(wanted.values(), said, strict=True)]
    return sum(hits), len(hits)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("captioner", nargs="?", type=Path)
    parser.add_argument("--data", type=Path, default=SHARED / "captions")
    parser.add_argument("--held-out", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--examples", type=int, default=0, help="print what is said of so many pictures")
    options = parser.parse_args()
    network = AttentionCaptioner.load(options.captioner or weights.path(NAME))
    pictures = read_captions(options.data / "captions.json", options.data)
    learnt, scored = (
        [pictures[index] for index in part] for part in held_out(pictures, options.held_out, options.seed)
    )
    references = [one.captions for one in scored]
    known, features = encoded(network, learnt), encoded(network, scored)
    ours = {}
    for beam in (1, 3):
        tokens, _ = network.sample(features, beam)
        ours[beam] = [network.sentence(one).split() for one in tokens]
    table = {
        "likeliest sentence": [likeliest(learnt)] * len(scored),
        "nearest neighbour": nearest(features, known, learnt),
        "captioner, beam 1": ours[1],
        "captioner, beam 3": ours[3],
    }
    print(f"{len(scored)} pictures, {len(learnt)} learnt from\n")
    print("| | BLEU-1 | BLEU-2 | BLEU-3 | BLEU-4 | ROUGE-L | CIDEr | captions/s |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, captions in table.items():
        found = score(captions, references)
        beam = {"1": 1, "3": 3}.get(name[-1])
        columns = [*found.bleu, found.rouge, found.cider]
        speed = f"{rate(network, scored, beam):.0f}" if beam else ""
        print(f"| {name} | {' | '.join(f'{one:.3f}' for one in columns)} | {speed} |")
    if (SHARED / "imagenet").is_dir():
        hits, count = named(network, SHARED / "imagenet")
        print(f"\n{hits} of {count} photographs of ImageNet have their class named")
    for picture, caption in random.Random(1).sample(list(zip(scored, ours[3], strict=True)), options.examples):
        print(f"{picture.path.name}: {' '.join(caption)} ({' '.join(picture.captions[0])})")


if __name__ == "__main__":
    main()
