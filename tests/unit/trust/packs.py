"""Small packs, whose sums are counted minute by minute, and every way to change one that counts."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.trust import dsse, roots
from agentguard.trust.chain import file_format, links
from agentguard.trust.chain.headers import FIRST, Header, Origin
from agentguard.trust.chain.links import Epoch
from agentguard.trust.evidence import certificate, manifest, tables
from agentguard.trust.evidence.manifest import Predicate, Scope
from agentguard.trust.evidence.proofs import AUDIT, CERTIFICATE, KEYS, RECEIPTS, ROOTS, Known
from agentguard.trust.evidence.tables import EVERY, day, stamp, week_of
from agentguard.trust.evidence.writing import PackFolder
from agentguard.trust.keys import public_of

SINCE = 1_790_035_200  # a Tuesday
UNTIL = SINCE + 9 * 86400
STATES = ("pass", "fail", "unknown", "offline", "excepted")
CONTROLS = ("clipboard", "screen-lock", "usb-storage")
MINUTE = 60


@dataclass
class Signers:
    """The keys of whoever signs policies, and those of an endpoint."""

    policy: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    root: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    pack: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    receipts: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def chain(self) -> tuple[dsse.Sealed, ...]:
        named = roots.Root(
            version=1,
            root_keys=(public_of(self.root).text,),
            root_threshold=1,
            policy_keys=(public_of(self.policy).text,),
        )
        return (dsse.sign(roots.sealed(named), self.root),)

    def certificate(self, since: int = 0, until: int = 2**33) -> bytes:
        told = certificate.Certificate(
            key=public_of(self.pack).text, name="endpoint", since=since, until=until
        )
        return dsse.write(dsse.sign(certificate.sealed(told), self.policy))

    def known(self) -> Known:
        return Known(now=float(UNTIL + 3600), chain=self.chain())


@dataclass
class Desk:
    """What a desk was in each minute: its team, why it was not watched, and each control."""

    number: int
    team: list[int]
    hidden: list[str]
    control: dict[str, list[str]]


def desks(seed: int, count: int = 4) -> list[Desk]:
    chance = random.Random(seed)
    minutes = (UNTIL - SINCE) // MINUTE

    def spans(states: tuple[str, ...], most: int) -> list[str]:
        row = [""] * minutes
        for _ in range(most):
            begin, state = chance.randrange(minutes), chance.choice(states)
            length = min(int(chance.expovariate(1 / 900)) + 1, minutes - begin)
            row[begin : begin + length] = [state] * length
        return row

    made = []
    for number in range(1, count + 1):
        moved = chance.randrange(1, minutes) if chance.random() < 0.5 else minutes
        team = [1] * moved + [2] * (minutes - moved)
        own = {one: spans(("fail", "unknown", "excepted"), 4) for one in CONTROLS}
        made.append(Desk(number, team, spans(("offline", "unknown"), 6), own))
    return made


def _runs(values: list[tuple[object, ...]]) -> list[tuple[int, int, tuple[object, ...]]]:
    found, at = [], 0
    for value, group in groupby(values):
        length = len(list(group))
        found.append((at, at + length, value))
        at += length
    return found


def _times(begin: int, end: int) -> tuple[str, str]:
    return stamp(SINCE + begin * MINUTE), stamp(SINCE + end * MINUTE)


def spell_rows(desk: Desk) -> list[str]:
    runs = _runs([(team,) for team in desk.team])
    rows = []
    for begin, end, (team,) in runs:
        since, until = _times(begin, end)
        rows.append(f"{desk.number},{team},{since},{until},{(end - begin) * MINUTE}")
    return rows


def gap_rows(desk: Desk) -> list[str]:
    rows = []
    every = [(EVERY, desk.hidden), *desk.control.items()]
    for control, states in every:
        for begin, end, (team, state) in _runs(list(zip(desk.team, states, strict=True))):
            if not state:
                continue
            away = desk.hidden[begin:end]
            seconds = (away.count("") if control != EVERY else end - begin) * MINUTE
            since, until = _times(begin, end)
            rows.append(f"{desk.number},{team},{control},{state},{since},{until},{seconds}")
    return rows


def held_rows(desk: Desk) -> list[str]:
    rows = []
    for team in sorted(set(desk.team)):
        for control, states in desk.control.items():
            counts = dict.fromkeys(STATES, 0)
            for where, hidden, own in zip(desk.team, desk.hidden, states, strict=True):
                if where == team:
                    counts[hidden or own or "pass"] += MINUTE
            numbers = ",".join(map(str, counts.values()))
            rows.append(f"{desk.number},{team},{control},{sum(counts.values())},{numbers}")
    return rows


def _weeks(every: list[Desk], control: str) -> dict[tuple[int, int], dict[str, int]]:
    """Return the seconds of each state by team and week."""
    sums: dict[tuple[int, int], dict[str, int]] = {}
    for desk in every:
        zipped = zip(desk.team, desk.hidden, desk.control[control], strict=True)
        for at, (team, hidden, own) in enumerate(zipped):
            key = team, week_of(SINCE + at * MINUTE)
            sums.setdefault(key, dict.fromkeys(STATES, 0))[hidden or own or "pass"] += MINUTE
    return sums


def week_rows(every: list[Desk]) -> list[str]:
    rows = []
    for control in CONTROLS:
        for (team, week), counts in sorted(_weeks(every, control).items()):
            whole, numbers = sum(counts.values()), ",".join(map(str, counts.values()))
            rows.append(f"{control},{team},{day(week)},{whole},{numbers}")
    return rows


def requirement_rows(every: list[Desk]) -> list[str]:
    rows = []
    for number, control in (
        ("8.2.8", "screen-lock"),
        ("3.4.2", "clipboard"),
        ("3.4.2", "usb-storage"),
    ):
        sums: dict[int, Counter[str]] = {}
        for (team, _), counts in sorted(_weeks(every, control).items()):
            sums.setdefault(team, Counter()).update(counts)
        for team, whole in sums.items():
            numbers = ",".join(str(whole[one]) for one in STATES)
            named = f"PCI DSS,{number},{control},supports,{team},{NAMES[team]}"
            rows.append(f"{named},{whole.total()},{numbers}")
    return rows


NAMES = {1: "Cards", 2: "Claims North"}


def text(head: str, rows: list[str]) -> bytes:
    return "".join(f"{one}\r\n" for one in (head, *rows)).encode()


def contents(seed: int, signers: Signers, count: int = 4) -> dict[str, bytes]:
    """Return the files of a pack without its list."""
    every = desks(seed, count)
    mapped = [
        '"PCI DSS","8.2.8","screen-lock","supports","the sign-in, say","NIST"',
        '"PCI DSS","3.4.2","clipboard","supports","other ways","own"',
        '"PCI DSS","3.4.2","usb-storage","supports","ids","own"',
    ]
    teams = [f'"{number}","{name}"' for number, name in ((1, "Cards"), (2, "Claims, North"))]
    files = {
        "README.txt".lower(): b"Read me.\n",
        tables.MAPPING: text(",".join(tables.MAPPING_HEAD), mapped),
        tables.TEAMS: text(",".join(tables.TEAM_HEAD), teams),
        tables.SPELLS: text(tables.SPELL_HEAD, [r for d in every for r in spell_rows(d)]),
        tables.WEEKS: text(tables.week_head(STATES), week_rows(every)),
        tables.REQUIREMENTS: text(tables.requirement_head(STATES), requirement_rows(every)),
        "scope.json": b'{"desks": 4}',
        KEYS: keys(signers),
        ROOTS: roots.write_chain(signers.chain()),
        CERTIFICATE: signers.certificate(),
        AUDIT: b"".join(audit(signers)),
        RECEIPTS: b"".join(receipts(signers)),
    }
    for place, part in enumerate((every[:2], every[2:]), 1):
        gaps = [r for d in part for r in gap_rows(d)]
        files[f"gaps/{place:05}.csv.gz"] = text(tables.GAP_HEAD, gaps)
        held = [r for d in part for r in held_rows(d)]
        files[f"held/{place:05}.csv.gz"] = text(tables.held_head(STATES), held)
    return files


def keys(signers: Signers) -> bytes:
    return json.dumps(
        {"pack": public_of(signers.pack).text, "receipts": public_of(signers.receipts).text}
    ).encode()


def _signed(said: dict[str, object], signers: Signers) -> bytes:
    import base64  # noqa: PLC0415

    plain = links.canonical(said)
    signature = base64.b64encode(signers.receipts.sign(plain.encode())).decode()
    return file_format.spelled({"receipt": plain, "signature": signature})


def receipts(signers: Signers) -> list[bytes]:
    return [
        _signed({"device": f"d{n}", "epoch": 1, "seq": 5, "hash": "ab" * 32}, signers)
        for n in range(3)
    ]


def audit(signers: Signers, entries: int = 20) -> list[bytes]:
    """Return a signed audit log as the endpoint exports it."""
    import hashlib  # noqa: PLC0415

    origin = Origin(device="endpoint", device_key="", receipt_key=public_of(signers.receipts).text)
    begun = Epoch(epoch=1, first=1, previous=links.GENESIS, reason=FIRST)
    header = Header(format=file_format.FORMAT, origin=origin, epochs=(begun,), retention=365)
    rows, previous = [], links.GENESIS
    for seq in range(1, entries + 1):
        at = Moment(boot=0.0, wall=float(SINCE + seq))
        record = Record(kind="user.put", at=at, payload={"actor": "a", "subject": f"s{seq}"})
        if seq == 1:
            record = Record(kind="journal.header", at=at, payload=header.value())
        row = links.append(record, epoch=1, seq=seq, previous=previous)
        rows.append(row)
        previous = row.hash
    receipt = {
        "at": Moment(boot=0.0, wall=float(UNTIL + 60)).iso,
        "device": "endpoint",
        "epoch": 1,
        "hash": previous.hex(),
        "seq": entries,
    }
    lines = [file_format.spelled(header.value()), _signed(receipt, signers)]
    lines += [file_format.entry_line(one) for one in rows]
    digest = hashlib.sha256(b"".join(lines)).hexdigest()
    closing = {"closing": entries, "head": previous.hex(), "file": digest}
    return [*lines, file_format.spelled(closing)]


def predicate(files: PackFolder, **other: object) -> Predicate:
    values: dict[str, object] = {
        "scope": Scope(kind="all"),
        "since": SINCE,
        "until": UNTIL,
        "cut_off": UNTIL,
        "made": UNTIL + 60,
        "made_by": "nina",
        "release": "1.0",
        "mapping": "ab" * 32,
        "desks": 4,
        "files": files.files,
    }
    return Predicate(**{**values, **other})  # type: ignore[arg-type]


def write(folder: Path, files: dict[str, bytes], signers: Signers, **other: object) -> Path:
    """Write a pack of these files, signed as it should be."""
    pack = PackFolder(folder)
    for name, data in files.items():
        pack.put(name, data)
    sealed = manifest.sealed(predicate(pack, **other), pack.digests)
    pack.close(dsse.write(dsse.sign(sealed, signers.pack)))
    return folder
