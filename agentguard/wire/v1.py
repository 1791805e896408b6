"""Version 1 of the wire: after release it only gains optional fields.

Unknown fields are ignored and enumerations travel as plain strings, so that an old endpoint
understands a new agent. Times are ISO 8601 in UTC, durations seconds. No field can hold personal
data found in content: a hit is a kind, a count and masks of at most four characters.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

SCHEMA = 1
MAX_BODY = 256 * 1024  # bytes after decompression
MAX_EVENTS = 256  # in one report
MAX_FOLLOWED = 50  # incidents that a desk follows
MAX_REQUESTED = 10
MAX_CONTROLS = 256  # in one posture; each may become a row

MAX_WORD, MAX_TEXT = 1_000, 20_000  # characters
MAX_LIST, MAX_PARAMS = 2_000, 100  # items of a list, params of a sentence
INT = 2**63 - 1  # what a column of a database holds

Word = Annotated[str, Meta(max_length=MAX_WORD)]
"""An id, a name, a key or a time."""
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
"""What a person or a program wrote."""
Count = Annotated[int, Meta(ge=-INT - 1, le=INT)]
Params = Annotated[dict[Word, Text | Count], Meta(max_length=MAX_PARAMS)]
"""What a sentence is given."""
MAX_ROWS, MAX_PLACES = 100, 100  # rows of counts of a shift, and places of each
Row = Annotated[tuple[Count, ...], Meta(max_length=MAX_PLACES)]
Rows = Annotated[dict[Word, Row], Meta(max_length=MAX_ROWS)]
"""Counts of a shift: rows by name, each with how often by place."""

ENROL = "/v1/enroll"
REPORTS = "/v1/reports"
POLICY = "/v1/policy"
ROOTS = "/v1/roots"
CATALOGUE = "/v1/catalogue"
PROOFS = "/v1/proofs"
ROTATE = "/v1/keys/rotate"
SPLIT = "/v1/keys/split"


class Struct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The base of everything on the wire; none can be part of a circle, so none is looked for."""


