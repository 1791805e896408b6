"""A second verifier, from docs/journal-format.md alone; it shares no code with the product."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import nacl.exceptions
import nacl.signing

Value = dict[str, Any]
ENTRY = {
    "boot", "commitment", "epoch", "hash", "kind", "payload", "previous", "salt", "seq", "wall",
}  # fmt: skip
OLD = {"device", "device_key", "epochs", "format", "receipt_key"}
BEGIN = OLD | {"retention"}
EPOCH = {"epoch", "first", "previous", "reason"}
REASONS = {"first", "lost", "damaged", "conflict"}
GAP = {"gap", "hash", "last", "previous"}
RECEIPT = {"receipt", "signature"}
SEAL = {"device", "epoch", "hash", "next", "public", "seal", "signature"}
TYPES = {"epoch": int, "seq": int, "boot": float, "wall": float, "kind": str}
REFUSED = (ValueError, LookupError, TypeError, AttributeError, RecursionError, struct.error)


class Broken(Exception):
    """The file does not hold."""


@dataclass(frozen=True)
class Asked:
    """What is demanded: a key, and times in seconds since 1970."""

    key: str = ""
    now: float | None = None
    since: float | None = None
    until: float | None = None
    least: int = 0


NOTHING = Asked()


def dump(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def whole(raw: bytes) -> bool:
    """Tell whether the chain holds."""
    return judged(raw) is not None


def judged(raw: bytes, asked: Asked = NOTHING) -> Counter[str] | None:
    """Give what is open, by id and how often; None for a file that is broken or refused."""
    try:
        return opened(verify(raw), asked)
    except (Broken, *REFUSED):
        return None


def need(true: object) -> None:
    if not true:
        raise Broken


@dataclass
class State:
    begin: Value
    receipts: dict[int, Value] = field(default_factory=dict)
    seals: dict[int, Value] = field(default_factory=dict)
    restarts: set[int] = field(default_factory=set)
    entries: int = 0
    seq: int = 0
    epoch: int = 0
    head: str = "00" * 32
    sealing_key: str = ""
    let_go: set[int] = field(default_factory=set)
    announced: set[int] = field(default_factory=set)

    stage: int = 0
    closed: bool = False
    last_entry: str = "00" * 32
    hashed: Any = field(default_factory=hashlib.sha256)

    told: Counter[str] = field(default_factory=Counter)
    last: int = 0
    wall: float = 0.0
    keys: int = 0
    header: Value | None = None
    header_seq: int = 0
    header_epoch: int = 0
    retention: int = 0
    erased: list[tuple[int, str, float, bool]] = field(default_factory=list)
    words: list[tuple[int, int, int]] = field(default_factory=list)
    confirmed: int = 0
    confirmed_epoch: int = 0
    sealed: int = 0
    met: set[int] = field(default_factory=set)

    def take(self, line: bytes) -> None:
        need(line.endswith(b"\n") and not self.closed)
        value = json.loads(line)
        need(dump(value) + b"\n" == line)
        if "closing" in value:
            close(self, value)
            return
        kind = [RECEIPT, SEAL, ENTRY, GAP].index(set(value))
        need(min(kind, 2) >= self.stage)
        (take_receipt, take_seal, take_entry, take_gap)[kind](self, value)
        self.stage = min(kind, 2)
        self.hashed.update(line)

    def copied(self) -> State:
        """Give a state of its own; what only entries change is left out, since they are refused."""
        made = object.__new__(State)
        made.__dict__.update(self.__dict__)
        made.receipts, made.seals = dict(self.receipts), dict(self.seals)
        made.restarts, made.hashed = set(self.restarts), self.hashed.copy()
        return made

    @property
    def old(self) -> bool:
        return bool(self.begin["format"] == "agentguard-journal/2")

    @property
    def epochs(self) -> dict[int, Value]:
        return {each["epoch"]: each for each in self.begin["epochs"]}


def verify(raw: bytes) -> State:
    lines = raw.split(b"\n")
    state = begun(lines[0] + b"\n" if len(lines) > 1 else lines[0])
    for line in lines[1:-1]:
        state.take(line + b"\n")
    need(state.closed and not lines[-1])
    return state


def close(state: State, value: Value) -> None:
    hashed = state.hashed.hexdigest()
    need(value == {"closing": state.entries, "file": hashed, "head": state.last_entry})
    need(type(value["closing"]) is int)
    need(state.let_go <= state.announced)
    need(all(n <= (state.epoch or min(state.epochs)) for n in state.epochs))
    if state.entries and not state.old:
        need(state.header_seq)
        if state.header is not None:
            for name in ("device", "device_key", "receipt_key", "retention"):
                need(state.header[name] == state.begin[name])
    state.closed = True


def begun(line: bytes) -> State:
    begin = json.loads(line)
    need(dump(begin) + b"\n" == line)
    first_line(begin)
    if begin["format"].endswith("/3"):
        numbers = [each["epoch"] for each in begin["epochs"]]
        need(numbers == sorted(set(numbers)))
        need(all(each["reason"] in REASONS for each in begin["epochs"]))
        need(all(each["reason"] != "first" or each["epoch"] == 1 for each in begin["epochs"]))
    state = State(begin)
    state.hashed.update(line)
    return state


def first_line(begin: Value) -> None:
    if begin["format"] == "agentguard-journal/2":
        need(set(begin) == OLD)
    else:
        need(begin["format"] == "agentguard-journal/3" and set(begin) == BEGIN)
        need(type(begin["retention"]) is int and begin["retention"] >= 1)
    need(all(isinstance(begin[name], str) for name in ("device", "device_key", "receipt_key")))
    for each in begin["epochs"]:
        need(set(each) == EPOCH)
        need(type(each["epoch"]) is int and type(each["first"]) is int)
        need(isinstance(each["reason"], str))
        need(len(unhex(each["previous"])) == 32)
    need(begin["epochs"])


def take_receipt(state: State, value: Value) -> None:
    text = value["receipt"]
    check(b64(state.begin["receipt_key"]), text.encode(), b64(value["signature"]))
    receipt = json.loads(text)
    need(receipt["device"] == state.begin["device"])
    need(receipt["seq"] > max(state.receipts, default=0))
    if not state.old:
        need(datetime.fromisoformat(receipt["at"]).tzinfo is not None)
    state.receipts[receipt["seq"]] = receipt


def take_seal(state: State, value: Value) -> None:
    seq, public = value["seal"], value["public"]
    said = "".join(
        f"{part}\n"
        for part in ("agentguard-seal/1", value["epoch"], seq, value["hash"], value["next"])
    ).encode()
    check(unhex(public), said, unhex(value["signature"]))
    need(isinstance(value["device"], str))
    if value["device"]:
        check(b64(state.begin["device_key"]), said, unhex(value["device"]))
    before = max(state.seals, default=0)
    need(seq > before)
    confirmed = max(state.receipts, default=0)
    named = state.receipts[confirmed].get("seal", "") if confirmed else ""
    if named and before <= confirmed < seq:
        need(public == named)
    elif not before or public != state.seals[before]["next"]:
        state.restarts.add(seq)
    state.seals[seq] = value


def take_gap(state: State, gap: Value) -> None:
    first, last = gap["gap"], gap["last"]
    if not state.epoch:
        start = state.epochs[min(state.epochs)]
        state.epoch, state.seq, state.head = start["epoch"], start["first"] - 1, start["previous"]
    need(first <= last < first + 10_000_000 and gap["previous"] == state.head)
    need(first == state.seq + 1)
    state.seq, state.head = last, gap["hash"]
    state.let_go.update(range(first, last + 1))
    state.told["gaps"] = 1
    state.last = last


def take_entry(state: State, entry: Value) -> None:
    need(all(type(entry[name]) is kind for name, kind in TYPES.items()))
    if entry["epoch"] != state.epoch:
        enter(state, entry)
    need((entry["seq"], entry["previous"]) == (state.seq + 1, state.head))
    need(entry["hash"] == digest(entry))
    state.seq, state.head = entry["seq"], entry["hash"]
    state.entries += 1
    state.last_entry = state.head
    held_against(state, entry)
    if entry["kind"] == "journal.gap" and entry["payload"]:
        for first, last in entry["payload"]["ranges"]:
            state.announced.update(range(first, last + 1))
    headers(state, entry)
    erasing(state, entry)
    look(state, entry)


def headers(state: State, entry: Value) -> None:
    if entry["kind"] != "journal.header":
        if not state.header_seq and not entry["kind"].startswith("journal."):
            state.told["header-late"] = 0 if state.old else 1
        return
    need(not state.old)
    state.header_seq = state.header_seq or entry["seq"]
    state.header = entry["payload"]
    if state.header is None:
        return
    first_line(state.header)
    need(state.header["format"] == "agentguard-journal/3")
    mine = [each for each in state.begin["epochs"] if each["epoch"] <= entry["epoch"]]
    need(state.header["epochs"] == mine)
    state.header_epoch, state.retention = entry["epoch"], state.header["retention"]
    if state.retention < 365:
        state.told["retention"] = 1


def erasing(state: State, entry: Value) -> None:
    if entry["payload"] is None:
        early = not state.header_seq
        state.erased.append((entry["seq"], entry["kind"], entry["wall"], early))
    elif entry["kind"] == "journal.erased":
        last = entry["payload"].get("last")
        if type(last) is int and 0 < last < entry["seq"]:
            state.words.append((entry["seq"], last, state.retention))


def look(state: State, entry: Value) -> None:
    if entry["seq"] != state.last + 1:
        state.told["numbers"] += 1
    state.last = entry["seq"]
    if entry["wall"] < state.wall - 120:
        state.told["clock"] = 1
    state.wall = entry["wall"]
    if entry["kind"] == "journal.key":
        state.keys += 1
        if state.keys > 1:
            state.told["key"] += 1


def at(receipt: Value) -> float:
    try:
        return datetime.fromisoformat(receipt["at"]).timestamp()
    except REFUSED:
        return 0.0


def in_order(state: State, seq: int, kind: str, wall: float, early: bool) -> bool:
    days = {number: int(at(receipt) // 86_400) for number, receipt in state.receipts.items()}
    if kind.startswith("journal."):
        return False
    for word, last, retention in state.words:
        before = max((n for n in days if n < word), default=0)
        covering = min((n for n in days if n >= last), default=0)
        counts = retention and covering and word <= max(days, default=0)
        if counts and seq <= last and days.get(before, 0) - days[covering] >= retention:
            return True
    newest = days[max(days)] if days else 0
    return bool(early and state.retention and newest - wall // 86_400 >= state.retention)


def opened(state: State, asked: Asked) -> Counter[str]:
    told = state.told
    told["epoch"] = sum(each["reason"] != "first" for each in state.epochs.values())
    told["receipts"] = len(set(state.receipts) - state.met) and 1
    newest_seal = state.receipts[max(state.receipts)].get("seal") if state.receipts else ""
    sealing = state.seals or state.sealing_key or newest_seal
    told["unsealed"] = int(bool(sealing) and max(state.confirmed, state.sealed) < state.last)
    if state.old:
        told["old-format"] = 1 if state.entries else 0
    elif state.entries:
        told["header-closed"] = int(state.header is None)
        after = any(n > state.header_epoch for n in state.epochs)
        told["header-before"] = int(state.header is not None and after)
    told["empty"] = int(not state.entries)
    told["erased"] = int(not all(in_order(state, *each) for each in state.erased))
    demanded(state, asked, told)
    return +told


def demanded(state: State, asked: Asked, told: Counter[str]) -> None:
    if not asked.key:
        told["no-key"] = 1
        return
    need(state.begin["receipt_key"] == asked.key and state.entries and state.confirmed)
    newest = at(state.receipts[state.confirmed])
    told["epoch-unconfirmed"] = int(state.confirmed_epoch != max(state.epochs))
    free = asked.until is not None or asked.least
    told["unconfirmed"] = int(not free and state.confirmed != state.last)
    told["least"] = int(state.confirmed < asked.least)
    told["until"] = int(asked.until is not None and newest < asked.until)
    told["older"] = int(asked.since is not None and newest < asked.since)
    told["ahead"] = int(asked.now is not None and newest > asked.now + 86_400)


def enter(state: State, entry: Value) -> None:
    start = state.epochs[entry["epoch"]]
    need(entry["epoch"] > state.epoch and start["first"] > state.seq)
    passed = [e for n, e in state.epochs.items() if state.epoch < n < entry["epoch"]]
    need(all(e["first"] == start["first"] for e in passed))
    if state.epoch:
        need(start["previous"] == state.head)
    state.head, state.seq, state.epoch = start["previous"], start["first"] - 1, entry["epoch"]


def held_against(state: State, entry: Value) -> None:
    seq = entry["seq"]
    if receipt := state.receipts.get(seq):
        need(receipt["hash"] == entry["hash"])
        if receipt["epoch"] != entry["epoch"]:
            need(receipt["epoch"] > entry["epoch"])
            need(state.epochs[receipt["epoch"]]["reason"] == "conflict")
        state.met.add(seq)
        state.confirmed, state.confirmed_epoch = seq, entry["epoch"]
    if entry["kind"] == "journal.key":
        state.sealing_key = (entry["payload"] or {}).get("public", "")
    if seal := state.seals.get(seq):
        need((seal["epoch"], seal["hash"]) == (entry["epoch"], entry["hash"]))
        if seq in state.restarts and seal["public"] != state.sealing_key:
            need(seq == min(state.seals))
            if seq > max(state.receipts, default=0):
                state.told["seal-start"] = 1
        state.sealed = seq


def digest(entry: Value) -> str:
    commitment = unhex(entry["commitment"])
    need((entry["payload"] is None) == (entry["salt"] is None))
    if entry["payload"] is not None:
        need(isinstance(entry["payload"], dict))
        made = hmac.new(unhex(entry["salt"]), dump(entry["payload"]), hashlib.sha256)
        need(made.digest() == commitment)
    kind = str(entry["kind"]).encode()
    made = hashlib.sha256(b"\x00" + unhex(entry["previous"]))
    made.update(struct.pack(">QQdd", entry["epoch"], entry["seq"], entry["boot"], entry["wall"]))
    made.update(struct.pack(">H", len(kind)) + kind + commitment)
    return made.hexdigest()


def unhex(text: str) -> bytes:
    found = bytes.fromhex(text)
    need(found.hex() == text)
    return found


def b64(text: str) -> bytes:
    found = base64.b64decode(text, validate=True)
    need(base64.b64encode(found).decode() == text)
    return found


def check(public: bytes, said: bytes, signature: bytes) -> None:
    try:
        nacl.signing.VerifyKey(public).verify(said, signature)
    except nacl.exceptions.CryptoError as error:
        raise Broken from error
