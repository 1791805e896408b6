"""The changelog is made of fragments: each is one line of a known kind, and none gets lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import changelog

ROOT = Path(__file__).parents[2]
BEFORE = """# Changelog

Words.

## Unreleased

### Added

- One.
  It has two lines.

### Fixed

- Two.

## 0.1.0 - 2026-01-02

### Added

- Old.
"""


def write(folder: Path, **lines: str) -> Path:
    for name, text in lines.items():
        (folder / f"{name.replace('_', '.')}.md").write_text(text, encoding="utf-8")
    return folder


def test_every_fragment_is_one_line_of_a_known_kind() -> None:
    for one in changelog.fragments(ROOT / "changes"):
        assert one.kind in changelog.KINDS
        assert one.line


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("new_feature", "Unknown kind.\n"),
        ("new", "No kind.\n"),
        ("new_added", "Two.\nLines.\n"),
        ("new_added", "No full stop\n"),
        ("new_added", "No line feed."),
        ("new_added", ""),
        ("new_added", "- A list.\n"),
        ("new_added", f"{'long ' * 70}.\n"),
    ],
)
def test_a_fragment_of_another_form_is_named(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(changelog.FragmentError, match=r"^new"):
        changelog.fragments(write(tmp_path, **{name: text}))


def test_the_changelog_can_be_taken_apart() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    before, sections, after = changelog.unreleased(text)
    assert set(sections) <= set(changelog.KINDS)
    whole = before + after + "".join(sections.values())
    assert [line for line in text.splitlines() if line.startswith("- ") and line not in whole] == []


def test_a_release_takes_what_stood_there_and_every_fragment(tmp_path: Path) -> None:
    folder = tmp_path / "changes"
    folder.mkdir()
    write(folder, b_added="Three.\n", a_security="Four.\n", README="Words.\n")
    (tmp_path / "CHANGELOG.md").write_text(BEFORE, encoding="utf-8")
    assert changelog.main(["--root", str(tmp_path), "--release", "0.2.0"]) == 0
    text = (tmp_path / "CHANGELOG.md").read_text(encoding="utf-8")
    head, _, rest = text.partition("## 0.2.0 - ")
    assert head == "# Changelog\n\nWords.\n\n## Unreleased\n\n"
    day, _, rest = rest.partition("\n")
    assert len(day) == len("2026-01-02")
    assert rest == (
        "\n### Added\n\n- One.\n  It has two lines.\n- Three.\n\n### Fixed\n\n- Two.\n\n"
        "### Security\n\n- Four.\n\n## 0.1.0 - 2026-01-02\n\n### Added\n\n- Old.\n"
    )
    assert [file.name for file in folder.iterdir()] == ["README.md"]


def test_what_the_next_release_says_is_shown_and_nothing_is_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "changes"
    folder.mkdir()
    write(folder, a_fixed="Three.\n")
    (tmp_path / "CHANGELOG.md").write_text(BEFORE, encoding="utf-8")
    assert changelog.main(["--root", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert shown.endswith("### Fixed\n\n- Two.\n- Three.\n")
    assert (tmp_path / "CHANGELOG.md").read_text(encoding="utf-8") == BEFORE
    assert (folder / "a.fixed.md").is_file()
