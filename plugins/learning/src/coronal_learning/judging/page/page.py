"""The whole page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from coronal_learning.judging.classifier_report import ClassifierReport
from coronal_learning.judging.page.comparison import comparison
from coronal_learning.judging.page.confusion import confusion
from coronal_learning.judging.page.curves import curves
from coronal_learning.judging.page.head import head, titled_page, uncertainty
from coronal_learning.judging.page.learning_curve import learning_curve
from coronal_learning.judging.page.making import judged_by, making
from coronal_learning.judging.page.markup import Markup, element, joined, lowered, raw
from coronal_learning.judging.page.overview import overview
from coronal_learning.judging.page.rows import rows
from coronal_learning.judging.page.summary import summary
from coronal_learning.judging.page.worst import worst
from coronal_learning.judging.verdict import Images, Judged

__all__ = ["Told", "page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that a page tells.

    Parameters
    ----------
    models
        What was judged, and how good it is: one, or several by the same items.
    curve
        How the training of a single one went; empty where that isn't told.
    images
        Where the pictures of the worst items come from; None for none.
    """

    models: Sequence[Judged]
    curve: Sequence[Mapping[str, float]] = ()
    images: Images | None = None


def page(told: Told) -> str:
    """Write the page; the same is told in the same bytes."""
    head_ = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", titled_page(told.models)),
        element("style", raw(_style())),
    )
    sections = _alone(told) if len(told.models) == 1 else _together(told)
    body = element("body", element("main", head(told.models), *sections))
    return f"<!DOCTYPE html>\n{element('html', head_, body, lang='en')}\n"


def _alone(told: Told) -> Iterator[Markup]:
    (model,) = told.models
    yield summary(model.report)
    yield uncertainty(model.report)
    yield from _details(model, told.images)
    yield learning_curve(told.curve)
    yield making(model.about)
    yield judged_by(model.about)


def _together(told: Told) -> Iterator[Markup]:
    first = told.models[0]
    yield overview(told.models)
    yield uncertainty(first.report)
    yield element("h2", "Model by model")
    for model in told.models:
        yield _unfolded(first, model, told.images)
    yield judged_by(first.about)


def _unfolded(first: Judged, model: Judged, images: Images | None) -> Markup:
    differences = model.verdict.differences
    told = joined(
        summary(model.report),
        joined() if differences is None else comparison(first, model, differences),
        *_details(model, images),
        making(model.about),
    )
    line = element("summary", element("h3", model.name), model.about.algorithm)
    # A page that starts with all of it is too long to be looked through; the first shows what is in each.
    return element("details", line, lowered(lowered(told)), class_="model", open=model is first)


def _details(model: Judged, images: Images | None) -> Iterator[Markup]:
    report = model.report
    yield rows(report)
    if isinstance(report, ClassifierReport):
        yield confusion(report)
        yield curves(report)
    yield worst(report, model.about, images, model.verdict.label_maps)


def _style() -> str:
    return resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
