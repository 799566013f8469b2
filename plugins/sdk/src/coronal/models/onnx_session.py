"""Inference by ONNX Runtime, for plugins whose models export an ONNX graph."""

import numpy as np
from numpy.typing import NDArray

from coronal.errors import BadModel

__all__ = ["OnnxSession"]


class OnnxSession:
    """An ONNX graph of one input, ready for inference in one thread.

    Needs onnxruntime: a package that uses it names that among its own dependencies.

    Parameters
    ----------
    content
        The graph, as in the file ``model.onnx``. Its last output is the answer.
    batch_size
        Maximum number of inputs per call: intermediate values take memory.

    Raises
    ------
    BadModel
        When the content is no graph.
    """

    def __init__(self, content: bytes, batch_size: int) -> None:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as raised

        options = onnxruntime.SessionOptions()
        # A process of a worker has one core, and an answer takes less time than to wake another thread.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        broken = (raised.Fail, raised.InvalidArgument, raised.InvalidGraph, raised.InvalidProtobuf)
        try:
            self._session = onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
        except broken as error:
            raise BadModel(
                f"model.onnx must be the graph of a model, found {type(error).__name__}"
            ) from error
        self.content = content
        self._batch_size = batch_size
        self._input, self._output = self._session.get_inputs()[0], self._session.get_outputs()[-1]

    @property
    def is_double(self) -> bool:
        """Whether it computes in float64, and not in float32."""
        return bool(self._input.type == "tensor(double)")

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """Shape of one input; None along an axis of any length."""
        return tuple(length if isinstance(length, int) else None for length in self._input.shape[1:])

    @property
    def channels(self) -> int:
        """Length of the last axis of its output."""
        return int(self._output.shape[-1])

    def outputs(self, inputs: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the output of each input, in their order, as float64 or float32."""
        typed = inputs.astype(np.float64 if self.is_double else np.float32, copy=False)
        batches = [
            typed[start : start + self._batch_size] for start in range(0, len(typed), self._batch_size)
        ]
        return np.concatenate(
            [self._session.run([self._output.name], {self._input.name: batch})[0] for batch in batches]
        )
