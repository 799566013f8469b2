import pytest

from coronal import BadImage, BadOutput, BadParameter, UnknownFormat
from coronal_jobs.errors import NotFound, StoreUnavailable
from coronal_worker.running.failures import failure_of


class _Odd(Exception):
    def __str__(self) -> str:
        return "/srv/somebody/secret.dcm"


@pytest.mark.parametrize(
    ("error", "in_stage", "outside"),
    [
        pytest.param(BadImage("torn"), "bad-image", "bad-image", id="bad image"),
        pytest.param(
            UnknownFormat(b"GIF89a", ["png"]), "unknown-format", "unknown-format", id="unknown format"
        ),
        pytest.param(
            BadParameter("sigma", found="600", allowed="≤ 500 px"),
            "bad-parameter",
            "bad-parameter",
            id="parameter",
        ),
        pytest.param(BadOutput("gave a text"), "stage-error", "bad-output", id="bad output"),
        pytest.param(MemoryError("12 GB"), "out-of-memory", "out-of-memory", id="memory"),
        pytest.param(StoreUnavailable("full"), "store-unavailable", "store-unavailable", id="store"),
        pytest.param(NotFound("blob", "a" * 64), "not-found", "not-found", id="blob"),
        pytest.param(KeyError("/srv/x"), "stage-error", "internal-error", id="key"),
        pytest.param(OSError(2, "no such file", "/srv/x"), "stage-error", "internal-error", id="file"),
        pytest.param(RecursionError("x"), "stage-error", "internal-error", id="recursion"),
        pytest.param(SystemExit("/srv/x"), "stage-error", "internal-error", id="leaves"),
        pytest.param(_Odd(), "stage-error", "internal-error", id="a class of its own"),
    ],
)
def test_each_error_has_its_code_and_its_words_tell_no_secret(
    error: BaseException, in_stage: str, outside: str
) -> None:
    failure = failure_of(error, stage="otsu-2", algorithm="otsu")
    assert (failure.code, failure.stage) == (in_stage, "otsu-2")
    assert (failure_of(error).code, failure_of(error).stage) == (outside, "")
    for message in (failure.message, failure_of(error).message):
        assert message
        assert "/home" not in message
        assert "Traceback" not in message


def test_what_a_sender_can_mend_is_reported_in_its_own_words() -> None:
    error = BadParameter("sigma", found="600", allowed="≤ 500 px")
    assert failure_of(error, stage="a", algorithm="gaussian").message == "sigma must be ≤ 500 px, found 600"


def test_a_message_is_such_that_a_record_can_hold_it() -> None:
    failure = failure_of(BadImage("half a character \udcff " + "x" * 100_000))
    assert failure.message.startswith("half a character ? xxx")
    assert len(failure.message) == 1_000
    assert failure.model_dump_json()
