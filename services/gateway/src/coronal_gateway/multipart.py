"""A multipart form, taken part by part as it comes in."""

from collections.abc import Iterable, Iterator
from itertools import chain

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from coronal.errors import BadParameter
from coronal_gateway.errors import MalformedBody
from coronal_gateway.submission import FILES, Submission
from coronal_gateway.uploads import PIECE_BYTES, ImageUpload
from coronal_jobs.document import LARGEST_DOCUMENT

__all__ = ["read_form"]

_MOST_PARTS = 16
_LARGEST_BUFFER_BYTES = 2 * PIECE_BYTES
_LARGEST_TEXT_BYTES = 4 * LARGEST_DOCUMENT


def read_form(body: Iterable[bytes], boundary: str, submission: Submission) -> None:
    """Hand the parts of a form to a submission.

    Werkzeug's own form parser tells no part before all are read; here the pipeline is checked before the
    image is read, where it stands before it.

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
    for event in _events(body, boundary):
        form.take(event)


def _events(body: Iterable[bytes], boundary: str) -> Iterator[Event]:
    decoder = MultipartDecoder(
        boundary.encode("utf-8", "replace"), max_form_memory_size=_LARGEST_BUFFER_BYTES, max_parts=_MOST_PARTS
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
            f"the form must have at most {_MOST_PARTS} parts with short headers, found more"
        ) from many
    except ValueError as wrong:
        raise MalformedBody("the body is no whole multipart/form-data") from wrong
    return events


class _Form:
    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self._name = ""
        self._text = bytearray()
        self._file: ImageUpload | None = None

    def take(self, event: Event) -> None:
        match event:
            case File(name=name, filename=filename) if name in FILES:
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
