"""OpenCV's module ``cudafeatures2d``: descriptors matched by brute force, as ``cv.BFMatcher`` matches them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import torch
from torch import Tensor

from torch_opencv._binding import wrap
from torch_opencv.cuda import _inputs
from torch_opencv.cuda._calls import Out, form, method, native_class, refuse
from torch_opencv.cuda._routing import register
from torch_opencv.cuda.gpumat import GpuMat
from torch_opencv.cuda.kernels import descriptors
from torch_opencv.cuda.streams import Stream

_NORMS = {cv2.NORM_L1: "NORM_L1", cv2.NORM_L2: "NORM_L2", cv2.NORM_HAMMING: "NORM_HAMMING"}
_OF_HAMMING = (torch.uint8, torch.uint16, torch.int32)
_OF_OTHERS = (torch.uint8, torch.uint16, torch.int16, torch.int32, torch.float32)


@native_class("cudafeatures2d")
class DescriptorMatcher:
    """The nearest descriptors, found by comparing all; :meth:`createBFMatcher` makes it.

    Descriptors are the rows of (K, D). What is matched against is given as ``trainDescriptors``, or is what was added
    with :meth:`add`. ``...Async`` methods leave their results on the device; the others return ``cv.DMatch`` objects,
    so that the host waits.
    """

    def __init__(self, norm: int) -> None:
        self._norm = norm
        self._added: list[Tensor | GpuMat] = []

    @staticmethod
    @form("DescriptorMatcher.createBFMatcher")
    def createBFMatcher(normType: int = cv2.NORM_L2) -> DescriptorMatcher:  # noqa: N802, N803
        """A :class:`DescriptorMatcher` that measures by ``cv.NORM_L1``, ``cv.NORM_L2`` or ``cv.NORM_HAMMING``."""
        if normType not in _NORMS:
            raise refuse("normType", f"is {normType}: pass one of cv.{', cv.'.join(_NORMS.values())}")
        return DescriptorMatcher(normType)

    def isMaskSupported(self) -> bool:  # noqa: N802
        """Whether masks are taken: yes."""
        return True

    def add(self, descriptors: Sequence[Any]) -> None:
        """Add sets of descriptors, one of each image, to match against."""
        for i, x in enumerate(descriptors):
            found = _inputs.tensor(x, "DescriptorMatcher.add", f"descriptors[{i}]")
            self._added.append(x if isinstance(x, GpuMat) else found)

    def getTrainDescriptors(self) -> list[Any]:  # noqa: N802
        """The sets that were added."""
        return list(self._added)

    def clear(self) -> None:
        """Let go of the sets that were added."""
        self._added.clear()

    def empty(self) -> bool:
        """Whether no set was added."""
        return not self._added

    def train(self) -> None:
        """Nothing to do: brute force needs no preparation."""

    # --- on the device ------------------------------------------------------------------------------------------------

    def matchAsync(self, queryDescriptors: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N802, N803
        """The nearest descriptor of each.

        ``matchAsync(queryDescriptors, trainDescriptors[, matches[, mask[, stream]]])``, or
        ``matchAsync(queryDescriptors[, matches[, masks[, stream]]])`` for what was added.

        Args:
            queryDescriptors: (Q, D).
            *args: ``trainDescriptors`` is (T, D) of the same dtype; ``matches`` is where to write the result; ``mask``
                is uint8 or bool (Q, T), which pairs may be; ``masks`` is one for each set.
            **kwargs: the same by name.

        Returns:
            int32, (2, Q): indices (-1: none) and the bits of the distances, float32; (3, Q) for what was added:
            indices, sets and distances.
        """
        return self._async("matchAsync", queryDescriptors, None, args, kwargs)

    def knnMatchAsync(self, queryDescriptors: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N802, N803
        """The ``k`` nearest descriptors of each.

        ``knnMatchAsync(queryDescriptors, trainDescriptors, k[, matches[, mask[, stream]]])``, or
        ``knnMatchAsync(queryDescriptors, k[, matches[, masks[, stream]]])`` for what was added. Arguments as
        :meth:`matchAsync`'s.

        Returns:
            int32, (2, Q, 2) for a ``k`` of 2, else (2 Q, k): indices, and below them the bits of the distances;
            (3, Q, 2) or (3 Q, k) for what was added.
        """
        return self._async("knnMatchAsync", queryDescriptors, "k", args, kwargs)

    def radiusMatchAsync(self, queryDescriptors: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N802, N803
        """All descriptors no farther than ``maxDistance`` from each, the nearest first.

        ``radiusMatchAsync(queryDescriptors, trainDescriptors, maxDistance[, matches[, mask[, stream]]])``, or
        ``radiusMatchAsync(queryDescriptors, maxDistance[, matches[, masks[, stream]]])`` for what was added. Arguments
        as :meth:`matchAsync`'s.

        Returns:
            int32, (2 Q + 1, T): indices (-1: no more), the bits of the distances, and how many there are; (3 Q + 1, T),
            with the sets in between, for what was added. It is as wide as Q, if that is more than T.
        """
        return self._async("radiusMatchAsync", queryDescriptors, "maxDistance", args, kwargs)

    def _async(self, name: str, query: Any, number: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        given = list(args)
        train = kwargs.pop("trainDescriptors", None)
        first_is_train = bool(given) and _inputs.is_array(given[0]) and (number is not None or self.empty())
        if train is None and first_is_train:
            train = given.pop(0)
        for parameter in (
            *((number,) if number else ()),
            "matches",
            "mask" if train is not None else "masks",
            "stream",
        ):
            if given:
                kwargs[parameter] = given.pop(0)
        if given:
            raise TypeError(f"cv.cuda.DescriptorMatcher.{name}: too many positional arguments: see its documentation")
        options = {"matches": kwargs.pop("matches", None), "stream": kwargs.pop("stream", None)}
        value = kwargs.pop(number, None) if number else 1
        if value is None:
            raise TypeError(f"cv.cuda.DescriptorMatcher.{name}: argument '{number}' is missing: pass a number")
        if train is not None:
            return self._one(query, train, name, value, mask=kwargs.pop("mask", None), **options, **kwargs)
        masks = kwargs.pop("masks", None) or [None] * len(self._added)
        if kwargs:
            raise TypeError(f"cv.cuda.DescriptorMatcher.{name}: unknown argument '{next(iter(kwargs))}'")
        if not self._added or len(masks) != len(self._added):
            raise ValueError(
                f"cv.cuda.DescriptorMatcher.{name}: argument 'masks' has {len(masks)} masks for {len(self._added)} "
                "sets that were added: pass one for each, or pass 'trainDescriptors'"
            )
        return self._all(query, name, value, masks, **options)

    @method("DescriptorMatcher.match")
    def _one(
        self,
        queryDescriptors: Tensor,  # noqa: N803
        trainDescriptors: Tensor,  # noqa: N803
        name: str,
        value: float,
        matches: Out = None,
        mask: Tensor | None = None,
        stream: Stream | None = None,
    ) -> Tensor:
        apart = self._apart(queryDescriptors, trainDescriptors, mask)
        return _packed(name, value, apart, None)

    @method("DescriptorMatcher.match")
    def _all(
        self,
        queryDescriptors: Tensor,  # noqa: N803
        name: str,
        value: float,
        masks: Sequence[Any],
        matches: Out = None,
        stream: Stream | None = None,
    ) -> Tensor:
        sets = [_inputs.tensor(x, f"DescriptorMatcher.{name}", "descriptors") for x in self._added]
        given = [None if m is None else _inputs.tensor(m, f"DescriptorMatcher.{name}", "masks") for m in masks]
        apart = [self._apart(queryDescriptors, x, m) for x, m in zip(sets, given, strict=True)]
        numbers = [torch.full((len(x),), i, dtype=torch.int32, device=x.device) for i, x in enumerate(sets)]
        inside = [torch.arange(len(x), dtype=torch.int32, device=x.device) for x in sets]
        return _packed(name, value, torch.cat(apart, 1), (torch.cat(inside), torch.cat(numbers)))

    def _apart(self, query: Tensor, train: Tensor, mask: Tensor | None) -> Tensor:
        """The distances (Q, T), infinite where the mask forbids a pair."""
        allowed = _OF_HAMMING if self._norm == cv2.NORM_HAMMING else _OF_OTHERS
        if query.dtype not in allowed or query.ndim != 2:
            names = ", ".join(str(d).removeprefix("torch.") for d in allowed)
            raise refuse("queryDescriptors", f"is {query.dtype} {tuple(query.shape)}: pass (K, D) of {names}")
        if train.dtype != query.dtype or train.shape[1:] != query.shape[1:]:
            raise refuse(
                "trainDescriptors",
                f"is {train.dtype} {tuple(train.shape)}, and the query {query.dtype} {tuple(query.shape)}: "
                "pass as many of the same dtype",
            )
        apart = descriptors.distances(query, train, self._norm)
        if mask is None:
            return apart
        if mask.shape != apart.shape:
            raise refuse("mask", f"has the shape {tuple(mask.shape)}: pass {tuple(apart.shape)}")
        return torch.where(mask != 0, apart, float("inf"))

    # --- on the host --------------------------------------------------------------------------------------------------

    def match(self, queryDescriptors: Any, *args: Any, **kwargs: Any) -> list[Any]:  # noqa: N803
        """The nearest descriptor of each, as a list of ``cv.DMatch``: :meth:`matchAsync` without ``matches``."""
        return self.matchConvert(self._async("matchAsync", queryDescriptors, None, *_without_matches(args, kwargs, 1)))

    def matchConvert(self, gpu_matches: Any) -> list[Any]:  # noqa: N802
        """The result of :meth:`matchAsync` as a list of ``cv.DMatch``."""
        rows = _on_host(gpu_matches)
        if rows.numel() == 0:
            return []
        return [x[0] for x in _d_matches([row[:, None] for row in rows]) if x]

    def knnMatch(self, queryDescriptors: Any, *args: Any, **kwargs: Any) -> list[list[Any]]:  # noqa: N802, N803
        """The ``k`` nearest descriptors of each, as lists of ``cv.DMatch``: ``knnMatch(query, train, k[, mask])``.

        With ``compactResult`` there is no list for those that have none.
        """
        compact = kwargs.pop("compactResult", False)
        found = self._async("knnMatchAsync", queryDescriptors, "k", *_without_matches(args, kwargs, 2))
        return _compact(_split(found, self._sets(args, kwargs)), compact)

    def knnMatchConvert(self, gpu_matches: Any, compactResult: bool = False) -> list[list[Any]]:  # noqa: N802, N803
        """The result of :meth:`knnMatchAsync` as lists of ``cv.DMatch``; for what was added, of a ``k`` of 2."""
        return _compact(_split(gpu_matches, 2), compactResult)

    def radiusMatch(self, queryDescriptors: Any, *args: Any, **kwargs: Any) -> list[list[Any]]:  # noqa: N802, N803
        """All descriptors that are near, as lists of ``cv.DMatch``: ``radiusMatch(query, train, distance[, mask])``."""
        compact = kwargs.pop("compactResult", False)
        found = self._async("radiusMatchAsync", queryDescriptors, "maxDistance", *_without_matches(args, kwargs, 2))
        return _compact(_split(_on_host(found)[:-1], self._sets(args, kwargs)), compact)

    def radiusMatchConvert(self, gpu_matches: Any, compactResult: bool = False) -> list[list[Any]]:  # noqa: N802, N803
        """The result of :meth:`radiusMatchAsync` as lists of ``cv.DMatch``."""
        rows = _on_host(gpu_matches)
        count = 3 if (len(rows) - 1) % 2 else 2
        return _compact(_split(rows[:-1], count), compactResult)

    def _sets(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
        """How many rows a query has: 2, or 3 where what was added is matched against."""
        return 2 if "trainDescriptors" in kwargs or (args and _inputs.is_array(args[0])) else 3


def _packed(name: str, value: float, apart: Tensor, collection: tuple[Tensor, Tensor] | None) -> Tensor:
    """Indices, sets and the bits of distances in OpenCV's rows."""
    wanted = 1 if name == "matchAsync" else int(value) if name == "knnMatchAsync" else max(apart.shape)
    if wanted < 1:
        raise refuse("k", f"is {value}: pass 1 or more")
    if name == "radiusMatchAsync":
        apart = torch.where(apart <= value, apart, float("inf"))
    index, distance = descriptors.nearest(apart, wanted)
    rows = [index]
    if collection is not None:
        safe = index.clamp(min=0).long()
        rows = [torch.where(index < 0, -1, x[safe]) for x in collection]
    rows.append(distance.contiguous().view(torch.int32))
    if name == "matchAsync":
        return torch.stack([row[:, 0] for row in rows])
    if name == "knnMatchAsync":
        return torch.stack(rows) if wanted == 2 else torch.cat(rows)
    counts = torch.nn.functional.pad((index >= 0).sum(1).to(torch.int32), (0, wanted - len(index)))
    return torch.cat([*rows, counts[None]])


