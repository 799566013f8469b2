"""A zip with the folders ``images`` and ``labels``: each image has a label map of the same name."""

from collections.abc import Mapping

from coronal.errors import shown
from coronal_learning.datasets.dataset_contents import Item
from coronal_learning.datasets.ingest.archive import IMAGES, LABELS, NAMES, TABLE, Archive
from coronal_learning.datasets.ingest.faults import Faults
from coronal_learning.datasets.ingest.label_decoding import MAX_LABELS
from coronal_learning.datasets.ingest.labels_csv import read_labels, read_table

__all__ = ["has_pairs", "label_names", "list_pairs", "names_in_order"]


def has_pairs(archive: Archive) -> bool:
    """Return whether a zip has this layout."""
    return all(any(path.startswith(folder) for path in archive.files) for folder in (IMAGES, LABELS))


def list_pairs(archive: Archive, faults: Faults) -> list[tuple[Item, str]]:
    """List images and the path of each one's label map, sorted by the images' paths.

    Parameters
    ----------
    archive
        Zip in which both have the same path below their folders, apart from the suffix. ``labels.csv`` may
        give patient and split of each image.
    faults
        Collects files without a partner.
    """
    images = _by_stem(archive, IMAGES, faults)
    label_maps = _by_stem(archive, LABELS, faults)
    for stem in sorted(images.keys() ^ label_maps.keys()):
        there, missing = (images, "label map") if stem in images else (label_maps, "image")
        faults.add(f"{shown(there[stem])} must have {missing} of its name, found none")
    for path in archive.files:
        if not path.startswith((IMAGES, LABELS)) and path not in (TABLE, NAMES):
            faults.add(f"{shown(path)} must lie in {IMAGES} or {LABELS}, found it elsewhere")
    pairs = {images[stem]: label_maps[stem] for stem in images.keys() & label_maps.keys()}
    if TABLE in archive.files:
        items = read_labels(archive, list(images.values()), faults, label=False)
    else:
        items = [Item(name=path) for path in sorted(pairs)]
    return [(item, pairs[item.name]) for item in items if item.name in pairs]


def label_names(archive: Archive, faults: Faults) -> dict[int, str]:
    """Read the names of the labels, where ``names.csv`` has them (``label``, ``name``)."""
    if NAMES not in archive.files:
        return {}
    names: dict[int, str] = {}
    for number, line in read_table(archive, NAMES, ("label", "name"), faults):
        label, name = line["label"], line.get("name", "")
        is_label = label.isascii() and label.isdigit() and len(label) <= 3 and 0 < int(label) <= MAX_LABELS
        if not is_label or not name or int(label) in names or name in names.values():
            faults.add(
                f"{NAMES}, line {number}: there must be a label from 1 to {MAX_LABELS} and its name, "
                f"neither of them twice, found {shown(label)} and {shown(name)}"
            )
            continue
        names[int(label)] = name
    return names


def names_in_order(names: Mapping[int, str]) -> list[str]:
    """Return the names from label 1 on; one without a name gets its number.

    >>> names_in_order({3: "tumour", 1: "brain"})
    ['brain', '2', 'tumour']
    """
    return [names.get(label, str(label)) for label in range(1, max(names, default=0) + 1)]


def _by_stem(archive: Archive, folder: str, faults: Faults) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in archive.files:
        if not path.startswith(folder):
            continue
        stem = _stem(path.removeprefix(folder))
        if stem in found:
            faults.add(
                f"{shown(found[stem])} and {shown(path)} must have names that differ in more than suffix"
            )
        found[stem] = path
    return found


def _stem(path: str) -> str:
    """Strip the suffix.

    >>> _stem("a/head.1.nii.gz"), _stem("a.b/2.png"), _stem("a.b/2")
    ('a/head.1', 'a.b/2', 'a.b/2')
    """
    folder, slash, name = path.rpartition("/")
    name = name.removesuffix(".gz")
    return folder + slash + (name.rpartition(".")[0] or name)
