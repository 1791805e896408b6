"""Office XML as text: paragraphs, tabs and tables, by a walk over tags that builds no tree."""

from __future__ import annotations

import html
import zipfile
from collections.abc import Iterable, Iterator

from agentguard.detect.extractor import Source, Work
from agentguard.detect.formats import xml
from agentguard.detect.formats._zip_members import has_long_directory, part, stream
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.document_layout import Layout

CONTENT_TYPES = "[content_types].xml"
"""The part that every Office document has (ECMA-376-2, 7.2.3)."""

_TOKEN = later(
    r"<(/?)(?:[A-Za-z0-9]+:)?(t|p|tr|tc|tbl|tab|br|cr|noBreakHyphen|instrText|delText|text)(?=[\s/>])"
    r"[^<>]*?(/?)>|([^<>]+)|<[^<>]*>"
)
_TEXT_TAGS = frozenset(("t", "instrText", "delText", "text"))
_SEEN = {"tab": "\t", "noBreakHyphen": "-"}
_LONGEST = 1 << 20
_BESIDE = ("docprops/", "customxml/")
_BY_NAMES = later(r"/(?:charts/[^/]*|comments/modern[^/]*)\.xml$|^(?:docprops|customxml)/")
_RELATION = later(r"<Relationship\s([^<>]*)>")
_RELATION_SAYS = later(r'\b(Target|TargetMode)="([^"]*)"')


def text_of(found: Iterable[str]) -> Iterator[str]:
    """Yield the text of WordprocessingML or DrawingML that comes in pieces."""
    layout, inside = Layout(), False
    for markup in _whole_tags(found):
        for match in _TOKEN.finditer(markup):
            closing, tag, empty, plain = match.groups()
            if plain is not None:
                if inside:
                    yield from layout.put(html.unescape(plain))
            elif tag in _TEXT_TAGS:
                inside = not closing and not empty
            elif tag is not None:
                yield from _border(layout, tag, closing=bool(closing), empty=bool(empty))
    yield from layout.close_all()


def _whole_tags(found: Iterable[str]) -> Iterator[str]:
    """Cut pieces behind tags, so that neither a tag nor an entity is cut in two."""
    rest = ""
    for piece in found:
        text = rest + piece
        end = text.rfind(">") + 1 if len(text) < _LONGEST else len(text)
        rest = text[end:]
        yield text[:end]
    yield rest


def _border(layout: Layout, tag: str, *, closing: bool, empty: bool) -> Iterator[str]:
    if tag == "tbl":
        if closing:
            yield from layout.close_table()
        else:
            layout.open_table()
    elif tag in {"tr", "tc"}:
        if not closing:
            (layout.row if tag == "tr" else layout.cell)()
    elif closing or empty:
        yield from layout.put(_SEEN.get(tag, "\n"))


def names_of(source: Source) -> list[str]:
    """Return the names of what stands in a ZIP in lower case; none where it cannot be listed.

    Names of parts are the same whatever their case (ECMA-376-2, 6.2.2.3).
    """
    if not source.head.startswith(b"PK") or has_long_directory(source):
        return []
    try:
        with zipfile.ZipFile(source.file) as archive:
            return [name.lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def has_part(source: Source, folder: str) -> bool:
    """Check whether a ZIP holds an Office document whose parts stand in `folder`."""
    names = names_of(source)
    return CONTENT_TYPES in names and any(name.startswith(folder) for name in names)


def paragraphs(source: Source, work: Work, folder: str) -> Iterator[str]:
    """Yield the text of every part in `folder`, then what is embedded or said beside it."""
    with zipfile.ZipFile(source.file) as archive:
        for member in archive.infolist():
            name = member.filename.lower()
            if name.startswith(folder) and name.endswith(".xml") and not _BY_NAMES.search(name):
                yield from text_of(stream(archive, member, work))
                yield "\n"
            elif name.startswith((folder, *_BESIDE)):
                yield from beside(archive, member, work)


def beside(archive: zipfile.ZipFile, member: zipfile.ZipInfo, work: Work) -> Iterator[str]:
    """Yield what a part says that is no text of pages.

    Properties, charts, links, embedded files.
    """
    name = member.filename.lower()
    if name.endswith(".xml"):
        yield from xml.read(stream(archive, member, work))
    elif name.endswith(".rels"):
        yield _links(part(archive, member, work).decode("utf-8", "replace"))
    elif "/embeddings/" in name or name.endswith((".html", ".htm", ".mht", ".rtf", ".txt")):
        yield from work.within(part(archive, member, work))
    else:
        return
    yield "\n"


def _links(relations: str) -> str:
    found = (dict(_RELATION_SAYS.findall(said)) for said in _RELATION.findall(relations))
    targets = (one.get("Target", "") for one in found if one.get("TargetMode") == "External")
    return "".join(f"{html.unescape(target)}\n" for target in targets)
