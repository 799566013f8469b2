"""What has come of the demonstration's course of learning, as a person sees it."""

from coronal_client.cli.display.listing import listing
from coronal_client.cli.display.reports import metric_name
from coronal_client.cli.display.screen import Screen
from coronal_client.demo.course import Learned, TrainedModel

__all__ = ["show_learned"]

_METRICS = ("accuracy", "balanced_accuracy")


def show_learned(screen: Screen, learned: Learned, truth: str) -> None:
    """Show how good each learner is, and what it says of the new image.

    Parameters
    ----------
    screen
        Where it is shown.
    learned
        What has come of it.
    truth
        What the new image is.
    """
    headings = [f"{metric_name(name)}\n(95 % CI)" for name in _METRICS]
    screen.show("\nhandwritten digits, learned")
    rows = [_row(one) for one in learned.models]
    screen.show(listing(("model", *headings, f"takes a\nnew {truth} for"), rows))
    pictures = [(one.learner.explained_by, one.picture) for one in learned.models]
    for name, path in [("report", learned.page), *pictures]:
        screen.show(f"  {name + ':':<11}{path}")


def _row(trained: TrainedModel) -> tuple[str, ...]:
    answer, probability = max(trained.answer.items(), key=lambda pair: pair[1])
    estimates = (str(trained.metrics[name]) for name in _METRICS)
    return (trained.learner.title, *estimates, f"{answer} ({probability:.1%})")
