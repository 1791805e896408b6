"""What the demonstration lays out: personal data in files, a policy, and programs; all made up.

Every number is made up: the card numbers only satisfy the check digit (ISO/IEC 7812-1), and are
made at run time so that no list of known test numbers hides them. The policy is signed by keys that
are made for it and thrown away with it. Of the programs one has ended, one is attacked, one waits
for a new start; they are added to what the computer itself has, here and in tests.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.model.events import Event
from agentguard.model.facts import Software, SoftwareSeen
from agentguard.model.machine import Updater, UpdatersSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.policy.last_good import Keeper
from agentguard.policy.parser import parse
from agentguard.ports.desktop import Backend
from agentguard.runtime import known_checks
from agentguard.runtime.bootstrap import Place
from agentguard.server.policies.publication import Publisher
from agentguard.server.store.desks.policies import EVERYONE, Label
from agentguard.trust import bundles, dsse, roots
from agentguard.trust.keys import public_of
from agentguard.trust.roots import Root

SEED = 20261125
CARDS = 12
SOURCE = "simulated"
DAY = 86400.0
WAITS, WAITED = "Google Chrome", 5 * DAY
PROGRAMS = (
    Software(
        name="Java 8 Update 211 (64-bit)",
        version="8.0.2110.12",
        vendor="Oracle Corporation",
        source=SOURCE,
    ),
    Software(name="WinRAR 7.11 (64-bit)", version="7.11.0", vendor="win.rar GmbH", source=SOURCE),
)
"""One past its maker's support, and one of which CISA says that it is attacked."""


def card_number(rng: random.Random) -> str:
    """Make up a card number of a large issuer's range with a right check digit."""
    digits = [4, 5, 5, 6] + [rng.randrange(10) for _ in range(11)]
    total = 0
    for index, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if index % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - casting out nines
    return "".join(map(str, [*digits, -total % 10]))


def write_files(folder: Path) -> Iterator[Path]:
    """Write the files one after the other; gives each as soon as it is there."""
    rng = random.Random(SEED)  # noqa: S311 - made-up data
    cards = [card_number(rng) for _ in range(CARDS)]
    texts = {
        "call-notes.txt": _notes(cards[0]),
        "export-november.csv": _table(cards[1:]),
        "newsletter.txt": "The canteen opens at eleven. Order 4711-0815 is ready.\n",
    }
    for name, text in texts.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        yield path
    path = folder / "old-mail.zip"
    path.write_bytes(_zip(_notes(cards[3])))
    yield path


def _grouped(card: str) -> str:
    return " ".join(card[i : i + 4] for i in range(0, len(card), 4))


def _notes(card: str) -> str:
    return (
        "Customer wants the refund on the same card.\n"
        f"Card number {_grouped(card)}, expires 08/29.\n"
        f"IBAN of the second account: {_iban()}\n"
    )


def _iban() -> str:
    """Make up an IBAN of a British bank with right check digits (ISO 13616)."""
    account = "NWBK60161331926819"
    number = int("".join(str(int(c, 36)) for c in f"{account}GB00"))
    return _grouped(f"GB{98 - number % 97:02}{account}")


def _table(cards: list[str]) -> str:
    rows = [f"{1000 + n},customer{n}@example.org,{card}" for n, card in enumerate(cards)]
    return "\n".join(["customer,email,card_number", *rows]) + "\n"


def _zip(text: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mail/refund.txt", text)
    return held.getvalue()


def put_in_force(place: Place, publisher: Publisher, text: str) -> None:
    """Sign a policy, publish it with its root, and put it in force at the desk.

    Raises:
        UsageError: the policy is wrong.

    """
    key = Ed25519PrivateKey.generate()
    named = (public_of(key).text,)
    root = Root(version=1, root_keys=named, root_threshold=1, policy_keys=named)
    chain = roots.write_chain((dsse.sign(roots.sealed(root), key),))
    raw = dsse.write(dsse.sign(bundles.sealed(text.encode()), key))
    policy = parse(text.encode(), "demonstration", known_checks.shapes())
    publisher.publish_roots(chain)
    label = Label(
        digest=policy.digest,
        name=policy.name,
        epoch=policy.release.epoch,
        version=policy.version,
        team=policy.release.group,
    )
    publisher.publish(raw, label, EVERYONE)
    keeper = Keeper(place.folder, known_checks.shapes(), place.clock)
    keeper.pin(chain)
    keeper.offer(raw, "demonstration")


def with_programs(backend: Backend) -> Backend:
    """Return a desktop that has these programs as well, and says so where it is asked."""
    probes = tuple(replace(probe, read=_more(probe.read)) for probe in backend.probes)
    return replace(backend, probes=probes)


Reads = Callable[[Moment, Policy], Event]


def _more(read: Reads) -> Reads:
    """Return a reader that adds them to what the computer tells of programs and updaters."""

    def with_more(at: Moment, policy: Policy) -> Event:
        match read(at, policy):
            case SoftwareSeen(items=items) as seen:
                return replace(seen, items=(*items, *PROGRAMS))
            case UpdatersSeen(updaters=updaters) as seen:
                waits = Updater(program=WAITS, on=True, waits=True, ready=at.wall - WAITED)
                return replace(seen, updaters=(*updaters, waits))
            case other:
                return other

    return with_more
