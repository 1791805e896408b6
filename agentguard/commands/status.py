"""agentguard status: how the agent of this session stands, as it says itself."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from agentguard.base import translations
from agentguard.base.translations import Texts
from agentguard.commands import _letters, _local
from agentguard.commands._colour import paint
from agentguard.commands.base import COULD_NOT, FINDINGS, FINE, Command
from agentguard.model.posture import Overall
from agentguard.model.verdicts import OTHERS, State

WIDTH = 12
SHOWN = (State.FAIL, State.PARTIAL, State.UNKNOWN)
"""The states whose controls are named."""
_CODES = {Overall.ACT.value: FINDINGS, Overall.ATTENTION.value: FINDINGS, Overall.GOOD.value: FINE}


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the option."""
    parser.add_argument("--json", action="store_true", help=words.say("cli.status.json"))


def run(chosen: argparse.Namespace) -> int:
    """Ask the agent, print what it says, and tell by the exit code whether all is in order."""
    words, told = translations.load(), _local.ask("status")
    if told is None:
        if chosen.json:
            sys.stdout.write(json.dumps({"running": False}) + "\n")
        else:
            none, advice = words.say("cli.status.none"), words.say("cli.status.none-advice")
            sys.stdout.write(f"{none} {advice}\n")
        return COULD_NOT
    if chosen.json:
        whole = json.dumps({"running": True, **told}, indent=2, ensure_ascii=False) + "\n"
    else:
        whole = "".join(f"{line}\n" for line in (*lines(told, words), *_no_letters()))
    sys.stdout.write(whole)
    return _CODES.get(told["overall"], COULD_NOT)


def lines(told: dict[str, Any], words: Texts) -> Iterator[str]:
    """Yield what a person reads."""
    overall = paint(told["overall"], words.say(f"overall.{told['overall']}"))
    yield _row("state", f"{overall}; {_findings(told, words)}", words)
    modes = [name for name in ("call", "payment", "locked") if told[name]]
    if modes:
        said = (words.say(f"cli.status.mode-{name}") for name in modes)
        yield _row("mode", ", ".join(said), words)
    policy = told["policy"]
    form = "policy-until" if policy["expires"] else "policy-row"
    if policy.get("expired"):
        form = "policy-over"
    yield _row("policy", words.say(f"cli.status.{form}", **policy), words)
    endpoint = told["endpoint"]
    yield _row("endpoint", words.say(f"cli.status.endpoint-{endpoint['state']}", **endpoint), words)
    counted = Counter(one["state"] for one in told["controls"])
    each = (f"{n} {words.say(f'cli.state.{state}')}" for state, n in counted.most_common())
    yield _row("controls", ", ".join(each), words)
    if told["unwatched"]:
        yield _row("unwatched", ", ".join(_part(one, words) for one in told["unwatched"]), words)
    for state in SHOWN:
        yield from _group(state.value, told["controls"], words)


def _no_letters() -> tuple[str, ...]:
    """Return what a person cannot see in the windows: that her language's letters are missing."""
    lacking = _letters.missing()
    return ("", lacking) if lacking else ()


def _row(name: str, said: str, words: Texts) -> str:
    return f"{words.say(f'cli.status.{name}'):<{WIDTH}} {said}"


def _part(sensor: str, words: Texts) -> str:
    name = f"ui.sensor.{sensor}"
    return words.say(name) if words.has(name) else sensor


def _findings(told: dict[str, Any], words: Texts) -> str:
    return words.say("cli.status.findings", count=told["findings"])


def _group(state: str, controls: list[dict[str, Any]], words: Texts) -> Iterator[str]:
    """Yield the controls of a state, each with why, and with what to do where it is wrong."""
    of_it = [one for one in controls if one["state"] == state]
    if of_it:
        yield ""
        yield paint(state, words.say(f"cli.state.{state}").capitalize())
    for one in of_it:
        yield f"  {one['title']}"
        if one["detail"]:
            yield f"      {one['detail']}"
        if state == State.FAIL.value:
            yield f"      {_what_to_do(one, words)}"


def _what_to_do(control: dict[str, Any], words: Texts) -> str:
    """Return what the person can do, behind whose it is where it is not hers."""
    if control["owner"] not in OTHERS:
        return str(control["advice"])
    whose = words.say(f"theirs.heading-{control['owner']}", count=1)
    return f"{whose} {words.say('theirs.meanwhile', advice=control['advice'])}"


COMMAND = Command(arguments=arguments, run=run)
