"""The report as files: what a program reads, and the page that a person opens."""

import base64
import io
import json

import numpy as np
import PIL.Image
import pytest
from judged import Said, drawn, said
from page_check import Page

from coronal import Image
from coronal.task_spec import Step
from coronal_learning.judging.about import About, Against, Report
from coronal_learning.judging.classifier_report import ClassifierReport, judge_classifier
from coronal_learning.judging.differences import compare_classifiers
from coronal_learning.judging.report_files import report_files
from coronal_learning.judging.segmenter_report import SegmenterReport, judge_segmenter

WILD = ("<script>alert(1)</script>", 'a" onload="x', "R&D")
ABOUT = About(
    model="pets@3",
    algorithm="svm",
    parameters={"kernel": "<b>", "penalty": 1.0},
    preprocess=(Step(algorithm="invert"),),
    dataset="animals@1",
    dataset_sha256="ab" * 32,
    part="test",
    counts={"train": {"bird": 10, "cat": 3}, "test": {"bird": 2}},
    packages={"numpy": "2.4"},
)


def report_of(one: Said) -> ClassifierReport:
    return judge_classifier(one.truth, one.predictions)


def written(report: Report, about: About = ABOUT, **more: object) -> tuple[dict[str, object], str]:
    content, page = report_files(report, about=about, **more)
    assert (content.name, content.media_type) == ("report.json", "application/json")
    assert (page.name, page.media_type) == ("report.html", "text/html; charset=utf-8")
    return json.loads(content.content), page.content.decode()


def grey(item: int) -> Image:
    return Image(np.full((6, 8), item % 256, np.uint8))


@pytest.fixture(scope="module")
def wild() -> ClassifierReport:
    return report_of(said(classes=WILD, sharpness=1.0))


@pytest.fixture(scope="module")
def segmented() -> SegmenterReport:
    return judge_segmenter(drawn(5), drawn(5, 1), names={1: "liver", 2: WILD[0]})


def test_the_page_needs_nothing_from_elsewhere(wild: ClassifierReport) -> None:
    _, text = written(wild, images=grey)
    page = Page(text)
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "iframe", "object", "base"})
    addresses = [value for _, each in page.tags for name, value in each.items() if name in {"src", "href"}]
    assert len(addresses) == 12
    assert all(str(one).startswith("data:image/png;base64,") for one in addresses)
    assert not any(name.startswith("on") for _, each in page.tags for name in each)
    assert "url(" not in text
    assert "@import" not in text


def test_names_of_users_are_escaped(wild: ClassifierReport) -> None:
    page = Page(written(wild, images=grey)[1])
    for name in (*WILD, '"<b>"'):
        assert name in page.text
    assert any(WILD[0] in str(one["alt"]) for one in page.named("img"))


def test_a_blind_reader_is_told_what_is_shown(wild: ClassifierReport) -> None:
    page = Page(written(wild, images=grey)[1])
    assert page.named("html") == [{"lang": "en"}]
    assert all(one.get("alt") for one in page.named("img"))
    assert all(one.get("scope") in {"row", "col"} for one in page.named("th"))
    charts = [one for one in page.named("svg") if one.get("aria-hidden") != "true"]
    assert len(charts) == len(page.named("figure")) == 3
    assert all(one.get("role") == "img" for one in charts)
    assert len(page.named("caption")) == len(page.named("table"))


def test_both_files_are_the_same_each_time(wild: ClassifierReport) -> None:
    assert written(wild, images=grey) == written(wild, images=grey)


def test_the_json_has_all_of_the_report(wild: ClassifierReport) -> None:
    content, _ = written(wild)
    assert ClassifierReport.model_validate_json(json.dumps(content["report"])) == wild
    assert About.model_validate(content["about"]) == ABOUT
    assert (content["curve"], content["against"]) == ([], None)


def test_the_head_tells_what_was_judged_by_what() -> None:
    text = Page(written(report_of(said()))[1]).text
    assert "A svm , judged by 300 items: the held-out part of the data set animals@1 ." in text
    assert "1,000 resamples of the 300 items" in text
    assert 'kernel: "<b>", penalty: 1.0' in text


