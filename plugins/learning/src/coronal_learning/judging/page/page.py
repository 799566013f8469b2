"""The whole page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from coronal_learning.judging.about import About, Against, Report
from coronal_learning.judging.classifier_report import ClassifierReport
from coronal_learning.judging.page.comparison import comparison
from coronal_learning.judging.page.confusion import confusion
from coronal_learning.judging.page.curves import curves
from coronal_learning.judging.page.head import head, uncertainty
from coronal_learning.judging.page.learning_curve import learning_curve
from coronal_learning.judging.page.making import making
from coronal_learning.judging.page.markup import Markup, element, joined, raw
from coronal_learning.judging.page.rows import rows
from coronal_learning.judging.page.summary import summary
from coronal_learning.judging.page.worst import Images, LabelMaps, worst

__all__ = ["Told", "page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that a page tells.

    Parameters
    ----------
    report, about
        How good a model is, and what was judged by what.
    curve
        How its training went; empty where that isn't told.
    against
        A second model.
    images, label_maps
        Where the pictures of the worst items come from; None for none.
    """

    report: Report
    about: About
    curve: Sequence[Mapping[str, float]] = ()
    against: Against | None = None
    images: Images | None = None
    label_maps: LabelMaps | None = None


def page(told: Told) -> str:
    """Write the page; the same is told in the same bytes."""
    title = f"Evaluation of {told.about.model} on {told.about.dataset}"
    head_ = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", raw(_style())),
    )
    written = element("html", head_, element("body", element("main", *_sections(told))), lang="en")
    return f"<!DOCTYPE html>\n{written}\n"


def _sections(told: Told) -> list[Markup]:
    report, about, against = told.report, told.about, told.against
    return [
        head(report, about, against),
        summary(report),
        uncertainty(report),
        joined() if against is None else comparison(report, about, against),
        rows(report),
        *([confusion(report), curves(report)] if isinstance(report, ClassifierReport) else []),
        worst(report, about, told.images, told.label_maps),
        learning_curve(told.curve),
        making(about, against),
    ]


def _style() -> str:
    return resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
