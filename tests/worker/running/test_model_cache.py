"""The models of a process: read once, kept by size, and opened by their digest alone."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from toy_models import brightness, keep, toy_plugins

from coronal import BadModel, Image, PluginError, Plugins
from coronal_jobs.blobs.store import BlobStore
from coronal_jobs.errors import BlobDamaged, NotFound
from coronal_worker.running.model_cache import ModelCache


@pytest.fixture
def digests(blobs: BlobStore, tmp_path: Path) -> list[str]:
    """Three models of about one size."""
    paths = [keep(brightness, tmp_path / f"{middle}.zip", middle) for middle in (10.0, 20.0, 30.0)]
    return [blobs.put(path.read_bytes()).sha256 for path in paths]


def _models(blobs: BlobStore, max_bytes: int) -> ModelCache:
    return ModelCache(blobs, toy_plugins(), max_bytes=max_bytes)


def test_a_model_is_read_once(blobs: BlobStore, digests: list[str]) -> None:
    models = _models(blobs, 1 << 20)
    first = models.get(digests[0])
    blobs.delete(digests[0])
    assert models.get(digests[0]) is first
    assert first.predict([Image(np.full((4, 4), 200, np.uint8))])[0].label == "bright"


def test_the_one_that_was_not_asked_for_the_longest_time_goes_first(
    blobs: BlobStore, digests: list[str]
) -> None:
    one, two, three = digests
    size_bytes = _models(blobs, 0).get(one).size_bytes
    models = _models(blobs, 2 * size_bytes + size_bytes // 2)
    kept = {digest: models.get(digest) for digest in (one, two, one, three)}
    assert models.get(one) is kept[one]
    assert models.get(three) is kept[three]
    assert models.get(two) is not kept[two]


def test_one_that_is_larger_than_all_that_may_be_kept_is_kept_alone(
    blobs: BlobStore, digests: list[str]
) -> None:
    models = _models(blobs, 0)
    first = models.get(digests[0])
    assert models.get(digests[0]) is first
    models.get(digests[1])
    assert models.get(digests[0]) is not first


def test_bytes_of_another_digest_are_not_opened(
    blobs: BlobStore, digests: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert blobs.objects.folder is not None
    path = next(blobs.objects.folder.rglob(digests[0]))
    path.write_bytes(path.read_bytes() + b"\0")
    monkeypatch.setattr("coronal_worker.running.model_cache.open_model", None)
    with pytest.raises(BlobDamaged, match=f"must have the digest {digests[0][:12]}…, found "):
        _models(blobs, 1 << 20).get(digests[0])


def test_what_is_no_model_or_not_there_or_not_installed_is_reported(
    blobs: BlobStore, digests: list[str]
) -> None:
    models = _models(blobs, 1 << 20)
    with pytest.raises(BadModel):
        models.get(blobs.put(b"no model").sha256)
    with pytest.raises(NotFound):
        models.get(sha256(b"never kept").hexdigest())
    with pytest.raises(PluginError, match="brightness, and that isn't installed here"):
        ModelCache(blobs, Plugins(), max_bytes=1).get(digests[0])
