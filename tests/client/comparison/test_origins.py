"""What two provenances tell otherwise."""

import pytest

from coronal_client.comparison.origins import Difference, differences

STAGE = {
    "stage": "otsu",
    "algorithm": "otsu",
    "version": "1.2",
    "distribution": "coronal-imaging 0.1.0",
    "parameters": {"min_size": 0, "side": "bright"},
    "on": "current",
    "seed": 7,
    "seconds": 0.1,
    "model": "",
    "model_sha256": "",
}
REPORTED = {
    "job": "one",
    "input_name": "cells.png",
    "input_sha256": "a" * 64,
    "stages": [STAGE],
    "packages": {"numpy": "2.4.0", "scipy": "1.17"},
    "python": "3.11.2",
    "platform": "Linux",
    "processor": "Xeon",
    "processor_features": ["avx2", "avx512f", "fma"],
    "kernels": {"libscipy_openblas": "0.3.31 SkylakeX", "numpy": "SSE2 AVX2 AVX512F"},
}


def test_which_job_it_was_and_how_long_it_took_make_no_difference() -> None:
    assert differences(REPORTED, REPORTED | {"job": "two", "stages": [STAGE | {"seconds": 9.0}]}) == ()


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"input_sha256": "b" * 64}, ("image", "a" * 64, "b" * 64)),
        ({"reference_sha256": "b" * 64}, ("reference", "", "b" * 64)),
        ({"packages": {"numpy": "2.4.0", "scipy": "1.18"}}, ("package scipy", "1.17", "1.18")),
        ({"packages": {"numpy": "2.4.0"}}, ("package scipy", "1.17", "")),
        ({"python": "3.12.0"}, ("Python", "3.11.2", "3.12.0")),
        ({"processor": "EPYC"}, ("processor", "Xeon", "EPYC")),
        ({"processor_features": ["avx2", "fma", "sve"]}, ("processor features", "avx512f", "sve")),
        (
            {"kernels": {**REPORTED["kernels"], "libscipy_openblas": "0.3.31 Haswell"}},
            ("kernel libscipy_openblas", "SkylakeX", "Haswell"),
        ),
        ({"kernels": {**REPORTED["kernels"], "numpy": "SSE2 AVX2"}}, ("kernel numpy", "AVX512F", "")),
    ],
)
def test_each_field_is_reported_by_its_name(changes: dict[str, object], found: tuple[str, str, str]) -> None:
    assert differences(REPORTED, REPORTED | changes) == (Difference(*found),)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (
            {"version": "1.3", "distribution": "coronal-imaging 0.2.0"},
            ("algorithm otsu", "1.2 (coronal-imaging 0.1.0)", "1.3 (coronal-imaging 0.2.0)"),
        ),
        ({"parameters": {"min_size": 5, "side": "bright"}}, ("otsu: min_size", "0", "5")),
        ({"parameters": {"side": "bright"}}, ("otsu: min_size", "0", "")),
        ({"seed": 8}, ("otsu: seed", "7", "8")),
        ({"on": "source"}, ("otsu: on", "current", "source")),
        ({"model": "cells@2", "model_sha256": "c" * 64}, ("model of otsu", "", "cells@2 (cccccccccccc…)")),
    ],
)
def test_each_part_of_a_stage_is_reported_by_the_stages_name(
    changes: dict[str, object], found: tuple[str, str, str]
) -> None:
    assert differences(REPORTED, REPORTED | {"stages": [STAGE | changes]}) == (Difference(*found),)


def test_the_likelier_reason_stands_first() -> None:
    other = REPORTED | {
        "stages": [STAGE | {"version": "1.3"}],
        "packages": {"numpy": "2.5.0"},
        "python": "3.12.0",
    }
    whats = [one.what for one in differences(REPORTED, other)]
    assert whats == ["algorithm otsu", "package numpy", "package scipy", "Python"]


def test_other_stages_are_reported_and_those_of_one_name_are_compared() -> None:
    more = [STAGE | {"seed": 8}, STAGE | {"stage": "shape"}]
    assert differences(REPORTED, REPORTED | {"stages": more}) == (
        Difference("stages", "otsu", "otsu, shape"),
        Difference("otsu: seed", "7", "8"),
    )


def test_a_provenance_that_lacks_what_is_new_tells_it_as_nothing() -> None:
    old = {name: reported for name, reported in REPORTED.items() if name not in ("kernels", "processor")}
    whats = [one.what for one in differences(old, REPORTED)]
    assert whats == ["kernel libscipy_openblas", "kernel numpy", "processor"]
