"""What MkDocs calls while it builds the site: adds the pages that are made, and draws."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from tools.docs import commands, controls, drawings

ROOT = Path(__file__).parents[2]
TOP = {
    "index.md": "README.md",
    "contributing.md": "CONTRIBUTING.md",
    "security.md": "SECURITY.md",
    "changelog.md": "CHANGELOG.md",
    "news.md": "changes/README.md",
}
"""Pages that stand at the top of the repository, where everybody looks for them."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Fill in the parts of the menu that are lists of files."""
    lists = {"controls": _controls(), "commands": _commands(), "decisions": _decisions()}
    for group in config.nav or []:
        for items in group.values():
            if isinstance(items, list):
                items[:] = [lists[one] if (one := _wanted(item)) else item for item in items]
    return config


def _wanted(item: Any) -> str:
    return item.removeprefix("made:") if isinstance(item, str) and item.startswith("made:") else ""


def _controls() -> dict[str, list[Any]]:
    rows = [{row["title"]: f"controls/{row['id']}.md"} for row in controls.catalogue()]
    return {"Controls and their settings": ["controls/index.md", *rows]}


def _commands() -> dict[str, list[Any]]:
    return {"Command line": sorted(commands.pages(), key=lambda place: "index" not in place)}


def _decisions() -> dict[str, list[Any]]:
    return {"Decisions": [f"adr/{file.name}" for file in sorted((ROOT / "docs/adr").glob("*.md"))]}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made, and those of the repository's top."""
    made = {**controls.pages(), **commands.pages()}
    made |= {place: _top((ROOT / name).read_text(encoding="utf-8")) for place, name in TOP.items()}
    for place, text in made.items():
        files.append(File.generated(config, place, content=text))
    return files


def _top(text: str) -> str:
    """Return a page of the top with its links as they are from within `docs`."""
    text = re.sub(r"\]\(docs/", "](", text)
    for place, name in TOP.items():
        text = text.replace(f"]({name}", f"]({place}")
    return text


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Draw the drawings, and let links to the repository's top lead to the site's pages."""
    for place, name in TOP.items():
        markdown = markdown.replace(f"](../{name}", f"]({place}")
    return drawings.drawn(markdown)
