"""The page of all kinds: `python -m tests.unit.detect.text.kinds_page` makes it."""

from __future__ import annotations

import sys
import tomllib
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from agentguard.base import translations
from agentguard.detect import kinds
from agentguard.detect.recogniser import Recogniser
from agentguard.detect.recognition.scanner import default_scanner
from tests.unit.detect.text.national_numbers import MADE, some

ROOT = Path(__file__).parents[4]
PAGE = ROOT / "docs" / "kinds.md"
WAYS = ROOT / "tests" / "vectors" / "national.toml"
MOST_WORDS = 14
HEAD = """# The kinds of personal data

Which rule made a value count? Ask on the computer:

```sh
agentguard scan --explain letter.docx
```

A kind is found by its **shape**, by a **label** before it, or by both. A mask shows at most the
last characters given here, and never more than a third of the value. You can [add kinds of your
own](recognisers.md). This page is made from `agentguard/detect/kinds`, by
`python3 dev.py made`.

| kind | what | found by | shown |
|---|---|---|---|
"""
NATIONAL_HEAD = """
## Numbers that a state gives a person

Behind a label of its own, a number with the right check digit counts. Behind a label that many
countries share ("tax id", "national id", "social security number"), or with a typical shape and no
label, it counts only if at least three of four such numbers in the text or column are right.
"""


def page() -> str:
    """Give the page."""
    found = dict(sorted((one.kind, (one, doc)) for one, doc in _every()))
    rows = [_row(one) for one, _ in found.values()]
    parts = [_national(*found[kind]) for kind in sorted(MADE)]
    return HEAD + "\n".join(rows) + "\n" + NATIONAL_HEAD + "".join(parts)


def _every() -> list[tuple[Recogniser, str]]:
    names = [one.name for one in iter_modules(kinds.__path__) if not one.name.startswith("_")]
    modules = [import_module(f"{kinds.__name__}.{name}") for name in names]
    return [(module.RECOGNISER, module.__doc__ or "") for module in modules]


def _row(one: Recogniser) -> str:
    ways = [way for way, there in (("shape", one.shapes), ("label", one.labels)) if there]
    beside = f", beside {one.beside}" if one.beside else ""
    shown = str(one.shown) if one.shown else "nothing"
    name = translations.load().say(f"kind.{one.kind}")
    return f"| {one.kind} | {name} | {' or '.join(ways)}{beside} | {shown} |"


def _national(one: Recogniser, doc: str) -> str:
    title, _, body = doc.partition("\n\n")
    words = ", ".join(f"`{word}`" for word in _words(one.kind))
    return f"\n### {title.strip()}\n\n{body.strip()}\n\nWords before it, among others: {words}\n"


def _words(kind: str) -> list[str]:
    """Give labels that the recogniser itself named while it read what people write."""
    ways = tomllib.loads(WAYS.read_text(encoding="utf-8"))[kind]
    told: dict[str, None] = {}
    for way, value in zip(ways, some(kind, len(ways), seed=12), strict=True):
        traces = default_scanner().explain([way.format(value)]).traces
        told |= {t.context.lower(): None for t in traces if t.kind == kind and t.context}
    return list(told)[:MOST_WORDS]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
