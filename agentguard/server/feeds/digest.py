"""Tells people by mail of what waits for them: counts and a link, and nothing that was written."""

from __future__ import annotations

import logging
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import quote

from sqlalchemy import Connection

from agentguard.base import translations
from agentguard.base.translations import Texts
from agentguard.server.feeds import feed_settings
from agentguard.server.feeds.feed_settings import Mail
from agentguard.server.settings import Now
from agentguard.server.store.engine import leadership
from agentguard.server.store.engine.database import Database
from agentguard.server.store.reports import notices
from agentguard.server.store.reports.notices import Waits, Wish

LOG = logging.getLogger(__name__)
EVERY = 60.0
"""Seconds between two looks at whom to tell."""
PATIENCE = 20.0
"""Seconds for each answer of the mail server."""
JOB = "digest"


class Digest:
    """Sends what waits, to each person at most as often as they asked for."""

    name = JOB

    def __init__(self, database: Database, mail: Mail, words: Texts, now: Now) -> None:
        self._database, self._mail, self._words, self._now = database, mail, words, now
        self._stopped = False

    def turn(self) -> None:
        """Tell whom it is time to tell; whom a mail did not reach is tried again."""
        now = self._now()

        def due(connection: Connection) -> list[tuple[Wish, Waits]]:
            if leadership.due(connection, JOB, EVERY, now) is None:
                return []
            return notices.due(connection, now)

        every = self._database.run(due)
        if every and not self._stopped:
            told = self._send(every)
            self._database.run(lambda c: notices.sent(c, told, now))

    def stop(self) -> None:
        """Send nothing more."""
        self._stopped = True

    def _send(self, every: list[tuple[Wish, Waits]]) -> list[tuple[str, str]]:
        told = []
        try:
            with self._open() as server:
                for wish, waits in every:
                    try:
                        server.send_message(letter(self._mail, wish, waits, self._said(wish)))
                    except smtplib.SMTPResponseException as error:
                        LOG.warning("a notice was refused: status %d", error.smtp_code)
                    except smtplib.SMTPRecipientsRefused:
                        LOG.warning("a notice was refused: no such address")
                    else:
                        told.append((wish.user, waits.mark()))
        except (OSError, smtplib.SMTPException) as error:
            LOG.warning("notices could not be sent: %s", type(error).__name__)
        return told

    def _said(self, wish: Wish) -> Texts:
        """Return the sentences for somebody: in the own language, else in the endpoint's."""
        return translations.load(wish.language) if wish.language else self._words

    def _open(self) -> smtplib.SMTP:
        """Open the way to the mail server: under TLS before anything is said of anybody."""
        mail = self._mail
        context = ssl.create_default_context(cafile=mail.ca_file or None)
        if mail.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                mail.host, mail.port, timeout=PATIENCE, context=context
            )
        else:
            server = smtplib.SMTP(mail.host, mail.port, timeout=PATIENCE)
        try:
            if mail.tls == "starttls":
                server.starttls(context=context)
            if mail.user:
                password = feed_settings.secret(mail.password_file).decode()
                server.login(mail.user, password)
        except BaseException:
            server.close()
            raise
        return server


def letter(mail: Mail, wish: Wish, waits: Waits, words: Texts) -> EmailMessage:
    """Return the notice: plain text, counts, and where to look."""
    made = EmailMessage()
    made["Subject"] = words.say("notice.subject")
    made["From"], made["To"] = mail.sender, wish.mail
    made["Auto-Submitted"] = "auto-generated"
    counts = {
        "fresh": waits.fresh,
        "mine": waits.mine,
        "late": len(waits.late),
        "unsigned": waits.unsigned,
        "grants": waits.grants,
        "looks": waits.looks,
        "exceptions": waits.exceptions,
        "today": waits.today,
        "overdue": waits.overdue,
    }
    lines = [words.say(f"notice.{name}", count=many) for name, many in counts.items() if many]
    console = mail.console.rstrip("/")
    late = [f"{console}/incidents/{number}" for number in waits.late]
    if waits.exceptions:
        late.append(f"{console}/exceptions")
    if waits.today or waits.overdue:
        late.append(f"{console}/findings?assignee={quote(wish.user)}&sort=due")
    foot = words.say("notice.foot", minutes=wish.minutes, address=f"{console}/account")
    made.set_content(
        "\n".join(
            [words.say("notice.lead"), "", *lines, "", f"{console}/incidents", *late, "", foot]
        )
    )
    return made
