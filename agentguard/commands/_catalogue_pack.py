"""agentguard catalogue show, update, sign: the catalogue of software that is in force here."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from agentguard import platforms
from agentguard.base import paths
from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.commands import _day_argument, _policy_file, _signing_options
from agentguard.commands._words import spoken
from agentguard.commands.base import FINE
from agentguard.ports.clock import Clock
from agentguard.runtime.catalogue_service import packs
from agentguard.software import pack
from agentguard.software.document import Contents
from agentguard.software.kept_pack import Present

VERBS = ("show", "update", "sign")


def arguments(name: str, verb: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options of a verb."""
    if name == "show":
        verb.add_argument("--json", action="store_true", help=words.say("cli.catalogue.show-json"))
        verb.add_argument(
            "--not-matched", action="store_true", help=words.say("cli.catalogue.not-matched")
        )
        return
    which = verb.add_mutually_exclusive_group(required=True) if name == "update" else verb
    many = "?" if name == "update" else None
    which.add_argument("file", nargs=many, type=Path, help=words.say(f"cli.catalogue.{name}-file"))
    if name == "update":
        which.add_argument(
            "--from-endpoint", action="store_true", help=words.say("cli.catalogue.from-endpoint")
        )
        return
    _signing_options.add_key(verb, words)
    _signing_options.add_out(verb, words)
    _signing_options.add_stdin(verb, words)


def run(chosen: argparse.Namespace) -> int:
    """Do what the verb says."""
    verbs: dict[str, Callable[[argparse.Namespace, Texts], str]] = {
        "show": _show,
        "update": _update,
        "sign": _sign,
    }
    sys.stdout.write(f"{verbs[chosen.verb](chosen, spoken())}\n")
    return FINE


def _show(chosen: argparse.Namespace, words: Texts) -> str:
    clock = platforms.system_clock()
    now = packs(paths.data_folder(), clock).start()
    if chosen.json:
        return json.dumps(table(now), indent=2)
    if chosen.not_matched:
        return "\n".join(not_matched(now.contents, words))
    return "\n".join(lines(now, clock, words))


def lines(now: Present, clock: Clock, words: Texts) -> Iterator[str]:
    """Yield what is said of the catalogue in force."""
    where = "cli.catalogue.shipped" if now.shipped else "cli.catalogue.taken"
    yield words.say(where, seq=now.seq)
    yield from about(now.contents, _day_argument.day("", clock, words), words)
    if now.message is not None:
        yield words.render(now.message)
    if now.refused is not None:
        day = datetime.fromtimestamp(now.refused.at, UTC).date().isoformat()
        yield words.say("cli.catalogue.refused", day=day, why=words.render(now.refused.message))


def about(held: Contents, today: date, words: Texts) -> Iterator[str]:
    """Yield how old a catalogue is, what is in it, and where that is from."""
    yield words.say(
        "cli.catalogue.age", compiled=str(held.compiled), days=(today - held.compiled).days
    )
    yield words.say(
        "cli.catalogue.counts",
        products=len(held.catalogue.products),
        lines=held.lines,
        rules=len(held.catalogue.rules),
        exploited=held.exploited,
        left=len(held.not_matched),
    )
    for one in held.sources:
        yield words.say(
            "cli.catalogue.source", name=one.name, licence=one.licence, day=str(one.day)
        )


def not_matched(held: Contents, words: Texts) -> Iterator[str]:
    """Yield what of the list of attacked programs matches no product for certain, and why."""
    for one in held.not_matched:
        why = (
            words.say(f"not-matched.{one.why}") if words.has(f"not-matched.{one.why}") else one.why
        )
        yield f"{one.cve:<16}  {one.product}  ({why})"


def table(now: Present) -> dict[str, Any]:
    """Return what is said of the catalogue in force, as it stands in JSON."""
    held = now.contents
    return {
        "seq": now.seq,
        "shipped": now.shipped,
        "compiled": held.compiled.isoformat(),
        "products": len(held.catalogue.products),
        "lines": held.lines,
        "rules": len(held.catalogue.rules),
        "exploited": held.exploited,
        "sources": [
            {"name": s.name, "licence": s.licence, "day": s.day.isoformat(), "snapshot": s.snapshot}
            for s in held.sources
        ],
        "not_matched": [
            {"cve": one.cve, "product": one.product, "why": one.why} for one in held.not_matched
        ],
        "refused": now.refused.kind if now.refused else None,
    }


def _update(chosen: argparse.Namespace, words: Texts) -> str:
    clock = platforms.system_clock()
    folder = paths.data_folder()
    raw = _fetched(folder, clock) if chosen.from_endpoint else _policy_file.data(chosen.file)
    now = packs(folder, clock).offer(raw)
    return "\n".join((words.say("cli.catalogue.updated", seq=now.seq), *lines(now, clock, words)))


def _fetched(folder: Path, clock: Clock) -> bytes:
    from agentguard.uplink import endpoint  # noqa: PLC0415 - 14 MB that only asking needs

    places, network = platforms.secret_places().device, platforms.network(folder)
    return endpoint.of_this_computer(folder, clock, places, network).catalogue()


def _sign(chosen: argparse.Namespace, words: Texts) -> str:
    from agentguard.commands import _policy_keys  # noqa: PLC0415 - 10 MB that only signing needs
    from agentguard.trust import keys, signed_packs  # noqa: PLC0415 - as above

    data = _policy_file.data(chosen.file)
    given = signed_packs.read(data) if data[:1] == b"{" else signed_packs.sealed(data)
    if len(given.payload) > signed_packs.MOST_BYTES:
        raise UsageError(words.say("pack.rejected.large"))
    held = pack.opened(given.payload)
    key = _policy_keys.private_key(chosen, words)
    out, signed = _policy_keys.write_signed(chosen, given, key)
    return words.say(
        "cli.catalogue.signed",
        file=str(out),
        seq=held.seq,
        id=keys.public_of(key).id,
        count=len(signed.signatures),
    )
