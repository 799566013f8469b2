from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coronal import (
    BadDeclaration,
    BadImage,
    BadOutput,
    Geometry,
    Image,
    ImageProperties,
    Meaning,
    Reader,
    ReadLimits,
    Signature,
    reader,
)

P5 = (Signature.at(0, b"P5"),)
IMAGE = Image(np.zeros((2, 2)))


@reader(media_type="image/x-portable-graymap", suffixes=(".pgm",), signatures=P5)
def portable_graymap(path: Path) -> Image:
    """Portable graymap.

    The simplest of all.
    """
    header, values = path.read_bytes().split(b"255\n", 1)
    width, height = map(int, header.split()[1:])
    return Image(np.frombuffer(values, np.uint8).reshape(height, width))


def test_a_reader_reads_a_file(tmp_path: Path) -> None:
    file = tmp_path / "a.pgm"
    file.write_bytes(b"P5 3 2 255\n" + bytes(range(6)))
    np.testing.assert_array_equal(portable_graymap(file).pixels, [[0, 1, 2], [3, 4, 5]])


def test_a_reader_is_described_by_its_function() -> None:
    spec = portable_graymap.spec
    assert (spec.name, spec.summary) == ("portable-graymap", "Portable graymap.")
    assert spec.suffixes == (".pgm",)
    assert spec.knows(b"P5 2 2 255")
    assert repr(portable_graymap) == "<reader portable-graymap>"
    assert portable_graymap.readers() == [portable_graymap]


def test_a_reader_may_have_a_name_of_its_own() -> None:
    named = reader(media_type="a/b", suffixes=(".x",), signatures=P5, name="pgm")(lambda path: IMAGE)
    assert named.spec.name == "pgm"


def test_a_reader_without_a_signature_is_refused() -> None:
    with pytest.raises(BadDeclaration, match="the reader 'read' must have a signature; found none"):
        declare(signatures=())


@pytest.mark.parametrize(
    "wrong",
    [{"suffixes": ".tif"}, {"signatures": (b"P5",)}, {"media_type": None}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_declaration_of_a_reader_names_what_is_wrong(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadDeclaration, match=f"the reader 'read' .*{next(iter(wrong))}"):
        declare(**wrong)


def test_a_reader_that_takes_limits_is_given_them() -> None:
    given = []

    @reader(media_type="a/b", suffixes=(".x",), signatures=P5)
    def curious(path: Path, limits: ReadLimits) -> Image:
        given.append(limits)
        return IMAGE

    curious(Path("a.x"))
    curious(Path("a.x"), ReadLimits(max_values=9))
    assert given == [ReadLimits(), ReadLimits(max_values=9)]


def test_the_image_of_a_reader_that_takes_no_limits_is_within_them_too(tmp_path: Path) -> None:
    file = tmp_path / "a.pgm"
    file.write_bytes(b"P5 3 2 255\n" + bytes(range(6)))
    portable_graymap(file, ReadLimits(max_values=6))
    with pytest.raises(BadImage, match="a portable-graymap file may have at most 5 values, found 2 × 3"):
        portable_graymap(file, ReadLimits(max_values=5))


def test_a_reader_that_takes_more_is_refused() -> None:
    def read(path: Path, limits: ReadLimits, colour: bool) -> Image:
        return IMAGE

    with pytest.raises(
        BadDeclaration, match="the reader 'read' must take a path, or a path and limits; found 3"
    ):
        reader(media_type="a/b", suffixes=(".x",), signatures=P5)(read)  # type: ignore[arg-type]


def test_a_reader_that_gives_no_image_is_reported_so() -> None:
    with pytest.raises(BadOutput, match="the reader read must give Image, found NoneType"):
        declare()(Path("a.x"))


def declare(**wrong: Any) -> Any:
    def read(path: Path) -> Image:
        return None  # type: ignore[return-value]

    return reader(**{"media_type": "a/b", "suffixes": (".x",), "signatures": P5, **wrong})(read)


def test_a_reader_without_a_header_function_reads_the_image_for_its_properties(tmp_path: Path) -> None:
    path = tmp_path / "a.pgm"
    path.write_bytes(b"P5 3 2 255\n" + bytes(range(6)))
    assert portable_graymap.properties(path) == ImageProperties((2, 3), ("uint8",))
    path.write_bytes(b"P5 3 2 255\n")
    with pytest.raises(ValueError, match="cannot reshape"):
        portable_graymap.properties(path)


def with_header(found: object) -> Reader:
    @reader(media_type="image/x-portable-graymap", suffixes=(".pgm",), signatures=P5)
    def headed(path: Path) -> Image:
        """Graymap."""
        raise BadImage("the pixels of a graymap must not be read here, found that they are")

    headed.header(lambda path: found)  # type: ignore[arg-type, return-value]
    return headed


def test_the_header_function_of_a_reader_tells_the_properties_and_no_pixel_is_read() -> None:
    found = ImageProperties((2, 3), ("uint8",), Geometry((0.5, 0.5)), channels=3, meaning=Meaning.COLOUR)
    properties = with_header(found).properties(Path("a.pgm"))
    assert properties is found
    assert (properties.axes, properties.spacing_mm, properties.number_type) == ("yxc", (0.5, 0.5), "uint8")


def test_a_header_function_may_take_the_limits_and_what_it_returns_is_compared_with_them() -> None:
    limited, limits = with_header(ImageProperties((2, 3), ("uint8",), channels=3)), ReadLimits(max_values=17)
    with pytest.raises(BadImage, match="at most 17 values, found 2 × 3 × 3"):
        limited.properties(Path("a.pgm"), limits)
    seen: list[ReadLimits] = []

    @limited.header
    def header(path: Path, limits: ReadLimits) -> ImageProperties:
        seen.append(limits)
        return ImageProperties((1, 1), ("uint8",))

    limited.properties(Path("a.pgm"), limits)
    assert seen == [limits]


def test_a_header_function_that_returns_something_else_is_to_blame() -> None:
    with pytest.raises(
        BadOutput, match="header function of the reader headed must return ImageProperties, found tuple"
    ):
        with_header((2, 3)).properties(Path("a.pgm"))


def test_properties_are_those_of_an_image_that_can_be() -> None:
    with pytest.raises(BadImage, match="at least one pixel, found the shape \\(0, 3\\)"):
        ImageProperties((0, 3), ("uint8",))
    with pytest.raises(BadImage, match="must have 2 or 3 spatial axes"):
        ImageProperties((3,), ("uint8",))
    with pytest.raises(BadImage, match="the geometry must be of 2 dimensions"):
        ImageProperties((2, 3), ("uint8",), Geometry((1.0, 1.0, 1.0)))


@pytest.mark.parametrize(
    "other",
    [
        Image(np.zeros((2, 3), np.uint16)),
        Image(np.zeros((3, 2), np.uint8)),
        Image(np.zeros((2, 3), np.uint8), Geometry((1.0, 1.0))),
        Image(np.zeros((2, 3, 3), np.uint8), has_channels=True),
        Image(np.zeros((2, 3), np.uint8), modality="CT"),
        Image(np.zeros((2, 3), np.uint8), meaning=Meaning.INDEX),
    ],
    ids=["type", "shape", "spacing", "channels", "modality", "meaning"],
)
def test_properties_fit_an_image_that_agrees_in_all_of_them(other: Image) -> None:
    properties = ImageProperties.of(Image(np.ones((2, 3), np.uint8)))
    assert properties.fit(Image(np.zeros((2, 3), np.uint8)))
    assert not properties.fit(other)
    assert ImageProperties((2, 3), ("uint8", "uint16")).number_type is None
