"""How a training went."""

from coronal_learning.training.learning_curve import LearningCurve


def test_a_step_with_another_measurement_gets_a_column_and_those_before_an_empty_cell() -> None:
    curve = LearningCurve(lambda _: None)
    curve({"epoch": 1, "loss": 0.5})
    curve({"epoch": 2, "loss": 0.25, "accuracy": 1.0})
    assert curve.csv() == b"epoch,loss,accuracy\n1,0.5,\n2,0.25,1.0\n"


def test_the_log_has_what_was_measured() -> None:
    lines: list[str] = []
    curve = LearningCurve(lines.append)
    curve({"epoch": 1, "loss": 0.123456})
    curve({"validation_loss": 2.0})
    assert lines == ["epoch 1: loss 0.1235", "validation loss 2"]
