"""Out of the vault only for a reason, and for a code where there is one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agentguard.base.errors import VaultError
from agentguard.mfa import Verifiers
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.model.custody import VaultRules
from agentguard.model.vault import WHY_BACK, WHY_GONE, Taking
from agentguard.platforms.simulated import FakeClock
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import shapes
from agentguard.store.agent_store import Store
from agentguard.vault.outbound import REASON
from agentguard.vault.release import Release
from agentguard.vault.vault import Vault

PLAIN = parse(b"policy: p\nversion: 1\n", "p", shapes())


@pytest.fixture
def codes(tmp_path: Path, clock: FakeClock) -> OfflineCodes:
    return OfflineCodes(tmp_path / "data", clock)


@pytest.fixture
def release(vault: Vault, codes: OfflineCodes) -> Release:
    return Release(
        vault=vault,
        policy=lambda: PLAIN,
        verifier=Verifiers((codes,)),
        has_factor=lambda: codes.left() > 0,
    )


@pytest.fixture
def item(vault: Vault, home: Path) -> str:
    (home / "a.csv").write_text("made-up")
    return vault.put(home / "a.csv").id


def test_without_a_factor_a_reason_is_enough(
    release: Release, item: str, home: Path, store: Store
) -> None:
    assert not release.asks()
    said = release.restore(item, Taking(reason="mistake"))
    assert (said.id, said.params["path"]) == ("prompt.restored", str(home / "a.csv"))
    back = store.journal.read(0, 100)[-1].record
    assert (back.kind, back.payload["reason"], back.payload["factor"]) == (
        "vault.restored",
        "mistake",
        "",
    )


def test_where_there_is_a_factor_nothing_leaves_without_it(
    release: Release, item: str, home: Path, codes: OfflineCodes, store: Store
) -> None:
    (code, *_) = codes.issue(2)
    assert release.asks()
    for wrong in ("", "000000", "AAAAA-AAAAA"):
        assert release.restore(item, Taking(reason="work", code=wrong)).id == "prompt.not-restored"
        assert release.remove(item, Taking(reason="asked", code=wrong)).id == "prompt.not-removed"
    assert not (home / "a.csv").exists()
    assert release.restore(item, Taking(reason="work", code=code)).id == "prompt.restored"
    assert (home / "a.csv").read_text() == "made-up"
    back = store.journal.read(0, 100)[-1].record
    assert (back.payload["reason"], back.payload["factor"]) == ("work", "offline-code")
    assert code not in str([entry.record for entry in store.journal.read(0, 100)])


def test_one_code_takes_out_one_file(release: Release, item: str, codes: OfflineCodes) -> None:
    (code, *_) = codes.issue(2)
    assert release.remove(item, Taking(code=code)).id == "prompt.removed"
    with pytest.raises(VaultError, match="only for a code"):
        release.gone(item, Taking(code=code))


def test_the_policy_may_do_without_a_code(
    vault: Vault, item: str, codes: OfflineCodes, home: Path
) -> None:
    codes.issue(1)
    free = replace(PLAIN, vault=VaultRules(restore_code=False))
    release = Release(
        vault=vault,
        policy=lambda: free,
        verifier=Verifiers((codes,)),
        has_factor=lambda: True,
    )
    assert release.back(item, None, Taking()) == home / "a.csv"


def test_under_a_legal_hold_nothing_is_removed(vault: Vault, item: str) -> None:
    held = replace(PLAIN, legal_hold=True)
    release = Release(
        vault=vault, policy=lambda: held, verifier=Verifiers(()), has_factor=lambda: False
    )
    said = release.remove(item, Taking())
    assert said.id == "prompt.not-removed"
    assert "legal hold" in str(said.params["why"])
    assert [one.id for one in vault.items()] == [item]


def test_row_327_while_the_vault_is_held_nothing_leaves_it(
    vault: Vault, item: str, home: Path
) -> None:
    holding = [True]
    release = Release(
        vault=vault,
        policy=lambda: PLAIN,
        verifier=Verifiers(()),
        has_factor=lambda: False,
        held=lambda: holding[0],
    )
    for said in (release.restore(item, Taking()), release.remove(item, Taking())):
        assert "held for an incident" in str(said.params["why"])
    assert [one.id for one in vault.items()] == [item]
    holding.clear()
    holding.append(False)
    assert release.restore(item, Taking()).id == "prompt.restored"
    assert (home / "a.csv").exists()


def test_every_reason_that_is_offered_can_be_written_down() -> None:
    assert all(REASON.fullmatch(reason) for reason in (*WHY_BACK, *WHY_GONE))


def test_a_story_is_no_reason_and_leaves_the_file(
    release: Release, item: str, vault: Vault
) -> None:
    said = release.restore(item, Taking(reason="Mrs Smith called"))
    assert said.id == "prompt.not-restored"
    assert len(vault.items()) == 1
