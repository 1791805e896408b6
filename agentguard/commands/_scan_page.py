"""The page that an admin reads and sends on: one HTML file that loads nothing and runs nothing.

There is no template library in the agent. `resources/report/` holds the page and its style; what
repeats is made here, and every text goes through `text`, which escapes it. Folders and files may
have made-up names in it, so that it can be sent outside the house.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import PurePath
from string import Template

from agentguard import __version__
from agentguard.base import paths
from agentguard.base.translations import Texts
from agentguard.commands._scan_report import Kinds, shown
from agentguard.commands._scan_summary import Folder, Summary, Total, values_of
from agentguard.detect.sandbox.client import Scanned
from agentguard.model.hits import MOST, Hit
from agentguard.model.policy import Policy
from agentguard.ports.clock import Clock

MOST_FILES = 50
MOST_FOLDERS = 400
MOST_LISTED = 200
_OPEN_DEPTH = 2
_KINDS_OF_FOLDER = 4
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")
_MOST_MASKS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the page says of the scan itself; `hidden` when its names may not leave the house."""

    paths: tuple[str, ...]
    policy: Policy | None
    hidden: bool


class Page:
    """Takes results as they come, and gives the page at the end."""

    def __init__(self, words: Texts, kinds: Kinds, told: Told, clock: Clock) -> None:
        self._words = words
        self._kinds = kinds
        self._told = told
        self._clock = clock
        self._begun = clock.now()
        self._summary = Summary(told.paths)
        self._hidden = Hidden() if told.hidden else None
        self._folders = 0

    def add(self, one: Scanned, /) -> Iterator[str]:
        """Keep the result for the end."""
        self._summary.add(one)
        return iter(())

    def end(self, *, whole: bool) -> Iterator[str]:
        """Yield the page."""
        folder = paths.resources() / "report"
        page = Template((folder / "page.html").read_text(encoding="utf-8"))
        parts = {
            "style": (folder / "page.css").read_text(encoding="utf-8"),
            "language": "en",
            "title": self._say("title"),
            "banner": "" if whole else tag("p", self._say("incomplete"), "banner"),
            "facts": self._facts(),
            "tiles": "".join(self._tiles()),
            "kinds": self._of_kinds() + self._of_tests(),
            "folders": self._of_folders(),
            "files": self._of_files(),
            "sealed": self._of_sealed(),
            "unread": self._of_unread(),
            "about": self._say("about"),
            "footer": self._say("footer", version=__version__),
        }
        headings = {
            f"{name}_heading": self._say(f"{name}-heading")
            for name in ("kinds", "folders", "files", "sealed", "unread", "about")
        }
        yield page.substitute(parts | headings).rstrip("\n")

    def _say(self, id_: str, /, **params: str | int) -> str:
        return text(self._words.say(f"report.{id_}", **params))

    def _none(self) -> str:
        """Tell that nothing was found; not more of it than was read."""
        return "none-in-part" if self._summary.unread or self._summary.sealed else "none"

    def _path(self, path: str) -> str:
        """Return a path to be shown; in a narrow column it breaks after a folder."""
        name = shown(path) if self._hidden is None else self._hidden.path(path)
        return text(name).replace("/", "/<wbr>").replace("\\", "\\<wbr>")

    def _facts(self) -> str:
        policy = self._told.policy
        now = self._clock.now()
        begun = datetime.fromtimestamp(self._begun.wall, UTC).astimezone()
        rules = (
            self._say("rules-built-in", version=__version__)
            if policy is None
            else self._say(
                "rules-policy", name=policy.name, version=policy.version, digest=policy.digest[:12]
            )
        )
        took = self._say("seconds", seconds=max(1, round(now.since(self._begun))))
        when = begun.isoformat(timespec="minutes")
        facts = {
            "looked-into": "<br>".join(self._path(path) for path in self._told.paths),
            "when": f'<time datetime="{when}">{text(begun.strftime("%Y-%m-%d %H:%M %Z"))}</time>',
            "took": took,
            "rules": rules,
        }
        return "".join(
            f"<div><dt>{self._say(name)}</dt><dd>{fact}</dd></div>" for name, fact in facts.items()
        )

    def _tiles(self) -> Iterator[str]:
        summary = self._summary
        totals = summary.totals()
        more = any(total.more for total in totals)
        unread = sum(map(len, summary.unread.values()))
        tone = "bad" if totals else "good"
        yield self._tile("values", number(sum(t.values for t in totals), more=more), tone)
        yield self._tile("with-data", number(len(summary.found)), tone)
        yield self._tile("read", number(summary.read), "")
        yield self._tile("encrypted", number(len(summary.sealed)), "")
        yield self._tile("not-whole", number(unread), "care" if unread else "")

    def _tile(self, name: str, count: str, tone: str) -> str:
        return (
            f'<li class="tile {tone}"><strong>{count}</strong><span>{self._say(name)}</span></li>'
        )

    def _of_kinds(self) -> str:
        totals = self._summary.totals()
        if not totals:
            return tag("p", self._say(self._none()), "none")
        largest = max(total.values for total in totals)
        rows = "".join(self._kind(total, largest) for total in totals)
        return self._table("kinds", ("kind", "values", "in-files"), rows)

    def _of_tests(self) -> str:
        every = self._summary.test_cards
        if not every:
            return ""
        return tag("p", self._say("test-cards", count=sum(every), files=len(every)), "more")

    def _kind(self, total: Total, largest: int) -> str:
        width = max(1, round(100 * total.values / largest))
        bar = f'<span class="bar" style="width:{width}%"></span>'
        return (
            f'<tr><th scope="row">{text(self._kinds.name(total.kind))}'
            f' <code class="id">{text(total.kind)}</code></th>'
            f'<td class="number">{number(total.values, more=total.more)}'
            f'<span class="track" aria-hidden="true">{bar}</span></td>'
            f'<td class="number">{number(total.files)}</td></tr>'
        )

    def _table(self, name: str, columns: Sequence[str], rows: str) -> str:
        heads = "".join(f'<th scope="col">{self._say(f"column-{c}")}</th>' for c in columns)
        label = self._say(f"{name}-heading")
        return (
            f'<div class="wide" tabindex="0" role="region" aria-label="{label}">'
            f'<table class="{name}"><thead><tr>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )

    def _of_folders(self) -> str:
        self._folders = 0
        roots = sorted(self._summary.folders.values(), key=lambda f: (-f.values, f.path))
        shown_roots = [self._folder(root, 0) for root in roots if root.values]
        if not shown_roots:
            return tag("p", self._say(self._none()), "none")
        left = "" if self._folders < MOST_FOLDERS else tag("p", self._say("more-folders"), "more")
        return f'<ul class="tree">{"".join(shown_roots)}</ul>{left}'

    def _folder(self, folder: Folder, depth: int) -> str:
        """Return a folder with those below it that hold something, as far as there is room."""
        self._folders += 1
        name = self._path(folder.path if depth == 0 else last(folder.path))
        if depth and self._hidden is not None:
            name = text(self._hidden.folder(folder.path))
        head = f'<span class="name">{name}</span> {self._counts(folder)}'
        below = sorted(folder.parts.values(), key=lambda f: (-f.values, f.path))
        inside = "".join(
            self._folder(one, depth + 1)
            for one in below
            if one.values and self._folders < MOST_FOLDERS
        )
        if not inside:
            return f'<li><div class="leaf">{head}</div></li>'
        opened = " open" if depth < _OPEN_DEPTH else ""
        return f"<li><details{opened}><summary>{head}</summary><ul>{inside}</ul></details></li>"

    def _counts(self, folder: Folder) -> str:
        values = self._say("folder-values", values=number(folder.values, more=folder.more))
        files = self._say("folder-files", files=folder.files, read=folder.read)
        top = folder.kinds.most_common(_KINDS_OF_FOLDER)
        chips = "".join(chip(f"{self._kinds.name(kind)} {number(n)}") for kind, n in top)
        more = len(folder.kinds) - len(top)
        chips += chip(f"+ {more}") if more > 0 else ""
        return f'<span class="count">{values}</span> <span class="of">{files}</span> {chips}'

    def _of_files(self) -> str:
        worst = self._summary.worst(MOST_FILES)
        if not worst:
            return tag("p", self._say(self._none()), "none")
        rows = "".join(map(self._file, worst))
        left = len(self._summary.found) - len(worst)
        return self._table("files", ("file", "held", "all"), rows) + self._left(left)

    def _file(self, scanned: Scanned) -> str:
        held = "".join(
            f"<li><span>{text(self._kinds.name(hit.kind))}</span>"
            f" <b>{number(hit.count, more=hit.count >= MOST)}</b>"
            f"<span>{masks(hit)}</span></li>"
            for hit in sorted(scanned.hits, key=lambda hit: -hit.count)
        )
        return (
            f'<tr><th scope="row" class="path">{self._path(scanned.path)}</th>'
            f'<td><ul class="held">{held}</ul></td>'
            f'<td class="number">{number(values_of(scanned.hits))}</td></tr>'
        )

    def _of_sealed(self) -> str:
        if not self._summary.sealed:
            return tag("p", self._say("no-sealed"), "none")
        return tag("p", self._say("sealed-means")) + self._listed(self._summary.sealed)

    def _of_unread(self) -> str:
        if not self._summary.unread:
            whole = "all-but-sealed" if self._summary.sealed else "all-read"
            return tag("p", self._say(whole), "none")
        by_number = sorted(self._summary.unread.items(), key=lambda item: (-len(item[1]), item[0]))
        return "".join(
            f"<section><h3>{text(self._words.say(reason))}"
            f' <span class="count">{number(len(files))}</span></h3>{self._listed(files)}</section>'
            for reason, files in by_number
        )

    def _listed(self, files: Iterable[str]) -> str:
        every = sorted(files)
        items = "".join(f'<li class="path">{self._path(path)}</li>' for path in every[:MOST_LISTED])
        return f'<ul class="list">{items}</ul>' + self._left(len(every) - MOST_LISTED)

    def _left(self, left: int) -> str:
        return tag("p", self._say("more-files", count=left), "more") if left > 0 else ""


class Hidden:
    """Gives each name the same made-up one within a report, and another one in the next.

    The names are keyed hashes whose key is thrown away, so that none can be guessed and tried.
    """

    def __init__(self) -> None:
        self._key = os.urandom(16)

    def path(self, path: str) -> str:
        """Return a made-up path: the folder and the file, with the file's ending."""
        ending = _ENDING.search(path)
        if ending is None:
            return self.folder(path)
        return f"{self.folder(str(PurePath(path).parent))}/file-{self._sign(path)}{ending[0]}"

    def folder(self, path: str) -> str:
        """Return a made-up name of a folder."""
        return f"folder-{self._sign(path)}"

    def _sign(self, path: str) -> str:
        data = path.encode("utf-8", "surrogatepass")
        return blake2b(data, key=self._key, digest_size=3).hexdigest()


def text(said: str) -> str:
    """Escape a text for any place in the page."""
    return html.escape(said, quote=True)


def tag(name: str, inside: str, kind: str = "") -> str:
    """Return an element; `inside` is escaped already."""
    return f'<{name} class="{kind}">{inside}</{name}>' if kind else f"<{name}>{inside}</{name}>"


def chip(said: str) -> str:
    """Return a small label."""
    return f'<span class="chip">{text(said)}</span>'


def masks(hit: Hit) -> str:
    """Return the first masks of a hit."""
    return " ".join(f"<code>{text(mask)}</code>" for mask in hit.masked[:_MOST_MASKS])


def number(count: int, *, more: bool = False) -> str:
    """Write a number with thin spaces between thousands."""
    return f"{count:,}".replace(",", "\u202f") + ("+" if more else "")


def last(path: str) -> str:
    """Return the last part of a path of any system."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]
