"""agentguard mfa app: sets up an authenticator app by a supervisor's code, where no window is."""

from __future__ import annotations

import getpass
import io
import sys

from agentguard.base import paths
from agentguard.base.errors import CannotError, UplinkError
from agentguard.base.translations import Texts
from agentguard.checks.reauth import rules
from agentguard.commands._code import LONGEST_CODE, Factors
from agentguard.mfa.app_setup import AppSetup
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.model.messages import Message
from agentguard.model.policy import Policy
from agentguard.model.records import Record
from agentguard.platforms import system_clock
from agentguard.ports.factors import AppOffer, AppRuling
from agentguard.store.agent_store import open_store


def set_up(words: Texts, policy: Policy) -> tuple[str, ...]:
    """Ask for the supervisor's code, show the secret once, take the first code; give offline codes.

    Raises:
        CannotError: there is no endpoint, or a code was not accepted.

    """
    setup = _setup(policy)
    offer = setup.begin(_asked(words.say("cli.mfa.app-code")))
    if not isinstance(offer, AppOffer):
        raise _none(words, offer)
    sys.stdout.write(_picture(offer) + "\n")
    sys.stdout.write(words.say("cli.mfa.app-scan", key=offer.key) + "\n")
    sys.stdout.flush()
    codes = setup.finish(_asked(words.say("cli.mfa.app-first")))
    if isinstance(codes, Message):
        raise _none(words, codes)
    return codes


def _setup(policy: Policy) -> AppSetup:
    folder, clock = paths.data_folder(), system_clock()
    factors = Factors(folder, clock)

    def ask(code: str) -> AppRuling:
        if not factors.enrolled():
            raise UplinkError("not-enrolled", "This computer is not enrolled at an endpoint.")
        return factors.app(code)

    def note(kind: str, count: int) -> None:
        store = open_store(folder, clock)
        try:
            noted = Record(kind=kind, at=clock.now(), payload={"count": count})
            store.journal.commit([noted], {})
        finally:
            store.close()

    return AppSetup(
        ask=ask,
        codes=factors.verifier(),
        offline=OfflineCodes(folder, clock),
        allowed=lambda: rules(policy).apps,
        note=note,
    )


def _asked(words: str) -> str:
    """Read a code, unseen at a terminal; it is no option, as command lines are seen by all."""
    if sys.stdin is None:
        return ""
    try:
        if sys.stdin.isatty():
            return getpass.getpass(words + " ", sys.stderr)
        return sys.stdin.readline(LONGEST_CODE).rstrip("\r\n")
    except (UnicodeError, EOFError):
        return ""


def _picture(offer: AppOffer) -> str:
    import segno  # noqa: PLC0415 - only here it is drawn

    drawn = io.StringIO()
    segno.make(offer.address, error="l", micro=False).terminal(out=drawn, compact=True)
    shown = drawn.getvalue()
    try:
        shown.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:  # a terminal without blocks: the key is typed
        return ""
    return shown


def _none(words: Texts, why: Message) -> CannotError:
    return CannotError(words.say("cli.mfa.app-none"), words.render(why))
