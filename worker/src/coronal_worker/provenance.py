"""How a job's result came to be, told by the worker that ends it."""

import platform
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from coronal import Provenance, StageRun
from coronal_jobs.job import Job
from coronal_worker.kernels import kernels, processor, processor_features

__all__ = ["provenance_of"]

_PACKAGES = (
    "coronal-sdk",
    "coronal-formats",
    "coronal-worker",
    "numpy",
    "scipy",
    "scikit-image",
    "scikit-learn",
    # What decodes the image, and what draws and writes the results.
    "imagecodecs",
    "nibabel",
    "pillow",
    "pydicom",
    "tifffile",
    # What many algorithms and models run on.
    "onnxruntime",
    "simpleitk",
    "tensorflow",
    "tensorflow-cpu",  # the same without support for GPUs
)
"""Those that may change a result, as far as they are installed."""


def provenance_of(job: Job, runs: Sequence[StageRun]) -> Provenance:
    """Tell where a job's result comes from.

    Parameters
    ----------
    job
        The record.
    runs
        All stages, those of earlier hops included.
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
