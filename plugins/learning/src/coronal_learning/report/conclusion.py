"""The first sentence of a report: what was compared with what, and what came out."""

from collections.abc import Sequence

from coronal_learning.evaluation.estimate import Estimate
from coronal_learning.evaluation.evaluation_result import EvaluatedModel
from coronal_learning.evaluation.model_comparison import ModelComparison
from coronal_learning.report.numbers import counted, number

__all__ = ["conclusion", "test_images"]

_MAIN = {"classifier": ("accuracy", "an accuracy"), "segmenter": ("dice", "a mean Dice")}


def conclusion(models: Sequence[EvaluatedModel]) -> str:
    """Write the sentence; of several models the first is the reference."""
    reference = models[0]
    others = [(one, reported) for one in models if (reported := one.result.differences) is not None]
    where = f"On {test_images(reference)}, "
    if not others:
        return f"{where}the {reference.report.kind} {_named(reference)} had {_result(reference)}."
    best, differences = max(others, key=lambda pair: _main(pair[0]).value or 0.0)
    known = f"{_written(_main(reference))} for the reference {_named(reference)}"
    compared = f"{_result(best)}, compared with {known}: {_difference(best, differences)}."
    if len(others) == 1:
        return f"{where}the {reference.report.kind} {_named(best)} had {compared}"
    return (
        f"{where}{_named(best)}, the best of {len(others)} compared {reference.report.kind}s, had {compared}"
    )


def test_images(evaluated: EvaluatedModel) -> str:
    """Write which images a model was tested on."""
    about, bootstrap = evaluated.about, evaluated.report.bootstrap
    images = counted(evaluated.report.n, "held-out test image" if about.subset == "test" else "image")
    patients = f" of {counted(bootstrap.unit_count, 'patient')}" if bootstrap.unit == "patient" else ""
    return f"the {images}{patients} in {about.dataset}"


def _named(evaluated: EvaluatedModel) -> str:
    return f"{evaluated.name} ({evaluated.about.algorithm})"


def _main(evaluated: EvaluatedModel) -> Estimate:
    one: Estimate = getattr(evaluated.report.metrics, _MAIN[evaluated.report.kind][0])
    return one


def _result(evaluated: EvaluatedModel) -> str:
    return f"{_MAIN[evaluated.report.kind][1]} of {_written(_main(evaluated))}"


def _difference(evaluated: EvaluatedModel, differences: ModelComparison) -> str:
    one = differences.metrics[_MAIN[evaluated.report.kind][0]]
    is_open = one.low is not None and one.high is not None and one.low <= 0 <= one.high
    return f"a difference of {_written(one, signed=True)}" + (", not significant" if is_open else "")


def _written(one: Estimate, *, signed: bool = False) -> str:
    if one.low is None or one.high is None:
        return number(one.value, signed)
    interval = f"{number(one.low, signed)} to {number(one.high, signed)}"
    return f"{number(one.value, signed)} (95\N{NARROW NO-BREAK SPACE}% CI {interval})"
