"""The pages of the controls: what each one checks, says and can be set to.

They are made from what the program ships: `resources/catalogue.json`, the policy's schema and the
sentences of the checks. Nothing of them is kept in the repository, so no copy can go stale.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MEASURES = (
    "Encryption in transit and at rest",
    "Multi-factor authentication",
    "Regular security training",
    "Secure data storage",
    "Firewall and intrusion detection",
    "Vendor relationships",
    "Regular security audits",
    "Incident response plan",
    "Software updates",
    "Data retention",
)
STATES = {
    "ok": "In order",
    "todo": "To do",
    "part": "In part",
    "unknown": "Could not be read",
}
RELATIONS = {"measures": "Measures", "disproves": "A finding disproves", "supports": "Supports"}
HEAD = ("setting", "what it is", "type", "default")


def catalogue() -> list[dict[str, Any]]:
    """Return every control, by measure and id."""
    text = (ROOT / "resources" / "catalogue.json").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = json.loads(text)
    return rows


def pages() -> dict[str, str]:
    """Return every page by its place below `docs`: one for each control, and their list."""
    schema = json.loads((ROOT / "policies" / "policy.schema.json").read_text(encoding="utf-8"))
    folder = ROOT / "resources" / "text" / "en"
    files = sorted(folder.glob("*.toml"))  # a check's words may stand in a file of its own
    texts = [tomllib.loads(one.read_text(encoding="utf-8")) for one in files]
    said = {row["id"]: _words(row["id"], texts) for row in catalogue()}
    shapes = schema["properties"]["controls"]["properties"]
    made = {
        f"controls/{row['id']}.md": _page(row, said[row["id"]], shapes[row["id"]])
        for row in catalogue()
    }
    return {"controls/index.md": _index(), **made}


def _words(check: str, texts: list[dict[str, Any]]) -> dict[str, str]:
    return {key: text for one in texts for key, text in one.get(check, {}).items()}


def _index() -> str:
    rows = "".join(
        f"| {MEASURES[row['measure'] - 1]} | [{row['title']}]({row['id']}.md) | `{row['id']}` "
        f"| {row['severity']} |\n"
        for row in catalogue()
    )
    return (
        "# The controls and their settings\n\n"
        "Each control checks one thing at a desk. A policy sets it under `controls`, by its id:\n\n"
        "```yaml\ncontrols:\n  screen-lock:\n    severity: high\n    respond: [notify]\n```\n\n"
        "| measure | control | id | severity |\n|---|---|---|---|\n" + rows
    )


def _page(row: dict[str, Any], said: dict[str, str], shape: dict[str, Any]) -> str:
    settings = shape["properties"]["settings"]
    about = (
        f"Control `{row['id']}`, measure {row['measure']}: {MEASURES[row['measure'] - 1]}. "
        f"Findings have the severity *{row['severity']}* unless the policy says otherwise."
    )
    parts = [
        f"# {row['title']}",
        about,
        "## Example",
        _example(row["id"], shape),
        "## Settings",
        _table(settings) if settings["properties"] else "This control has no settings.",
        "## What every control takes",
        _table({"properties": {k: v for k, v in shape["properties"].items() if k != "settings"}}),
        "## What it says at the desk",
        _states(said),
        f"**What to do:** {row['advice']}",
        "## What it proves",
        _proofs(row),
        f"**Not proved:** {row['not']}",
    ]
    return "\n\n".join(parts) + "\n"


def _example(id_: str, shape: dict[str, Any]) -> str:
    settings = shape["properties"]["settings"]["properties"]
    plain = {name: one["default"] for name, one in settings.items() if "default" in one}
    body = [f"    severity: {shape['properties']['severity']['default']}", "    respond: [notify]"]
    if plain:
        body += ["    settings:", *(f"      {k}: {json.dumps(v)}" for k, v in plain.items())]
    return "\n".join(("```yaml", "controls:", f"  {id_}:", *body, "```"))


def _states(said: dict[str, str]) -> str:
    rows = (f"| {shown} | {_cell(said[f'title-{key}'])} |" for key, shown in STATES.items())
    return "\n".join(("| state | what the window calls it |", "|---|---|", *rows))


def _proofs(row: dict[str, Any]) -> str:
    by = {
        relation: [one["number"] for one in row["relations"] if one["relation"] == relation]
        for relation in RELATIONS
    }
    return "\n".join(f"- {RELATIONS[r]} {', '.join(found)}." for r, found in by.items() if found)


def _table(shape: dict[str, Any]) -> str:
    lines = [f"| {' | '.join(HEAD)} |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(cells)} |" for cells in _rows(shape, "")]
    return "\n".join(lines)


def _rows(shape: dict[str, Any], above: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield a row for each setting, those of objects in lists after the list."""
    needed = shape.get("required", ())
    for name, one in shape.get("properties", {}).items():
        default = "required" if name in needed else _default(one)
        yield f"`{above}{name}`", _cell(one.get("description", "")), _kind(one), default
        inner = one.get("items", one)
        if inner.get("properties"):
            mark = "[]." if "items" in one else "."
            yield from _rows(inner, f"{above}{name}{mark}")


def _default(one: dict[str, Any]) -> str:
    return f"`{_cell(json.dumps(one['default'], ensure_ascii=False))}`" if "default" in one else ""


def _kind(one: dict[str, Any]) -> str:
    if "enum" in one:
        return " \\| ".join(f"`{value}`" for value in one["enum"])
    if one.get("type") == "array":
        return f"list of {_kind(one['items'])}"
    kinds = one.get("type") or " or ".join(_kind(other) for other in one.get("anyOf", ()))
    name = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    low, high = one.get("minimum"), one.get("maximum")
    return f"{name} {low} to {high}" if low is not None and high is not None else name


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
