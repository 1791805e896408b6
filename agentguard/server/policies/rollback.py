"""Going back to an earlier policy: its text anew, with the version that may follow.

Agents take nothing at or below the highest version that they took, so that nobody can hand an old
policy on again. Going back is therefore to publish the earlier text as a higher version, signed
where the keys are.
"""

from __future__ import annotations

import re

from agentguard.base.errors import PolicyError
from agentguard.base.translations import Texts
from agentguard.server.policy_reader import Reading

_VERSION = re.compile(rb"^(version:[ \t]*)\d+", re.MULTILINE)
_EPOCH = re.compile(rb"^([ \t]+epoch:[ \t]*)\d+", re.MULTILINE)
_MARK = b"\xef\xbb\xbf"


def text_again(text: bytes, rank: tuple[int, int], reading: Reading, words: Texts) -> bytes:
    """Return a policy's text with an epoch and a version, and above it what to do with it.

    Where the text says them in a way that is not known here, it stays as it is, and says so.
    """
    epoch, version = rank
    plain = text.removeprefix(_MARK)
    made = _VERSION.sub(rb"\g<1>%d" % version, plain, count=1)
    made = _EPOCH.sub(rb"\g<1>%d" % epoch, made, count=1)
    well = _rank(made, reading) == rank
    said = words.say(
        "console.policies.again-head" if well else "console.policies.again-head-by-hand",
        version=version,
        epoch=epoch,
    )
    head = "".join(f"# {line}\n" for line in said.splitlines())
    return head.encode() + (made if well else plain)


def _rank(text: bytes, reading: Reading) -> tuple[int, int] | None:
    try:
        policy = reading.parse(text, "policy")
    except PolicyError:
        return None
    return policy.release.epoch, policy.version
