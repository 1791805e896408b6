"""Talks as some twenty tools export them: lines, heads, subtitles, records, rows and pages."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from html import escape

Said = Sequence[tuple[str, str]]
"""Who speaks, `A` who asks or `C` who answers, and what is said."""

NAMES = {"A": "Priya", "C": "Mia Holt"}
ROLES = {"A": "AGENT", "C": "CUSTOMER"}


def lines(form: str, names: dict[str, str] = NAMES, above: str = "") -> Callable[[Said], str]:
    """Give what writes each turn by a form with its number, who and what."""
    return lambda talk: (
        above
        + "".join(
            form.format(n=place, m=place + 1, who=names[who], text=text)
            for place, (who, text) in enumerate(talk)
        )
    )


def rows(delimiter: str, *names: str) -> Callable[[Said], str]:
    def table(talk: Said) -> str:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=delimiter)
        writer.writerow(names)
        writer.writerows((f"10:14:{n:02d}", ROLES[who], text) for n, (who, text) in enumerate(talk))
        return out.getvalue()

    return table


def slack(talk: Said) -> str:
    return json.dumps(
        [
            {"type": "message", "user": f"U0{who}", "text": text, "ts": f"1658791396.1563{n:02d}"}
            for n, (who, text) in enumerate(talk)
        ]
    )


def contact_lens(talk: Said) -> str:
    turns = [
        {"ParticipantId": who, "ParticipantRole": ROLES[who], "Content": text, "Offset": n}
        for n, (who, text) in enumerate(talk)
    ]
    return json.dumps({"Transcript": turns})


def genesys(talk: Said) -> str:
    purpose = {"A": "internal", "C": "external"}
    phrases = [
        {"text": text, "decoratedText": text, "startTimeMs": n, "participantPurpose": purpose[who]}
        for n, (who, text) in enumerate(talk)
    ]
    return json.dumps({"transcripts": [{"phrases": phrases}]})


def liveperson(talk: Said) -> str:
    sent = {"A": "Agent", "C": "Consumer"}
    records = [{"sentBy": sent[who], "messageData": {"msg": {"text": text}}} for who, text in talk]
    return json.dumps({"messageRecords": records})


def intercom(talk: Said) -> str:
    kind = {"A": "admin", "C": "user"}
    parts = [
        {"author": {"type": kind[who]}, "body": f"<p>{escape(text)}</p>"} for who, text in talk
    ]
    return json.dumps({"conversation_parts": {"conversation_parts": parts}})


def salesforce(talk: Said) -> str:
    said = "".join(f"( {n}s ) {NAMES[w]}: {escape(t)}<br>" for n, (w, t) in enumerate(talk))
    return f'<p align="center">Chat Started: Monday, March 03, 2025, 10:14:00 (+0000)</p>{said}'


def salesforce_export(talk: Said) -> str:
    out = io.StringIO()
    csv.writer(out).writerows((("Id", "Body"), (1, salesforce(talk)), (2, "none")))
    return out.getvalue()


def cisco(talk: Said) -> str:
    said = "".join(
        f"<chat><time>{n}</time><name>{NAMES[w]}</name><msg>{escape(t)}</msg></chat>"
        for n, (w, t) in enumerate(talk)
    )
    return f"<?xml version='1.0'?><chats>{said}</chats>"


STYLES: dict[str, Callable[[Said], str]] = {
    "Zoom": lines("10:42:{n:02d} From  {who}  to  Everyone : {text}\n"),
    "Zoom, newer": lines("10:42:{n:02d} From {who} to Everyone:\n\t{text}\n"),
    "Zoom, recorded": lines("00:58:{n:02d}\t{who}:\t{text}\n"),
    "WebVTT": lines(
        "8f/{n:02d}-0\n00:00:{n:02d}.000 --> 00:00:{m:02d}.000\n<v {who}>{text}</v>\n\n",
        above="WEBVTT\n\n",
    ),
    "SRT": lines("{m}\n00:00:{n:02d},000 --> 00:00:{m:02d},000\n{who}: {text}\n\n"),
    "Teams": lines("{who}   0:{n:02d}\n{text}\n\n"),
    "Teams, copied": lines("[10:{n:02d} AM] {who}\n{text}\n\n"),
    "WhatsApp, Android": lines("20/06/21, 2:{n:02d}\u202fpm - {who}: {text}\n"),
    "WhatsApp, iOS": lines("\u200e[20/06/2021, 14:30:{n:02d}] {who}: {text}\n"),
    "WhatsApp, Finnish": lines("[12.3.2022 klo 14.08.{n:02d}] {who}: {text}\n"),
    "behind a dash": lines("00:01:{n:02d} {who} - {text}\n"),
    "behind a dash, roles": lines("00:01:{n:02d} {who} - {text}\n", ROLES),
    "Zendesk": lines("(10:42:{n:02d} AM) {who}: {text}\n", {"A": "Priya", "C": "Visitor 12345"}),
    "plain": lines("{who}: {text}\n"),
    "IRC": lines("<{who}> {text}\n", {"A": "priya", "C": "mia"}),
    "in brackets": lines("[{who}] {text}\n"),
    "time behind": lines("{who} (10:{n:02d}): {text}\n"),
    "numbered speakers": lines("{who} [00:{n:02d}] {text}\n", {"A": "Speaker 1", "C": "Speaker 2"}),
    "CCAI": lines("----------\n10:14:{n:02d}\n{who}\n{text}\n"),
    "Slack": slack,
    "Contact Lens": contact_lens,
    "Genesys": genesys,
    "LivePerson": liveperson,
    "Intercom": intercom,
    "Salesforce": salesforce,
    "Salesforce, exported": salesforce_export,
    "Cisco": cisco,
    "rows": rows(",", "time", "party", "text"),
    "rows with semicolons": rows(";", "Timestamp", "Speaker", "Utterance"),
}
