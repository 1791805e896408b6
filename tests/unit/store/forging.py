"""Changes an exported journal in every way that somebody without the keys could, and some with."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import struct
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Value = dict[str, Any]
FORGER = Ed25519PrivateKey.from_private_bytes(b"f" * 32)
ODD = (None, True, 0, 1, -1, 2.5, "", "00", [], {}, "first", "lost", 10**30)


def dump(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


@dataclass
class File:
    """A file as its lines' values, which can be spelled again with a closing line that fits."""

    begin: Value
    lines: list[Value]

    @classmethod
    def of(cls, raw: bytes) -> File:
        values = [json.loads(line) for line in raw.splitlines()]
        return cls(values[0], values[1:-1])

    @property
    def entries(self) -> list[Value]:
        return [line for line in self.lines if "kind" in line]

    def raw(self) -> bytes:
        rest = b"".join(map(dump, [self.begin, *self.lines]))
        entries = self.entries
        head = entries[-1].get("hash") if entries else "00" * 32
        file = hashlib.sha256(rest).hexdigest()
        return rest + dump({"closing": len(entries), "file": file, "head": head})

    def without(self, *kinds: str) -> None:
        """Leave out the receipts, the seals, or both."""
        self.lines = [line for line in self.lines if not any(kind in line for kind in kinds)]

    def relink(self) -> None:
        """Compute every hash again, as one can who has no key at all."""
        head, epoch = "00" * 32, 0
        for line in self.lines:
            if "kind" not in line:
                head = line["hash"] if "gap" in line else head
                continue
            if line["epoch"] != epoch:
                epoch = line["epoch"]
                for each in self.begin["epochs"]:
                    if each["epoch"] == epoch:
                        each["previous"], each["first"] = head, line["seq"]
            self.commit(line)
            line["previous"] = head
            head = line["hash"] = linked(line)

    def commit(self, line: Value) -> None:
        if line["payload"] is None:
            return
        if line["kind"] == "journal.header":
            self.agree(line["payload"])
        salt, text = bytes.fromhex(line["salt"]), dump(line["payload"])[:-1]
        line["commitment"] = hmac.new(salt, text, hashlib.sha256).hexdigest()

    def agree(self, header: Value) -> None:
        """Let a header say of where its epochs begin what the first line says."""
        mine = {each["epoch"]: each for each in self.begin["epochs"]}
        for each in header.get("epochs", ()):
            if each["epoch"] in mine:
                same = mine[each["epoch"]]
                each["previous"], each["first"] = same["previous"], same["first"]


def linked(line: Value) -> str:
    kind = line["kind"].encode()
    numbers = struct.pack(">QQdd", line["epoch"], line["seq"], line["boot"], line["wall"])
    what = numbers + struct.pack(">H", len(kind)) + kind + bytes.fromhex(line["commitment"])
    return hashlib.sha256(b"\x00" + bytes.fromhex(line["previous"]) + what).hexdigest()


def signed(receipt: Value, key: Ed25519PrivateKey) -> Value:
    text = json.dumps(receipt)
    return {"receipt": text, "signature": base64.b64encode(key.sign(text.encode())).decode()}


