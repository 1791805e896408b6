"""A small mail server: RFC 5321 with STARTTLS and AUTH PLAIN, which keeps what it takes."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

NOBODY = "nobody@example.org"
"""An address that is refused."""


@dataclass
class Post:
    """What came, and what was said before TLS."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)


class Server(socketserver.ThreadingTCPServer):
    """Listens on this machine."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, context: ssl.SSLContext, *, offers_tls: bool) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.context, self.offers_tls = context, offers_tls
        self.post = Post(port=self.server_address[1])


class Talk(socketserver.StreamRequestHandler):
    """One connection."""

    server: Server
    secure = False

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 mail.example.org ESMTP")
        while line := self.rfile.readline():
            words = line.decode().strip()
            if not self.secure:
                self.server.post.plain.append(words)
            if not self.answer(words):
                return

    def answer(self, words: str) -> bool:
        verb = words.upper().split(" ", 1)[0]
        known = {"EHLO": self.greet, "AUTH": self.sign_in, "RCPT": self.address}
        if verb in known:
            known[verb](words)
        elif verb == "STARTTLS":
            self.say("220 go on")
            self.encrypt()
        elif verb == "DATA":
            self.say("354 go on")
            self.take()
        else:
            self.say("221 bye" if verb == "QUIT" else "250 ok")
        return verb != "QUIT"

    def greet(self, _words: str) -> None:
        more = ["250-AUTH PLAIN"] if self.secure else []
        more += ["250-STARTTLS"] if self.server.offers_tls and not self.secure else []
        for one in ("250-mail.example.org", *more, "250 8BITMIME"):
            self.say(one)

    def sign_in(self, words: str) -> None:
        said = base64.b64decode(words.split()[2]).decode().split("\0")
        self.server.post.users.append(said[1])
        self.say("235 ok" if said[2] == "secret" else "535 no")

    def address(self, words: str) -> None:
        if NOBODY in words:
            self.say("550 nobody")
            return
        self.server.post.to.append(words.partition(":")[2].strip("<> "))
        self.say("250 ok")

    def encrypt(self) -> None:
        self.request: Any = self.server.context.wrap_socket(self.request, server_side=True)
        self.setup()
        self.secure = True

    def take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b"."))
        letter = message_from_bytes(b"".join(lines), policy=default)
        assert isinstance(letter, EmailMessage)
        self.server.post.letters.append(letter)
        self.say("250 taken")

    def finish(self) -> None:
        super().finish()
        if self.secure:
            self.request.close()


@contextmanager
def serve_mail(tls: tuple[Path, Path], *, offers_tls: bool = True) -> Iterator[Post]:
    """Give a server that runs until the end."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*tls)
    with Server(context, offers_tls=offers_tls) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield server.post
        finally:
            server.shutdown()
            serving.join()