class Enrol(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`POST /v1/enroll`: a single-use code with the device's public key (Ed25519, base64).

    `proof` is the signature of the code's and the nonce's UTF-8 bytes, joined by a newline.
    `asset` is the computer's asset tag, which some codes ask for; `key_place` says where its key
    lies.
    """

    code: Word
    public_key: Word
    nonce: Word
    proof: Word
    label: Word
    system: Word
    agent: Word
    schema: Count = SCHEMA
    asset: Word = ""
    key_place: Word = ""


class Enrolled(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to Enrol. `receipt_key` is the Ed25519 key of the endpoint's receipts, base64.

    `policy_root` is the newest root document of signed policies, as a list of one. While it is
    `pending`, reports are answered with the problem `pending` (status 403).
    """

    device: str
    team: str
    receipt_key: str
    next_in: int
    policy_root: str = ""
    pending: bool = False


class NewKey(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`POST /v1/keys/rotate` and `/v1/keys/split`, signed by the key that `device` has.

    `proof` is the new key's signature of the device's and the nonce's UTF-8 bytes, joined by a
    newline. To rotate gives the device another key; to split gives a computer that shares its key
    with a copy (problem `cloned`, status 409) an identity of its own.
    """

    device: Word
    public_key: Word
    nonce: Word
    proof: Word
    key_place: Word = ""
    schema: Count = SCHEMA


class Taken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the endpoint signs of a new key: whose it is, and whether it waits for a person."""

    device: str
    public_key: str
    at: str
    pending: bool = False


class KeyTaken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to NewKey: `taken` is the JSON of a Taken, `signature` as that of a receipt."""

    taken: str
    signature: str


class Masked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hit: the kind of personal data, how often, and masks."""

    kind: Word
    count: Count
    masked: Annotated[tuple[Word, ...], Meta(max_length=MAX_LIST)] = ()


class Said(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sentence by its message id, with its parameters."""

    id: Word
    params: Params = {}


class Control(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of one control. `detail` is a message id with its parameters.

    `rows` are the lines of a table behind it. `looked` counts what the state rests on, `missed`
    what of it could not be looked at, and `gaps` tells why; an older agent says nothing of it.
    `owner` is `team` for what only those who look after the desks can mend, `supervisor` for what
    only those who lead the people at them can, and empty for what the person at the desk can.
    `excepted` is the exception under which nothing is done about it, `sensor` the one that failed
    and without which nothing is known of it.
    """

    check: Word
    measure: Count
    state: Word
    since: Word
    severity: Word
    detail: Text = ""
    params: Params = {}
    rows: Annotated[tuple[Said, ...], Meta(max_length=MAX_LIST)] = ()
    looked: Count = 0
    missed: Count = 0
    gaps: Annotated[tuple[Said, ...], Meta(max_length=MAX_LIST)] = ()
    owner: Word = ""
    excepted: Word = ""
    sensor: Word = ""


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something of the journal: `seq` is its place there and makes it idempotent.

    `kind` is the journal record's kind, such as `finding.opened`. `subject` is a keyed hash that
    tells findings apart; `place` says in general words where (a folder class and an extension).
    `erased` says that the entry says nothing any more at the desk. `owner` tells of a finding that
    opened whose it is, as in `Control`. `counts` are the rows of `away.counts`, `copies.counts` and
    `gate.counts`: how often, by place, and never when.
    """

    seq: Count
    kind: Word
    at: Word
    check: Word = ""
    subject: Text = ""
    place: Text = ""
    severity: Word = ""
    message: Text = ""
    params: Params = {}
    hits: Annotated[tuple[Masked, ...], Meta(max_length=MAX_LIST)] = ()
    text: Text = ""
    erased: bool = False
    owner: Word = ""
    counts: Rows = {}


class Link(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of an entry its hash is made of, besides its event's number and kind (docs/journal.md).

    `commitment` (base64) stands for what the entry says and tells nothing of it, as the salt stays
    at the desk. `previous` (hex) is told where it is not the hash of the entry before in the
    report, `epoch` where it is not the report's.
    """

    boot: float
    wall: float
    commitment: Word
    previous: Word = ""
    epoch: Count = 0


class Seats(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a keeper knows of its computer: sessions that are logged on, and agents in them.

    `guarding` counts the agents of which the endpoint must hear by now: their sessions have been
    guarded for a minute, and the keeper's own reports have come through for five.
    """

    on: Count
    guarding: Count = 0


class Nagging(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How often a check's cards were shown at a desk in 30 days, and closed in less than 2 s."""

    check: Word
    shown: Count
    dismissed: Count = 0


class Interruptions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a desk asked its person's attention for in this shift (16 hours), and by check.

    `later` cards were put off, `dismissed_under_2s` closed so fast that nobody read them; `held_by`
    counts what was held back, by what held it (`call`, `wrap-up`, `typing` and so on).
    """

    shown: Count = 0
    later: Count = 0
    dismissed_under_2s: Count = 0
    held_by: Annotated[dict[Word, Count], Meta(max_length=MAX_LIST)] = {}
    checks: Annotated[tuple[Nagging, ...], Meta(max_length=MAX_CONTROLS)] = ()


class Followed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far an incident has come, as its desk or the endpoint knows it: its number, and by whom.

    `stage` is `written`, `received`, `taken`, `assigned`, `closed` or `signed`.
    """

    number: Word
    stage: Word = ""
    by: Word = ""


class FollowedUp(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the endpoint signs of a desk's incidents: those that it knows otherwise."""

    device: str
    at: str
    incidents: tuple[Followed, ...] = ()


class Order(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked of a desk, for `left` seconds more; `act` is one of `model.orders.OrderAct`."""

    id: str
    act: str
    left: int
    by: str = ""


class Orders(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the endpoint signs of all that is asked of a desk; what is not named is over."""

    device: str
    at: str
    orders: tuple[Order, ...] = ()


class Obeyed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an order stands at its desk: `running`, `done`, `ended` or `cannot`."""

    id: Word
    state: Word


class Report(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`POST /v1/reports`: posture and events of one device; `hash` is the journal's head (hex).

    `seal` is the public key (Ed25519, hex) that signs the first seal after `seq`, empty when the
    journal is not sealed. `controls` is None when posture is unchanged since the last receipted
    report. `run` is a random id of this run of the agent: a run that was followed by another does
    not come back, so if it does, two computers use one key. `goodbye` says why no report follows.
    `since` is the entry that was receipted before this report, whose events follow it; -1 is none.
    `policy_digest` is the SHA-256 (hex) of the policy in force; empty while that is not signed and
    a root is trusted: the endpoint then hands on the signed one, also where the words are the same.
    `user` is whose session it is, as in ProofAsked; the endpoint keeps a pseudonym of it.
    `keeper` is the device of the keeper of an agent's computer, `seats` what a keeper knows of it.
    `links` are those of the events, one for each, and `previous` the hash (hex) before the first:
    by them `hash` is made anew. Of an agent that tells none the chain is not verified here.
    `interruptions` is None when unchanged since the last receipted report.
    `follows` are incidents of which the desk wants to know how far they have come. `orders` tells
    how each order stands that the desk knows, `excepted` which list of exceptions it has
    (`wire.exceptions.digest`; None where its agent knows of none). `policy_expires` is the last day
    of the signed policy in force (`2027-01-31`), empty where it has none. `requested` are the
    exceptions that were asked for here and of which the desk does not know what became.
    """

    device: Word
    epoch: Count
    seq: Count
    sent_at: Word
    boot: float
    hash: Word
    agent: Word
    policy: Word
    policy_digest: Word
    overall: Word
    locked: bool
    in_call: bool
    waiting: Count
    controls: tuple[Control, ...] | None = None
    events: tuple[Event, ...] = ()
    seal: Word = ""
    schema: Count = SCHEMA
    run: Word = ""
    goodbye: Word = ""
    since: Count = -1
    user: Word = ""
    keeper: Word = ""
    seats: Seats | None = None
    previous: Word = ""
    links: Annotated[tuple[Link, ...], Meta(max_length=MAX_EVENTS)] = ()
    interruptions: Interruptions | None = None
    follows: Annotated[tuple[Followed, ...], Meta(max_length=MAX_FOLLOWED)] = ()
    orders: Annotated[tuple[Obeyed, ...], Meta(max_length=MAX_FOLLOWED)] = ()
    excepted: Word | None = None
    policy_expires: Word = ""
    requested: Annotated[tuple[Word, ...], Meta(max_length=MAX_REQUESTED)] = ()


class Receipt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the endpoint signs: it holds every event of the device's epoch up to `seq`.

    `seal` is that of the report: what is sealed after `seq` must begin with this key. `team` is the
    team that the device is in, where the answer names a policy that it has not; else it is empty.
    """

    device: str
    epoch: int
    seq: int
    hash: str
    at: str
    seal: str = ""
    team: str = ""


class Received(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to Report: `receipt` is the JSON of a Receipt, `signature` its Ed25519, base64.

    `policy_digest` is the SHA-256 (hex) of the policy that the device should have, `policy_root`
    the version of the newest root; `GET /v1/policy` and `GET /v1/roots` give them. `new_key` asks
    the device to rotate its key. `catalogue` is the number of the newest catalogue of software;
    `GET /v1/catalogue` gives it. `follow` is the JSON of a FollowedUp with its `follow_signature`,
    empty when the desk knows everything. `drills` are the drills that the desk is asked for at the
    console; they come again until it has begun them. `orders` is the JSON of an Orders with its
    `orders_signature`, empty where nothing is asked of the desk and it knows of nothing.
    `exceptions` is the JSON of an Exceptions with its signature, as `wire.exceptions` tells; empty
    when the desk has the list.
    """

    receipt: str
    signature: str
    next_in: int
    policy_digest: str = ""
    need_posture: bool = False
    policy_root: int = 0
    new_key: bool = False
    catalogue: int = 0
    follow: str = ""
    follow_signature: str = ""
    drills: tuple[str, ...] = ()
    orders: str = ""
    orders_signature: str = ""
    exceptions: str = ""
    exceptions_signature: str = ""


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error in the shape of RFC 9457; `kind` classes it for programs.

    With status 409 (the endpoint knows other entries of this epoch), `epoch` is the greatest epoch
    that the endpoint knows of the device: it must begin one above it. With the kind `gap` the
    endpoint lacks what came before (it was restored): the device tells again what follows `seq`.
    """

    title: str
    status: int
    kind: str
    detail: str = ""
    epoch: int = 0
    seq: int = 0
