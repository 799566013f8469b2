"""A job in a line."""

from coronal_client.job import Job

__all__ = ["line"]


def line(job: Job) -> str:
    """Return a job in a line: id, state, progress, and its stage or error."""
    words = [job.id, f"{job.state:<9}", f"{job.progress:>4.0%}"]
    if job.failure is not None:
        words.append(f"{job.failure.code}: {job.failure.message}")
        if job.failure.stage:
            words.append(f"(stage {job.failure.stage})")
    return "  ".join([*words, *filter(None, (job.stage, job.warning))])
