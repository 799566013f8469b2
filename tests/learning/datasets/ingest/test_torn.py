"""Whatever is sent: it is taken, or refused by name."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sent_sets import faults_of, npz, picture, png, zipped


def arrays(path):
    pixels = np.stack([picture(number, (3, 3)) for number in range(4)])
    return npz(path, train_images=pixels[:2], train_labels=[0, 1], test_images=pixels[2:], test_labels=[0, 1])


def folders(path):
    return zipped(path, {f"{label}/{label}.png": png(picture(number)) for number, label in enumerate("ab")})


def table(path):
    images = {f"{number}.png": png(picture(number)) for number in range(2)}
    return zipped(path, {"labels.csv": "file,label,split\n0.png,a,train\n1.png,b,test\n", **images})


def pairs(path):
    images = {f"images/{number}.png": png(picture(number)) for number in range(2)}
    maps = {f"labels/{number}.png": png(picture(number) // 100) for number in range(2)}
    return zipped(path, {**images, **maps, "names.csv": "label,name\n1,a\n"})


@pytest.mark.parametrize("make", [arrays, folders, table, pairs], ids=lambda make: make.__name__)
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_torn_or_flipped_file_is_refused_by_name_or_taken(make, tmp_path, data):
    content = bytearray(make(tmp_path / "whole").read_bytes())
    for _ in range(data.draw(st.integers(0, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        sent = Path(folder) / "sent"
        sent.write_bytes(content[:end])
        faults = faults_of(sent)
    assert all(fault.isprintable() and len(fault) < 1_000 for fault in faults)


@pytest.mark.parametrize("make", [arrays, folders, table, pairs], ids=lambda make: make.__name__)
def test_the_whole_file_is_taken(make, tmp_path):
    assert faults_of(make(tmp_path / "whole")) == ()
