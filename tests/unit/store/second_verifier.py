"""A second verifier, written from docs/journal.md alone; it shares no code with the product."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
from dataclasses import dataclass, field, replace
from typing import Any

import nacl.exceptions
import nacl.signing

Value = dict[str, Any]
ENTRY = {
    "boot", "commitment", "epoch", "hash", "kind", "payload", "previous", "salt", "seq", "wall",
}  # fmt: skip
BEGIN = {"device", "device_key", "epochs", "format", "receipt_key"}
GAP = {"gap", "hash", "last", "previous"}
RECEIPT = {"receipt", "signature"}
SEAL = {"device", "epoch", "hash", "next", "public", "seal", "signature"}
TYPES = {"epoch": int, "seq": int, "boot": float, "wall": float, "kind": str}


class Broken(Exception):
    """The file does not hold."""


def dump(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def whole(raw: bytes) -> bool:
    try:
        verify(raw)
    except (
        Broken,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        struct.error,
    ):
        return False
    return True


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
        return replace(
            self,
            receipts=dict(self.receipts),
            seals=dict(self.seals),
            restarts=set(self.restarts),
            hashed=self.hashed.copy(),
        )

    @property
    def epochs(self) -> dict[int, Value]:
        return {each["epoch"]: each for each in self.begin["epochs"]}


def verify(raw: bytes) -> State:
    lines = raw.splitlines(keepends=True)
    state = begun(lines[0])
    for line in lines[1:]:
        state.take(line)
    need(state.closed)
    return state


def close(state: State, value: Value) -> None:
    hashed = state.hashed.hexdigest()
    need(value == {"closing": state.entries, "file": hashed, "head": state.last_entry})
    need(type(value["closing"]) is int)
    need(state.let_go <= state.announced)
    need(all(n <= (state.epoch or min(state.epochs)) for n in state.epochs))
    state.closed = True


def begun(line: bytes) -> State:
    begin = json.loads(line)
    need(dump(begin) + b"\n" == line and set(begin) == BEGIN)
    need(begin["format"] == "agentguard-journal/2")
    for each in begin["epochs"]:
        need(type(each["epoch"]) is int and type(each["first"]) is int)
        need(isinstance(each["reason"], str))
        unhex(each["previous"])
    need(begin["epochs"])
    state = State(begin)
    state.hashed.update(line)
    return state


def take_receipt(state: State, value: Value) -> None:
    text = value["receipt"]
    check(b64(state.begin["receipt_key"]), text.encode(), b64(value["signature"]))
    receipt = json.loads(text)
    need(receipt["device"] == state.begin["device"])
    need(receipt["seq"] > max(state.receipts, default=0))
    state.receipts[receipt["seq"]] = receipt


def take_seal(state: State, value: Value) -> None:
    seq, public = value["seal"], value["public"]
    said = "".join(
        f"{part}\n"
        for part in ("agentguard-seal/1", value["epoch"], seq, value["hash"], value["next"])
    ).encode()
    check(unhex(public), said, unhex(value["signature"]))
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
    need(first <= last < first + 10_000_000 and gap["previous"] == state.head)
    need(first == state.seq + 1)
    state.epoch = state.epoch or min(state.epochs)
    state.seq, state.head = last, gap["hash"]
    state.let_go.update(range(first, last + 1))


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
    if entry["kind"] == "journal.key":
        state.sealing_key = (entry["payload"] or {}).get("public", "")
    if seal := state.seals.get(seq):
        need((seal["epoch"], seal["hash"]) == (entry["epoch"], entry["hash"]))
        if seq in state.restarts and seq != min(state.seals):
            need(seal["public"] == state.sealing_key)


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
