"""The provenance of a job's results, recorded by the worker that finishes it."""

import platform
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from coronal import Provenance, StageRun
from coronal_jobs.records.job import Job
from coronal_worker.running.kernels import kernels, processor, processor_features

__all__ = ["provenance_of"]

_PACKAGES = (
    "coronal-sdk",
    "coronal-formats",
    "coronal-worker",
    "numpy",
    "scipy",
    "scikit-image",
    "scikit-learn",
    # Decode the image, and draw and write the results.
    "imagecodecs",
    "nibabel",
    "pillow",
    "pydicom",
    "tifffile",
    # Run many algorithms and models.
    "onnxruntime",
    "simpleitk",
    "tensorflow",
    "tensorflow-cpu",  # the same without support for GPUs
)
"""Packages that may change a result; those that are not installed are left out."""


def provenance_of(job: Job, runs: Sequence[StageRun]) -> Provenance:
    """Return the provenance of a job's results.

    Parameters
    ----------
    job
        Record of the job.
    runs
        Runs of all stages, those of earlier stage groups included.
    """
    return Provenance(
        job=job.id,
        input_name=job.input.name,
        input_sha256=job.input.sha256,
        input_bytes=job.input.size_bytes,
        input_format=job.input.format,
        reference_sha256=job.reference.sha256 if job.reference else "",
        pipeline=job.pipeline.model_dump(mode="json"),
        stages=tuple(runs),
        packages=_versions(run.distribution.partition(" ")[0] for run in runs),
        python=platform.python_version(),
        platform=platform.platform(),
        processor=processor(),
        processor_features=processor_features(),
        kernels=kernels(),
    )


def _versions(plugins: Iterable[str]) -> dict[str, str]:
    found = {name: _version(name) for name in sorted({*_PACKAGES, *plugins} - {""})}
    return {name: known for name, known in found.items() if known}


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
