"""Files of models without dates and addresses."""

import io
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from pydantic import JsonValue

from coronal.models.canonical import replaced, write_zip


@pytest.mark.parametrize("compression", [ZIP_STORED, ZIP_DEFLATED])
def test_a_zip_holds_its_files_in_order_and_no_date(compression: int) -> None:
    file = io.BytesIO()
    write_zip(file, [("b", b"first"), ("a", b"second")], compression)
    with ZipFile(file) as archive:
        assert [(info.filename, archive.read(info)) for info in archive.infolist()] == [
            ("b", b"first"),
            ("a", b"second"),
        ]
        assert {(info.date_time[0], info.compress_type) for info in archive.infolist()} == {
            (1980, compression)
        }


def test_values_are_replaced_at_any_depth_and_in_order() -> None:
    seen: list[JsonValue] = []

    def value_of(key: str, value: JsonValue) -> JsonValue:
        if key != "id":
            return value
        seen.append(value)
        return len(seen)

    tree: JsonValue = {"id": 70, "parts": [{"id": 30}, ["id", {"more": {"id": 70}}]]}
    assert replaced(tree, value_of) == {"id": 1, "parts": [{"id": 2}, ["id", {"more": {"id": 3}}]]}
    assert seen == [70, 30, 70]
