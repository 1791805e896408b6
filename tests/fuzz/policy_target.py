"""Fuzzes what is offered as a policy: `policy_target.py FOLDER [options of libFuzzer]`.

FOLDER holds samples. Whatever is offered is refused with a reason or is a policy that was signed;
half of the changes are made inside an envelope that is signed again, so that they are parsed.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["agentguard.trust", "agentguard.policy"]):
    from agentguard.base.errors import PolicyError
    from agentguard.platforms.simulated import FakeClock
    from agentguard.policy.last_good import Keeper
    from agentguard.trust import bundles, dsse, roots
    from tests.unit.policy.signing import chain, key

HOME = Path(tempfile.mkdtemp())
KEY = key("policy")


def main() -> None:
    try:
        atheris.Setup(sys.argv, once, custom_mutator=mutate)
        atheris.Fuzz()
    finally:
        shutil.rmtree(HOME)


def once(data: bytes) -> None:
    folder = Path(tempfile.mkdtemp(dir=HOME))
    keeper = Keeper(folder, (), FakeClock(), baseline=folder / "none")
    keeper.pin(chain())
    for offer in (lambda: keeper.deliver(data, "endpoint"), lambda: keeper.pin(data)):
        with suppress(PolicyError):
            offer()
    with suppress(PolicyError):
        sealed = bundles.read(data)
        if b"policy: site" not in sealed.payload and keeper.start().policy.name == "site":
            raise AssertionError("what is in force is not what was signed")
    with suppress(PolicyError):
        roots.walk(None, roots.read_chain(data))
    shutil.rmtree(folder)


def mutate(data: bytes, most: int, seed: int) -> bytes:
    chance = random.Random(seed)
    if chance.random() < 0.5:
        with suppress(PolicyError):
            changed = bundles.sealed(atheris.Mutate(bundles.read(data).payload, most))
            return dsse.write(dsse.sign(changed, KEY))[:most]
    return atheris.Mutate(data, most)


if __name__ == "__main__":
    main()
