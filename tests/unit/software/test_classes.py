"""What programs are for: each class with its source, each name with its example."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from agentguard.base.errors import CannotError
from agentguard.checks.remote_tools import TOOLS
from agentguard.model.vendors import ProgramClass
from agentguard.software import classes, shipped

KNOWN = classes.shipped()
REMOTE = [one for one in KNOWN.programs if ProgramClass.REMOTE_CONTROL in one.classes]


def test_every_class_is_told_of_several_programs() -> None:
    for one in ProgramClass:
        assert sum(one in program.classes for program in KNOWN.programs) >= 10, one


def test_every_product_is_one_of_the_catalogue() -> None:
    products = shipped.matcher().catalogue.products
    assert [p.product for p in KNOWN.programs if p.product and p.product not in products] == []


def test_every_entry_has_a_page_as_its_source_and_no_class_twice() -> None:
    for one in KNOWN.programs:
        assert one.source.startswith("https://"), one
        assert len(set(one.classes)) == len(one.classes), one


def test_every_name_has_an_example_and_keeps_its_class_however_it_is_written() -> None:
    for one in KNOWN.programs:
        if one.names:
            assert one.examples, one.title
        for name in one.examples:
            assert KNOWN.of(name, "", "") == one.classes
            assert KNOWN.of(f"  {name.upper()} ", "", "") == one.classes


@pytest.mark.parametrize(
    "name",
    [
        "Level",
        "VNC",
        "Sync",
        "Line 6 Edit",
        "Cursor Commander",
        "Read",
        "Signal Processing",
        "Messenger Plus",
        "",
    ],
)
def test_likeness_gives_no_class(name: str) -> None:
    assert KNOWN.of(name, "", "") == ()


def test_an_extension_is_known_by_its_id_alone() -> None:
    of_browsers = [one for one in KNOWN.programs if one.extensions]
    assert len(of_browsers) > 5
    for one in of_browsers:
        assert KNOWN.of(one.title, "", "") == ()
        for ident in one.extensions:
            assert KNOWN.of_extension(ident) == one.classes
    assert KNOWN.of_extension("") == KNOWN.of_extension("Zoom") == ()


def test_row_182_the_check_of_remote_tools_knows_the_same_tools() -> None:
    """What one calls remote control, the other finds while it runs, and the other way round."""
    images = {image for one in REMOTE for image in one.images}
    assert set(TOOLS) - images == set()
    assert images - set(TOOLS) == set()


def test_every_program_that_is_remote_control_alone_is_found_running() -> None:
    assert [
        one.product or one.title
        for one in REMOTE
        if not one.images and not one.extensions and ProgramClass.MESSAGING not in one.classes
    ] == []


def test_no_image_of_another_class_is_taken_for_a_remote_tool() -> None:
    for innocent in ("slack", "ms-teams", "zoom", "dropbox", "openvpn", "level", "sync"):
        assert not any(fnmatchcase(innocent, tool) for tool in TOOLS), innocent


def broken(folder: Path, text: str) -> str:
    """Give what is said of a damaged file."""
    file = folder / "classes.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CannotError) as told:
        classes.read(file)
    return str(told.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "program"),
        ("[[program]]\nproduct='x'\nclasses=[]\nsource='s'", "length"),
        ("[[program]]\nproduct='x'\nclasses=['spying']\nsource='s'", "spying"),
        ("[[program]]\nclasses=['VPN']\nsource='s'\nnames=['a']", "a program needs"),
        ("[[program]]\nproduct='x'\ntitle='y'\nclasses=['VPN']\nsource='s'", "x needs"),
        ("[[program]]\ntitle='x'\nclasses=['VPN']\nsource='s'", "x needs names"),
        ("[[program]]\nproduct='x'\nclasses=['VPN']\nsource='s'\n" * 2, "x stands twice"),
        (
            "[[program]]\ntitle='x'\nnames=['a']\nexamples=['b']\nclasses=['VPN']\nsource='s'",
            "example",
        ),
        ("[[program", "damaged"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, text: str, why: str) -> None:
    assert why in broken(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotError):
        classes.read(tmp_path / "classes.toml")
