"""What can be asked of a server about data sets."""

import re
from os import PathLike
from typing import TYPE_CHECKING
from urllib.parse import quote

from coronal_client.files.archives import opened_archive
from coronal_client.job import Job
from coronal_client.learning.versions import Version, newest_versions, version_path

if TYPE_CHECKING:
    from coronal_client.http.transport import Transport

__all__ = ["Datasets", "faults_of"]

_KIND = "datasets"
_REFUSED = "bad-dataset"
_FAULT = re.compile(r"^\S+ dataset: (.+)$", re.MULTILINE)


class Datasets:
    """The part of a `coronal_client.Client` that knows labelled images."""

    _transport: "Transport"

    def add_dataset(
        self, name: str, archive: str | PathLike[str], *, description: str = "", key: str = ""
    ) -> Job:
        """Send labelled images, to be kept under a name; the same images again are the same version.

        Parameters
        ----------
        name
            What the data set is called: of a-z, 0-9 and single hyphens.
        archive
            The path of a zip or an npz; or of a folder, which is packed while it is sent, in the order of
            its files' names, without hidden ones.
        description
            What a person should know of it.
        key
            What this order is called, so that the same again (from another process, say) isn't done twice;
            by default a name of its own. Within the client's patience it is sent again in any case.

        Returns
        -------
        Job
            Queued. At its end `Job.published` tells the version; where it fails, `faults_of` tells all that
            is wrong.

        Raises
        ------
        BadFile
            When a file isn't there or can't be read, or a link in the folder leads out of it.
        Refused
            When the name is none, or the file is neither a zip nor an npz, or too large.
        ServerUnreachable, Unavailable
            When the server is away, or takes no job, for longer than the client's patience.
        """
        form = {"name": name} | ({"description": description} if description else {})
        with opened_archive(archive) as upload:
            files = {"archive": upload}
            return Job(
                self._transport, self._transport.post_once("/v1/datasets", key, data=form, files=files)
            )

    def datasets(self) -> list[Version]:
        """Return the newest version of each data set, the last that was added first."""
        return newest_versions(self._transport, _KIND)

    def dataset(self, name: str, version: int | str = "") -> Version:
        """Return a version of a data set.

        Parameters
        ----------
        name
            ``NAME``, or ``NAME@VERSION`` as `Job.published` tells it.
        version
            Its number; by default what the name tells, else the newest.

        Raises
        ------
        NotFound
            When there is no such data set or version.
        """
        return Version.of(self._transport, self._transport.json(version_path(_KIND, name, version)))

    def dataset_versions(self, name: str) -> list[Version]:
        """Return all versions of a data set, newest first; `NotFound` where there is none."""
        found = self._transport.json(f"/v1/{_KIND}/{quote(name, safe='')}")["versions"]
        return [Version.of(self._transport, body) for body in found]

    def delete_dataset(self, name: str, version: int) -> None:
        """Remove a version of a data set. Models that were trained on it stay.

        Raises
        ------
        NotFound
            When there is no such data set or version.
        """
        self._transport.delete(version_path(_KIND, name, version))


def faults_of(job: Job) -> list[str]:
    """Return all that is wrong with a data set that was refused, a line each; of any other job nothing."""
    if job.failure is None or job.failure.code != _REFUSED:
        return []
    return _FAULT.findall(job.log())
