"""The changes of many jobs, as a server tells them."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coronal_client.errors import BadAnswer
from coronal_client.status import State, Status

if TYPE_CHECKING:
    from httpx_sse import ServerSentEvent

__all__ = ["Change"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a job had become.

    Parameters
    ----------
    job
        Its id.
    state
        Where it was on its way; None when it was deleted.
    stage
        The stage that ran; empty while none did.
    progress
        The part of its work that was done, from 0 to 1.
    place
        What to ask for the changes after this one by; empty where the server had forgotten what was missed,
        and this is how the job is now.
    """

    job: str
    state: State | None
    stage: str = ""
    progress: float = 0.0
    place: str = ""

    @classmethod
    def reported(cls, event: "ServerSentEvent") -> "Change":
        """Read an event.

        >>> from httpx_sse import ServerSentEvent
        >>> data = '{"job": "01m8", "state": "running", "stage": "otsu", "progress": 0.5, "revision": 3}'
        >>> Change.reported(ServerSentEvent("change", data, "7-0"))
        Change(job='01m8', state=<State.RUNNING: 'running'>, stage='otsu', progress=0.5, place='7-0')

        Raises
        ------
        BadAnswer
            When it isn't that of a change.
        """
        try:
            facts = json.loads(event.data)
            state = None if facts["state"] is None else State(facts["state"])
            return cls(facts["job"], state, facts["stage"], float(facts["progress"]), event.id)
        except (KeyError, TypeError, ValueError) as error:
            raise BadAnswer(f"the event is not that of a change: {error!r}") from error

    @classmethod
    def now(cls, status: Status) -> "Change":
        """Return how a job is now."""
        return cls(status.id, status.state, status.stage, status.progress)
