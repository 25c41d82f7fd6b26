"""Readers of weight files that nothing well-kept reads: TensorFlow.js's (`tfjs`) and Caffe's (`caffemodel`).

Nothing in a file is run, and a file decides no more about memory than its own size. What isn't as it must be is refused
with a `FormatError` of one line.
"""

from torch_opencv.formats.errors import FormatError

__all__ = ["FormatError"]
