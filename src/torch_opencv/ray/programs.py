"""The programs as classes for ``Dataset.map_batches``: rows with images in, the same rows with what is seen out.

Ray makes an object of the class in each of its actors, so that a network is loaded once in each::

    from torch_opencv import ray as cv_ray

    rows = cv_ray.read_videos("archive/", fps=2)
    rows = rows.map_batches(cv_ray.Classify, batch_size=16, concurrency=4, fn_constructor_kwargs={"top": 3})
    rows.write_parquet("classes/")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import torch

from torch_opencv.live.app import App, as_app, has_fields, name_of, processing_method
from torch_opencv.live.checks import to_bgr, to_fields, to_results
from torch_opencv.ray.columns import as_arrays

if TYPE_CHECKING:
    import numpy.typing as npt


class Program:
    """Any app of `torch_opencv.live` for ``map_batches``.

    The images of a batch go to its `process_batch`, and what `fields` says of each becomes columns, nested as in the
    lines of ``--results``. Each frame stands for itself, as other workers have those before it.

    Args:
        make: makes the app: a class, or a function without arguments; called in each actor.
        images: keep the column ``image``, with what the app draws; without it the column is left out.

    Raises:
        TypeError: what `make` returns is no app, or one that has no fields.
    """

    def __init__(self, make: Callable[[], object], *, images: bool = False) -> None:
        self._app: App[Any] = as_app(make())
        if not (has_fields(self._app) or images):
            raise TypeError(
                f"{name_of(self._app)} says nothing of a frame: give it a method fields(result) -> dict, or images=True"
            )
        self._images = images

    def __call__(self, batch: Mapping[str, npt.NDArray[Any]]) -> pa.Table:
        """A batch of rows.

        Args:
            batch: columns as arrays; ``image`` holds uint8 (H, W, 3), BGR, of any sizes, and is left as it is.

        Returns:
            The other columns, and those of the app.

        Raises:
            KeyError: there is no column ``image``.
        """
        if "image" not in batch:
            raise KeyError("there is no column 'image': read_videos and read_images give one")
        # Copied, since Ray's own memory can't be written to, and an app that tried would crash.
        images = [torch.from_numpy(np.array(image)) for image in batch["image"]]
        results = look(self._app, images)
        columns = {name: column for name, column in batch.items() if name != "image"}
        if self._images:
            shown = [self._drawn(image, result) for image, result in zip(images, results, strict=True)]
            columns["image"] = _as_column(shown)
        return _table(columns, [fields_of(self._app, result) for result in results])

    def _drawn(self, image: torch.Tensor, result: object) -> npt.NDArray[np.uint8]:
        return to_bgr(self._app.draw(image.clone(), result), f"{name_of(self._app)}.draw").numpy()


class Classify(Program):
    """`torch_opencv.apps.classify.Classify` for ``map_batches``; its column is ``classes``.

    Args:
        model: as there, as is all else.
        device: "auto" is the GPU, where ``num_gpus`` gives the actor one.
        labels: as there.
        top: as there.
        threshold: as there.
        images: keep the column ``image``, with the classes drawn into it.
    """

    def __init__(
        self,
        model: str = "efficientnet-lite0",
        *,
        device: str = "auto",
        labels: str | Path | None = None,
        top: int = 5,
        threshold: float = 0.0,
        images: bool = False,
    ) -> None:
        from torch_opencv.apps import classify

        super().__init__(
            lambda: classify.Classify(model, device=device, labels=labels, top=top, threshold=threshold), images=images
        )


class Faces(Program):
    """`torch_opencv.apps.faces.Faces` for ``map_batches``, without tracking; its column is ``faces``.

    Args:
        detector: as there, as is all else.
        model: as there.
        device: "auto" is the GPU, where ``num_gpus`` gives the actor one.
        threshold: as there.
        images: keep the column ``image``, with the faces drawn into it.
    """

    def __init__(
        self,
        detector: str = "tiny",
        *,
        model: str = "faceapi",
        device: str = "auto",
        threshold: float | None = None,
        images: bool = False,
    ) -> None:
        from torch_opencv.apps import faces

        super().__init__(
            lambda: faces.Faces(detector, model=model, device=device, track=False, threshold=threshold), images=images
        )


class Caption(Program):
    """`torch_opencv.apps.caption.Captions` for ``map_batches``: columns ``caption``, ``logprob``, ``alternatives``.

    Args:
        model: as there, as is all else.
        device: "auto" is the GPU, where ``num_gpus`` gives the actor one.
        beam_size: as there.
        temperature: as there.
        alternatives: as there.
        prompt: as there.
        images: keep the column ``image``, with the caption drawn into it.
    """

    def __init__(
        self,
        model: str | Path = "captioner-lite0",
        *,
        device: str = "auto",
        beam_size: int | None = None,
        temperature: float | None = None,
        alternatives: int = 0,
        prompt: str = "",
        images: bool = False,
    ) -> None:
        from torch_opencv.apps import caption

        super().__init__(
            lambda: caption.Captions(
                model,
                device=device,
                beam_size=beam_size,
                temperature=temperature,
                alternatives=alternatives,
                prompt=prompt,
                follow=False,
            ),
            images=images,
        )


class Stylize(Program):
    """`torch_opencv.apps.stylize.Stylize` for ``map_batches``; ``image`` becomes the painting, and ``style`` names it.

    Args:
        style: as there, as is all else.
        device: "auto" is the GPU, where ``num_gpus`` gives the actor one.
        size: as there.
        strength: as there.
        keep_colors: as there.
    """

    def __init__(
        self,
        style: str | Path = "great-wave",
        *,
        device: str = "auto",
        size: int | None = None,
        strength: float = 1.0,
        keep_colors: bool = False,
    ) -> None:
        from torch_opencv.apps import stylize

        super().__init__(
            lambda: stylize.Stylize(style, device=device, size=size, strength=strength, keep_colors=keep_colors),
            images=True,
        )


def look(app: App[Any], images: Sequence[torch.Tensor]) -> list[Any]:
    """What an app says of images that stand each for itself.

    Raises:
        TypeError: the app gives no list of results.
        ValueError: it gives more or fewer than there are images.
    """
    with torch.no_grad():
        return to_results(app.process_batch(images), len(images), f"{name_of(app)}.{processing_method(app)}")


def fields_of(app: App[Any], result: object) -> Mapping[str, object]:
    """A result as fields, checked.

    Raises:
        TypeError: the app's `fields` gives no dict of what JSON can hold.
    """
    return to_fields(app.fields(result), f"{name_of(app)}.fields")


def _table(columns: Mapping[str, npt.NDArray[Any]], fields: Sequence[Mapping[str, object]]) -> pa.Table:
    from ray.data.block import BlockAccessor

    table: pa.Table = BlockAccessor.batch_to_arrow_block(dict(columns))
    for name, array in as_arrays(fields).items():
        table = table.append_column(name, array)
    return table


def _as_column(images: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[Any]:
    """Images as a column: one array if they are of a size, else an array of arrays."""
    if len({image.shape for image in images}) == 1:
        return np.stack(images)
    column = np.empty(len(images), object)
    column[:] = list(images)
    return column