def _without_matches(
    args: tuple[Any, ...], kwargs: dict[str, Any], before: int
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments of a call that returns objects, as of one that writes to a place."""
    has_train = bool(args) and _inputs.is_array(args[0])
    place = before if has_train else before - 1
    return (*args[:place], *((None, *args[place:]) if len(args) > place else ())), dict(kwargs)


def _on_host(matches: Any) -> Tensor:
    return _inputs.tensor(matches, "DescriptorMatcher.convert", "gpu_matches").cpu()


def _split(matches: Any, count: int) -> list[list[Any]]:
    """Objects of rows: (count, Q, k) or (count Q, k)."""
    rows = _on_host(matches)
    if rows.ndim == 3:
        return _d_matches(list(rows))
    return _d_matches(list(rows.reshape(count, -1, rows.shape[-1])))


def _d_matches(rows: list[Tensor]) -> list[list[Any]]:
    kind: Any = wrap.counterpart(cv2, "DMatch")
    index, distance = rows[0].tolist(), rows[-1].contiguous().view(torch.float32).tolist()
    sets = rows[1].tolist() if len(rows) == 3 else [[0] * len(x) for x in index]
    return [
        [kind(query, i, s, d) for i, s, d in zip(*of_one, strict=True) if i >= 0]
        for query, of_one in enumerate(zip(index, sets, distance, strict=True))
    ]


def _compact(found: list[list[Any]], compact: bool) -> list[list[Any]]:
    return [x for x in found if x] if compact else found


register("DescriptorMatcher_createBFMatcher", "cudafeatures2d", DescriptorMatcher.createBFMatcher)
