import hashlib
from pathlib import Path

import pytest

from coronal_jobs.blobs.packs import pack_name, read_artifact, stream_artifact
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import BlobDamaged, NotFound
from coronal_jobs.ids import new_job_id
from coronal_jobs.records.job import Artifact

CONTENTS = (b"label,area\r\n", b"", b"{}")


def _packed(pack: str, contents: tuple[bytes, ...]) -> list[Artifact]:
    return [
        Artifact(
            name="a",
            media_type="text/plain",
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            pack=pack,
            offset=sum(map(len, contents[:number])),
        )
        for number, content in enumerate(contents)
    ]


@pytest.fixture
def artifacts(blobs: BlobStore) -> list[Artifact]:
    pack = pack_name(new_job_id(), 3)
    blobs.put_pack(pack, CONTENTS)
    return _packed(pack, CONTENTS)


@pytest.mark.parametrize("is_memory", [False, True], ids=["folder", "memory"])
def test_each_file_of_a_pack_is_read_as_it_was_written(tmp_path: Path, is_memory: bool) -> None:
    blobs = BlobStore("memory:///" if is_memory else tmp_path.as_uri())
    pack = pack_name(new_job_id(), 3)
    blobs.put_pack(pack, CONTENTS)
    artifacts = _packed(pack, CONTENTS)
    assert [read_artifact(blobs, one) for one in artifacts] == [*CONTENTS]
    assert {one.blob for one in artifacts} == {pack}
    blobs.delete(pack)
    with pytest.raises(NotFound):
        stream_artifact(blobs, artifacts[0])


def test_a_file_that_stands_alone_is_read_as_ever(blobs: BlobStore) -> None:
    blob = blobs.put(b"pixels")
    alone = Artifact(name="a", media_type="text/plain", size_bytes=blob.size_bytes, sha256=blob.sha256)
    assert (alone.blob, read_artifact(blobs, alone)) == (blob.sha256, b"pixels")


def test_bytes_of_another_place_are_damaged_ones(blobs: BlobStore, artifacts: list[Artifact]) -> None:
    shifted = artifacts[0].model_copy(update={"offset": 1})
    with pytest.raises(BlobDamaged):
        read_artifact(blobs, shifted)


def test_a_pack_that_is_cut_off_is_damaged_at_once(blobs: BlobStore, artifacts: list[Artifact]) -> None:
    blobs.put_pack(artifacts[0].pack, [CONTENTS[0], b"{"])
    assert read_artifact(blobs, artifacts[0]) == CONTENTS[0]
    with pytest.raises(BlobDamaged):
        stream_artifact(blobs, artifacts[2])


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "0" * 26, f"{'0' * 26}.", f"{'A' * 26}.1", f"{'0' * 26}.1/x"]
)
def test_what_is_no_name_of_a_pack_is_not_found(blobs: BlobStore, name: str) -> None:
    with pytest.raises(NotFound):
        blobs.read_pack(name)
