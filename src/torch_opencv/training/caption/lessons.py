"""What the captioner learns from: batches of pictures, of text, and of its own sentences, each to a loss.

What the n-th batch holds follows from the seed and n alone, so that a training that goes on after a break sees what it
would have seen without.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor

from torch_opencv.nets.attention_captioner import AttentionCaptioner, search
from torch_opencv.training.caption import detector
from torch_opencv.training.caption.data import Words
from torch_opencv.training.caption.scores import Cider

_SMOOTHING: Final = 0.1  # of labels
_CAPTIONS: Final = 5  # of each picture in a batch
_DRAWN: Final = 5  # sentences of each picture that are compared with one another
_PICTURES: Final = 8
_TEXT: Final = 40
_BESIDE: Final = 16  # sentences of text beside a batch of pictures, so that what was learnt from them stays
_BESIDE_WEIGHT: Final = 0.3
_REACH: Final = 4  # lines of text that are looked at for other captions of the same picture
_ALIKE: Final = 0.25
_LEAST_DEVIATION: Final = 1e-3
_LEAST_OF_KNOWN: Final = 0.05
_TRUST: Final = 0.8  # how many of the captions speak of what a picture's class is, if that is sure
_EMPHASIS: Final = 3.0  # how much more it counts than what the detector says
_PLAIN: Final = 10  # pictures
_PLAIN_SHARE: Final = 0.3  # of the sentences of the text
_NEIGHBOURS: Final = 8  # batches' worth of sentences of about the same length, from which one batch is drawn
_END: Final = "<end>"  # so that half a sentence is no good end


@dataclass(frozen=True)
class Lesson:
    """A loss to go down, and what to tell the user of it."""

    loss: Tensor
    told: float


class Lessons:
    """All kinds of batches.

    Args:
        network: that is trained. Its detector is fitted here.
        features: float16 (views, N, L, 1280), of all pictures.
        captions: of the N pictures.
        chosen: which pictures are learnt from.
        text: sentences without pictures, may be none. Those of one picture should follow one another.
        seed: of all that is drawn.
    """

    def __init__(
        self,
        network: AttentionCaptioner,
        features: Tensor,
        captions: Sequence[Sequence[Words]],
        chosen: Sequence[int],
        text: Sequence[Words],
        *,
        seed: int,
    ) -> None:
        self._network, self._features, self._chosen, self._seed = network, features, list(chosen), seed
        self._captions = [captions[index] for index in chosen]
        self._tokens = {word: number for number, word in enumerate(network.words, 1)}
        self._numbers = {word: number for number, word in enumerate(network.concepts)}
        self._cider = Cider([[[*one, _END] for one in several] for several in self._captions])
        said = torch.stack([self._said(several) for several in self._captions])
        views = torch.stack([view[self._chosen, 0].float() for view in features])
        ridge, seen = detector.fit(views, said), detector.out_of_fold(views, said)
        known = network.start.known
        has_classes = torch.zeros(len(network.concepts), dtype=torch.bool)
        if known is not None:
            with torch.no_grad():
                seen = torch.maximum(seen, _TRUST * known.probabilities(views))
            has_classes = torch.tensor([bool(several) for several in known.classes])
        self._middle, self._deviation = seen[0].mean(0), seen[0].std(0, correction=0) + _LEAST_DEVIATION
        # What is hardly ever in these pictures may be in others: one such must not weigh as much as all the rest.
        self._deviation = torch.where(has_classes, self._deviation.clamp(min=_LEAST_OF_KNOWN), self._deviation)
        self._seen = (seen - self._middle) / self._deviation
        with torch.no_grad():
            if known is not None:
                known.scale.copy_(_EMPHASIS * _TRUST / self._deviation)
                known.shift.copy_(-self._middle / self._deviation)
            concepts = network.start.concepts
            concepts.weight.copy_((ridge.weight / self._deviation).T)
            concepts.bias.copy_((ridge.bias - self._middle) / self._deviation)
        concepts.requires_grad_(False)
        self._has_classes = has_classes
        self._fit_pretence(seen[0], said)
        # Sorted by length, as batches of sentences of about the same length need less filling up.
        spoken = sorted(range(len(text)), key=lambda index: len(text[index]))
        self._text = [text[index] for index in spoken]
        self._text_said = self._said_around(text)[spoken] if text else torch.empty(0, len(network.concepts))

    def from_text(self, index: int) -> Lesson:
        """Sentences from what a detector would have seen in their pictures."""
        draw = random.Random(f"{self._seed} text {index}")
        several = min(_TEXT * _NEIGHBOURS, len(self._text))
        start = draw.randint(0, len(self._text) - several)
        loss = self._text_loss([start + draw.randrange(several) for _ in range(_TEXT)], draw)
        return Lesson(loss, loss.item())

    def from_captions(self, index: int) -> Lesson:
        """Sentences from pictures, and some text."""
        draw = random.Random(f"{self._seed} captions {index}")
        pictures = self._pictures(index)
        state, memory = self._started(pictures, draw)
        sentences = [one for number in pictures for one in self._some(self._captions[number], draw)]
        loss = self._likelihood(
            state.repeat_interleave(_CAPTIONS, 0), memory.repeat_interleave(_CAPTIONS, 0), self._padded(sentences)
        )
        told = loss.item()
        if self._text:
            beside = [draw.randrange(len(self._text)) for _ in range(_BESIDE)]
            loss = loss + _BESIDE_WEIGHT * self._text_loss(beside, draw)
        return Lesson(loss, told)

    def from_reward(self, index: int) -> Lesson:
        """Self-critical training: sentences that it says itself get likelier the more CIDEr gives them.

        Each is compared with the mean of the others for the same picture. After Rennie and others, 2017,
        https://arxiv.org/abs/1612.00563, and Luo, 2020, https://arxiv.org/abs/2003.09971.
        """
        draw = random.Random(f"{self._seed} reward {index}")
        network = self._network
        pictures = self._pictures(index)
        state, memory = (one.repeat_interleave(_DRAWN, 0) for one in self._started(pictures, draw))
        chance = torch.Generator(device=state.device).manual_seed(draw.getrandbits(63))
        network.core.dropout.eval()  # what is judged must be as likely as it was when it was drawn
        try:
            with torch.no_grad():
                tokens, _ = search.one_by_one(
                    network.core,
                    state,
                    memory,
                    end=network.end,
                    length=network.length,
                    choose=lambda likely: likely.exp().multinomial(1, generator=chance)[:, 0],
                )
            rewards = [
                self._cider([*network.sentence(one).split(), _END], pictures[number // _DRAWN])
                for number, one in enumerate(tokens.cpu())
            ]
            reward = torch.tensor(rewards).view(-1, _DRAWN)
            better = reward - (reward.sum(1, keepdim=True) - reward) / (_DRAWN - 1)
            length = int((tokens > 0).any(0).sum())
            likely = -self._surprise(state, memory, tokens[:, :length], smoothing=0.0).sum(1)
        finally:
            network.core.dropout.train()
        loss = -(better.flatten().to(likely.device) * likely).sum() / (tokens > 0).sum()
        return Lesson(loss, float(reward.mean()))

    def _pictures(self, index: int) -> list[int]:
        """A batch's: all in a random order, then all in another."""
        numbers: list[int] = []
        order: list[int] = []
        for position in range(index * _PICTURES, (index + 1) * _PICTURES):
            turn, place = divmod(position, len(self._chosen))
            if not order or not place:
                order = random.Random(f"{self._seed} turn {turn}").sample(range(len(self._chosen)), len(self._chosen))
            numbers.append(order[place])
        return numbers

    def _started(self, pictures: list[int], draw: random.Random) -> tuple[Tensor, Tensor]:
        view = draw.randrange(len(self._features))
        device = self._network.core.bias.device
        features = self._features[view][[self._chosen[number] for number in pictures]].to(device).float()
        return self._network.start.with_concepts(features, self._seen[view][pictures].to(device))

    @staticmethod
    def _some(captions: Sequence[Words], draw: random.Random) -> list[Words]:
        if len(captions) >= _CAPTIONS:
            return draw.sample(list(captions), _CAPTIONS)
        return [*captions, *draw.choices(list(captions), k=_CAPTIONS - len(captions))]

    def _text_loss(self, sentences: list[int], draw: random.Random) -> Tensor:
        """Where the picture is missing, a detector's answer is made up, with errors that it made elsewhere."""
        errors = self._errors[[draw.randrange(len(self._errors)) for _ in sentences]]
        said = self._text_said[sentences]
        seen = self._slope * said + self._offset + errors
        # As if now and then the classes of what is said were plain, so that it is known what to make of that.
        plain = torch.tensor([draw.random() < _PLAIN_SHARE for _ in sentences])[:, None] & self._has_classes
        seen = torch.where(plain & (said > 0), _EMPHASIS * _TRUST, seen)
        seen = ((seen - self._middle) / self._deviation).to(self._network.core.bias.device)
        tokens = self._padded([self._text[one] for one in sentences])
        return self._likelihood(self._network.start.state(seen), None, tokens)

    def _fit_pretence(self, seen: Tensor, said: Tensor) -> None:
        """What the detector says, as a line through what people said, for each word, and what is left.

        Of words that have classes, as if there were some pictures more whose class is plain and that all speak of it.
        """
        spread = said - said.mean(0)
        more = self._has_classes * _PLAIN
        above = ((seen - seen.mean(0)) * spread).sum(0) + more * (_TRUST - seen.mean(0)) * (1 - said.mean(0))
        below = spread.square().sum(0) + more * (1 - said.mean(0)).square()
        self._slope = above / below.clamp(min=1e-6)
        self._offset = seen.mean(0) - self._slope * said.mean(0)
        self._errors = seen - (self._slope * said + self._offset)

    def _said(self, sentences: Sequence[Words]) -> Tensor:
        """(concepts,), the share of the sentences that say each."""
        share = torch.zeros(len(self._numbers))
        for sentence in sentences:
            for word in set(sentence) & self._numbers.keys():
                share[self._numbers[word]] += 1 / len(sentences)
        return share

    def _said_around(self, text: Sequence[Words]) -> Tensor:
        """The same for each sentence of a text, together with those around it that seem to be of the same picture."""
        own = torch.stack([self._said([sentence]) for sentence in text])
        direction = F.normalize(own, dim=1)
        total, count = own.clone(), torch.ones(len(own), 1)
        for distance in range(1, min(_REACH, len(own) - 1) + 1):
            alike = (direction[distance:] * direction[:-distance]).sum(1, keepdim=True) > _ALIKE
            total[distance:] += own[:-distance] * alike
            total[:-distance] += own[distance:] * alike
            count[distance:] += alike
            count[:-distance] += alike
        return total / count

    def _padded(self, sentences: Sequence[Words]) -> Tensor:
        """Tokens, int64 (N, T): END after each sentence, and before it 0 for words that the vocabulary lacks."""
        most = self._network.length - 1
        rows = [[self._tokens.get(word, 0) for word in one[:most]] + [self._network.end] for one in sentences]
        longest = max(map(len, rows))
        tokens = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
        return tokens.to(self._network.core.bias.device)

    def _likelihood(self, state: Tensor, memory: Tensor | None, tokens: Tensor) -> Tensor:
        surprise = self._surprise(state, memory, tokens, smoothing=_SMOOTHING)
        return surprise.sum() / (tokens > 0).sum()

    def _surprise(self, state: Tensor, memory: Tensor | None, tokens: Tensor, *, smoothing: float) -> Tensor:
        """(N, T), the cross entropy at each token, 0 where there is none."""
        logits = self._network.continued(state, memory, tokens[:, :-1])
        loss = F.cross_entropy(
            logits.flatten(0, 1),
            tokens.flatten() - 1,
            ignore_index=-1,
            label_smoothing=smoothing,
            reduction="none",
        )
        return loss.view(tokens.shape)
