"""OpenCV's ``cv2.cudacodec``, over torchcodec: videos are read into tensors, and written from them.

``pip install 'torch-opencv[codec]'``; torchcodec also needs FFmpeg's shared libraries. Frames are decoded by the GPU
where torch has a CUDA device and torchcodec can decode there, else by the CPU; either way they are on torch's current
device, CUDA's or the CPU. docs/cuda.md says what is other than in OpenCV::

    reader = cv.cudacodec.createVideoReader("street.mp4")
    reader.set(cv.cudacodec.ColorFormat_BGR)
    while (read := reader.nextFrame())[0]:
        gray = cv.cuda.cvtColor(read[1], cv.COLOR_BGR2GRAY)
"""

from torch_opencv.cudacodec.constants import *  # noqa: F403 (OpenCV's constants, some 80)
from torch_opencv.cudacodec.formats import EncodeQp as EncodeQp
from torch_opencv.cudacodec.formats import EncoderParams as EncoderParams
from torch_opencv.cudacodec.formats import FormatInfo as FormatInfo
from torch_opencv.cudacodec.formats import VideoReaderInitParams as VideoReaderInitParams
from torch_opencv.cudacodec.reader import VideoReader as VideoReader
from torch_opencv.cudacodec.reader import createVideoReader as createVideoReader
from torch_opencv.cudacodec.writer import VideoWriter as VideoWriter
from torch_opencv.cudacodec.writer import createVideoWriter as createVideoWriter
