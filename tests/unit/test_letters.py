"""What brings the letters of a language, on each distribution that is known."""

from __future__ import annotations

import pytest

from agentguard.base import letters
from installer.linux.packages import DESK

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\n'
MINT = 'ID=linuxmint\nID_LIKE="ubuntu debian"\n'
ROCKY = 'NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\n'


@pytest.mark.parametrize("release", [DEBIAN, MINT, ROCKY])
@pytest.mark.parametrize("language", sorted(letters.TYPEFACES))
def test_row_437_it_is_a_package_that_ours_recommend(release: str, language: str) -> None:
    typeface, _, package = letters.to_install(language, release).partition(" (")
    assert typeface == letters.TYPEFACES[language]
    assert package.removesuffix(")") in (*DESK.recommends.split(", "), *DESK.weakly)


@pytest.mark.parametrize("release", ["", "ID=other\n", 'NAME="not closed\nID=other', "="])
def test_row_437_an_unknown_system_is_told_the_typeface_alone(release: str) -> None:
    assert letters.to_install("hi", release) == "Noto Sans Devanagari"
    assert letters.to_install("de", release) == ""
    assert letters.to_install("de", DEBIAN) == ""
