"""Tells the way to the endpoint: through which proxy, who named it, and what could not be asked."""

from __future__ import annotations

from collections.abc import Iterator

from agentguard.base.errors import UsageError
from agentguard.base.translations import Texts
from agentguard.commands._capabilities import Capability, Standing
from agentguard.model.messages import say
from agentguard.ports.network import Network, Told, Way
from agentguard.service import keeper_status
from agentguard.uplink import transport

WAY, KEEPERS = "proxy", "keeper-proxy"


def way(network: Network, url: str, words: Texts) -> Capability:
    """Return the way to a URL in a sentence or two; without a URL there is none to tell."""
    if not url:
        return Capability(name=WAY, standing=Standing.ABSENT, reason=say("cli.doctor.way-nowhere"))
    try:
        host = transport.address(url).host
    except UsageError as error:
        return Capability(name=WAY, standing=Standing.FAILED, reason=str(error))
    found = network.way(url)
    standing = Standing.PARTLY if found.problem else Standing.WORKS
    return Capability(name=WAY, standing=standing, reason=told(found, host, words))


def of_keeper(known: keeper_status.Standing | None, words: Texts) -> Iterator[Capability]:
    """Yield the way that this computer's keeper took last, as it has written down; none without."""
    if known is None or known.named_by not in set(Told):
        return
    by = words.say(f"cli.doctor.way-by-{known.named_by}")
    id_ = "keeper-through" if known.proxy else "keeper-straight"
    reason = words.say(f"cli.doctor.way-{id_}", proxies=known.proxy, by=by)
    standing = Standing.PARTLY if known.problem.startswith("proxy_") else Standing.WORKS
    yield Capability(name=KEEPERS, standing=standing, reason=reason)


def told(found: Way, host: str, words: Texts) -> str:
    """Return the sentences of a way to a host; no name and no password is in them."""
    by = words.say(f"cli.doctor.way-by-{found.told}")
    proxies = ", ".join(one.shown for one in found.proxies)
    if proxies:
        sentence = words.say("cli.doctor.way-through", host=host, proxies=proxies, by=by)
    elif found.problem or found.told is Told.NOBODY:
        sentence = words.say("cli.doctor.way-straight", host=host)
    else:
        sentence = words.say("cli.doctor.way-straight-by", host=host, by=by)
    unsigned = words.say("cli.doctor.way-unsigned") if proxies and not found.own else ""
    trouble = (
        words.say(f"cli.doctor.way-problem-{found.problem}", by=by, where=found.where)
        if found.problem
        else ""
    )
    return " ".join(one for one in (sentence, unsigned, trouble) if one)
