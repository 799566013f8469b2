"""The task that takes labelled images in as a data set."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from pydantic import JsonValue

from coronal import BadImage, Publication, ResultFile, TaskResult, Work, task
from coronal.errors import shown
from coronal.task_spec import DatasetTask
from coronal_learning.alike import classes_alike
from coronal_learning.checks import check_items
from coronal_learning.dataset_file import Entry, open_dataset, write_dataset
from coronal_learning.duplicates import duplicates_across, pairs_in_words
from coronal_learning.identification import MOST_PAIRS, Identified
from coronal_learning.sent.faults import Faults
from coronal_learning.sent.files import Decoders
from coronal_learning.sent.opening import opened
from coronal_learning.sent.source import Source
from coronal_learning.sheet.contact_sheet import contact_sheet
from coronal_learning.survey import Survey

__all__ = ["dataset"]

_SHEET = "contact-sheet.png"
_MOST_NAMED = 5


@task
def dataset(work: Work) -> TaskResult:
    """Take what was sent as a data set: read all of it, keep it in one form, and tell what is in it.

    Parameters
    ----------
    work
        Its order is a `coronal.task_spec.DatasetTask`, its source the file that was sent
        (`coronal_learning.sent.opening`).

    Raises
    ------
    BadDataset
        When anything is wrong with it: with all that is.
    """
    spec = cast("DatasetTask", work.spec)  # a task is given the orders of its name
    faults = Faults()
    content = work.folder / "dataset.zip"
    decode = Decoders(work.read, work.read_labels or work.read)
    with opened(work.source, work.folder, decode, faults) as source:
        check_items(source.items, source.answers, source.names, faults)
        survey = Survey(source.answers, source.is_mendable, faults)
        write_dataset(content, _entries(work, source, survey, faults), source.names)
    if work.context.is_cancelled():
        return TaskResult(())
    with open_dataset(content) as taken:
        members = survey.members(taken.classes)
        picture = contact_sheet(taken, members)
        known = taken.identified()
    facts: dict[str, JsonValue] = {"description": spec.description, **survey.facts(members)}
    work.context.log(f"{len(source.items):,} images of {len(members):,} classes are taken in")
    facts |= _understood(work, source, taken.classes) | _repeated(work, known)
    files = (_result(spec.name, facts), ResultFile(_SHEET, "image/png", picture))
    return TaskResult(files, Publication("datasets", spec.name, content, facts, (_SHEET,)))


def _entries(work: Work, source: Source, survey: Survey, faults: Faults) -> Iterator[Entry]:
    """Give what can be read, and at the end raise what is wrong; nothing more once the job is cancelled."""
    for number, (item, found) in enumerate(zip(source.items, source.read(), strict=True)):
        if work.context.is_cancelled():
            return
        work.context.progress(number / len(source.items))
        if found is not None:
            known = item.identified(found[0])
            survey.add(known, *found)
            yield known, *found
    survey.close()
    _check_labels(source, faults)
    faults.raise_any()


def _understood(work: Work, source: Source, classes: Sequence[str]) -> dict[str, JsonValue]:
    """Report how labels and names were understood, where that could be another thing than was meant."""
    facts: dict[str, JsonValue] = {}
    if source.answers == "label-maps":
        facts["labels"] = str(source.labels)
        work.context.log(f"labels: {source.labels}")
    if alike := classes_alike(classes):
        facts["alike"] = [[*names] for names in alike]
        for names in alike:
            work.context.log(f"classes whose names read alike: {', '.join(map(shown, names))}")
    return facts


def _repeated(work: Work, known: Identified) -> dict[str, JsonValue]:
    """Report images that are there twice, or nearly: what stands in two parts is no test."""
    items, near = known.items, known.near_duplicates
    parts = [item.part for item in items]
    if same := duplicates_across(items, parts):
        told = pairs_in_words(same, items, parts)
        work.context.log(f"{len(same):,} images have the pixels of one in another part: {told}")
    across = [pair for pair in near if len({parts[number] for number in pair}) > 1]
    if near:
        told = pairs_in_words(across or near, items, parts, sign="≈")
        count = f"{len(near):,}" + (" or more" if len(near) == MOST_PAIRS else "")
        work.context.log(
            f"{count} pairs of images are nearly the same, {len(across):,} of them of two parts: {told}"
        )
    named = (across or near)[:_MOST_NAMED]
    first: list[JsonValue] = [[items[number].name for number in pair] for pair in named]
    return {"near_duplicates": {"pairs": len(near), "in_other_part": len(across), "first": first}}


def _check_labels(source: Source, faults: Faults) -> None:
    try:
        source.labels.check()
    except BadImage as unclear:
        faults.add(str(unclear))


def _result(name: str, facts: Mapping[str, JsonValue]) -> ResultFile:
    text = json.dumps({"dataset": name, **facts}, indent=2, ensure_ascii=False) + "\n"
    return ResultFile("result.json", "application/json", text.encode())
