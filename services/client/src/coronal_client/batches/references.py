"""Which reference belongs to which image of a batch, by their names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from coronal_client.batches.parts import Part

__all__ = ["stem_of", "with_references"]


def with_references(images: Iterable[Part], references: Sequence[Part]) -> Iterator[Part]:
    """Yield the parts to send: each image, and behind it the reference of its name.

    Parameters
    ----------
    images
        What is compared. What is in a zip is paired by the server.
    references
        A label map belongs to the image of the same name, apart from the suffix, in the same folder below;
        or, where there is none there, to that of its own file's name, as long as no other is called so.
        Those that belong to none aren't sent.

    Examples
    --------
    >>> images = [Part("image", name, b"") for name in ("left/1.png", "2.dcm")]
    >>> masks = [Part("image", name, b"") for name in ("1.nii.gz", "2.png", "3.png")]
    >>> [(part.kind, part.name) for part in with_references(images, masks)]
    [('image', 'left/1.png'), ('reference', 'left/1.png'), ('image', '2.dcm'), ('reference', '2.dcm')]
    """
    by_path: dict[str, list[Part]] = defaultdict(list)
    by_name: dict[str, list[Part]] = defaultdict(list)
    for one in references:
        by_path[stem_of(one.name)].append(one)
        by_name[_own(one.name)].append(one)
    images = list(images)
    namesakes: dict[str, int] = defaultdict(int)
    for image in images:
        namesakes[_own(image.name)] += 1
    for image in images:
        yield image
        if image.kind == "archive":
            yield from (replace(one, kind="reference") for one in references)
            continue
        found = by_path.get(stem_of(image.name), [])
        if not found and namesakes[_own(image.name)] == 1:
            found = by_name.get(_own(image.name), [])
        for one in found:  # two of them are refused by the server, with a word about it
            yield replace(one, kind="reference", name=image.name)


def stem_of(name: str) -> str:
    """Take the suffix of a name away.

    >>> stem_of("patient-7/head.1.nii.gz"), stem_of("a.b/2")
    ('patient-7/head.1', 'a.b/2')
    """
    folder, slash, file = name.rpartition("/")
    return folder + slash + (file.removesuffix(".gz").rpartition(".")[0] or file)


def _own(name: str) -> str:
    return stem_of(PurePosixPath(name).name)
