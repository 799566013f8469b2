"""A job in a line."""

from coronal_client.job import Job

__all__ = ["line"]


def line(job: Job) -> str:
    """Tell of a job in a line: id, state, how far it is, and what there is to say of it."""
    words = [job.id, f"{job.state:<9}", f"{job.progress:>4.0%}"]
    if job.failure is not None:
        words.append(f"{job.failure.code}: {job.failure.message}")
        if job.failure.stage:
            words.append(f"(stage {job.failure.stage})")
    return "  ".join([*words, *filter(None, (job.stage, job.warning))])
