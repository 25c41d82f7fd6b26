"""Faces in a frame: where they are, how old, of which gender, with what expression, and whose.

from torch_opencv.vision.faces import FaceAnalyzer

analyzer = FaceAnalyzer()
for face in analyzer(frame):
    print(face.box, face.gender, face.age, face.expression)
"""

from torch_opencv.vision.faces.analyzer import FaceAnalyzer
from torch_opencv.vision.faces.detect import Detections
from torch_opencv.vision.faces.face import Face
from torch_opencv.vision.faces.gallery import Gallery, GalleryError
from torch_opencv.vision.faces.gallery_file import GalleryFile
from torch_opencv.vision.faces.recognizer import Recognition, Recognizer
from torch_opencv.vision.faces.tracking import FaceTracker

__all__ = [
    "Detections",
    "Face",
    "FaceAnalyzer",
    "FaceTracker",
    "Gallery",
    "GalleryError",
    "GalleryFile",
    "Recognition",
    "Recognizer",
]
