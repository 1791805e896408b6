"""The playbooks that ship with the program, and those of a site's own folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from agentguard.base import paths, translations
from agentguard.base.errors import CannotError, PlaybookError
from agentguard.server.playbooks import playbook_file
from agentguard.server.playbooks.playbook import Playbook

FOLDER = "playbooks"
"""Where a site's own lie, below the endpoint's data folder."""
GENERAL = "general"
"""What is followed where no other fits."""
MOST = 100


@cache
def shipped() -> tuple[Playbook, ...]:
    """Return the shipped playbooks in the order of their ids.

    Raises:
        CannotError: there is none, or one is damaged.

    """
    try:
        read = read_folder(paths.resources() / FOLDER)
    except PlaybookError as error:
        raise CannotError(str(error), "Install the program again.") from error
    if not any(one.id == GENERAL for one in read):
        raise CannotError("The playbooks are missing.", "Install the program again.")
    return read


def of_site(data: Path) -> tuple[Playbook, ...]:
    """Return a site's own playbooks; one with the id of a shipped one stands in its place.

    Raises:
        PlaybookError: one is wrong; with every problem of it as `file:line: what is wrong`.

    """
    folder = data / FOLDER
    return read_folder(folder) if folder.is_dir() else ()


def read_folder(folder: Path) -> tuple[Playbook, ...]:
    """Read each `.yaml` of a folder; a file is named by its playbook's id.

    Raises:
        PlaybookError: one is wrong or cannot be read, or there are too many.

    """
    files = sorted(folder.glob("*.yaml"))
    if len(files) > MOST:
        raise PlaybookError(_words("too-many", source=str(folder), most=MOST), ())
    read = []
    for file in files:
        try:
            data = file.read_bytes()
        except OSError:
            raise PlaybookError(_words("unread", source=str(file)), ()) from None
        read.append(playbook_file.parse(str(file), data, file.stem))
    return tuple(read)


def together(own: tuple[Playbook, ...]) -> dict[str, Playbook]:
    """Return all playbooks by their ids: the shipped ones, and a site's own before them."""
    return {one.id: one for one in (*shipped(), *own)}


def _words(id_: str, **params: str | int) -> str:
    return translations.load().say(f"playbook.{id_}", **params)
