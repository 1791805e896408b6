"""agentguard software: the installed programs, what each is, and whether its maker keeps it up."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

from agentguard import platforms
from agentguard.base import paths
from agentguard.base.errors import CannotError
from agentguard.base.translations import Texts
from agentguard.checks.software import CHECK, Settings, is_judged, matched
from agentguard.commands import _day_argument
from agentguard.commands._words import spoken
from agentguard.commands.base import FINDINGS, FINE, Command
from agentguard.model.facts import Kind, Software, SoftwareSeen
from agentguard.model.policy import Policy
from agentguard.model.software import Match, State, Today
from agentguard.policy.last_good import Keeper
from agentguard.runtime.catalogue_service import packs
from agentguard.runtime.known_checks import shapes
from agentguard.software.match import Matcher
from agentguard.software.ranks import WORST


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the three verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|match|why")
    for verb in ("list", "match", "why"):
        help_ = words.say(f"cli.software.{verb}")
        one = verbs.add_parser(verb, help=help_, description=help_)
        if verb == "list":
            states = [state.value for state in State]
            one.add_argument("--state", choices=states, help=words.say("cli.software.state"))
        else:
            one.add_argument("name", metavar="NAME", help=words.say(f"cli.software.{verb}-name"))
        if verb == "match":
            for name in ("version", "publisher"):
                help_ = words.say(f"cli.software.{name}")
                one.add_argument(f"--{name}", default="", metavar="TEXT", help=help_)
        one.add_argument("--on", default="", metavar="DAY", help=words.say("cli.software.on"))
        one.add_argument("--json", action="store_true", help=words.say("cli.software.json"))


def run(chosen: argparse.Namespace) -> int:
    """List the programs, match a name, or explain a program; 1 where one has ended."""
    words, clock = spoken(), platforms.system_clock()
    matcher = packs(paths.data_folder(), clock).start().matcher
    now = Today(day=_day_argument.day(chosen.on, clock, words), compiled=matcher.compiled)
    policy = Keeper(paths.data_folder(), shapes(), clock).start().policy
    settings = cast("Settings", policy.controls[CHECK.id].settings)
    told = Asked(matcher=matcher, settings=settings, now=replace(now, warn=_warn(settings)))
    if chosen.verb == "match":
        item = Software(
            name=chosen.name, version=chosen.version, vendor=chosen.publisher, source=""
        )
        return _one(told.match(item), chosen)
    found = sorted(map(told.listed, _inventory(policy, words)), key=_rank)
    if chosen.verb == "why":
        return _why(chosen, found, words)
    return _list(chosen, found, words)


def _warn(settings: Settings) -> timedelta:
    return timedelta(days=settings.warn_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a program is matched with: the catalogue, and what the policy in force adds."""

    matcher: Matcher
    settings: Settings
    now: Today

    def match(self, item: Software) -> Match:
        """Return what is said of a program."""
        return matched(item, self.matcher, self.settings, self.now)

    def listed(self, item: Software) -> Listed:
        """Return an installed program with what is said of it."""
        return Listed(item=item, match=self.match(item))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An installed program with what is said of it."""

    item: Software
    match: Match

    @property
    def judged(self) -> bool:
        """Whether it counts: no part, and no runtime or extension that no rule knows."""
        return is_judged(self.item, self.match)

    @property
    def state(self) -> str:
        """The name of its state, as it is shown."""
        if self.match.part:
            return "part"
        return self.match.state.value if self.judged else "beside"


def _inventory(policy: Policy, words: Texts) -> list[Software]:
    probe = next(one for one in platforms.load().probes if one.name == "software")
    seen = probe.read(platforms.system_clock().now(), policy)
    if not isinstance(seen, SoftwareSeen) or not seen.items:
        raise CannotError(words.say("cli.software.unread"), words.say("cli.software.unread-advice"))
    return [item for item in seen.items if item.kind not in OF_THE_SYSTEM]


OF_THE_SYSTEM = frozenset({Kind.SYSTEM, Kind.PART})
"""What is judged with the operating system."""


def _rank(one: Listed) -> tuple[bool, int, str]:
    return not one.judged, WORST.index(one.match.state), one.match.name.casefold()


def _one(found: Match, chosen: argparse.Namespace) -> int:
    words = spoken()
    sys.stdout.write(_as_json(found, words) if chosen.json else _explained(found, words))
    return FINDINGS if found.wrong else FINE


def _why(chosen: argparse.Namespace, found: list[Listed], words: Texts) -> int:
    wanted = chosen.name.casefold()
    fits = [one for one in found if wanted in one.match.name.casefold()]
    if not fits:
        raise CannotError(
            words.say("cli.software.not-installed", name=chosen.name),
            words.say("cli.software.not-installed-advice"),
        )
    if chosen.json:
        sys.stdout.write(json.dumps([_whole(one, words) for one in fits], indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_explained(one.match, words) for one in fits))
    return FINDINGS if any(one.match.wrong for one in fits) else FINE


def _list(chosen: argparse.Namespace, found: list[Listed], words: Texts) -> int:
    told = [one for one in found if not chosen.state or one.state == chosen.state]
    if chosen.json:
        sys.stdout.write(json.dumps([_whole(one, words) for one in told], indent=2) + "\n")
    else:
        for one in told:
            sys.stdout.write(_row(one, words) + "\n")
        sys.stdout.write(_sum(found, words) + "\n")
    return FINDINGS if any(one.match.wrong for one in found) else FINE


def _row(one: Listed, words: Texts) -> str:
    match = one.match
    about = words.say(
        "cli.software.row",
        name=match.name,
        version=match.version,
        why=_reason(match, words) if one.judged else one.item.host,
    )
    return f"{words.say(f'software-state.{one.state}'):<13} {about}".rstrip()


def _reason(one: Match, words: Texts) -> str:
    why = words.render(one.why)
    if one.grace is None:
        return why
    return words.say("software-grace.until", why=why, date=one.grace.isoformat())


def _sum(found: list[Listed], words: Texts) -> str:
    judged = [one.match for one in found if one.judged]
    counts = Counter(one.state for one in judged)
    told = ", ".join(
        f"{counts[state]} {words.say(f'software-state.{state.value}')}"
        for state in WORST
        if counts[state]
    )
    return words.say("cli.software.sum", count=len(judged), states=told)


def _explained(one: Match, words: Texts) -> str:
    rows = {
        "name": one.name,
        "product": one.title or words.say("cli.software.no-product"),
        "line": one.line,
        "state": words.say("software-state.part" if one.part else f"software-state.{one.state}"),
        "why": words.render(one.why),
        "date": one.date.isoformat() if one.date else "",
        "grace": one.grace.isoformat() if one.grace else "",
        "source": one.source,
        "rule": one.rule,
    }
    return "".join(
        f"{words.say(f'cli.software.word-{key}')}: {value}\n"
        for key, value in rows.items()
        if value
    )


def table(one: Match, words: Texts) -> dict[str, Any]:
    """Return what is said of a program, as it stands in JSON."""
    return {
        "name": one.name,
        "version": one.version,
        "publisher": one.publisher,
        "product": one.product or None,
        "title": one.title,
        "line": one.line or None,
        "kind": one.kind,
        "state": one.state.value,
        "date": one.date.isoformat() if one.date else None,
        "grace": one.grace.isoformat() if one.grace else None,
        "source": one.source or None,
        "why": words.render(one.why),
    }


def _whole(one: Listed, words: Texts) -> dict[str, Any]:
    """Return an installed program as it stands in JSON, with what is known of the installation."""
    item, said = one.item, table(one.match, words)
    if item.kind is not Kind.PROGRAM:
        said["kind"] = item.kind.value
    return {
        **said,
        "arch": item.arch or None,
        "scope": item.scope or None,
        "channel": item.channel or None,
        "signer": item.signer or None,
        "ident": item.ident or None,
        "found_in": item.source,
        "host": item.host or None,
        "permissions": list(item.permissions),
    }


def _as_json(one: Match, words: Texts) -> str:
    return json.dumps(table(one, words), indent=2, ensure_ascii=False) + "\n"


COMMAND = Command(arguments=arguments, run=run)
