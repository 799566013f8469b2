"""Multipart forms, parsed part by part as they arrive."""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Protocol

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from coronal.errors import BadParameter
from coronal.pipelines.document import MAX_DOCUMENT_LENGTH
from coronal_gateway.http.errors import MalformedBody
from coronal_gateway.http.uploads import PIECE_BYTES

__all__ = ["FilePart", "Parts", "read_form"]

_MAX_PARTS = 16
_MAX_HEADERS = 20
_MAX_HEADER_BYTES = 8_192
"""Maximum of one part's headers. A file has two or three, with its name in one of them."""

_MAX_BUFFER_BYTES = 2 * PIECE_BYTES
_MAX_TEXT_BYTES = 4 * MAX_DOCUMENT_LENGTH


class FilePart(Protocol):
    """A file that is being received."""

    def write(self, piece: bytes) -> None:
        """Receive bytes."""

    def check(self) -> None:
        """Complete the file: all bytes have arrived."""


class Parts(Protocol):
    """Receiver of the parts of a form."""

    @property
    def files(self) -> Collection[str]:
        """Names of the parts that are files."""

    def add_text(self, part: str, text: str) -> None:
        """Receive any other part."""

    def add_file(self, part: str, name: str) -> FilePart:
        """Start receiving a file, and return what its bytes are to be written to."""


def read_form(body: Iterable[bytes], boundary: str, submission: Parts, *, max_files: int = 1) -> None:
    """Pass the parts of a form to a submission.

    Werkzeug's own form parser returns no part before all are read; here a pipeline that comes before the
    image is checked before the image is read.

    Parameters
    ----------
    body, boundary
        The body, and the delimiter of its parts.
    submission
        Receiver of the parts.
    max_files
        Maximum number of files; the submission's own limit is lower, with a clearer message.

    Raises
    ------
    MalformedBody
        When the body isn't a form, or has too many parts.
    BadParameter
        When a part is unknown, sent twice, too long, or isn't a file where one is expected.
    CoronalError
        Whatever the submission raises for a part.
    """
    form = _Form(submission)
    for event in _events(body, boundary, _MAX_PARTS + max_files):
        form.take(event)


def _events(body: Iterable[bytes], boundary: str, max_parts: int) -> Iterator[Event]:
    decoder = _Decoder(
        boundary.encode("utf-8", "replace"), max_form_memory_size=_MAX_BUFFER_BYTES, max_parts=max_parts
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
        raise MalformedBody("the body must be complete multipart/form-data") from wrong
    return events


class _Decoder(MultipartDecoder):
    """Refuses a part with too long headers before it parses them one by one."""

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
        if len(self._text) > _MAX_TEXT_BYTES:
            raise BadParameter(
                self._name, found=None, allowed=f"a text of at most {MAX_DOCUMENT_LENGTH:,} characters"
            )

    def _end(self) -> None:
        if self._file is not None:
            self._file.check()
            return
        try:
            self._submission.add_text(self._name, self._text.decode("utf-8"))
        except UnicodeDecodeError as wrong:
            raise BadParameter(self._name, found=None, allowed="a text in UTF-8") from wrong
