"""The networks of the JavaScript library face-api, by Vincent Mühler and Vladimir Mandic (MIT).

Written after https://github.com/vladmandic/face-api, version 1.7.15, whose published weights they take (the `faceapi-`
entries of the catalogue), and whose outputs they reproduce: the detectors `SsdMobilenet` and `TinyFaceDetector`, and
for a face `Landmarks68`, `AgeGender`, `Expression` and `Descriptor`. `inputs` prepares their images, `boxes` does the
geometry between them.

All networks take float (N, 3, S, S), RGB, with values in 0..255, and normalise them themselves.
"""

from torch_opencv.nets.faceapi.age_gender import AgeGender
from torch_opencv.nets.faceapi.descriptor import Descriptor
from torch_opencv.nets.faceapi.expression import Expression
from torch_opencv.nets.faceapi.landmarks68 import Landmarks68, Landmarks68Tiny
from torch_opencv.nets.faceapi.ssd_mobilenet import SsdMobilenet
from torch_opencv.nets.faceapi.tiny_face_detector import TinyFaceDetector

__all__ = [
    "AgeGender",
    "Descriptor",
    "Expression",
    "Landmarks68",
    "Landmarks68Tiny",
    "SsdMobilenet",
    "TinyFaceDetector",
]
