"""OpenCV's CUDA functions over tensors of any device: OpenCV's names, argument order, constants and semantics.

What is native is in the modules imported below, which are OpenCV's modules or parts of them; the rest goes to the
installed cv2's own ``cv2.cuda``, if that has it (:mod:`~torch_opencv.cuda._routing`)::

    gray = cv.cuda.cvtColor(frame, cv.COLOR_BGR2GRAY)  # where frame is, on torch's current stream

docs/cuda.md lists every name, with how far it is from the CPU function.
"""

from __future__ import annotations

from typing import Any

import cv2 as _cv2

from torch_opencv._binding import wrap as _wrap
from torch_opencv.cuda import _passthrough, _routing
from torch_opencv.cuda import arithm as arithm
from torch_opencv.cuda import arithm_core as arithm_core
from torch_opencv.cuda import arithm_polar as arithm_polar
from torch_opencv.cuda import bgsegm as bgsegm
from torch_opencv.cuda import bilateral_filter as bilateral_filter
from torch_opencv.cuda import blending as blending
from torch_opencv.cuda import color as color
from torch_opencv.cuda import comparisons as comparisons
from torch_opencv.cuda import core as core
from torch_opencv.cuda import corners as corners
from torch_opencv.cuda import denoising as denoising
from torch_opencv.cuda import descriptor_matching as descriptor_matching
from torch_opencv.cuda import edges as edges
from torch_opencv.cuda import features as features
from torch_opencv.cuda import filters as filters
from torch_opencv.cuda import filters_morphology as filters_morphology
from torch_opencv.cuda import filters_separable as filters_separable
from torch_opencv.cuda import generalized_hough as generalized_hough
from torch_opencv.cuda import histograms as histograms
from torch_opencv.cuda import hog as hog
from torch_opencv.cuda import hough as hough
from torch_opencv.cuda import image_moments as image_moments
from torch_opencv.cuda import integrals as integrals
from torch_opencv.cuda import objdetect as objdetect
from torch_opencv.cuda import optflow as optflow
from torch_opencv.cuda import optflow_brox as optflow_brox
from torch_opencv.cuda import optflow_dense as optflow_dense
from torch_opencv.cuda import orb as orb
from torch_opencv.cuda import preprocessing as preprocessing
from torch_opencv.cuda import pyramids as pyramids
from torch_opencv.cuda import reductions as reductions
from torch_opencv.cuda import segmentation as segmentation
from torch_opencv.cuda import spectra as spectra
from torch_opencv.cuda import stereo as stereo
from torch_opencv.cuda import stereo_belief as stereo_belief
from torch_opencv.cuda import stereo_filters as stereo_filters
from torch_opencv.cuda import stereo_matching as stereo_matching
from torch_opencv.cuda import template_matching as template_matching
from torch_opencv.cuda import thresholds as thresholds
from torch_opencv.cuda import warping as warping

globals().update(_routing.NATIVE)


def __getattr__(name: str) -> Any:
    if not hasattr(_cv2.cuda, name) and not name.startswith("_"):
        raise AttributeError(_routing.why_missing(name))
    passes = _routing.route(name) == "pass-through"
    value = globals()[name] = _passthrough.member(name) if passes else _wrap.counterpart(_cv2.cuda, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_wrap.public_names(_cv2.cuda)})
