import pytest

from coronal_worker.messaging.celery_app import create_app
from coronal_worker.settings import WorkerSettings
from coronal_worker.supervision.pool_process import PoolProcess


def _never() -> PoolProcess:
    pytest.fail("no process is started here")


def test_nothing_by_which_celery_keeps_repeats_or_revokes_work_is_on() -> None:
    app = create_app(WorkerSettings(pool="gpu"), _never, "0123abcd")
    settings = app.conf
    assert settings.result_backend is None
    assert settings.task_ignore_result
    assert not settings.task_acks_late
    assert not settings.task_publish_retry
    assert not settings.worker_enable_remote_control
    assert settings.accept_content == ["json"]
    assert (settings.worker_prefetch_multiplier, settings.worker_disable_prefetch) == (1, True)


def test_a_worker_listens_to_the_queues_of_its_pool_and_of_its_offer_alone() -> None:
    app = create_app(WorkerSettings(pool="gpu"), _never, "0123abcd")
    assert list(app.amqp.queues) == ["pool.gpu", "pool.gpu.0123abcd"]
    assert app.conf.broker_transport_options["global_keyprefix"] == "coronal:"
    assert "coronal.stage_group" in app.tasks


@pytest.mark.parametrize("pool", ["", "Two Words", "a--b", "-a", "a/b", "a\n"])
def test_a_pool_has_a_plain_name(pool: str) -> None:
    with pytest.raises(ValueError, match="pool"):
        WorkerSettings(pool=pool)
