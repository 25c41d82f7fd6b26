"""Mixtures of Gaussians for each pixel, for all pixels at once.

:func:`adapt` is Z. Zivkovic and F. van der Heijden's method (2006; video/src/bgfg_gaussmix2.cpp), :func:`follow`
P. KaewTraKulPong and R. Bowden's (2001; bgsegm/src/bgfg_gaussmix.cpp). The Gaussians of a pixel lie along the first
dimension, the weightiest first, in float32.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass
class Mixture:
    """The Gaussians of P pixels: ``weight`` and ``variance`` (K, P), ``mean`` (K, P, C), ``used`` (P,)."""

    weight: Tensor
    variance: Tensor
    mean: Tensor
    used: Tensor


def empty(count: int, pixels: int, channels: int, device: torch.device) -> Mixture:
    """A model that knows nothing."""
    weight = torch.zeros(count, pixels, device=device)
    mean = torch.zeros(count, pixels, channels, device=device)
    return Mixture(weight, torch.zeros_like(weight), mean, torch.zeros(pixels, dtype=torch.int32, device=device))


def _moved_up(x: Tensor, source: Tensor, target: Tensor) -> Tensor:
    """(K, P, ...) with, for each pixel, the row ``source`` moved up to ``target``, and those between down by one."""
    k = torch.arange(len(x), device=x.device)[:, None]
    index = torch.where(k == target, source, torch.where((k > target) & (k <= source), k - 1, k))
    return x.gather(0, index if x.ndim == 2 else index[..., None].expand(-1, -1, x.shape[2]))


def _put(x: Tensor, at: Tensor, value: Tensor, where: Tensor) -> Tensor:
    """(K, P, ...) with ``value`` (P, ...) in the rows ``at``, for the pixels ``where``."""
    k = torch.arange(len(x), device=x.device)[:, None]
    chosen = (k == at) & where
    return torch.where(chosen if x.ndim == 2 else chosen[..., None], value, x)


def _sums(x: Tensor) -> tuple[Tensor, Tensor]:
    """For each row, the sum of those above it, and with it: one after the other in float32, as OpenCV adds."""
    total, before, after = torch.zeros_like(x[0]), [], []
    for row in x:
        before.append(total)
        total = total + row
        after.append(total)
    return torch.stack(before), torch.stack(after)


@dataclass(frozen=True)
class Rules:
    """The parameters of :func:`adapt`, in OpenCV's names."""

    rate: float
    prune: float
    threshold: float
    ratio: float
    threshold_of_fit: float
    first_variance: float
    least_variance: float
    most_variance: float
    shadow: int | None
    tau: float


def adapt(model: Mixture, pixels: Tensor, rules: Rules) -> Tensor:
    """Let a model learn pixels (P, C), float32, and tell what they are: uint8 (P,), 0 background, 255 foreground."""
    count, kept = len(model.weight), 1 - rules.rate
    used = model.used
    k = torch.arange(count, device=pixels.device)[:, None]
    apart = model.mean - pixels
    distance = _summed(apart * apart)
    in_use = k < used
    weight = torch.where(in_use, model.weight * kept + rules.prune, 0)

    fits = in_use & (distance < rules.threshold_of_fit * model.variance)
    position = torch.where(fits, k, count).amin(0)
    fit = position < count
    # Up to the Gaussian that fits, what follows is weighed before any of them has changed places.
    pruned = torch.where(weight < -rules.prune, 0, weight)
    before = _sums(pruned)[0]
    near = in_use & (k <= position) & (before < rules.ratio) & (distance < rules.threshold * model.variance)
    background = near.any(0)

    chosen = (k == position) & fit
    weight = torch.where(chosen, weight + rules.rate, weight)
    step = torch.where(chosen, rules.rate / weight, torch.zeros_like(weight))
    model.mean = model.mean - step[..., None] * apart
    moved = (model.variance + step * (distance - model.variance)).clamp(rules.least_variance, rules.most_variance)
    model.variance = torch.where(chosen, moved, model.variance)
    is_pruned = in_use & (weight < -rules.prune)
    weight = torch.where(is_pruned, 0, weight)

    mine = weight.gather(0, position.clamp(max=count - 1)[None])
    # The one that fits goes up past all that are no weightier, which lie next to one another.
    target = torch.where(fit, ((weight > mine) & (k < position)).sum(0), 0)
    source = torch.where(fit, position, 0)
    weight, model.variance, model.mean = (_moved_up(x, source, target) for x in (weight, model.variance, model.mean))
    total = weight.sum(0)
    weight = torch.where(k < used - is_pruned.sum(0), weight * (1 / total), weight)

    new = ~fit
    slot = torch.where(used == count, count - 1, used)
    used = torch.where(new, slot + 1, used).to(torch.int32)
    first = new & (used == 1)
    weight = torch.where(new & (k < slot), weight * kept, weight)
    value = torch.where(first, 1.0, rules.rate)
    weight = _put(weight, slot, value, new)
    model.mean = _put(model.mean, slot, pixels, new)
    model.variance = _put(model.variance, slot, torch.full_like(value, rules.first_variance), new)
    target = torch.where(new, ((weight > rules.rate) & (k < slot)).sum(0), 0)
    target = torch.where(first, 0, target)
    source = torch.where(new, slot, 0)
    model.weight, model.variance, model.mean = (
        _moved_up(x, source, target) for x in (weight, model.variance, model.mean)
    )
    model.used = used
    answer = torch.where(background, 0, 255)
    if rules.shadow is not None:
        answer = torch.where(~background & _in_shadow(model, pixels, rules), rules.shadow, answer)
    return answer.to(torch.uint8)


