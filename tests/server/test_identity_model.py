"""A model of who may report: enrolled, confirmed, turned away, rotated, copied, and set back."""

from __future__ import annotations

import asyncio
import base64
import copy
import secrets
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from nacl.signing import SigningKey

from agentguard.base import translations
from agentguard.server import keys
from agentguard.server.ingest.switch import Door
from agentguard.server.listener.path_to_endpoint import Outside
from agentguard.server.playbooks.following import Following
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.desks import enrolment_codes, identities
from agentguard.server.store.desks.batch_codes import Wish
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.engine.times import iso
from agentguard.wire import httpsig, v1
from tests.server.migrated import migrated

START, DAY = 1_790_000_000.0, 86400
SAM = Visitor(name="sam", role="admin", token="", scope=None)
HOST = "endpoint.example"


@dataclass
class Code:
    """A code as the model knows it."""

    text: str
    most: int
    confirm: bool
    many: bool
    expires: float
    used: set[bytes] = field(default_factory=set)


@dataclass
class Desk:
    """A device as the model knows it."""

    status: str
    key: bytes
    before: dict[bytes, float] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)


@dataclass
class Known:
    """All that the endpoint should know; keys by their public half."""

    desks: dict[str, Desk] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)


class Endpoint:
    """A real endpoint without a network: its door is called as an ASGI server calls it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = START
        self.loop = asyncio.new_event_loop()
        self.open()

    def open(self) -> None:
        made = ServerSettings(data=self.folder, limits=Limits(enrol_tries=10_000, key_fresh=0))
        self.database = open_database(migrated(made))
        self.door = Door(
            made,
            self.database,
            keys.load_or_make(made.key_file),
            now=lambda: self.now,
            words=translations.load(),
            inner=self.door_to_nowhere,
            outside=Outside(),
            playbooks=Following(self.folder),
        )
        self.loop.run_until_complete(self._start())

    async def door_to_nowhere(self, *_given: Any) -> None:
        raise AssertionError

    async def _start(self) -> None:
        self.database.start()

    def close(self) -> None:
        self.loop.run_until_complete(self.database.stop())
        self.database.close()

    def end(self) -> None:
        self.close()
        self.loop.close()

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        given = {"host": HOST, "content-type": "application/json", **headers}
        scope = {
            "type": "http", "method": "POST", "path": path, "client": ("192.0.2.1", 1),
            "headers": [(k.lower().encode(), v.encode()) for k, v in given.items()],
        }  # fmt: skip
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: Any) -> None:
            sent.append(message)

        self.loop.run_until_complete(self.door(scope, receive, send))
        return sent[0]["status"], msgspec.json.decode(sent[1]["body"])

    def signed(self, path: str, value: Any, device: str, key: SigningKey) -> tuple[int, Any]:
        body = msgspec.json.encode(value)
        parameters = httpsig.Parameters(
            created=int(self.now), nonce=secrets.token_urlsafe(18), keyid=device
        )
        digest = httpsig.content_digest(body)
        target = httpsig.Target(method="POST", authority=HOST, path=path)
        said = httpsig.signature_base(target, digest, parameters)
        made = httpsig.headers(digest, parameters, key.sign(said).signature)
        return self.post(path, body, made)


def public(key: SigningKey) -> bytes:
    return bytes(key.verify_key.encode())


class Identities(RuleBasedStateMachine):
    """What the endpoint answers is what the model says."""

    made_codes = Bundle("made_codes")
    held_keys = Bundle("held_keys")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.endpoint = Endpoint(self.folder)
        self.model = Known()
        self.saved: tuple[Known, float] | None = None

    def teardown(self) -> None:
        self.endpoint.end()
        shutil.rmtree(self.folder)

    # Codes

    @rule(target=made_codes, most=st.integers(1, 3), confirm=st.booleans())
    def make_code(self, most: int, confirm: bool) -> str:
        wish = Wish(team=0, most=most, hours=72, confirm=confirm)
        text: str = self.endpoint.database.run(
            lambda c: enrolment_codes.make_for(c, "Billing", wish, "sam", self.endpoint.now)
        )
        many = most > 1 or confirm
        self.model.codes[text] = Code(
            text=text,
            most=most,
            confirm=confirm,
            many=many,
            expires=self.endpoint.now + 72 * 3600,
        )
        return text

    @rule(target=held_keys)
    def make_key(self) -> SigningKey:
        return SigningKey.generate()

    @rule(code=made_codes, key=held_keys, again=st.booleans())
    def enrol(self, code: str, key: SigningKey, again: bool) -> None:
        """Enrol with any key that is about; `again` repeats it, as after a lost answer."""
        for _ in range(2 if again else 1):
            status, said = self._ask(code, key)
            assert (status, said.get("kind")) == self._enrolled(code, public(key), said)

    def _ask(self, code: str, key: SigningKey) -> tuple[int, Any]:
        nonce = secrets.token_urlsafe(18)
        asked = v1.Enrol(
            code=code,
            public_key=base64.b64encode(public(key)).decode(),
            nonce=nonce,
            proof=base64.b64encode(key.sign(f"{code}\n{nonce}".encode()).signature).decode(),
            label="desk",
            system="Linux",
            agent="1",
        )
        return self.endpoint.post(v1.ENROL, msgspec.json.encode(asked), {})

    def _enrolled(self, text: str, key: bytes, said: Any) -> tuple[int, str | None]:
        """Give the answer that is due, and change the model as it says."""
        code = self.model.codes.get(text)
        if any(key in desk.before for desk in self.model.desks.values()):
            return 403, "key-given-up"
        if code is None:  # made after the backup that was restored
            return 403, "code-wrong"
        id_ = next((i for i, d in self.model.desks.items() if d.key == key), "")
        status = self.model.desks[id_].status if id_ else ""
        if key in code.used:
            return (403, "code-used") if status == "retired" else (201, None)
        why_not = self._why_not(code)
        if why_not:
            return 403, why_not
        code.used.add(key)
        waits = code.confirm or (code.many and status in {"retired", "cloned"})
        desk = self.model.desks.setdefault(said["device"], Desk(status="", key=key))
        desk.status = "pending" if waits else "active"
        assert said.get("pending", False) is waits
        return 201, None

    def _why_not(self, code: Code) -> str:
        if code.used and not code.many:
            return "code-used"
        if self.endpoint.now >= code.expires:
            return "code-expired"
        return "code-full" if len(code.used) >= code.most else ""

    # What people decide

    def _some(self, data: st.DataObject) -> str | None:
        ids = sorted(self.model.desks)
        return data.draw(st.sampled_from(ids)) if ids else None

    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        id_ = self._some(data)
        if id_ is None:
            return
        done = self.endpoint.database.run(lambda c: identities.confirm(c, id_, SAM, 0.0))
        assert done is (self.model.desks[id_].status == "pending")
        if done:
            self.model.desks[id_].status = "active"

    @rule(data=st.data())
    def turn_away(self, data: st.DataObject) -> None:
        id_ = self._some(data)
        if id_ is None:
            return
        done = self.endpoint.database.run(lambda c: identities.turn_away(c, id_, SAM, 0.0))
        assert done is (self.model.desks[id_].status != "retired")
        self.model.desks[id_].status = "retired"

    # What computers do

    @rule(data=st.data(), key=held_keys, new=held_keys)
    def rotate(self, data: st.DataObject, key: SigningKey, new: SigningKey) -> None:
        """Ask for `new`, signed by whichever key is about: its own, an old one, or a stranger's."""
        id_ = self._some(data)
        if id_ is None:
            return
        desk, fresh = self.model.desks[id_], public(new)
        status, said = self._rekey(v1.ROTATE, id_, key, new)
        refusal = self._refusal(desk, public(key))
        if refusal is not None:
            assert (status, said.get("kind")) == refusal
            return
        every = {k for d in self.model.desks.values() for k in (d.key, *d.before)}
        if fresh == desk.key:
            assert status == 200
        elif fresh in every or public(key) != desk.key:
            assert (status, said["kind"]) == (403, "key-given-up")
        else:
            assert status == 200
            desk.before[desk.key] = self.endpoint.now + DAY
            desk.key = fresh

    def _rekey(self, path: str, id_: str, key: SigningKey, new: SigningKey) -> tuple[int, Any]:
        nonce = secrets.token_urlsafe(18)
        asked = v1.NewKey(
            device=id_,
            public_key=base64.b64encode(public(new)).decode(),
            nonce=nonce,
            proof=base64.b64encode(new.sign(f"{id_}\n{nonce}".encode()).signature).decode(),
        )
        return self.endpoint.signed(path, asked, id_, key)

    def _refusal(self, desk: Desk, key: bytes) -> tuple[int, str] | None:
        """Give why a device that signs with this key is refused; None when it is not."""
        latest = max(desk.before, key=lambda k: desk.before[k], default=b"")
        old = key == latest and self.endpoint.now < desk.before[latest]
        if key != desk.key and not old:
            return 401, "signature"
        return {
            "retired": (410, "revoked"),
            "pending": (403, "pending"),
            "cloned": (409, "cloned"),
        }.get(desk.status)

    @rule(data=st.data(), key=held_keys, run=st.sampled_from(["a", "b", "c"]))
    def report(self, data: st.DataObject, key: SigningKey, run: str) -> None:
        id_ = self._some(data)
        if id_ is None:
            return
        self.endpoint.now += 60
        desk = self.model.desks[id_]
        value = {
            "device": id_, "epoch": 1, "seq": 0, "sent_at": iso(self.endpoint.now), "boot": 1.0,
            "hash": "", "agent": "1", "policy": "", "policy_digest": "", "overall": "good",
            "locked": False, "in_call": False, "waiting": 0, "run": run,
        }  # fmt: skip
        status, said = self.endpoint.signed(v1.REPORTS, value, id_, key)
        refusal = self._refusal(desk, public(key))
        if refusal is None and run in desk.runs[:-1]:
            desk.status, refusal = "cloned", (409, "cloned")
        if refusal is not None:
            assert (status, said.get("kind")) == refusal
            return
        assert status == 200
        if run not in desk.runs:
            desk.runs.append(run)

    @rule(data=st.data(), key=held_keys, new=consumes(held_keys))
    def split(self, data: st.DataObject, key: SigningKey, new: SigningKey) -> None:
        """Ask for an identity of its own."""
        id_ = self._some(data)
        if id_ is None:
            return
        desk, fresh = self.model.desks[id_], public(new)
        every = {k for d in self.model.desks.values() for k in (d.key, *d.before)}
        status, said = self._rekey(v1.SPLIT, id_, key, new)
        refusal = self._refusal(desk, public(key))
        if refusal is not None and refusal[1] in {"signature", "revoked"}:
            assert (status, said["kind"]) == refusal
        elif desk.status != "cloned":
            assert (status, said["kind"]) == (403, "not-cloned")
        elif fresh in every:
            assert status in {200, 403}, "its own split once more, or a key of somebody else"
        else:
            assert status == 200
            taken = msgspec.json.decode(said["taken"], type=v1.Taken)
            assert taken.pending
            self.model.desks[taken.device] = Desk(status="pending", key=fresh)

    @rule()
    def a_day_passes(self) -> None:
        self.endpoint.now += DAY

    # The database is put back

    @rule()
    def back_up(self) -> None:
        self.endpoint.close()
        for file in self.folder.glob("server.db*"):
            shutil.copy(file, self.folder / f"saved-{file.name}")
        self.endpoint.open()
        self.saved = copy.deepcopy(self.model), self.endpoint.now

    @rule()
    def restore(self) -> None:
        """What was decided since is forgotten; nobody who was not known then may report."""
        if self.saved is None:
            return
        self.endpoint.close()
        for file in self.folder.glob("server.db*"):
            file.unlink()
        for file in self.folder.glob("saved-server.db*"):
            shutil.copy(file, self.folder / file.name.removeprefix("saved-"))
        self.endpoint.open()
        self.model = copy.deepcopy(self.saved[0])

    @invariant()
    def every_desk_stands_where_the_model_says(self) -> None:
        every = self.endpoint.database.run(
            lambda c: identities.list_identities(
                c, ("active", "pending", "retired", "cloned", "conflict")
            )
        )
        assert {one.id: one.status for one in every} == {
            id_: desk.status for id_, desk in self.model.desks.items()
        }


TestIdentities = Identities.TestCase
TestIdentities.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
