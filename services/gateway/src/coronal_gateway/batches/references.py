"""The reference label maps of a batch, paired with images by name."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from coronal.errors import BadParameter, InputError
from coronal.formats.file_names import composed
from coronal_gateway.batches.commits import Commits
from coronal_gateway.http.uploads import ImageUpload
from coronal_jobs.records.job import Input

__all__ = ["BatchReferences"]

Sent: TypeAlias = tuple[str, Input | InputError]
"""Name of a reference, and the stored file, or why it was refused."""


class BatchReferences:
    """The references of a batch, sent in any order.

    A reference belongs to the image of the same name; where there is none, to the only image with that name
    apart from the suffix.
    """

    def __init__(self) -> None:
        self._commits = Commits()
        self._names: list[str] = []
        self._refused: list[Sent] = []
        self._stored: dict[int, Input] = {}

    def __len__(self) -> int:
        """Return the number of references received."""
        return len(self._names) + len(self._refused) + len(self._stored)

    def add(self, name: str, upload: ImageUpload) -> None:
        """Commit a complete reference; StoreUnavailable when an earlier one couldn't be stored."""
        self._names.append(name)
        self._commits.add(len(self._names), upload)

    def add_stored(self, number: int, file: Input) -> None:
        """Add a reference that is stored already, with the number of its image."""
        self._stored[number] = file

    def refuse(self, name: str, wrong: InputError) -> None:
        """Add a refused reference; its image is refused, too."""
        self._refused.append((name, wrong))

    def close(self) -> None:
        """Wait until no commit is in progress."""
        self._commits.close()

    def paired(self, images: Sequence[tuple[int, Input]]) -> Iterator[Input | InputError]:
        """Yield each image's reference, or why there is none; StoreUnavailable when one couldn't be stored.

        Parameters
        ----------
        images
            All accepted images, with their numbers.
        """
        found = _Found([*((file.name, file) for _, file in self._commits.inputs()), *self._refused])
        stems = Counter(_stem(image.name) for _, image in images)
        for number, image in images:
            yield self._stored.get(number) or found.of(image.name, is_alone=stems[_stem(image.name)] == 1)

    def unpaired(self, images: Iterable[str]) -> list[str]:
        """Return the names of references that belong to none of the images."""
        wanted = set(map(_stem, images))
        names = [*self._names, *(name for name, _ in self._refused)]
        return [name for name in names if _stem(name) not in wanted]


class _Found:
    def __init__(self, sent: Sequence[Sent]) -> None:
        self._by_name: dict[str, list[Input | InputError]] = defaultdict(list)
        self._by_stem: dict[str, list[Input | InputError]] = defaultdict(list)
        for name, one in sent:
            self._by_name[composed(name)].append(one)
            self._by_stem[_stem(name)].append(one)

    def of(self, name: str, *, is_alone: bool) -> Input | InputError:
        own = self._by_name.get(composed(name)) or (self._by_stem.get(_stem(name), []) if is_alone else [])
        if len(own) == 1:
            return own[0]
        found = f"{len(own)} of its name" if own else None
        return BadParameter("reference", found=found, allowed="given once, with the name of its image")


def _stem(name: str) -> str:
    """Return a name without its suffix.

    >>> _stem("patient-7/head.1.nii.gz"), _stem("a.b/2")
    ('patient-7/head.1', 'a.b/2')
    """
    folder, slash, file = composed(name).rpartition("/")
    return folder + slash + (file.removesuffix(".gz").rpartition(".")[0] or file)
