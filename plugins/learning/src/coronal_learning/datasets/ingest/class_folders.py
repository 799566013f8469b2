"""A zip with a folder for each class, optionally below a folder for each subset."""

from coronal.errors import shown
from coronal_learning.datasets.dataset_contents import Item
from coronal_learning.datasets.ingest.archive import Archive
from coronal_learning.datasets.ingest.faults import Faults
from coronal_learning.datasets.ingest.subset_names import subset_of

__all__ = ["list_class_folders"]


def list_class_folders(archive: Archive, faults: Faults) -> list[Item]:
    """List images with the class of their folder, sorted by path.

    Parameters
    ----------
    archive
        ``CLASS/FILE``, or ``SUBSET/CLASS/FILE`` where all top folders are named ``train``, ``validation``,
        ``test`` or the like. Nothing lies deeper: patients are given in a table.
    faults
        Collects files that lie elsewhere, and classes without a file.
    """
    tops = {path.partition("/")[0] for path in archive.files}
    above = 1 if tops and all(map(subset_of, tops)) else 0
    wanted = "SUBSET/CLASS/FILE" if above else "CLASS/FILE"
    items = []
    for path in archive.files:
        folders = path.split("/")[:-1]
        if len(folders) != above + 1:
            faults.add(
                f"{shown(path)} must lie in the folder of its class, {wanted}, found {len(folders)} deep"
            )
            continue
        items.append(Item(name=path, label=folders[-1], subset=subset_of(folders[0]) if above else None))
    for folder in archive.folders:
        is_class = folder.count("/") == above + 1
        if is_class and not any(path.startswith(folder) for path in archive.files):
            faults.add(f"the class {shown(folder.rstrip('/'))} must have an image, found an empty folder")
    return items
