"""The age files that are tried, by name."""

from __future__ import annotations

from collections.abc import Mapping

from tests.unit.vault.forged import (
    BAD_HEADER,
    CHUNK,
    FILE_KEY,
    GOOD,
    NOBODY,
    NONCE,
    NOT_FOR_IT,
    OWN,
    SECOND,
    VERSION,
    Forged,
    changed,
    chunks,
    crooked,
    headed,
    header,
    lines,
    mac_of,
    passphrase,
    payload,
    recipient,
    signed,
    spelled,
    stanza,
    streamed,
    whole,
    wrapped,
)

SHARE, BODY = wrapped(OWN)
_NAMED = b"X25519 " + spelled(SHARE)
_GREASE = stanza(b"grease of some kind", b"anything")
_FULL = bytes(48)
"""What fills a line of 64 letters."""
_MAC = spelled(mac_of(VERSION + b"\n" + recipient() + b"---"))


def _beside(odd: bytes) -> Forged:
    """Give a file with a malformed stanza beside a good one."""
    return headed(BAD_HEADER, odd, recipient())


HEADERS: Mapping[str, Forged] = {
    "one recipient": headed(GOOD, recipient()),
    "two recipients": headed(GOOD, recipient(SECOND), recipient()),
    "stanzas that nobody knows": headed(GOOD, _GREASE, recipient(), _GREASE),
    "any letters in words": headed(GOOD, stanza(bytes(range(33, 127)), b"x"), recipient()),
    "a body of nothing": headed(GOOD, stanza(b"empty", b""), recipient()),
    "a body that fills its line": headed(GOOD, stanza(b"full", _FULL), recipient()),
    "for somebody else": headed(NOT_FOR_IT, recipient(NOBODY)),
    "a tag that is wrong": headed(NOT_FOR_IT, stanza(_NAMED, BODY[:-1] + bytes([BODY[-1] ^ 1]))),
    "a kind in small letters": headed(NOT_FOR_IT, stanza(_NAMED.lower(), BODY)),
    "no recipient": headed(NOT_FOR_IT, _GREASE),
    "a passphrase": headed(NOT_FOR_IT, passphrase()),
    "another version": Forged(
        expect=BAD_HEADER,
        sealed=header(recipient(), version=b"age-encryption.org/v1234") + payload(5),
    ),
    "carriage returns": changed(lambda made: made.replace(b"\n", b"\r\n")),
    "a word more in the share's line": headed(BAD_HEADER, stanza(_NAMED + b" more", BODY)),
    "no share": headed(BAD_HEADER, stanza(b"X25519", BODY)),
    "a short share": headed(BAD_HEADER, stanza(b"X25519 " + spelled(SHARE[:-1]), BODY)),
    "a long share": headed(BAD_HEADER, stanza(b"X25519 " + spelled(SHARE + b"x"), BODY)),
    "a share of low order": headed(BAD_HEADER, stanza(b"X25519 " + spelled(bytes(32)), BODY)),
    "a crooked share": headed(BAD_HEADER, stanza(b"X25519 " + crooked(SHARE), BODY)),
    "a padded share": headed(BAD_HEADER, stanza(_NAMED + b"=", BODY)),
    "a long file key": headed(BAD_HEADER, stanza(_NAMED, wrapped(OWN, FILE_KEY * 2)[1])),
    "a short body": headed(BAD_HEADER, stanza(_NAMED, BODY[:-1])),
    "a crooked body": headed(BAD_HEADER, b"-> " + _NAMED + b"\n" + crooked(BODY) + b"\n"),
    "a padded body": headed(BAD_HEADER, b"-> " + _NAMED + b"\n" + spelled(BODY) + b"=\n"),
    "a bad start": _beside(b"- > grease\n" + lines(b"x")),
    "no words": _beside(b"->\n" + lines(b"x")),
    "an empty word": _beside(b"-> a  b\n" + lines(b"x")),
    "a space at the end": _beside(b"-> a \n" + lines(b"x")),
    "a letter beyond ASCII": _beside("-> gré\n".encode() + lines(b"x")),
    "a control character": _beside(b"-> a\x7f\n" + lines(b"x")),
    "a long line": _beside(b"-> a\n" + b"A" * 68 + b"\n\n"),
    "short lines": _beside(b"-> a\nAAAA\nAAAA\n"),
    "a body with a letter that is none": _beside(b"-> a\nAA.A\n"),
    "a stray carriage return": _beside(b"-> a\nAAAA\r\n"),
    "a stanza that was added": changed(lambda made: made.replace(b"--- ", _GREASE + b"--- ")),
    "a stanza that was taken": changed(
        lambda made: made.replace(recipient(SECOND), b""), recipient(SECOND), recipient()
    ),
    "a word that was changed": changed(
        lambda made: made.replace(b"some kind", b"same kind"), _GREASE, recipient()
    ),
    "stanzas in another order": changed(
        lambda made: made.replace(_GREASE + recipient(), recipient() + _GREASE),
        _GREASE,
        recipient(),
    ),
    "a MAC of something else": signed(lambda _last: b"--- " + spelled(bytes(32)) + b"\n"),
    "no MAC": signed(lambda _last: b"---\n"),
    "no MAC after a space": signed(lambda _last: b"--- \n"),
    "a short MAC": signed(lambda last: last[:-3] + b"\n"),
    "a MAC and more": signed(lambda last: last[:-1] + b"AAA\n"),
    "a padded MAC": signed(lambda last: last[:-1] + b"=\n"),
    "a crooked MAC": signed(lambda last: last.replace(_MAC, crooked(mac_of(b"")))),
    "a space before the MAC": signed(lambda last: last.replace(b" ", b"  ")),
    "no space before the MAC": signed(lambda last: last.replace(b" ", b"")),
    "a space after the MAC": signed(lambda last: last[:-1] + b" \n"),
}

