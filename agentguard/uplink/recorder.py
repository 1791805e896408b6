"""Tells the call recorder to pause and to resume: a signed POST to the address in the policy.

The body is JSON: `event` (`pause` or `resume`), `at` (seconds since 1970) and `key`, the public
half of the key that signs it (Ed25519, base64). The signature is the profile of `wire.httpsig`,
that is HTTP Message Signatures (RFC 9421) over method, authority, path and content digest with a
nonce. The key is made for this alone and kept beside the journal; its public half stands in
`recorder.pub`.
A status of 200 to 299 means that it was done; a redirect is not followed.
"""

from __future__ import annotations

import hashlib
import http.client
import secrets
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import msgspec

from agentguard.base import atomic_files
from agentguard.base.errors import UplinkError
from agentguard.ports.clock import Clock, Stop
from agentguard.uplink.identity import DeviceKey, KeySafe
from agentguard.uplink.problems import problem
from agentguard.uplink.transport import tls_context
from agentguard.wire import httpsig

SECONDS = 3.0  # for one try
TRIES = 3
PAUSE = 0.5  # seconds between two tries
KEY_FILE = "recorder.key"
PUBLIC_FILE = "recorder.pub"
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_SUCCESS = range(200, 300)
_SERVER_ERRORS = 500


class Recorder:
    """Speaks with the recorder; `folder` keeps the key. `ca_file` trusts one authority alone."""

    def __init__(self, folder: Path, clock: Clock, *, ca_file: str = "") -> None:
        self._folder = folder
        self._clock = clock
        self._ca_file = ca_file

    def tell(self, url: str, event: str, stop: Stop) -> None:
        """Tell it, up to three times.

        Raises:
            UplinkError: it did not answer, or not with a success.
            EnrolmentError: the key could not be read or made.

        """
        key = self._key()
        for number in range(1, TRIES + 1):
            try:
                self._post(urlsplit(url), event, key)
            except UplinkError:
                if number == TRIES or self._clock.wait(stop, PAUSE):
                    raise
            else:
                return

    def _key(self) -> DeviceKey:
        key = KeySafe(self._folder / KEY_FILE).load_or_make()
        public = self._folder / PUBLIC_FILE
        if not public.exists():
            atomic_files.write(public, f"{key.public}\n".encode())
        return key

    def _post(self, to: SplitResult, event: str, key: DeviceKey) -> None:
        wall = self._clock.now().wall
        body = msgspec.json.encode({"event": event, "at": round(wall, 3), "key": key.public})
        path = (to.path or "/") + (f"?{to.query}" if to.query else "")
        connection = self._connection(to)
        try:
            connection.request("POST", path, body=body, headers=_headers(to, path, body, key, wall))
            status = connection.getresponse().status
        except TimeoutError as error:
            raise problem("timeout", to.hostname or "") from error
        except (OSError, http.client.HTTPException) as error:
            raise problem("tcp", to.hostname or "") from error
        finally:
            connection.close()
        if status not in _SUCCESS:
            raise problem("http_5xx" if status >= _SERVER_ERRORS else "http_4xx", to.hostname or "")

    def _connection(self, to: SplitResult) -> http.client.HTTPConnection:
        """Connect without a proxy: what is said here is for a machine of this house."""
        host = to.hostname or ""
        if to.scheme == "https":
            context = tls_context(self._ca_file)
            return http.client.HTTPSConnection(host, to.port, timeout=SECONDS, context=context)
        if to.scheme != "http" or host not in LOCAL:
            raise problem("tcp", host)
        return http.client.HTTPConnection(host, to.port, timeout=SECONDS)


def _headers(
    to: SplitResult, path: str, body: bytes, key: DeviceKey, wall: float
) -> dict[str, str]:
    target = httpsig.Target(method="POST", authority=to.netloc, path=path)
    digest = httpsig.content_digest(body)
    parameters = httpsig.Parameters(
        created=max(0, int(wall)),
        nonce=secrets.token_urlsafe(18),
        keyid=hashlib.sha256(key.public.encode()).hexdigest()[:32],
    )
    signature = key.sign(httpsig.signature_base(target, digest, parameters))
    return {
        "Content-Type": "application/json",
        **httpsig.headers(digest, parameters, signature),
    }
