"""Bytes are checked against their digest whenever they are read, and none that are damaged come out whole."""

import os
from pathlib import Path

import obstore
import pytest
from damage import flip

from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import BlobDamaged

LARGE = os.urandom(3_000_000)


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore((tmp_path / "blobs").as_uri())


@pytest.mark.parametrize("content", [b"p", b"pixels", LARGE], ids=["a byte", "short", "long"])
@pytest.mark.parametrize("place", [0, -1])
def test_a_flipped_bit_is_damage_however_the_blob_is_read(
    store: BlobStore, content: bytes, place: int
) -> None:
    blob = store.put(content)
    flip(store, blob.sha256, place)
    with pytest.raises(BlobDamaged, match=f"must have the digest {blob.sha256[:12]}…, found the digest "):
        store.read(blob.sha256)
    with pytest.raises(BlobDamaged), store.local(blob.sha256):
        pytest.fail("the block has begun")


@pytest.mark.parametrize("content", [b"", b"pixel", b"pixels, and more", LARGE])
def test_bytes_that_are_cut_off_or_more_are_damage_at_once_where_their_number_is_known(
    store: BlobStore, content: bytes
) -> None:
    blob = store.put(b"pixels")
    assert store.objects.folder is not None
    next(store.objects.folder.rglob(blob.sha256)).write_bytes(content)
    with pytest.raises(BlobDamaged, match=f"found {len(content):,} bytes of 6"):
        store.stream(blob.sha256, blob.size_bytes)
    with pytest.raises(BlobDamaged):
        store.read(blob.sha256)


def test_the_last_piece_of_damaged_bytes_is_held_back(store: BlobStore) -> None:
    blob = store.put(LARGE)
    flip(store, blob.sha256, 0)
    sent: list[bytes] = []
    with pytest.raises(BlobDamaged):
        sent.extend(store.stream(blob.sha256, blob.size_bytes))
    assert 0 < sum(map(len, sent)) < len(LARGE)


def test_a_bucket_is_checked_like_a_disk() -> None:
    store = BlobStore("memory:///")
    blob = store.put(b"pixels")
    obstore.put(store.objects.store, f"sha256/{blob.sha256[:2]}/{blob.sha256}", b"pixelt")
    with pytest.raises(BlobDamaged):
        store.read(blob.sha256)
    with pytest.raises(BlobDamaged), store.local(blob.sha256):
        pytest.fail("the block has begun")


@pytest.mark.parametrize("content", [b"", b"short", LARGE], ids=["empty", "short", "long"])
def test_the_same_bytes_put_again_heal_what_is_damaged(store: BlobStore, content: bytes) -> None:
    blob = store.put(content)
    assert store.objects.folder is not None
    next(store.objects.folder.rglob(blob.sha256)).write_bytes(b"damaged")
    assert store.put(content) == blob
    assert store.read(blob.sha256) == content