class Forger:
    """Makes one forgery after the other from a journal; the same seed gives the same ones."""

    def __init__(self, raw: bytes, seed: int, endpoint: Ed25519PrivateKey) -> None:
        self.raw = raw
        self.file = File.of(raw)
        self.dice = random.Random(seed)
        self.endpoint = endpoint
        self.ways: tuple[Callable[[], bytes], ...] = (
            self.bit, self.bytes_, self.field, self.begin_field, self.rows, self.vouchers,
            self.cut, self.erased, self.reasons, self.rewritten, self.invented, self.downgraded,
            self.receipt, self.emptied, self.gap, self.words, self.headers,
        )  # fmt: skip

    def copy(self) -> File:
        return deepcopy(self.file)

    def bit(self) -> bytes:
        place = self.dice.randrange(len(self.raw))
        changed = self.raw[place] ^ (1 << self.dice.randrange(8))
        return self.raw[:place] + bytes([changed]) + self.raw[place + 1 :]

    def bytes_(self) -> bytes:
        place, count = self.dice.randrange(len(self.raw)), self.dice.choice((0, 0, 1, 2, 200))
        new = self.dice.choice((b"", b" ", b"\n", b"0", b"a", b"{}", self.raw[place : place + 9]))
        return self.raw[:place] + new + self.raw[place + count :]

    def field(self) -> bytes:
        file = self.copy()
        line = self.dice.choice(file.lines)
        name = self.dice.choice(sorted(line))
        others = [each[name] for each in file.lines if name in each]
        line[name] = self.other(line[name], others)
        if self.dice.random() < 0.1:
            del line[name]
        return file.raw()

    def other(self, value: Any, others: list[Any]) -> Any:
        if type(value) in {int, float} and self.dice.random() < 0.5:
            return value + self.dice.choice((-1, 1, 100))
        return self.dice.choice([*others, *ODD])

    def begin_field(self) -> bytes:
        file = self.copy()
        target = self.dice.choice([file.begin, file.begin, *file.begin["epochs"]])
        name = self.dice.choice(sorted(target))
        match self.dice.choice(("set", "set", "drop", "add", "epoch", "unepoch", "swap")):
            case "set":
                target[name] = self.other(target[name], list(self.copy().begin.values()))
            case "drop":
                del target[name]
            case "add":
                target["more"] = 1
            case "epoch":
                last = dict(file.begin["epochs"][-1])
                last["epoch"] += self.dice.choice((-1, 0, 1, 2))
                last["reason"] = self.dice.choice(("lost", "damaged", "conflict", "first"))
                file.begin["epochs"].insert(self.dice.randrange(3), last)
            case "unepoch":
                file.begin["epochs"].pop(self.dice.randrange(len(file.begin["epochs"])))
            case "swap":
                file.begin["epochs"].reverse()
        return file.raw()

    def rows(self) -> bytes:
        file = self.copy()
        lines, place = file.lines, self.dice.randrange(len(file.lines))
        other = self.dice.randrange(len(lines))
        match self.dice.choice(("delete", "double", "swap", "move")):
            case "delete":
                del lines[place]
            case "double":
                lines.insert(other, deepcopy(lines[place]))
            case "swap":
                lines[place], lines[other] = lines[other], lines[place]
            case "move":
                lines.insert(other, lines.pop(place))
        return file.raw()

    def vouchers(self) -> bytes:
        """Leave out some receipts or seals, or all of them."""
        file = self.copy()
        if self.dice.random() < 0.3:
            file.without(*self.dice.choice((("receipt",), ("seal",), ("receipt", "seal"))))
            return file.raw()
        chance = self.dice.random()
        file.lines = [each for each in file.lines if "kind" in each or self.dice.random() < chance]
        return file.raw()

    def cut(self) -> bytes:
        """Cut the end off, and the receipts and seals for what is gone."""
        file = self.copy()
        left = self.dice.randrange(len(file.entries))
        last = file.entries[left]["seq"]
        kept = []
        for line in file.lines:
            seq = line.get("seq", line.get("seal"))
            if "receipt" in line:
                seq = json.loads(line["receipt"])["seq"]
            if seq is None or seq <= last or self.dice.random() < 0.02:
                kept.append(line)
        file.lines = kept
        if self.dice.random() < 0.5:
            newest = file.entries[-1]["epoch"]
            file.begin["epochs"] = [e for e in file.begin["epochs"] if e["epoch"] <= newest]
        return file.raw()

    def erased(self) -> bytes:
        """Set payloads to null: of one entry, of a kind, of some, of all."""
        file = self.copy()
        kind, chance = self.dice.choice(file.entries)["kind"], self.dice.random()
        one = self.dice.choice(file.entries)
        match self.dice.choice(("one", "kind", "some", "all")):
            case "one":
                chosen = [one]
            case "kind":
                chosen = [each for each in file.entries if each["kind"] == kind]
            case "some":
                chosen = [each for each in file.entries if self.dice.random() < chance]
            case _:
                chosen = file.entries
        for each in chosen:
            each["payload"] = each["salt"] = None
        if self.dice.random() < 0.2:
            file.without("receipt")
        return file.raw()

    def reasons(self) -> bytes:
        """Change reasons of epochs, with or without what the chain says of them."""
        file = self.copy()
        reason = self.dice.choice(("first", "lost", "damaged", "conflict", "other", ""))
        place = self.dice.randrange(len(file.begin["epochs"]))
        file.begin["epochs"][place]["reason"] = reason
        if self.dice.random() < 0.7:
            for each in file.entries:
                if each["kind"] == "journal.header" and len(each["payload"]["epochs"]) > place:
                    each["payload"]["epochs"][place]["reason"] = reason
            self.settle(file)
        return file.raw()

    def settle(self, file: File) -> None:
        """Link all of it anew, and leave out what cannot vouch for it any more, or not."""
        file.relink()
        if self.dice.random() < 0.8:
            file.without(*self.dice.choice((("receipt",), ("seal",), ("receipt", "seal"))))

    def rewritten(self) -> bytes:
        """Change what an entry says, when, or of which kind, and link all of it anew."""
        file = self.copy()
        each = self.dice.choice(file.entries)
        match self.dice.choice(("payload", "wall", "kind", "number", "epoch")):
            case "payload":
                each["payload"], each["salt"] = {"n": 1}, "00" * 16
            case "wall":
                each["wall"] += self.dice.choice((-1e7, -200.0, 5.0, -4e7))
            case "kind":
                kinds = ["journal.key", "journal.header", "journal.erased", "journal.gap", "x"]
                each["kind"] = self.dice.choice(kinds)
            case "number":
                for later in file.entries[file.entries.index(each) :]:
                    later["seq"] += 1
            case _:
                each["epoch"] = self.dice.choice((1, 2, 3))
        self.settle(file)
        return file.raw()

    def invented(self) -> bytes:
        """Give a journal of somebody's own: no receipt, his own key's, or none at all."""
        file = self.copy()
        file.without("receipt", "seal")
        if self.dice.random() < 0.5:
            file.lines = file.lines[: self.dice.randrange(1, len(file.lines))]
        own = base64.b64encode(FORGER.public_key().public_bytes_raw()).decode()
        key = self.dice.choice(("", file.begin["receipt_key"], own))
        file.begin["receipt_key"] = key
        file.begin["epochs"] = [
            each for each in file.begin["epochs"] if each["epoch"] <= file.entries[-1]["epoch"]
        ]
        for each in file.entries:
            if each["kind"] == "journal.header":
                each["payload"]["receipt_key"] = key
                each["payload"]["epochs"] = [
                    e for e in file.begin["epochs"] if e["epoch"] <= each["epoch"]
                ]
        file.relink()
        if self.dice.random() < 0.5:
            last = file.entries[-1]
            said = {"device": file.begin["device"], "epoch": last["epoch"], "seq": last["seq"]}
            receipt = {**said, "hash": last["hash"], "at": "2027-10-27T00:00:00+00:00"}
            file.lines.insert(0, signed(receipt, FORGER))
        return file.raw()

    def downgraded(self) -> bytes:
        """Call it a file of the old format, with or without the entries that contradict it."""
        file = self.copy()
        file.begin["format"] = "agentguard-journal/2"
        if self.dice.random() < 0.9:
            del file.begin["retention"]
        if self.dice.random() < 0.5:
            for each in file.entries:
                if each["kind"] == "journal.header":
                    each["kind"] = "agent.started"
            self.settle(file)
        return file.raw()

    def receipt(self) -> bytes:
        """Forge a receipt, or have the endpoint sign what is not in the file."""
        file = self.copy()
        receipts = [line for line in file.lines if "receipt" in line]
        line = self.dice.choice(receipts)
        said = json.loads(line["receipt"])
        name = self.dice.choice(sorted(said))
        said[name] = self.other(said[name], [self.dice.choice(file.entries).get(name)])
        if self.dice.random() < 0.2:
            said["at"] = self.dice.choice(("2030-01-01", "2030-01-01T00:00:00Z", "", "now"))
        key = FORGER if self.dice.random() < 0.3 else self.endpoint
        line.update(signed(said, key))
        return file.raw()

    def emptied(self) -> bytes:
        file = self.copy()
        file.lines = [each for each in file.lines if "kind" not in each]
        file.without(*self.dice.choice((("receipt", "seal"), ("seal",), ("receipt",))))
        if self.dice.random() < 0.7:
            file.begin["epochs"] = file.begin["epochs"][:1]
        return file.raw()

    def gap(self) -> bytes:
        """Say that entries were let go, with or without an entry that says so as well."""
        file = self.copy()
        first = self.dice.randrange(len(file.entries) - 1)
        run = file.entries[first : first + self.dice.randrange(1, 4)]
        place = file.lines.index(run[0])
        file.lines = [each for each in file.lines if not any(each is one for one in run)]
        gap = {"gap": run[0]["seq"], "last": run[-1]["seq"], "hash": run[-1]["hash"]}
        file.lines.insert(place, {**gap, "previous": run[0]["previous"]})
        if self.dice.random() < 0.7:
            said = file.entries[-1]
            said["kind"] = "journal.gap"
            said["payload"], said["salt"] = {"ranges": [[gap["gap"], gap["last"]]]}, "00" * 16
            self.settle(file)
        return file.raw()

    def words(self) -> bytes:
        """Let the word for what was erased say more, less or nonsense; erase by it."""
        file = self.copy()
        word = next((each for each in file.entries if each["kind"] == "journal.erased"), None)
        word = self.dice.choice(file.entries) if word is None else word
        last = self.dice.choice((0, 1, 3, 7, 9, 12, 400, -1, True, "9", None))
        word.update(kind="journal.erased", payload={"count": 1, "last": last}, salt="00" * 16)
        for each in file.entries:
            if type(last) is int and each["seq"] <= last:
                each["payload"] = each["salt"] = None
        self.resigned(file)
        return file.raw()

    def headers(self) -> bytes:
        """Let the headers say another retention, or be gone; begin with other entries."""
        file = self.copy()
        days = self.dice.choice((1, 30, 364, 365, 395, 5000, 0, "400", None))
        found = [each for each in file.entries if each["kind"] == "journal.header"]
        match self.dice.choice(("all", "one", "late", "closed")):
            case "all":
                for each in found:
                    each["payload"]["retention"] = days
                file.begin["retention"] = days
            case "one":
                self.dice.choice(found)["payload"]["retention"] = days
            case "late":
                found[0]["kind"] = "agent.started"
            case _:
                found[-1]["payload"] = found[-1]["salt"] = None
        self.resigned(file)
        return file.raw()

    def resigned(self, file: File) -> None:
        """Link all of it anew, and now and then have the endpoint confirm that."""
        file.relink()
        if self.dice.random() < 0.2:
            return
        file.without("seal")
        hashes = {each["seq"]: each["hash"] for each in file.entries}
        for line in file.lines:
            if "receipt" in line:
                said = json.loads(line["receipt"])
                line.update(signed({**said, "hash": hashes.get(said["seq"])}, self.endpoint))
