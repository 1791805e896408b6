"""agentguard vault: list the files in the vault, put one in, give one back, remove one for good."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from agentguard import paths, platforms, texts
from agentguard.commands.base import FINE, Command
from agentguard.model.records import Json
from agentguard.model.vault import VaultItem
from agentguard.store.db import open_store
from agentguard.texts import Texts
from agentguard.vault.places import printable
from agentguard.vault.vault import Vault

REASONS = ("asked", "retention", "card-data", "incident")


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=words.say("cli.vault.verb"))
    listing = _verb(verbs, "list", words)
    listing.add_argument("--json", action="store_true", help=words.say("cli.vault.json"))
    put = _verb(verbs, "put", words)
    put.add_argument("path", metavar="PATH", type=Path, help=words.say("cli.vault.path"))
    restore = _verb(verbs, "restore", words)
    restore.add_argument("item", metavar="ID", help=words.say("cli.vault.item"))
    restore.add_argument("--to", metavar="PATH", type=Path, help=words.say("cli.vault.to"))
    purge = _verb(verbs, "purge", words)
    purge.add_argument("item", metavar="ID", help=words.say("cli.vault.item"))
    purge.add_argument(
        "--reason", choices=REASONS, default=REASONS[0], help=words.say("cli.vault.reason")
    )


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, words: Texts
) -> argparse.ArgumentParser:
    help_ = words.say(f"cli.vault.{name}")
    return verbs.add_parser(name, help=help_, description=help_)


def run(chosen: argparse.Namespace) -> int:
    """Do what the verb says."""
    words = texts.load()
    with _vault() as vault:
        match chosen.verb:
            case "list":
                _list(vault.items(), as_json=chosen.json)
            case "put":
                item = vault.put(chosen.path)
                _say(words, "put", path=printable(chosen.path), item=item.id)
            case "restore":
                path = vault.restore(chosen.item, chosen.to)
                _say(words, "restored", path=printable(path))
            case _:
                vault.purge(chosen.item, chosen.reason)
                _say(words, "purged", item=chosen.item)
    return FINE


@contextmanager
def _vault() -> Iterator[Vault]:
    folder = paths.data_folder()
    clock = platforms.system_clock()
    store = open_store(folder, clock)
    try:
        yield Vault(folder / "vault", store.journal, clock, places=platforms.secret_places().vault)
    finally:
        store.close()


def _say(words: Texts, id_: str, /, **params: str) -> None:
    sys.stdout.write(words.say(f"cli.vault.said-{id_}", **params) + "\n")


def _list(items: tuple[VaultItem, ...], *, as_json: bool) -> None:
    words = texts.load()
    if as_json:
        sys.stdout.write(json.dumps([_row(item) for item in items], indent=2) + "\n")
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
