"""A face's expression, after face-api's FaceExpressionNet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from torch import Tensor, nn

from torch_opencv.nets.faceapi.blocks import DenseExtractor, published_state

EXPRESSIONS: Final = ("neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised")


class Expression(nn.Module):
    """Faces to expressions; 324 thousand parameters.

    Input: float (N, 3, 112, 112), RGB, values in 0..255: a face's aligned box, padded to a square in the middle.
    Output: float (N, 7), before softmax, in the order of `EXPRESSIONS`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.extractor = DenseExtractor((32, 64, 128, 256), 4)
        self.fc = nn.Linear(256, len(EXPRESSIONS))

    def forward(self, faces: Tensor) -> Tensor:
        """(N, 3, 112, 112) faces to (N, 7) logits."""
        y: Tensor = self.fc(self.extractor(faces))
        return y

    def load_published(self, tensors: Mapping[str, Tensor]) -> None:
        """Take the published weights, as `formats.tfjs.load` reads them.

        Raises:
            RuntimeError: they don't fit.
        """
        self.load_state_dict(published_state(tensors, {"dense": "extractor/blocks/", "conv": "convs/"}))
