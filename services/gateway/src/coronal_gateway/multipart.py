"""A multipart form, taken part by part as it comes in."""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Protocol

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from coronal.errors import BadParameter
from coronal_gateway.errors import MalformedBody
from coronal_gateway.uploads import PIECE_BYTES
from coronal_jobs.document import LARGEST_DOCUMENT

__all__ = ["FilePart", "Parts", "read_form"]

_MOST_PARTS = 16
_MAX_HEADERS = 20
_MAX_HEADER_BYTES = 8_192
"""Of one part. A file has two or three, with its name in one of them."""

_LARGEST_BUFFER_BYTES = 2 * PIECE_BYTES
_LARGEST_TEXT_BYTES = 4 * LARGEST_DOCUMENT


class FilePart(Protocol):
    """A file that comes in."""

    def write(self, piece: bytes) -> None:
        """Take bytes."""

    def check(self) -> None:
        """Take it that all bytes are there."""


class Parts(Protocol):
    """What the parts of a form are handed to."""

    @property
    def files(self) -> Collection[str]:
        """The parts that are files."""

    def add_text(self, part: str, text: str) -> None:
        """Take any other part."""

    def add_file(self, part: str, name: str) -> FilePart:
        """Take a file of this name, and give what its bytes are to be written to."""


def read_form(body: Iterable[bytes], boundary: str, submission: Parts, *, most_files: int = 1) -> None:
    """Hand the parts of a form to a submission.

    Werkzeug's own form parser tells no part before all are read; here the pipeline is checked before the
    image is read, where it stands before it.

    Parameters
    ----------
    body, boundary
        The body, and what stands between its parts.
    submission
        What takes them.
    most_files
        How many files there may be; the submission itself says so first, and in better words.

    Raises
    ------
    MalformedBody
        When the body is no form, or holds too many parts.
    BadParameter
        When a part is unknown, stands twice, is too long, or is no file where one is wanted.
    CoronalError
        Whatever the submission has against a part.
    """
    form = _Form(submission)
    for event in _events(body, boundary, _MOST_PARTS + most_files):
        form.take(event)


def _events(body: Iterable[bytes], boundary: str, most_parts: int) -> Iterator[Event]:
    decoder = _Decoder(
        boundary.encode("utf-8", "replace"), max_form_memory_size=_LARGEST_BUFFER_BYTES, max_parts=most_parts
    )
    for piece in chain(body, [None]):
        yield from _decoded(decoder, piece)


def _decoded(decoder: MultipartDecoder, piece: bytes | None) -> list[Event]:
    events = []
    try:
        decoder.receive_data(piece)
        while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
            events.append(event)
    except RequestEntityTooLarge as many:
        raise MalformedBody(
            f"the form must have at most {decoder.max_parts} parts, each with at most {_MAX_HEADERS} headers "
            f"of {_MAX_HEADER_BYTES:,} bytes together, found more"
        ) from many
    except ValueError as wrong:
        raise MalformedBody("the body is no whole multipart/form-data") from wrong
    return events


class _Decoder(MultipartDecoder):
    """Refuses a part whose headers are long before it reads them one by one."""

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        if len(data) > _MAX_HEADER_BYTES or data.count(b"\n") > _MAX_HEADERS:
            raise RequestEntityTooLarge
        return super()._parse_headers(data)


class _Form:
    def __init__(self, submission: Parts) -> None:
        self._submission = submission
        self._name = ""
        self._text = bytearray()
        self._file: FilePart | None = None

    def take(self, event: Event) -> None:
        match event:
            case File(name=name, filename=filename) if name in self._submission.files:
                self._file = self._submission.add_file(name, filename)
            case File(name=name) | Field(name=name):
                # A pipeline may come as a file: curl -F pipeline=@bright-objects.yaml
                self._name, self._text, self._file = str(name), bytearray(), None
            case Data(data=data, more_data=more):
                self._add(data)
                if not more:
                    self._end()

    def _add(self, data: bytes) -> None:
        if self._file is not None:
            self._file.write(data)
            return
        self._text += data
        if len(self._text) > _LARGEST_TEXT_BYTES:
            raise BadParameter(
                self._name, found=None, allowed=f"a text of at most {LARGEST_DOCUMENT:,} characters"
            )

    def _end(self) -> None:
        if self._file is not None:
            self._file.check()
            return
        try:
            self._submission.add_text(self._name, self._text.decode("utf-8"))
        except UnicodeDecodeError as wrong:
            raise BadParameter(self._name, found=None, allowed="a text in UTF-8") from wrong
