"""The rules of outputs, on tensors alone: they know nothing of cv2, so that ``cv.cuda`` can keep them too."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from torch_opencv._binding.outputs import MismatchError, RefusedError, check_writable, describe, receive, with_names


def test_an_empty_output_becomes_the_result() -> None:
    result = torch.arange(24.0).reshape(4, 6)[1:, ::2]
    output = torch.empty(0)
    assert receive(output, result) is output
    assert torch.equal(output, result)
    assert output.data_ptr() == result.data_ptr()
    assert output.stride() == result.stride()


def test_a_placeholder_of_another_dtype_is_left_alone() -> None:
    result, placeholder = torch.ones(2, 2), torch.empty(0, 3, dtype=torch.uint8)
    assert receive(placeholder, result) is result
    assert placeholder.shape == (0, 3)


@pytest.mark.parametrize(
    "output", [torch.zeros(1), torch.zeros(3, 2), torch.zeros(2, 3, dtype=torch.float64)], ids=describe
)
def test_another_shape_or_dtype_is_an_error_with_both(output: torch.Tensor) -> None:
    with pytest.raises(MismatchError) as raised:
        receive(output, torch.zeros(2, 3))
    assert str(raised.value).startswith(f"is {describe(output)}, but the result is float32 (2, 3)")


def test_expanded_outputs_are_refused() -> None:
    for fine in (torch.zeros(2, 3), torch.zeros(1, 3).expand(1, 3), torch.zeros(()), torch.zeros(0)):
        check_writable(fine)
    check_writable(torch.zeros(4).as_strided((1, 4), (0, 1)))  # one element has a place of its own, whatever its stride
    with pytest.raises(RefusedError, match=r"expanded view.*\.clone\(\)"):
        check_writable(torch.zeros(2, 1).expand(2, 2))


def test_errors_name_function_and_argument() -> None:
    error = with_names(RefusedError("is odd"), "ml.SVM.train", "samples")
    assert type(error) is TypeError
    assert str(error) == "cv.ml.SVM.train: argument 'samples' is odd"
    assert type(with_names(MismatchError("is odd"), "flip", "dst")) is ValueError


def test_the_rules_know_neither_cv2_nor_numpy() -> None:
    code = "import sys; sys.modules['cv2'] = sys.modules['numpy'] = None; import torch_opencv._binding.outputs"
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