def test_the_rare_class_is_seen_with_its_number() -> None:
    one = said(200)
    truth = ["dog", *("bird" if name == "dog" else name for name in one.truth[1:])]
    text = Page(written(judge_classifier(truth, one.predictions))[1]).text
    assert "dog rarest 1 0.5" in text
    assert "What is told of “dog” (1) rests on fewer than 30 items." in text
    assert "† Left out are the resamples in which it couldn't be told" in text


def test_it_is_told_when_the_model_has_learned_from_what_it_is_judged_by() -> None:
    text = Page(written(report_of(said()), ABOUT.model_copy(update={"learned_from": 12}))[1]).text
    assert "pets@3 knows these images. 12 of the 300 items were used in its training" in text


def test_a_class_without_items_is_told() -> None:
    one = said()
    more = Said(one.truth, np.insert(one.probabilities, 0, 0.0, axis=1), ("fish", *one.classes))
    assert "No item is of “fish”" in Page(written(report_of(more))[1]).text


def test_one_class_is_told_to_say_nothing_of_how_classes_are_told_apart() -> None:
    one = said()
    text = Page(written(judge_classifier(["cat"] * 300, one.predictions))[1]).text
    assert "there is no ROC AUC and no average precision" in text


def test_many_classes_show_their_most_frequent_mistakes() -> None:
    page = Page(written(report_of(said(400, tuple(f"k{n}" for n in range(40)), sharpness=1.0)))[1])
    assert "The most frequent mistakes of" in page.text
    assert "Of 40 classes the 8 with the lowest area." in page.text


def test_a_learning_curve_is_drawn_and_what_is_no_number_left_out() -> None:
    curve = [
        {"epoch": 1, "epochs": 2, "loss": 1.0, "validation_loss": float("nan"), "accuracy": 0.5},
        {"epoch": 2, "epochs": 2, "loss": 0.5, "validation_loss": 0.7, "accuracy": 0.8},
    ]
    content, text = written(report_of(said()), curve=curve)
    assert content["curve"][0] == {"epoch": 1, "epochs": 2, "loss": 1.0, "accuracy": 0.5}
    page = Page(text)
    assert "Validation loss" in page.text
    assert len(page.named("figure")) == 5


def test_two_models_are_compared() -> None:
    one, other = said(sharpness=1.0), said(sharpness=3.0)
    differences = compare_classifiers(one.truth, one.predictions, other.predictions)
    second = ABOUT.model_copy(update={"model": "pets@4", "learned_from": 5})
    against = Against(about=second, report=report_of(other), differences=differences)
    content, text = written(report_of(one), against=against)
    assert Against.model_validate_json(json.dumps(content["against"])) == against
    page = Page(text).text
    assert "Compared with pets@4" in page
    assert page.count("pets@4 is better") >= 5
    assert f"{differences.only_second} are right by pets@4 alone (p < 0.001, McNemar's exact test)" in page
    assert "pets@4 knows these images" in page


def test_the_worst_segmentations_are_shown_with_both_outlines(segmented: SegmenterReport) -> None:
    maps = list(zip(drawn(5), drawn(5, 1), strict=True))
    flat = Image(np.zeros((40, 50), np.uint8), maps[0][0].geometry)
    _, text = written(segmented, images=lambda _: flat, label_maps=maps.__getitem__)
    page = Page(text)
    assert len(page.named("img")) == 5
    source = str(page.named("img")[0]["src"]).partition(",")[2]
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(source)))
    assert picture.size == (70, 168)  # 50 columns of 0.5 mm and 40 rows of 1.5 mm
    colours = {colour for _, colour in picture.getcolors()}
    assert colours == {(0, 0, 0), (86, 180, 233), (230, 159, 0)}
    assert "Hausdorff 95 (mm)" in page.text
    assert WILD[0] in page.text


def test_without_images_the_worst_are_named(segmented: SegmenterReport) -> None:
    about = ABOUT.model_copy(update={"items": tuple(f"scan-{n}.png" for n in range(5))})
    page = Page(written(segmented, about)[1])
    assert not page.named("img")
    assert "scan-3.png" in page.text
