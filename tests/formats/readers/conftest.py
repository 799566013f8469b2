"""Whatever a test of a reader reads, the properties of the file agree with it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from coronal import BadImage, Image, Reader, ReadLimits

T = TypeVar("T")


def _found(read: Callable[[], T]) -> T | BadImage:
    try:
        return read()
    except BadImage as refusal:
        return refusal


@pytest.fixture(autouse=True)
def properties_are_checked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    read = Reader.__call__

    def read_and_compare(self: Reader, path: Path, limits: ReadLimits = ReadLimits()) -> Image:  # noqa: B008
        properties = _found(lambda: self.properties(path, limits))
        if isinstance(properties, BadImage):
            refusal = _found(lambda: read(self, path, limits))
            assert (type(refusal), str(refusal)) == (type(properties), str(properties))
            raise properties
        image = read(self, path, limits)
        assert properties.fit(image), (properties, image)
        return image

    with monkeypatch.context() as patched:
        patched.setattr(Reader, "__call__", read_and_compare)
        yield
