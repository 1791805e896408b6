"""What an MSI brings, file by file, beside the tree that it was made of."""

from __future__ import annotations

import subprocess
from pathlib import Path

from installer import authenticode, sign

CODE = 0x1000  # a place in each of them that its hash is made of


def unpacked(msi: Path, folder: Path) -> Path:
    """Unpack an MSI, and give the program's folder."""
    words = ("msiextract", "--directory", folder, msi)
    subprocess.run(words, check=True, capture_output=True)
    return program(folder)


def program(folder: Path) -> Path:
    """Give the program's folder in what was unpacked."""
    return next(folder.rglob("agentguard.exe")).parent


def unlike(msi: Path, tree: Path, cert: Path, folder: Path) -> list[str]:
    """Give what is not as it should be of a signed MSI's programs and libraries.

    Each is signed: what its maker signed is as the tree has it, the rest bears our certificate.
    """
    inside, found = unpacked(msi, folder), []
    images = list(authenticode.images(inside))
    if len(images) != len(list(authenticode.images(tree))):
        found.append(f"the MSI has {len(images)} programs and libraries")
    for image in images:
        place = image.relative_to(inside).as_posix()
        content, before = image.read_bytes(), (tree / place).read_bytes()
        if authenticode.signed(before):
            if content != before:
                found.append(f"{place} is not as its maker signed it")
        elif not sign.verified(image, cert):
            found.append(f"{place} is not signed by us")
        if not authenticode.whole(content):
            found.append(f"{place} bears a signature of other bytes")
    return found


def changed(lists: list[Path], inside: Path) -> list[str]:
    """Change a byte of each program and library in turn; give those that would still be let run."""
    allowed = [one.read_text(encoding="utf-8") for one in lists]
    let = []
    for image in authenticode.images(inside):
        content = bytearray(image.read_bytes())
        for other in (0, 1):  # changed, and changed back
            content[CODE] ^= 1
            known = authenticode.digest(bytes(content)).hex().upper()
            if any((known in text) != bool(other) for text in allowed):
                let.append(image.relative_to(inside).as_posix())
    return let
