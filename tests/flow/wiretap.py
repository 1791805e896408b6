"""A proxy that opens the TLS between an agent and its endpoint, and keeps all that passes."""

from __future__ import annotations

import select
import socket
import ssl
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CHUNK = 1 << 16
GZIP = b"\x1f\x8b\x08"
LONGEST = 120.0  # seconds without a byte


class Wiretap:
    """Listens with the endpoint's own certificate, and passes every byte on as it is."""

    def __init__(self, port: int, context: ssl.SSLContext, ca: Path) -> None:
        self._port, self._ca = port, ca
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._tls = context.wrap_socket(
            self._listener, server_side=True, do_handshake_on_connect=False
        )
        self.port: int = self._tls.getsockname()[1]
        self._guard = threading.Lock()
        self._heard: list[bytearray] = []

    def heard(self) -> bytes:
        """Give all that passed, in both directions, and what was packed in it."""
        with self._guard:
            streams = [bytes(stream) for stream in self._heard]
        return b"\n".join([*streams, *(part for stream in streams for part in unpacked(stream))])

    def serve(self) -> None:
        """Pass on until closed."""
        while True:
            try:
                client, _ = self._tls.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def close(self) -> None:
        self._tls.close()

    def _pass_on(self, client: ssl.SSLSocket) -> None:
        trusted = ssl.create_default_context(cafile=str(self._ca))
        with suppress(OSError), client:
            client.do_handshake()
            plain = socket.create_connection(("127.0.0.1", self._port))
            with trusted.wrap_socket(plain, server_hostname="127.0.0.1") as server:
                for one in (client, server):
                    one.setblocking(False)
                self._pump(client, server)

    def _pump(self, client: ssl.SSLSocket, server: ssl.SSLSocket) -> None:
        """Pass on in one thread, since a TLS connection is no two threads' at once."""
        other = {client: server, server: client}
        kept = {client: bytearray(), server: bytearray()}
        with self._guard:
            self._heard += kept.values()
        while True:
            waiting = [one for one in other if one.pending()]
            ready = waiting or select.select(list(other), [], [], LONGEST)[0]
            if not ready:
                return
            for one in ready:
                try:
                    data = one.recv(CHUNK)
                except ssl.SSLWantReadError:  # a record that is the protocol's own
                    continue
                if not data:
                    return
                with self._guard:
                    kept[one] += data
                other[one].setblocking(True)
                other[one].sendall(data)
                other[one].setblocking(False)


def unpacked(stream: bytes) -> Iterator[bytes]:
    """Give what stands in a stream as gzip, wherever it begins."""
    at = stream.find(GZIP)
    while at >= 0:
        with suppress(zlib.error):
            yield zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(stream[at:])
        at = stream.find(GZIP, at + 1)


@contextmanager
def tapped(port: int, context: ssl.SSLContext, ca: Path) -> Iterator[Wiretap]:
    """Tap the endpoint at `port`; the agent is to speak to the tap's own port."""
    tap = Wiretap(port, context, ca)
    threading.Thread(target=tap.serve, daemon=True).start()
    try:
        yield tap
    finally:
        tap.close()
