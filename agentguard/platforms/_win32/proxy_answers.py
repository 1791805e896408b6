"""What Windows' answers about proxies mean, apart from the calls.

Sources: Microsoft's reference of winhttp.h (WINHTTP_CURRENT_USER_IE_PROXY_CONFIG,
WINHTTP_PROXY_INFO, "Error Messages"); the list of exceptions as WinHttpOpen describes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from agentguard.platforms._proxy_settings import Goal, excepted, named, of_scheme
from agentguard.ports.network import Told, Way

NAMED_PROXY = 3  # WINHTTP_ACCESS_TYPE_NAMED_PROXY
UNREACHED, UNREADABLE, UNANSWERED = "script-unreached", "script-unreadable", "script-unanswered"
WPAD = "WPAD"
"""What is shown for the address of a script that the network is asked for."""
NOTHING_FOUND = 12180  # ERROR_WINHTTP_AUTODETECTION_FAILED
_PROBLEMS = {
    12167: UNREACHED,  # ERROR_WINHTTP_UNABLE_TO_DOWNLOAD_SCRIPT
    12166: UNREADABLE,  # ERROR_WINHTTP_BAD_AUTO_PROXY_SCRIPT
    12005: UNREADABLE,  # ERROR_WINHTTP_INVALID_URL
    12006: UNREADABLE,  # ERROR_WINHTTP_UNRECOGNIZED_SCHEME
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What somebody's settings say: by hand, by a script, or by asking the network."""

    detect: bool = False
    script: str = ""
    proxy: str = ""
    bypass: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Windows says of one address: `error` is its number, 0 for none."""

    error: int = 0
    kind: int = 0
    proxy: str = ""
    bypass: str = ""


Run = Callable[[str, Goal], Answer]
"""Has Windows run the script at a URL, or with none the one that the network names."""


def of_list(listed: str, bypass: str, to: Goal, told: Told, *, own: bool) -> Way | None:
    """Return the way that a proxy by hand and its exceptions mean; None where none is named."""
    every = of_scheme(listed)
    if not every:
        return None
    return Way(told=told) if excepted(to, bypass) else named(every, told, own=own)


def of_answer(answer: Answer, to: Goal, told: Told, *, own: bool, where: str) -> Way | None:
    """Return the way that a script has named; None where the network names no script."""
    if answer.error == NOTHING_FOUND:
        return None
    if answer.error:
        return Way(told=told, problem=_PROBLEMS.get(answer.error, UNANSWERED), where=where)
    if answer.kind != NAMED_PROXY:
        return Way(told=told)
    return of_list(answer.proxy, answer.bypass, to, told, own=own) or Way(told=told)


def of_settings(
    said: Settings, to: Goal, run: Run, told: tuple[Told, Told], *, own: bool
) -> Way | None:
    """Return what somebody's settings mean: the script first, as Windows does, then by hand.

    `told` names both. A script that could not be used leaves what stands there by hand.
    """
    by_hand, by_script = told
    trouble: Way | None = None
    if said.script:
        answer = run(said.script, to)
        found = of_answer(answer, to, by_script, own=own, where=said.script)
        if found is not None and not found.problem:
            return found
        trouble = found
    plain = of_list(said.proxy, said.bypass, to, by_hand, own=own)
    if plain is None or plain.problem:
        return trouble or plain
    return plain if trouble is None else replace(plain, problem="", where="")


def of_network(to: Goal, run: Run, *, own: bool) -> Way | None:
    """Return what the network itself says by WPAD; None where it says nothing."""
    found = of_answer(run("", to), to, Told.DETECTED, own=own, where=WPAD)
    return None if found is not None and found.problem else found