MIXED = headed(BAD_HEADER, passphrase(), recipient())
"""The format allows a passphrase alone; the program looks for that with a passphrase only."""

_LONG = (CHUNK, 7)


def _marked(*sizes: int, last: int) -> Forged:
    return streamed(NONCE + b"".join(chunks(sizes, last=last)))


def _twisted(at: int) -> Forged:
    made = bytearray(payload(*_LONG))
    made[at] ^= 1
    return streamed(bytes(made))


_ONE, _TWO = chunks(_LONG)
PAYLOADS: Mapping[str, Forged] = {
    "nothing": whole(0),
    "a part of a chunk": whole(1),
    "a full chunk": whole(CHUNK),
    "two chunks": whole(*_LONG),
    "two full chunks": whole(CHUNK, CHUNK),
    "three chunks": whole(CHUNK, CHUNK, 1),
    "no chunk": streamed(NONCE),
    "an empty last chunk": streamed(payload(CHUNK, 0)),
    "a tag cut short": streamed(payload(5)[:-1]),
    "no tag": streamed(payload(0)[:-1]),
    "a changed nonce": _twisted(0),
    "a changed letter": _twisted(20),
    "a changed second chunk": _twisted(-1),
    "no last chunk": streamed(NONCE + _ONE),
    "a chunk that is not marked as the last": streamed(NONCE + next(chunks((5, 5)))),
    "a short chunk before the last": streamed(payload(5, 5)),
    "two last chunks": streamed(payload(5) + payload(5)[len(NONCE) :]),
    "the last chunk before another": _marked(CHUNK, 7, last=0),
    "chunks in another order": streamed(NONCE + _TWO + _ONE),
    "a chunk twice": streamed(NONCE + _ONE + _ONE + _TWO),
    "a byte more": streamed(payload(5) + b"x"),
    "much more": streamed(payload(*_LONG) + b"x" * 100),
}
