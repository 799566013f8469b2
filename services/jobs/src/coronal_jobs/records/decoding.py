"""From the fields of a record in Redis to a job."""

import json
from collections.abc import Mapping

from coronal_jobs.records.job import Job

__all__ = ["read_job"]

_JSON_FIELDS = ("input", "reference", "pipeline", "task", "stage_groups", "artifacts", "failure")


def read_job(job_id: str, fields: Mapping[str, str]) -> Job:
    """Read a record; fields that are none of a job's are passed over."""
    known = {name: fields[name] for name in Job.model_fields if name in fields}
    values = {name: json.loads(text) if name in _JSON_FIELDS else text for name, text in known.items()}
    return Job.model_validate({"id": job_id, **values})