def _summed(x: Tensor) -> Tensor:
    """The sum of the last dimension, one after the other."""
    total = x[..., 0]
    for c in range(1, x.shape[-1]):
        total = total + x[..., c]
    return total


def _in_shadow(model: Mixture, pixels: Tensor, rules: Rules) -> Tensor:
    """Whether pixels (P, C) are darker versions of their background."""
    k = torch.arange(len(model.weight), device=pixels.device)[:, None]
    numerator, denominator = _summed(model.mean * pixels), _summed(model.mean * model.mean)
    within = (numerator <= denominator) & (numerator >= rules.tau * denominator) & (denominator != 0)
    a = numerator / torch.where(denominator == 0, 1, denominator)
    off = a[..., None] * model.mean - pixels
    is_shadow = within & (_summed(off * off) < rules.threshold * model.variance * a * a)
    in_use = k < model.used
    weight = torch.where(in_use, model.weight, 0)
    before = _sums(weight)[0]
    ends = in_use & (denominator == 0)
    looked_at = in_use & (before <= rules.ratio) & (ends.cumsum(0) == 0)
    return (is_shadow & looked_at).any(0)


def background_of(model: Mixture, ratio: float) -> Tensor:
    """The mean (P, C) of the Gaussians that make up the background, float32."""
    k = torch.arange(len(model.weight), device=model.weight.device)[:, None]
    weight = torch.where(k < model.used, model.weight, 0)
    weight = torch.where(_sums(weight)[0] <= ratio, weight, 0)
    total = weight.sum(0)
    inverse = torch.where(total.abs() > 1.1920929e-07, 1 / total, 0)
    return (weight[..., None] * model.mean).sum(0) * inverse[:, None]


_FIRST_WEIGHT, _NOISE = 0.05, 15.0


@dataclass
class Followed:
    """The Gaussians of P pixels for :func:`follow`: ``key``, ``weight`` (K, P), ``mean`` and ``variance`` (K, P, C)."""

    key: Tensor
    weight: Tensor
    mean: Tensor
    variance: Tensor


def nothing_followed(count: int, pixels: int, channels: int, device: torch.device) -> Followed:
    """A model that knows nothing."""
    flat, deep = torch.zeros(count, pixels, device=device), torch.zeros(count, pixels, channels, device=device)
    return Followed(flat, flat.clone(), deep, deep.clone())


def follow(model: Followed, pixels: Tensor, rate: float, ratio: float, spread: float, noise: float) -> Tensor:
    """Let a model learn pixels (P, C), float32, and tell what they are: uint8 (P,), 0 background, 255 foreground.

    Args:
        model: the model.
        pixels: the pixels.
        rate: how fast it learns; at 0 it stays as it is.
        ratio: the share of weights that makes up the background.
        spread: how many variances a pixel may be from the mean of a Gaussian that it belongs to.
        noise: the least standard deviation.
    """
    count, channels = len(model.weight), pixels.shape[1]
    k = torch.arange(count, device=pixels.device)[:, None]
    apart = pixels - model.mean
    squares = apart * apart
    in_use = ((model.weight < 1.1920929e-07).cumsum(0)) == 0
    fits = in_use & (_summed(squares) < spread * _summed(model.variance))
    position = torch.where(fits, k, count).amin(0)
    fit = position < count
    if rate <= 0:
        beyond = _sums(model.weight)[1] > ratio
        last = torch.where(beyond, k, count).amin(0) + 1
        return torch.where(fit & (position < torch.where(last > count, -1, last)), 0, 255).to(torch.uint8)

    chosen = (k == position) & fit
    old = model.weight
    weight = torch.where(chosen, old + rate * (1 - old), old)
    mean = torch.where(chosen[..., None], model.mean + rate * apart, model.mean)
    variance = (model.variance + rate * (squares - model.variance)).clamp(min=noise * noise)
    variance = torch.where(chosen[..., None], variance, model.variance)
    key = torch.where(chosen, old / _summed(variance).sqrt(), model.key)
    mine = key.gather(0, position.clamp(max=count - 1)[None])
    # It goes up past those with lesser keys next above it, and stays below the first that has no lesser one.
    target = torch.where((k < position) & (key >= mine), k + 1, 0).amax(0)
    source, target = torch.where(fit, position, 0), torch.where(fit, target, 0)
    weight, mean, variance, key = (_moved_up(x, source, target) for x in (weight, mean, variance, key))

    new = ~fit
    slot = in_use.sum(0).clamp(max=count - 1)
    full = torch.full_like(pixels[:, 0], 1.0)
    weight = _put(weight, slot, full * _FIRST_WEIGHT, new)
    mean = _put(mean, slot, pixels, new)
    variance = _put(variance, slot, torch.full_like(pixels, _NOISE * _NOISE * 4), new)
    key = _put(key, slot, full * (_FIRST_WEIGHT / (_NOISE * 2 * channels**0.5)), new)
    hit = torch.where(fit, target, slot)
    scale = 1 / weight.sum(0)
    model.weight, model.mean, model.variance, model.key = weight * scale, mean, variance, key * scale
    foreground = torch.where(_sums(model.weight)[1] > ratio, k, count).amin(0) + 1
    foreground = torch.where(foreground > count, -1, foreground)
    return torch.where(hit >= foreground, 255, 0).to(torch.uint8)
