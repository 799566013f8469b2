"""The references of a batch: each belongs to the image of its name."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from coronal.errors import BadParameter, InputError
from coronal.file_names import composed
from coronal_gateway.batch_commits import Commits
from coronal_gateway.uploads import ImageUpload
from coronal_jobs.job import Input

__all__ = ["BatchReferences"]

Sent: TypeAlias = tuple[str, Input | InputError]
"""The name of a reference, and what was kept of it, or why nothing was."""


class BatchReferences:
    """The references that come with a batch, in any order.

    One belongs to the image of the same name; where there is none, to the only image of that name apart
    from the suffix.
    """

    def __init__(self) -> None:
        self._commits = Commits()
        self._names: list[str] = []
        self._refused: list[Sent] = []
        self._earlier: dict[int, Input] = {}

    def __len__(self) -> int:
        """Tell how many have come."""
        return len(self._names) + len(self._refused) + len(self._earlier)

    def keep(self, name: str, upload: ImageUpload) -> None:
        """Keep one that is whole; StoreUnavailable when one before it couldn't be kept."""
        self._names.append(name)
        self._commits.add(len(self._names), upload)

    def keep_earlier(self, number: int, file: Input) -> None:
        """Note one whose bytes are there already, and the number of its image."""
        self._earlier[number] = file

    def refuse(self, name: str, wrong: InputError) -> None:
        """Note one that can't be taken; its image can't be, then."""
        self._refused.append((name, wrong))

    def close(self) -> None:
        """Stay until none is on its way to the disk."""
        self._commits.close()

    def paired(self, images: Sequence[tuple[int, Input]]) -> Iterator[Input | InputError]:
        """Give the reference of each image, or why there is none; StoreUnavailable when one couldn't be kept.

        Parameters
        ----------
        images
            All that are taken, with their numbers.
        """
        found = _Found([*((file.name, file) for _, file in self._commits.inputs()), *self._refused])
        stems = Counter(_stem(image.name) for _, image in images)
        for number, image in images:
            yield self._earlier.get(number) or found.of(image.name, is_alone=stems[_stem(image.name)] == 1)

    def unpaired(self, images: Iterable[str]) -> list[str]:
        """Give the names of those that belong to none of the images that were sent, by the images' names."""
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
    """Take the suffix of a name away.

    >>> _stem("patient-7/head.1.nii.gz"), _stem("a.b/2")
    ('patient-7/head.1', 'a.b/2')
    """
    folder, slash, file = composed(name).rpartition("/")
    return folder + slash + (file.removesuffix(".gz").rpartition(".")[0] or file)
