"""The report as files: what a program reads, and the page that a person opens."""

import base64
import io
import json
from itertools import pairwise
from typing import Any

import numpy as np
import PIL.Image
import pytest
from evaluation_cases import CLASSES, Said, drawn, said
from page_check import Page

from coronal import Image
from coronal.task_spec import Step
from coronal_learning.evaluation.about import About, Report
from coronal_learning.evaluation.bootstrap import Resamples
from coronal_learning.evaluation.classifier_report import (
    ClassifierReport,
    evaluate_classifier,
    evaluate_predictions,
)
from coronal_learning.evaluation.evaluation_result import (
    EvaluatedModel,
    EvaluationResult,
    LabelMaps,
    compare_with_first,
)
from coronal_learning.evaluation.item_scores import ItemScores
from coronal_learning.evaluation.model_comparison import ModelComparison
from coronal_learning.evaluation.predictions import Predictions
from coronal_learning.evaluation.segmenter_report import SegmenterReport, evaluate_items, evaluate_segmenter
from coronal_learning.report.report_files import report_files

pytestmark = pytest.mark.slow

WILD = ("<script>alert(1)</script>", 'a" onload="x', "R&D")
ABOUT = About(
    model="pets@3",
    algorithm="svm",
    parameters={"kernel": "<b>", "C": 1.0},
    preprocess=(Step(algorithm="invert"),),
    dataset="animals@1",
    dataset_sha256="ab" * 32,
    subset="test",
    counts={"train": {"bird": 10, "cat": 3}, "test": {"bird": 2}},
    packages={"numpy": "2.4"},
)


def report_of(one: Said) -> ClassifierReport:
    return evaluate_classifier(one.truth, one.predictions)


def written(
    report: Report, about: About = ABOUT, label_maps: LabelMaps | None = None, **more: Any
) -> tuple[dict[str, Any], str]:
    return files_of([EvaluatedModel(about, EvaluationResult(report, label_maps=label_maps))], **more)


def files_of(models: list[EvaluatedModel], **more: Any) -> tuple[dict[str, Any], str]:
    content, page = report_files(models, **more)
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
    return evaluate_segmenter(drawn(5), drawn(5, 1), names={1: "liver", 2: WILD[0]})


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


def test_a_blind_reader_is_reported_what_is_shown(wild: ClassifierReport) -> None:
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
    assert content["learning_curve"] == []
    (model,) = content["models"]
    assert (model["name"], model["algorithm"], model["differences"]) == ("pets@3", "svm", None)
    assert {name: model[name] for name in content["report"]} == content["report"]


def test_the_head_tells_what_was_evaluated_on_what() -> None:
    text = Page(written(report_of(said()))[1]).text
    lead = "On the 300 held-out test images in animals@1, the classifier pets@3 (svm) had an accuracy of 0.8"
    assert lead in text
    assert "1,000 resamples of the 300 images" in text
    assert 'kernel: "<b>", C: 1.0' in text


def test_the_head_tells_what_a_user_must_know_of_the_model() -> None:
    rough = ABOUT.model_copy(update={"caveats": ("its probabilities are <rough>",)})
    content, page = written(report_of(said()), rough)
    assert content["about"]["caveats"] == ["its probabilities are <rough>"]
    assert "Caveat of pets@3: its probabilities are <rough>." in Page(page).text


def test_the_rare_class_is_seen_with_its_number() -> None:
    one = said(200)
    truth = ["dog", *("bird" if name == "dog" else name for name in one.truth[1:])]
    text = Page(written(evaluate_classifier(truth, one.predictions))[1]).text
    assert "dog rarest 1 0.5" in text
    assert "Results for “dog” (1) rest on fewer than 30 images." in text
    assert "† Without the resamples in which it is undefined" in text


def test_it_is_reported_when_the_model_has_learned_from_what_it_is_evaluated_by() -> None:
    text = Page(written(report_of(said()), ABOUT.model_copy(update={"used_in_training": 12}))[1]).text
    assert "pets@3 was trained on test images. 12 of the 300 test images were used in its training" in text


def test_a_class_without_items_is_reported() -> None:
    one = said()
    more = Said(one.truth, np.insert(one.probabilities, 0, 0.0, axis=1), ("fish", *one.classes))
    assert "No test image shows “fish”" in Page(written(report_of(more))[1]).text


def test_one_class_is_reported_to_say_nothing_of_how_classes_are_reported_apart() -> None:
    one = said()
    text = Page(written(evaluate_classifier(["cat"] * 300, one.predictions))[1]).text
    assert "there is no ROC AUC and no average precision" in text


def test_many_classes_show_their_most_frequent_mistakes() -> None:
    page = Page(written(report_of(said(400, tuple(f"k{n}" for n in range(40)), sharpness=1.0)))[1])
    assert "The most frequent errors; report.json has the whole matrix" in page.text
    assert "The 8 of 40 classes with the lowest area." in page.text


def test_a_learning_curve_is_drawn_and_what_is_no_number_left_out() -> None:
    curve = [
        {"epoch": 1, "epochs": 2, "loss": 1.0, "validation_loss": float("nan"), "accuracy": 0.5},
        {"epoch": 2, "epochs": 2, "loss": 0.5, "validation_loss": 0.7, "accuracy": 0.8},
    ]
    content, text = written(report_of(said()), curve=curve)
    assert content["learning_curve"][0] == {"epoch": 1, "epochs": 2, "loss": 1.0, "accuracy": 0.5}
    page = Page(text)
    assert "Validation loss" in page.text
    assert len(page.named("figure")) == 5


