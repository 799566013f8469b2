"""The learning curve: what a training measures after each step (epoch)."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["LearningCurve"]

_STEPS = ("epoch", "epochs")


def _ignore(_: object) -> None:
    return None


@dataclass(slots=True)
class LearningCurve:
    """Collects the measurements of a training, logs them and reports them as progress.

    Parameters
    ----------
    log
        Called with a line for the job's log.
    report
        Called with the measurements of a step: the job's progress.
    rows
        Measurements of each step, by name.

    Examples
    --------
    >>> curve = LearningCurve(print)
    >>> curve({"epoch": 3, "epochs": 20, "loss": 0.3071, "validation_accuracy": 0.93})
    epoch 3 of 20: loss 0.3071, validation accuracy 0.93
    >>> print(curve.csv().decode(), end="")
    epoch,epochs,loss,validation_accuracy
    3,20,0.3071,0.93
    """

    log: Callable[[str], None]
    report: Callable[[Mapping[str, float]], None] = field(default=_ignore)
    rows: list[Mapping[str, float]] = field(default_factory=list)

    def __call__(self, measured: Mapping[str, float]) -> None:
        """Add the measurements of a step (`coronal.TrainingContext.measure`)."""
        self.rows.append(dict(measured))
        self.report(measured)
        self.log(_line(measured))

    def csv(self) -> bytes:
        """Return a CSV with a row a step and a column a measurement; empty where there is none."""
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        file = io.StringIO()
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return file.getvalue().encode()


def _line(measured: Mapping[str, float]) -> str:
    values = ", ".join(
        f"{name.replace('_', ' ')} {value:.4g}" for name, value in measured.items() if name not in _STEPS
    )
    if "epoch" not in measured:
        return values
    of_all = f" of {measured['epochs']:g}" if "epochs" in measured else ""
    return f"epoch {measured['epoch']:g}{of_all}: {values}"
