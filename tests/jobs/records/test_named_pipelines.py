import pytest

from coronal.pipelines.pipeline import parse
from coronal_jobs.errors import NotFound
from coronal_jobs.records.connection import Connection
from coronal_jobs.records.named_pipelines import PipelineStore


@pytest.fixture
def pipelines(connection: Connection) -> PipelineStore:
    return PipelineStore(connection)


def test_a_pipeline_is_kept_under_its_name_and_another_takes_its_place(pipelines: PipelineStore) -> None:
    first = parse("name: bright\nstages: [gaussian: {sigma: 1.5}, {algorithm: otsu, name: o, on: source}]")
    second = parse("name: bright\nstages: [otsu]")
    assert pipelines.put(first)
    assert pipelines.get("bright") == first
    assert not pipelines.put(second)
    assert pipelines.get("bright") == second


def test_all_are_reported_by_name(pipelines: PipelineStore) -> None:
    assert pipelines.all() == []
    for name in ("b", "c", "a"):
        pipelines.put(parse(f"name: {name}\nstages: [otsu]"))
    assert [pipeline.name for pipeline in pipelines.all()] == ["a", "b", "c"]


def test_one_that_is_deleted_is_gone(pipelines: PipelineStore) -> None:
    pipelines.put(parse("name: a\nstages: [otsu]"))
    pipelines.delete("a")
    with pytest.raises(NotFound, match="there is no pipeline 'a'"):
        pipelines.get("a")
    with pytest.raises(NotFound):
        pipelines.delete("a")
