"""ONNX Runtime, set up for a program that does other things beside."""

from __future__ import annotations

from typing import Any


def onnx_session(graph: bytes, threads: int) -> Any:
    """An `onnxruntime.InferenceSession` on the CPU.

    Args:
        graph: ONNX, serialised.
        threads: how many it takes for a call.
    """
    import onnxruntime  # type: ignore[import-untyped]  # here, because it costs a tenth of a second

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Between two layers, workers wait by spinning: without it a call takes a third longer. But for 20 us at most,
    # where the default is tens of milliseconds: on a busy machine what they wait for may not be running, and a call
    # takes two to three times as long. And not between calls, when others want to decode and show images.
    options.add_session_config_entry("session.intra_op.spin_duration_us", "20")
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.log_severity_level = 3  # errors; its warnings are about the graph's making, nothing for users
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
