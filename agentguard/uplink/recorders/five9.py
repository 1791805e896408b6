"""Five9: no interface is known here that pauses a live call's recording, so a person does it.

In what could be read of Five9's published interfaces (agent and supervisor REST, configuration web
services, CRM SDK) no request pauses a recording and none tells its state; not all of it could be
read. Nothing is sent, and nothing is told to have been paused.
"""

from __future__ import annotations

from agentguard.uplink.recorders.platform import Asked, Ended


def adapter(asked: Asked) -> Ended:
    """Leave it to the person."""
    del asked
    return Ended.BY_HAND
