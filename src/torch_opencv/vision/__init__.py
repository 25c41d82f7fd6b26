"""What a model says about a frame.

    from torch_opencv.vision import Classifier

    classifier = Classifier()
    for prediction in classifier(frame):      # five best of 1,000 classes
        print(prediction.label, prediction.score)

    stylizer = Stylizer("the-scream")
    painted = stylizer(frame).image           # a frame again

    analyzer = FaceAnalyzer()
    for face in analyzer(frame):              # how old, of which gender, with what expression
        print(face.box, face.gender, face.age)

    captioner = Captioner()
    print(captioner(frame).text)              # "a dog runs through the grass"

A frame is a torch.uint8 tensor (H, W, 3), BGR, as OpenCV has it, of any size and stride.
"""

from torch_opencv.vision.caption.captioner import Caption, Captioner
from torch_opencv.vision.classify.classifier import Classifier, Prediction
from torch_opencv.vision.errors import FrameError, ModelError
from torch_opencv.vision.faces.analyzer import FaceAnalyzer
from torch_opencv.vision.faces.tracking import FaceTracker
from torch_opencv.vision.stylize.stylizer import Painting, Stylizer

__all__ = [
    "Caption",
    "Captioner",
    "Classifier",
    "FaceAnalyzer",
    "FaceTracker",
    "FrameError",
    "ModelError",
    "Painting",
    "Prediction",
    "Stylizer",
]
