"""What can be asked of a server about models."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Required, TypedDict, Unpack
from urllib.parse import quote

from coronal_client.files.uploads import PipelineSource, pipeline_text
from coronal_client.job import Job
from coronal_client.learning.versions import Version, newest_versions, version_path

if TYPE_CHECKING:
    from coronal_client.http.transport import Transport

__all__ = ["Models", "Split", "Training"]

_KIND = "models"
_PRODUCTION = "production"


class Split(TypedDict, total=False):
    """How a data set is divided; what isn't given is as the server has it."""

    method: str
    """``given``: as the data set says; ``random``: by the seed; ``auto``: given where the data set does."""

    test: float
    """Of random: fraction of the images that is held out."""

    validation: float
    """Fraction of the images that decides when a model stops training, if it can; 0 for none."""

    allow_duplicates: bool
    """Of given: whether one image may stand in several subsets; else such a split is refused."""


class Training(TypedDict, total=False):
    """What a model is to become; what isn't given is as the server has it."""

    dataset: Required[str | Version]
    """``NAME``, which is its newest version, or ``NAME@VERSION``."""

    classifier: str
    """What is trained, where it tells classes apart; else `segmenter` is given."""

    segmenter: str
    """What is trained, where it gives label maps."""

    parameters: Mapping[str, Any]
    """Of the classifier or segmenter."""

    preprocess: PipelineSource
    """What is done to each image before, also when the model is asked: a pipeline of filters."""

    split: Split
    """How the images are divided."""

    imbalance: str
    """Where classes have unlike numbers of images: ``auto``, ``weights``, ``oversample``, ``undersample`` or
    ``none``."""

    search: Mapping[str, Sequence[Any]]
    """Values to choose from by cross-validation, by parameter."""

    folds: int
    """Of the cross-validation."""

    seed: int
    """What random numbers start from."""


class Models:
    """The part of a `coronal_client.Client` that knows what was learned."""

    _transport: "Transport"

    def train(self, name: str, *, key: str = "", **order: Unpack[Training]) -> Job:
        """Train a model on a data set, and evaluate it on what is held out.

        Parameters
        ----------
        name
            What the model is called; where there is one of that name, this becomes its newest version.
        key
            What this order is called, so that the same again (from another process, say) isn't done twice;
            by default a name of its own. Within the client's patience it is sent again in any case.
        order
            What it is to become: see `Training`.

        Returns
        -------
        Job
            Queued. `Job.stage` tells the epoch or fold and what was measured so far; at its end
            `Job.published` tells the version, and `Results.report` how good it is.

        Raises
        ------
        BadFile
            When the pipeline is a file that can't be read.
        Refused
            When a name or a value isn't right, or no pool can train that.
        ServerUnreachable, Unavailable
            When the server is away, or takes no job, for longer than the client's patience.
        """
        body: dict[str, Any] = {**order, "name": name, "dataset": str(order["dataset"])}
        if "preprocess" in order:
            body["preprocess"] = pipeline_text(order["preprocess"])
        return self._order(f"/v1/{_KIND}", key, body)

    def register_model(self, name: str, *, key: str = "", **order: Unpack[Training]) -> Job:
        """Evaluate an algorithm that needs no fitting on a whole data set, and keep it as a model version.

        So it can be promoted, asked by a stage, and evaluated beside models that have learned (`evaluate`).

        Parameters
        ----------
        name, key
            As of `train`.
        order
            Its `classifier` or `segmenter` (``brain``, say), `dataset`, `parameters`, `preprocess` and
            `seed`: see `Training`. All else is for what learns.

        Raises
        ------
        BadFile, Refused, ServerUnreachable, Unavailable
            As of `train`.
        """
        return self.train(name, key=key, **order)

    def evaluate(
        self,
        model: str | Version,
        dataset: str | Version,
        *,
        against: str | Version | Sequence[str | Version] = (),
        subset: str = "auto",
        seed: int = 0,
        key: str = "",
    ) -> Job:
        """Evaluate a model on a data set, alone or beside others.

        Parameters
        ----------
        model, dataset
            ``NAME``, ``NAME@VERSION`` or ``NAME@ALIAS``; a version that was given by this client does too.
        against
            Other models to compare with it on the same images: one, or up to seven.
        subset
            ``test``: what was held out in training; ``all``: every image; ``auto``: test where the model was
            trained on this very data set, else all.
        seed
            Where the resamples of the intervals come from.
        key
            As of `train`.

        Returns
        -------
        Job
            Queued; at its end `Results.report` tells how good it is.

        Raises
        ------
        NotFound
            When there is no such model.
        Refused
            When there is no such data set or other model, or they don't fit together.
        ServerUnreachable, Unavailable
            When the server is away, or takes no job, for longer than the client's patience.
        """
        name, _, version = str(model).partition("@")
        others = [against] if isinstance(against, str | Version) else against
        order = {"version": version, "dataset": str(dataset), "against": [str(one) for one in others]}
        path = f"/v1/{_KIND}/{quote(name, safe='')}/evaluations"
        return self._order(path, key, {**order, "subset": subset, "seed": seed})

    def models(self) -> list[Version]:
        """Return the newest version of each model, the last that was trained first."""
        return newest_versions(self._transport, _KIND)

    def model(self, name: str, version: int | str = "") -> Version:
        """Return a version of a model.

        Parameters
        ----------
        name
            ``NAME``, or ``NAME@VERSION`` as `Job.published` tells it.
        version
            Its number or an alias; by default what the name tells, else the newest.

        Raises
        ------
        NotFound
            When there is no such model or version.
        """
        return Version.of(self._transport, self._transport.json(version_path(_KIND, name, version)))

    def model_versions(self, name: str) -> list[Version]:
        """Return all versions of a model, newest first; `NotFound` where there is none."""
        found = self._transport.json(f"/v1/{_KIND}/{quote(name, safe='')}")["versions"]
        return [Version.of(self._transport, body) for body in found]

    def promote(self, name: str, version: int, alias: str = _PRODUCTION) -> dict[str, int]:
        """Point an alias to a version, and return all aliases of the model.

        Raises
        ------
        NotFound
            When there is no such version.
        Refused
            When the alias is none, e.g. a number.
        """
        body = self._transport.put_json(_alias_path(name, alias), {"version": version})
        return dict(body["aliases"])

    def roll_back(self, name: str, alias: str = _PRODUCTION) -> dict[str, int]:
        """Point an alias back to its previous version, and return all aliases.

        Raises
        ------
        NotFound
            When there is no such alias, or nothing before.
        """
        return dict(self._transport.post(f"{_alias_path(name, alias)}/rollback")["aliases"])

    def remove_alias(self, name: str, alias: str = _PRODUCTION) -> None:
        """Remove an alias: its version can be deleted then.

        Raises
        ------
        NotFound
            When there is no such alias.
        """
        self._transport.delete(_alias_path(name, alias))

    def delete_model(self, name: str, version: int) -> None:
        """Remove a version of a model. Jobs that were admitted with it still use it.

        Raises
        ------
        NotFound
            When there is no such version.
        Refused
            When an alias stands for it.
        """
        self._transport.delete(version_path(_KIND, name, version))

    def _order(self, path: str, key: str, body: Mapping[str, Any]) -> Job:
        return Job(self._transport, self._transport.post_once(path, key, json=body))


def _alias_path(name: str, alias: str) -> str:
    return f"/v1/{_KIND}/{quote(name, safe='')}/aliases/{quote(alias, safe='')}"
