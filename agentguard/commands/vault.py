"""agentguard vault: lists the vault, puts files in, gives them back, removes them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from agentguard import platforms
from agentguard.base import paths, translations
from agentguard.base.translations import Texts
from agentguard.commands._code import Factors, asked
from agentguard.commands.base import FINE, Command
from agentguard.engine import memory
from agentguard.model.hits import Hit
from agentguard.model.records import Json
from agentguard.model.vault import WHY_BACK, WHY_GONE, Taking, VaultItem
from agentguard.policy.last_good import Keeper
from agentguard.runtime import known_checks
from agentguard.store.agent_store import open_store
from agentguard.vault.file_names import printable
from agentguard.vault.release import Release
from agentguard.vault.vault import Vault


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=words.say("cli.vault.verb"))
    listing = _verb(verbs, "list", words)
    listing.add_argument("--json", action="store_true", help=words.say("cli.vault.json"))
    put = _verb(verbs, "put", words)
    put.add_argument("path", metavar="PATH", type=Path, help=words.say("cli.vault.path"))
    restore = _verb(verbs, "restore", words)
    restore.add_argument("item", metavar="ID", help=words.say("cli.vault.item"))
    _why(restore, WHY_BACK, words)
    restore.add_argument("--to", metavar="PATH", type=Path, help=words.say("cli.vault.to"))
    purge = _verb(verbs, "purge", words)
    purge.add_argument("item", metavar="ID", help=words.say("cli.vault.item"))
    _why(purge, WHY_GONE, words)


def _why(verb: argparse.ArgumentParser, reasons: tuple[str, ...], words: Texts) -> None:
    help_ = words.say("cli.vault.reason")
    verb.add_argument("--reason", choices=reasons, default=reasons[0], help=help_)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, words: Texts
) -> argparse.ArgumentParser:
    help_ = words.say(f"cli.vault.{name}")
    return verbs.add_parser(name, help=help_, description=help_)


def run(chosen: argparse.Namespace) -> int:
    """Do what the verb says."""
    words = translations.load()
    with _opened() as (vault, release, hits):
        match chosen.verb:
            case "list":
                _list(vault.items(), vault.behind(), as_json=chosen.json)
            case "put":
                item = vault.put(chosen.path, hits(chosen.path))
                _say(words, "put", path=printable(chosen.path), item=item.id)
            case "restore":
                path = release.back(chosen.item, chosen.to, _taking(chosen.reason, release, words))
                _say(words, "restored", path=printable(path))
            case _:
                release.gone(chosen.item, _taking(chosen.reason, release, words))
                _say(words, "purged", item=chosen.item)
    return FINE


Opened = tuple[Vault, Release, Callable[[Path], tuple[Hit, ...]]]


@contextmanager
def _opened() -> Iterator[Opened]:
    """Yield the vault, the way out of it, and what is known to be in a file."""
    folder, clock = paths.data_folder(), platforms.system_clock()
    policy = Keeper(folder, known_checks.shapes(), clock).start().policy
    store = open_store(folder, clock)
    try:
        vault = Vault(
            folder / "vault",
            store.journal,
            clock,
            recovery_keys=lambda: policy.vault.recovery,
            places=platforms.secret_places().vault,
        )
        factors = Factors(folder, clock)
        release = Release(
            vault=vault,
            policy=lambda: policy,
            verifier=factors.verifier(),
            has_factor=factors.any,
        )
        found = memory.findings(store.journal.memory(memory.FINDING))

        def hits(path: Path) -> tuple[Hit, ...]:
            subject = os.path.abspath(path)  # noqa: PTH100 - as findings name it
            return next((f.hits for f in found if f.subject == subject), ())

        yield vault, release, hits
    finally:
        store.close()


def _taking(reason: str, release: Release, words: Texts) -> Taking:
    """Ask for a code where there is one; it is no option, as command lines are seen by all."""
    return Taking(reason=reason, code=asked(words) if release.asks() else "")


def _say(words: Texts, id_: str, /, **params: str | int) -> None:
    sys.stdout.write(words.say(f"cli.vault.said-{id_}", **params) + "\n")


def _list(items: tuple[VaultItem, ...], behind: tuple[str, ...], *, as_json: bool) -> None:
    words = translations.load()
    if as_json:
        rows = [{**_row(item), "behind": item.id in behind} for item in items]
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return
    if not items:
        _say(words, "empty")
    for item in items:
        said = words.say(
            "cli.vault.row",
            item=item.id,
            put=_day(item),
            kib=-(-item.size // 1024),
            path=printable(Path(item.path)) if item.path else words.say("cli.vault.damaged"),
        )
        sys.stdout.write(said + "\n")
    if behind:
        _say(words, "behind", count=len(behind), all=len(items))


def _row(item: VaultItem) -> dict[str, Json]:
    return {
        "id": item.id,
        "path": printable(Path(item.path)) if item.path else None,
        "size": item.size,
        "put": item.put.iso,
        "hits": [{"kind": hit.kind, "count": hit.count} for hit in item.hits],
    }


def _day(item: VaultItem) -> str:
    return datetime.fromtimestamp(item.put.wall, UTC).strftime("%Y-%m-%d %H:%M")


COMMAND = Command(arguments=arguments, run=run)
