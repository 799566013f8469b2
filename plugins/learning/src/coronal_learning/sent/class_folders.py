"""A zip with a folder for each class; perhaps below folders of what the images are for."""

from coronal.errors import shown
from coronal_learning.dataset_contents import Item
from coronal_learning.sent.archive import Archive
from coronal_learning.sent.faults import Faults
from coronal_learning.sent.part_words import part_of

__all__ = ["classified"]


def classified(archive: Archive, faults: Faults) -> list[Item]:
    """List images by the folders that they lie in, sorted by their paths.

    Parameters
    ----------
    archive
        ``CLASS/FILE``, or ``PART/CLASS/FILE`` where all uppermost folders are called ``train``,
        ``validation``, ``test`` or the like. Nothing lies deeper: files of a patient are told in a table.
    faults
        Where it is told what lies elsewhere, and which class has no file.
    """
    tops = {path.partition("/")[0] for path in archive.files}
    above = 1 if tops and all(map(part_of, tops)) else 0
    wanted = "PART/CLASS/FILE" if above else "CLASS/FILE"
    items = []
    for path in archive.files:
        folders = path.split("/")[:-1]
        if len(folders) != above + 1:
            faults.add(
                f"{shown(path)} must lie in the folder of its class, {wanted}, found {len(folders)} deep"
            )
            continue
        items.append(Item(name=path, label=folders[-1], part=part_of(folders[0]) if above else None))
    for folder in archive.folders:
        is_class = folder.count("/") == above + 1
        if is_class and not any(path.startswith(folder) for path in archive.files):
            faults.add(f"the class {shown(folder.rstrip('/'))} must have an image, found an empty folder")
    return items
