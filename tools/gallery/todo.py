"""Made-up snapshots of the page To do: one thing, six, fifty files, work in the middle, and done.

The names are as long as names get.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.model.actions import ActionKind, Deed
from agentguard.model.deeds import Asked, Done, Stage
from agentguard.model.hits import Hit
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.policy import Control
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Finding, Severity
from tools.gallery.data import CONTROLS, DAY, HOUR, MINUTE, UNSUPPORTED, ago, snapshot

FOLDER = "/home/amara/Documents/Callbacks and complaints, week 48"
LONG = f"{FOLDER}/export_2026-11-24_callbacks_with_every_field_final_v3 (copy 2) - for Jonathan.csv"
BATCH = "b1"


def _file(path: str, since: Moment, *hits: Hit) -> Finding:
    count = sum(hit.count for hit in hits)
    codes = any(hit.kind == "CVV" for hit in hits)
    return Finding(
        check="pii-files",
        subject=path,
        severity=Severity.CRITICAL if codes else Severity.HIGH,
        message=say("pii-files.forbidden" if codes else "pii-files.card", count=count),
        since=since,
        hits=hits,
    )


def _cards(count: int) -> Hit:
    return Hit(kind="PAN", count=count, masked=("•••• 4242",))


CODE = _file(
    "/home/amara/Documents/Notes for Mrs Larkin and the refund she asked for twice.txt",
    ago(6 * MINUTE),
    Hit(kind="CVV", count=1),
)
CALLBACKS = _file("/home/amara/Documents/callbacks_november.csv", ago(2 * MINUTE), _cards(3))
MANY = (
    _file(LONG, ago(22 * MINUTE), _cards(41)),
    *(
        _file(f"{FOLDER}/callbacks_{number:02}.csv", ago(21 * MINUTE), _cards(3))
        for number in range(2, 51)
    ),
)


def _other(check: str, message: Message, severity: Severity, since: float) -> Finding:
    return Finding(check=check, subject="", severity=severity, message=message, since=ago(since))


STICK = say("usb-storage.strange", count=1, devices="Kingston DataTraveler")
FIVE = (
    _other("usb-storage", STICK, Severity.HIGH, 1 * MINUTE),
    _other("clipboard-history", say("clipboard-history.kept", products="Windows"),
           Severity.MEDIUM, 40 * MINUTE),
    _other("patches", say("patches.reboot", days=6), Severity.MEDIUM, 30 * MINUTE),
    _other("training", say("training.overdue", count=1, lessons="Card numbers"),
           Severity.LOW, 2 * HOUR),
    _other("retention", say("retention.old", count=12, days=95), Severity.MEDIUM, 2 * DAY),
)  # fmt: skip


def _done(number: int, name: str, how: str, item: str = "", batch: str = "") -> Done:
    return Done(
        id=f"{number}",
        check="pii-files",
        message=say("pii-files.card", count=3),
        found=ago((number + 20) * MINUTE),
        at=ago(number * MINUTE),
        how=how,
        place=name,
        item=item,
        batch=batch,
    )


CLEARED = Done(
    id="c",
    check="clipboard",
    message=say("clipboard.card", count=1),
    found=ago(MINUTE),
    at=ago(MINUTE),
    how=str(ActionKind.CLEAR_CLIPBOARD),
)
HISTORY = (
    CLEARED,
    _done(11, "refunds.xlsx", str(Deed.VAULT), item="one"),
    *(_done(200, f"old {n}.csv", str(ActionKind.VAULT), item=f"i{n}") for n in range(4)),
    _done(300, "notes.txt", str(Deed.DELETE)),
    _done(900, "leads.csv", ""),
)


def _ruled(of: Snapshot, check: str, *respond: ActionKind) -> Snapshot:
    rule = Control(
        check=check, paused=False, severity=Severity.HIGH, respond=respond, settings=None
    )
    return replace(of, policy=replace(of.policy, controls={**of.policy.controls, check: rule}))


def one() -> Snapshot:
    """Return a desk with one file to move, and something done before."""
    of = replace(snapshot(CONTROLS, CALLBACKS, UNSUPPORTED), history=HISTORY)
    return _ruled(of, "pii-files", ActionKind.NOTIFY)


def six() -> Snapshot:
    """Return a desk with seven cards of every kind."""
    of = snapshot(CONTROLS, CODE, CALLBACKS, *FIVE, UNSUPPORTED)
    return _ruled(replace(of, history=HISTORY[:1]), "pii-files", ActionKind.VAULT)


def fifty() -> Snapshot:
    """Return a desk with fifty files of one folder."""
    of = replace(snapshot(CONTROLS, *MANY, *FIVE[3:4], UNSUPPORTED), history=HISTORY[:1])
    return _ruled(of, "pii-files", ActionKind.NOTIFY)


def working() -> Snapshot:
    """Return the same desk in the middle of moving them, where one could not be."""
    done = tuple(
        _done(0, f"callbacks_{n:02}.csv", str(Deed.VAULT), item=f"m{n}", batch=BATCH)
        for n in range(2, 14)
    )
    left = [one for one in MANY if not one.subject.endswith(tuple(d.place for d in done))]
    deeds = [
        Asked(check=f.check, subject=f.subject, deed=Deed.VAULT, batch=BATCH, at=ago(5))
        for f in left
    ]
    open_ = say("todo.refused.open")
    deeds[0] = replace(deeds[0], stage=Stage.FAILED, message=open_)
    deeds[1] = replace(deeds[1], stage=Stage.DOING)
    of = snapshot(CONTROLS, *left, UNSUPPORTED)
    return replace(of, deeds=tuple(deeds), history=done)


def failed() -> Snapshot:
    """Return a desk where a file could not be deleted."""
    asked = Asked(
        check=CODE.check,
        subject=CODE.subject,
        deed=Deed.DELETE,
        batch=BATCH,
        at=ago(5),
        stage=Stage.FAILED,
        message=say("todo.refused.open"),
    )
    return replace(snapshot(CONTROLS, CODE), deeds=(asked,), history=HISTORY)
