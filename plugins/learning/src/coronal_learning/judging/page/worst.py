"""The items that went worst, to be looked at."""

from collections.abc import Iterator

from coronal_learning.judging.about import About, Report
from coronal_learning.judging.classifier_report import ClassifierReport, Mistake
from coronal_learning.judging.page.head import counted
from coronal_learning.judging.page.markup import Markup, element, joined
from coronal_learning.judging.page.numbers import number, percent
from coronal_learning.judging.page.pictures import FOUND, TRUTH, data_uri, picture
from coronal_learning.judging.segmenter_report import SegmenterReport
from coronal_learning.judging.verdict import Images, LabelMaps

__all__ = ["worst"]

_MOST_LABELS = 4
"""Of an item that are told one by one."""


def worst(report: Report, about: About, images: Images | None, label_maps: LabelMaps | None) -> Markup:
    """Make the section."""
    if isinstance(report, ClassifierReport):
        return _mistakes(report, about, images)
    return _segmentations(report, about, images, label_maps)


def _mistakes(report: ClassifierReport, about: About, images: Images | None) -> Markup:
    cards = [_mistake(one, about, images) for one in report.mistakes]
    shown = f" Here are the {len(cards)} of which it was most sure." if cards else ""
    told = f"Wrong in {counted(report.mistake_count, 'item')} of {report.n:,}.{shown}"
    return _section("Worst mistakes", told, cards)


def _mistake(one: Mistake, about: About, images: Images | None) -> Markup:
    facts = (
        ("Truth", joined(one.truth, _share(one.probability_of_truth))),
        ("Prediction", joined(one.predicted, _share(one.probability))),
    )
    alt = f"{about.item_name(one.item)}: {one.truth}, taken for {one.predicted}"
    drawn = "" if images is None else _image(data_uri(picture(images(one.item))), alt)
    return _card(about.item_name(one.item), drawn, facts)


def _share(probability: float) -> Markup:
    return element("span", f" {percent(probability, 1)}", class_="interval")


def _segmentations(
    report: SegmenterReport, about: About, images: Images | None, label_maps: LabelMaps | None
) -> Markup:
    cards = [
        _card(
            about.item_name(item),
            "" if images is None else _outlined(item, about, images, label_maps),
            _dice(report, item),
        )
        for item in report.worst
    ]
    legend = element("p", *_legend(), class_="note") if images and label_maps else joined()
    return _section("Worst segmentations", "The items of the lowest Dice.", cards, legend)


def _dice(report: SegmenterReport, item: int) -> tuple[tuple[str, str], ...]:
    one = report.items[item]
    each = tuple(
        (row.name, number(dice)) for row, dice in zip(report.rows, one.dice, strict=True) if dice is not None
    )
    return (("Dice", number(one.mean_dice)), *(each[:_MOST_LABELS] if len(report.rows) > 1 else ()))


def _outlined(item: int, about: About, images: Images, label_maps: LabelMaps | None) -> Markup:
    drawn = picture(images(item), None if label_maps is None else label_maps(item))
    return _image(data_uri(drawn), f"{about.item_name(item)} with the outlines of truth and segmentation")


def _legend() -> Iterator[Markup]:
    for name, colour in (("truth", TRUTH), ("segmentation", FOUND)):
        key = element("span", class_="key", style=f"background: rgb{colour}")
        yield joined(key, f" outline of the {name} ")


def _section(title: str, told: str, cards: list[Markup], legend: str = "") -> Markup:
    listed = element("ul", *cards, class_="cards") if cards else ""
    return element("section", element("h2", title), element("p", told), legend, listed)


def _card(name: str, drawn: str, facts: tuple[tuple[str, str], ...]) -> Markup:
    pairs = (part for term, fact in facts for part in (element("dt", term), element("dd", fact)))
    return element("li", drawn, element("p", name, class_="item"), element("dl", *pairs))


def _image(address: str, alt: str) -> Markup:
    return element("img", src=address, alt=alt)
