"""68 landmarks of a face, after face-api's FaceLandmark68Net and FaceLandmark68TinyNet."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from torch_opencv.nets.faceapi.blocks import DenseExtractor, published_state


class Landmarks68(nn.Module):
    """Faces to landmarks; 357 thousand parameters.

    Input: float (N, 3, 112, 112), RGB, values in 0..255: a face's box, padded to a square in the middle.
    Output: float (N, 68, 2), x and y as parts of the padded square's side (they may lie outside it), in the order of
    iBUG 300-W: chin 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth 48-67, left before right as in the image.
    """

    _channels: tuple[int, ...] = (32, 64, 128, 256)
    _convolutions = 4

    def __init__(self) -> None:
        super().__init__()
        self.extractor = DenseExtractor(self._channels, self._convolutions)
        self.fc = nn.Linear(self._channels[-1], 136)

    def forward(self, faces: Tensor) -> Tensor:
        """(N, 3, 112, 112) faces to (N, 68, 2) landmarks."""
        y: Tensor = self.fc(self.extractor(faces))
        return y.reshape(-1, 68, 2)

    def load_published(self, tensors: Mapping[str, Tensor]) -> None:
        """Take the published weights, as `formats.tfjs.load` reads them.

        Raises:
            RuntimeError: they don't fit.
        """
        self.load_state_dict(published_state(tensors, {"dense": "extractor/blocks/", "conv": "convs/"}))


class Landmarks68Tiny(Landmarks68):
    """The same with 77 thousand parameters, less exact."""

    _channels = (32, 64, 128)
    _convolutions = 3
