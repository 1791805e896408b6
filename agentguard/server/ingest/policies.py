"""The signed policies that devices are given."""

from __future__ import annotations

import hashlib
from pathlib import Path

from agentguard.server.ingest.http import Answer, Refused, Request
from agentguard.server.settings import Now
from agentguard.server.store.devices import Known

FRESH = 5  # seconds for which a file's digest is believed


class Policies:
    """The signed policies as files: `<team>.yaml`, else `policy.yaml`."""

    def __init__(self, folder: Path | None, now: Now) -> None:
        self._folder = folder
        self._now = now
        self._digests: dict[str, tuple[float, str]] = {}

    def digest(self, team: str) -> str:
        """Give the SHA-256 of a team's policy in hex; empty when there is none."""
        at = self._now()
        known = self._digests.get(team)
        if known is None or not 0 <= at - known[0] < FRESH:
            data = self._read(team)
            known = at, "" if data is None else hashlib.sha256(data).hexdigest()
            self._digests[team] = known
        return known[1]

    async def answer(self, request: Request, device: Known) -> Answer:
        """Give the policy, or 304 when the device has it already."""
        data = self._read(device.team)
        if data is None:
            raise Refused(404, "no-policy")
        self._digests.pop(device.team, None)
        etag = f'"{hashlib.sha256(data).hexdigest()}"'
        more = (("etag", etag),)
        if request.headers.get("if-none-match") == etag:
            return Answer(status=304, body=b"", headers=more)
        return Answer(status=200, body=data, kind="application/yaml", headers=more)

    def _read(self, team: str) -> bytes | None:
        if self._folder is None:
            return None
        plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in team)
        for name in (f"{plain}.yaml", "policy.yaml"):
            try:
                return (self._folder / name).read_bytes()
            except FileNotFoundError:
                continue
            except OSError:
                raise Refused(503, "unavailable", retry_after=60) from None
        return None