def compared(*sharpness: float, classes: tuple[str, ...] = CLASSES) -> list[EvaluatedModel]:
    """Evaluate models of unlike sharpness on the same items."""
    several = [said(classes=classes, sharpness=one) for one in sharpness]
    resamples = Resamples.of(len(several[0].truth))
    found = compare_with_first(
        [evaluate_predictions(Predictions.of(one.truth, one.predictions), resamples) for one in several]
    )
    return [
        EvaluatedModel(
            ABOUT.model_copy(update={"model": f"pets@{number}", "used_in_training": number // 4}), result
        )
        for number, result in enumerate(found, start=1)
    ]


def test_each_model_is_reported_and_how_it_differs_from_the_first() -> None:
    models = compared(1.0, 3.0, 1.2)
    content, _ = files_of(models)
    assert [one["name"] for one in content["models"]] == ["pets@1", "pets@2", "pets@3"]
    assert content["about"]["model"] == "pets@1"
    assert content["report"]["metrics"] == content["models"][0]["metrics"]
    first, *others = content["models"]
    assert first["differences"] is None
    for one, reported in zip(models[1:], others, strict=True):
        assert (
            ModelComparison.model_validate_json(json.dumps(reported["differences"])) == one.result.differences
        )
        accuracy = reported["differences"]["metrics"]["accuracy"]["value"]
        gained = reported["metrics"]["accuracy"]["value"] - first["metrics"]["accuracy"]["value"]
        assert accuracy == pytest.approx(gained)


def test_what_is_as_long_as_the_data_set_is_reported_once() -> None:
    content, _ = files_of(compared(1.0, 3.0))
    assert content["about"]["counts"] == ABOUT.counts
    assert all({"items", "counts"}.isdisjoint(one["about"]) for one in content["models"])


def test_models_are_compared_at_one_glance_and_the_best_is_marked() -> None:
    models = compared(1.0, 3.0, 1.0, 2.0)
    page = Page(files_of(models)[1])
    assert "4 classifiers on animals@1" in page.text
    overview = page.text.partition("Each model by itself")[2].partition("Model by model")[0]
    assert overview.count(" best ") == 5
    assert "Difference to the reference pets@1, on the same images" in overview
    reported = models[1].result.differences
    assert reported is not None
    assert f"{reported.model_only} : {reported.reference_only} p < 0.001" in overview
    tables = overview.partition("“Better” and “worse” stand")[0]
    assert (tables.count(" better ") >= 10, tables.count(" worse ")) == (True, 0)
    assert "pets@3 svm +0.000 +0.000 +0.000 +0.000 +0.000 0 : 0 p = 1.000" in overview
    assert "pets@4 was trained on test images" in page.text


def test_a_tie_has_no_best() -> None:
    overview = Page(files_of(compared(2.0, 2.0))[1]).text.partition("Model by model")[0]
    assert " best " not in overview


def test_the_details_of_each_model_can_be_unfolded() -> None:
    page = Page(files_of(compared(1.0, 3.0, 2.0, classes=WILD), images=grey)[1])
    assert [one.get("open", "closed") for one in page.named("details")] == [None, "closed", "closed"]
    assert page.text.count("Confusion matrix") == page.text.count("Misclassified images") == 3
    assert page.text.count("How it was made") == 3
    assert page.text.count("Compared with the reference pets@1") == 2
    assert page.text.count("Images in each subset of the data set") == 1
    assert len(page.named("figure")) == 9
    levels = [int(tag[1]) for tag, _ in page.tags if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_it_is_reported_metric_by_metric_what_is_open() -> None:
    models = compared(1.0, 3.0, 1.02)
    text = Page(files_of(models)[1]).text
    better, open_ = text.split("Compared with the reference pets@1")[1:]
    assert better.count(" better ") >= 5
    assert "not significant: the interval includes 0" in open_
    reported = models[1].result.differences
    assert reported is not None
    assert f"{reported.model_only} are classified correctly by this model only" in better
    assert f"{reported.reference_only} by the reference only (p < 0.001, McNemar’s exact test)" in better


def test_segmenters_are_compared_with_the_outlines_of_each() -> None:
    names = {1: "liver", 2: "vessel"}
    truth = drawn(5)
    found = [truth, drawn(5, 1), drawn(5, 2)]
    resamples = Resamples.of(5)
    scored = [[ItemScores.of(*pair, names) for pair in zip(truth, one, strict=True)] for one in found]
    asked: list[int] = []

    def label_maps(number: int) -> LabelMaps:
        return lambda place: asked.append(number) or (truth[place], found[number][place])

    evaluated = compare_with_first(
        [evaluate_items(items, names, resamples) for items in scored], [label_maps(n) for n in range(3)]
    )
    flat = Image(np.zeros((40, 50), np.uint8), truth[0].geometry)
    page = Page(files_of([EvaluatedModel(ABOUT, one) for one in evaluated], images=lambda _: flat)[1])
    assert asked == [0] * 5 + [1] * 5 + [2] * 5
    assert "Dice for “vessel”, the rarest (3 images)" in page.text
    assert "sign test" in page.text


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
