"""An endpoint that does no more than shake hands."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SECONDS = 30.0


@contextmanager
def endpoint(tls: ssl.SSLContext) -> Iterator[int]:
    """Serve TLS handshakes at a free port, and give the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    plain, _ = listening.accept()
                except OSError:
                    return
                with plain:
                    try:
                        with tls.wrap_socket(plain, server_side=True) as secure:
                            secure.recv(1)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        with suppress(OSError):  # closing alone wakes nobody who accepts on Linux
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
    thread.join(SECONDS)
    assert not thread.is_alive()
