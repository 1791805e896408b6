"""Writes the list of a frozen tree's files for wixl, the same for the same tree.

wixl's own wixl-heat gives random ids and leaves File.Version empty; Windows would then keep an
older library that has a version, and take it away with the old product.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from xml.sax.saxutils import quoteattr

from installer import pe

NAMESPACE = uuid.UUID("6d0a4b1e-7a55-5c6b-8d57-0a6b0d9c1f11")
"""Never changes: the components' GUIDs derive from it, and Windows counts users by them."""

GROUP = "AppFiles"
OURS = "agentguard"
"""What the names of the programs, of their modules' archive and of their folder begin with."""
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_WIX = '<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">\n'


def guid(name: str) -> str:
    """Return the GUID of a name, in the upper case that Windows Installer wants."""
    return str(uuid.uuid5(NAMESPACE, name)).upper()


def files(tree: Path) -> tuple[str, ...]:
    """Return a tree's files, by their paths from its root."""
    return tuple(sorted(p.relative_to(tree).as_posix() for p in tree.rglob("*") if p.is_file()))


def fragment(tree: Path, *, left_out: Collection[str] = ()) -> str:
    """Return the fragment of a tree; `left_out` are files that the main source names itself."""
    wanted = [file for file in files(tree) if file not in left_out]
    body = "\n".join(_folder(tree, wanted, PurePosixPath()))
    refs = "".join(f'<ComponentRef Id="{_id("c", file)}"/>' for file in wanted)
    return (
        f'{_HEAD}{_WIX}<Fragment><DirectoryRef Id="INSTALLDIR">\n{body}\n'
        f"</DirectoryRef></Fragment>\n"
        f'<Fragment><ComponentGroup Id="{GROUP}">{refs}</ComponentGroup></Fragment>\n</Wix>\n'
    )


def _id(kind: str, path: str) -> str:
    return kind + hashlib.sha256(path.lower().encode()).hexdigest()[:28]


def _folder(tree: Path, wanted: list[str], folder: PurePosixPath) -> Iterator[str]:
    """Yield what lies in a folder: what is ours last, since the cabinet is packed in this order.

    It differs from version to version, also in length, and would move all that follows it.
    """
    for below in sorted({_child(file, folder) for file in wanted} - {""}):
        name = quoteattr(PurePosixPath(below).name)
        yield f'<Directory Id="{_id("d", below)}" Name={name}>'
        yield from _folder(tree, wanted, PurePosixPath(below))
        yield "</Directory>"
    here = [file for file in wanted if PurePosixPath(file).parent == folder]
    for file in sorted(here, key=lambda one: PurePosixPath(one).name.startswith(OURS)):
        yield _component(tree, file)


def _child(file: str, folder: PurePosixPath) -> str:
    """Return the folder right below `folder` that a file lies in, or an empty text."""
    parents = PurePosixPath(file).parents
    return next((str(p) for p in parents if p != folder and p.parent == folder), "")


def _component(tree: Path, file: str) -> str:
    path = tree / file
    version = pe.read(path).version if pe.is_image(path) else ""
    told = f' DefaultVersion="{version}"' if version else ""
    name, source = quoteattr(path.name), quoteattr(f"$(var.Tree)/{file}")
    return (
        f'<Component Id="{_id("c", file)}" Guid="{guid(file.lower())}">'
        f'<File Id="{_id("f", file)}" Name={name} Source={source}{told} KeyPath="yes"/></Component>'
    )
