"""Inference by ONNX Runtime."""

import numpy as np
import pytest
from onnx import TensorProto, helper

from coronal import BadModel
from coronal.models.onnx_session import OnnxSession


def doubling(kind: int) -> bytes:
    """Return a graph with two outputs: its input (of any height, 3 wide), and twice that."""
    ends = [helper.make_tensor_value_info(name, kind, [None, None, 3]) for name in ("x", "same", "twice")]
    nodes = [helper.make_node("Identity", ["x"], ["same"]), helper.make_node("Add", ["x", "x"], ["twice"])]
    graph = helper.make_graph(nodes, "doubling", ends[:1], ends[1:])
    opsets = [helper.make_opsetid("", 17)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString())


@pytest.mark.parametrize(
    ("kind", "dtype"), [(TensorProto.DOUBLE, np.float64), (TensorProto.FLOAT, np.float32)]
)
@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_the_last_output_is_returned_for_each_input_in_order(
    kind: int, dtype: type[np.floating], batch_size: int
) -> None:
    session = OnnxSession(doubling(kind), batch_size)
    inputs = np.arange(42.0).reshape(7, 2, 3)
    outputs = session.outputs(inputs)
    assert outputs.dtype == dtype
    np.testing.assert_array_equal(outputs, 2 * inputs)


def test_it_knows_its_shape() -> None:
    session = OnnxSession(doubling(TensorProto.FLOAT), 8)
    assert (session.input_shape, session.channels, session.is_double) == ((None, 3), 3, False)


@pytest.mark.parametrize("content", [b"", b"no graph"])
def test_what_is_no_graph_is_refused(content: bytes) -> None:
    with pytest.raises(BadModel, match=r"model\.onnx must be the graph of a model"):
        OnnxSession(content, 8)
