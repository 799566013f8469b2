import pytest

from coronal import BadImage, ReadLimits


@pytest.mark.parametrize("sizes", [(1_000,), (10, 100), (10, 10, 10), (1_000, 1, 1)])
def test_as_many_values_as_are_allowed_pass(sizes: tuple[int, ...]) -> None:
    ReadLimits(max_values=1_000).check_values("file", *sizes)


def test_a_value_more_is_refused_with_what_was_found() -> None:
    with pytest.raises(BadImage, match=r"^a PGM file may have at most 1,000 values, found 7 × 11 × 13$"):
        ReadLimits(max_values=1_000).check_values("PGM file", 7, 11, 1, 13)


def test_no_product_wraps_round() -> None:
    with pytest.raises(BadImage, match=r"found 4,294,967,296 × 4,294,967,296$"):
        ReadLimits().check_values("file", 2**32, 2**32)


def test_a_stream_may_inflate_to_the_limit_and_not_beyond() -> None:
    limits = ReadLimits(max_inflated_bytes=1_000)
    limits.check_inflated("DICOM file", 1_000)
    with pytest.raises(BadImage, match=r"^a DICOM file may inflate to at most 1,000 bytes, found more"):
        limits.check_inflated("DICOM file", 1_001)
