"""Levi's and Hassner's network: the same as OpenCV 4's Caffe importer makes of the same files."""

from __future__ import annotations

import cv2
import pytest
import torch
from torch import Tensor

from tests.formats.writing import blob, v1_layer
from torch_opencv.formats import caffemodel
from torch_opencv.nets.levi_hassner import AGE_GROUPS, LeviHassner, central

# Of the same layers as the published one, in the names of its file.
PROTOTXT = """
name: "CaffeNet" input: "data" input_dim: 1 input_dim: 3 input_dim: 227 input_dim: 227
layers { name: "conv1" type: CONVOLUTION bottom: "data" top: "conv1"
  convolution_param { num_output: 96 kernel_size: 7 stride: 4 } }
layers { name: "relu1" type: RELU bottom: "conv1" top: "conv1" }
layers { name: "pool1" type: POOLING bottom: "conv1" top: "pool1"
  pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layers { name: "norm1" type: LRN bottom: "pool1" top: "norm1"
  lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 } }
layers { name: "conv2" type: CONVOLUTION bottom: "norm1" top: "conv2"
  convolution_param { num_output: 256 pad: 2 kernel_size: 5 } }
layers { name: "relu2" type: RELU bottom: "conv2" top: "conv2" }
layers { name: "pool2" type: POOLING bottom: "conv2" top: "pool2"
  pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layers { name: "norm2" type: LRN bottom: "pool2" top: "norm2"
  lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 } }
layers { name: "conv3" type: CONVOLUTION bottom: "norm2" top: "conv3"
  convolution_param { num_output: 384 pad: 1 kernel_size: 3 } }
layers { name: "relu3" type: RELU bottom: "conv3" top: "conv3" }
layers { name: "pool5" type: POOLING bottom: "conv3" top: "pool5"
  pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layers { name: "fc6" type: INNER_PRODUCT bottom: "pool5" top: "fc6" inner_product_param { num_output: 512 } }
layers { name: "relu6" type: RELU bottom: "fc6" top: "fc6" }
layers { name: "drop6" type: DROPOUT bottom: "fc6" top: "fc6" dropout_param { dropout_ratio: 0.5 } }
layers { name: "fc7" type: INNER_PRODUCT bottom: "fc6" top: "fc7" inner_product_param { num_output: 512 } }
layers { name: "relu7" type: RELU bottom: "fc7" top: "fc7" }
layers { name: "drop7" type: DROPOUT bottom: "fc7" top: "fc7" dropout_param { dropout_ratio: 0.5 } }
layers { name: "fc8" type: INNER_PRODUCT bottom: "fc7" top: "fc8" inner_product_param { num_output: %d } }
"""
KINDS = {"conv": 4, "fc": 14}  # Caffe's numbers for CONVOLUTION and INNER_PRODUCT


def random_weights(classes: int) -> dict[str, tuple[Tensor, Tensor]]:
    """Large enough for the local response normalisation to matter: activations reach hundreds."""
    generator = torch.Generator().manual_seed(classes)
    weights = {}
    for name, layer in LeviHassner(classes).named_children():
        shape = layer.weight.shape  # type: ignore[union-attr]
        scale = (2 / shape[1:].numel()) ** 0.5  # type: ignore[union-attr]
        kernel = torch.randn(shape, generator=generator) * scale  # type: ignore[arg-type]
        weights[name] = kernel, torch.randn(shape[0], generator=generator)  # type: ignore[index, call-overload]
    return weights


def caffe_file(weights: dict[str, tuple[Tensor, Tensor]]) -> bytes:
    return b"".join(
        v1_layer(name, [blob(one, legacy=True) for one in blobs], kind=KINDS[name.rstrip("0123456789")])
        for name, blobs in weights.items()
    )


@pytest.mark.skipif(int(cv2.__version__.split(".")[0]) >= 5, reason="OpenCV 5 has no Caffe importer to compare with")
def test_opencv_computes_the_same() -> None:
    classes = 8  # the network for the gender differs in the last layer's size only
    data = caffe_file(random_weights(classes))
    theirs = cv2.dnn.readNetFromCaffe(bytearray((PROTOTXT % classes).encode()), bytearray(data))
    ours = LeviHassner(classes).eval()
    ours.load_published({layer.name: layer.blobs for layer in caffemodel.loads(data)})
    faces = torch.randn(1, 3, 227, 227, generator=torch.Generator().manual_seed(0)) * 60
    theirs.setInput(faces.numpy())
    with torch.no_grad():
        logits = ours(faces)
    expected = torch.from_numpy(theirs.forward())
    torch.testing.assert_close(logits, expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))


def test_size_of_the_published_file() -> None:
    """45,661,480 bytes: four for each parameter, and some for the layers' names and settings."""
    parameters = sum(parameter.numel() for parameter in LeviHassner(len(AGE_GROUPS)).parameters())
    assert 0 < 45_661_480 - 4 * parameters < 2_000
    parameters = sum(parameter.numel() for parameter in LeviHassner(2).parameters())
    assert 0 < 45_649_168 - 4 * parameters < 2_000


def test_other_weights_do_not_fit() -> None:
    weights = random_weights(8)
    with pytest.raises(RuntimeError, match=r"weight of fc8 is \(8, 512\) instead of \(2, 512\)"):
        LeviHassner(2).load_published(weights)
    with pytest.raises(RuntimeError, match="the layer fc7 must have a kernel and a bias, not 0 blobs"):
        LeviHassner(8).load_published({name: blobs for name, blobs in weights.items() if name != "fc7"})
    weights["fc7"] = weights["fc7"][0].reshape(256, 1024), weights["fc7"][1]
    with pytest.raises(RuntimeError, match=r"weight of fc7 is \(256, 1024\)"):
        LeviHassner(8).load_published(weights)


def test_the_mean_images_centre() -> None:
    image = torch.arange(256.0).expand(3, 256, 256)
    assert central(image).shape == (3, 227, 227)
    assert central(image)[0, 0, [0, -1]].tolist() == [14, 240]
