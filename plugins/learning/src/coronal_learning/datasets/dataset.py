"""The task that ingests labelled images as a data set."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from pydantic import JsonValue

from coronal import BadImage, Publication, ResultFile, TaskResult, Work, task
from coronal.errors import shown
from coronal.task_spec import DatasetTask
from coronal_learning.datasets.checks import check_items
from coronal_learning.datasets.contact_sheet.sheet import contact_sheet
from coronal_learning.datasets.dataset_file import Entry, open_dataset, write_dataset
from coronal_learning.datasets.duplicate_detection import MAX_PAIRS, ItemsWithDuplicates
from coronal_learning.datasets.duplicates.duplicates import duplicates_across, pairs_in_words
from coronal_learning.datasets.duplicates.similar_names import classes_alike
from coronal_learning.datasets.ingest.faults import Faults
from coronal_learning.datasets.ingest.image_files import Decoders
from coronal_learning.datasets.ingest.open_source import opened
from coronal_learning.datasets.ingest.source import Source
from coronal_learning.datasets.statistics import DatasetStatistics

__all__ = ["dataset"]

_SHEET = "contact-sheet.png"
_MAX_NAMED = 5


@task
def dataset(work: Work) -> TaskResult:
    """Import a data set: read all images, store them in one format, and compute statistics.

    Parameters
    ----------
    work
        Its specification is a `coronal.task_spec.DatasetTask`, its source the file that was sent
        (`coronal_learning.datasets.ingest.open_source`).

    Raises
    ------
    BadDataset
        When anything is wrong with it; reports all faults at once.
    """
    spec = cast("DatasetTask", work.spec)  # a task gets the specifications of its name
    faults = Faults()
    content = work.folder / "dataset.zip"
    decode = Decoders(work.read, work.read_labels or work.read)
    with opened(work.source, work.folder, decode, faults) as source:
        check_items(source.items, source.annotation, source.names, faults)
        statistics = DatasetStatistics(source.annotation, source.is_mendable, faults)
        write_dataset(content, _entries(work, source, statistics, faults), source.names)
    if work.context.is_cancelled():
        return TaskResult(())
    with open_dataset(content) as taken:
        members = statistics.members(taken.classes)
        picture = contact_sheet(taken, members)
        known = taken.with_duplicates()
    facts: dict[str, JsonValue] = {"description": spec.description, **statistics.facts(members)}
    work.context.log(f"{len(source.items):,} images of {len(members):,} classes are taken in")
    facts |= _understood(work, source, taken.classes) | _repeated(work, known)
    files = (_result(spec.name, facts), ResultFile(_SHEET, "image/png", picture))
    return TaskResult(files, Publication("datasets", spec.name, content, facts, (_SHEET,)))


def _entries(work: Work, source: Source, statistics: DatasetStatistics, faults: Faults) -> Iterator[Entry]:
    """Yield what can be read, and finally raise all faults; stop once the job is cancelled."""
    for number, (item, found) in enumerate(zip(source.items, source.read(), strict=True)):
        if work.context.is_cancelled():
            return
        work.context.progress(number / len(source.items))
        if found is not None:
            known = item.with_digest(found[0])
            statistics.add(known, *found)
            yield known, *found
    statistics.close()
    _check_labels(source, faults)
    faults.raise_any()


def _understood(work: Work, source: Source, classes: Sequence[str]) -> dict[str, JsonValue]:
    """Report how labels and names were interpreted, where that is ambiguous."""
    facts: dict[str, JsonValue] = {}
    if source.annotation == "label-maps":
        facts["labels"] = str(source.labels)
        work.context.log(f"labels: {source.labels}")
    if alike := classes_alike(classes):
        facts["alike"] = [[*names] for names in alike]
        for names in alike:
            work.context.log(f"classes whose names read alike: {', '.join(map(shown, names))}")
    return facts


def _repeated(work: Work, known: ItemsWithDuplicates) -> dict[str, JsonValue]:
    """Report duplicates and near-duplicates: across subsets they leak into the test."""
    items, near = known.items, known.near_duplicates
    subsets = [item.subset for item in items]
    if same := duplicates_across(items, subsets):
        reported = pairs_in_words(same, items, subsets)
        work.context.log(f"{len(same):,} images have the pixels of one in another subset: {reported}")
    across = [pair for pair in near if len({subsets[number] for number in pair}) > 1]
    if near:
        reported = pairs_in_words(across or near, items, subsets, sign="≈")
        count = f"{len(near):,}" + (" or more" if len(near) == MAX_PAIRS else "")
        work.context.log(
            f"{count} pairs of images are nearly the same, {len(across):,} of them of two subsets: {reported}"
        )
    named = (across or near)[:_MAX_NAMED]
    first: list[JsonValue] = [[items[number].name for number in pair] for pair in named]
    return {"near_duplicates": {"pairs": len(near), "in_other_subset": len(across), "first": first}}


def _check_labels(source: Source, faults: Faults) -> None:
    try:
        source.labels.check()
    except BadImage as unclear:
        faults.add(str(unclear))


def _result(name: str, facts: Mapping[str, JsonValue]) -> ResultFile:
    text = json.dumps({"dataset": name, **facts}, indent=2, ensure_ascii=False) + "\n"
    return ResultFile("result.json", "application/json", text.encode())
