"""Messages and mailboxes."""

from __future__ import annotations

import html
from collections.abc import Sequence
from email.message import EmailMessage

from tests.corpus.page import Page
from tests.corpus.values import cards

Attachment = tuple[str, bytes]


def message(
    page: Page,
    lines: Sequence[str],
    *,
    coding: str = "quoted-printable",
    rich: bool = False,
    attached: Sequence[Attachment] = (),
) -> bytes:
    """Write a message from a customer to the company's mailbox."""
    words = page.words
    made = EmailMessage()
    made["From"] = f"{page.person()} <{page.put('EMAIL', 'dot')}>"
    made["To"] = words.role
    page.optional.setdefault("EMAIL", []).append(words.role)
    made["Subject"] = words.subject
    made["Date"] = "Wed, 04 Mar 2026 10:11:12 +0000"
    number = f"{cards.number(page.dice)}.{page.dice.digits(6)}@{words.host}"
    page.decoys["message-id"] = [number]
    made["Message-ID"] = f"<{number}>"
    if rich:
        body = "<br>".join(html.escape(line) for line in lines)
        made.set_content(f"<html><body><p>{body}</p></body></html>", subtype="html", cte=coding)
    else:
        made.set_content("\n".join(lines), cte=coding)
    for name, data in attached:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    if attached:
        made.set_boundary("=_part_7781")
    return made.as_bytes()


def mailbox(messages: Sequence[bytes]) -> bytes:
    """Write a mailbox (RFC 4155): lines that begin as the divider are quoted."""
    divider = b"From MAILER-DAEMON Wed Mar  4 10:11:12 2026\n"
    return b"".join(divider + one.replace(b"\nFrom ", b"\n>From ") + b"\n\n" for one in messages)
