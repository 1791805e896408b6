"""Elements of XML as text: leaves behind their names, attributes as well, cells as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agentguard.detect.lexicon.words import words
from agentguard.detect.tables.field_names import is_label, one_line, path, said
from agentguard.detect.tables.nested_records import DEEPEST, Nested
from agentguard.detect.tables.sibling_fields import NAMED, NAMING, SAID, SPEAKERS
from agentguard.detect.tables.table_rows import Table
from agentguard.detect.tables.typed_numbers import is_known, is_number, is_type, named_by

_KEPT = 3
_NEAR = 8
_MOST_LEAVES = 500
_LONGEST_RUN = 64 << 10
_LONGEST_NAME = 80
_CELLS = words("cell td th col column value v data entry f")
_TYPES = words("string integer real date int double float boolean long str number")
_SAID_SO = "text"
"""What the text of an element is called whose attributes name who speaks."""
_INLINE = words("a b em emphasis font hi i s small span strong sub sup u")


@dataclass(slots=True)
class _Element:
    """An element that is open."""

    name: str
    names: tuple[str, ...]  # of those around it
    says: str = ""  # what its attribute `name` or `label` says
    text: list[str] = field(default_factory=list)
    size: int = 0
    leaves: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    is_written: bool = False  # some of it was given already
    is_speech: bool = False  # an attribute names who speaks
    table: Table | None = None

    @property
    def called(self) -> tuple[str, ...]:
        """Its name, and what it says of itself."""
        return (self.name, self.says) if self.says else (self.name,)

    @property
    def is_wrapper(self) -> bool:
        """Check whether it holds nothing but one leaf."""
        return len(self.leaves) == 1 and not self.is_written

    def take(self) -> str:
        """Return its text and forget it."""
        text, self.text, self.size = "".join(self.text), [], 0
        return text


def _own(name: str) -> str:
    """Return a name without its space; it stands before all that is within, so it is cut."""
    return name.rpartition(":")[2][:_LONGEST_NAME]


class Elements:
    """Takes tags and text in order; gives text. Whatever does not fit together is passed over."""

    def __init__(self, nested: Nested, names: tuple[str, ...] = ()) -> None:
        self._nested = nested
        self._open: list[_Element] = [_Element("", names)]
        self._prose: _Element | None = None  # holds text and elements mixed
        self._too_deep = 0

    def start(self, name: str, attributes: Sequence[tuple[str, str]]) -> str:
        """Begin an element."""
        if len(self._open) >= DEEPEST:
            self._too_deep += 1
            return ""
        parent = self._open[-1]
        written = self._around(parent) if parent.text else ""
        above = (*parent.names, parent.name, parent.says)
        element = _Element(_own(name), tuple(filter(None, above))[-_KEPT:])
        self._open.append(element)
        if attributes:
            written += self._attributes(element, attributes)
        return written

    def leaf(self, name: str, text: str) -> str:
        """Take an element that holds nothing but text."""
        parent = self._open[-1]
        written = self._around(parent) if parent.text else ""
        if self._prose is not None or self._too_deep:
            inline = name.lower() in _INLINE
            return written + self.text(text if inline else f"{text} ")
        if text := text.strip():
            parent.leaves.append(((_own(name),), text))
        if len(parent.leaves) >= _MOST_LEAVES:
            written += self._flush(parent)
        return written

    def _around(self, parent: _Element) -> str:
        """Tell text that stands around elements from the space between them."""
        if self._prose is None:
            if not parent.name:
                return parent.take()
            self._prose = parent
        return ""

    def end(self, name: str) -> str:
        """End an element, and with it those inside that were never ended."""
        if self._too_deep:
            self._too_deep -= 1
            return ""
        name = _own(name)
        near = [element.name for element in reversed(self._open[1:][-_NEAR:])]
        return "".join(self._end() for _ in range(near.index(name) + 1)) if name in near else ""

    def text(self, text: str) -> str:
        """Take text."""
        target = self._prose or self._open[-1]
        if not target.text and text.isspace():
            return ""
        target.text.append(text)
        target.size += len(text)
        return target.take() if target.size > _LONGEST_RUN else ""

    def close_all(self) -> str:
        """End what was never ended."""
        text = "".join(self._end() for _ in self._open[1:])
        document = self._open[0]
        table = document.table.close() if document.table is not None else ""
        return text + self._flush(document) + table + document.take()

    def _end(self) -> str:
        element = self._open.pop()
        if self._prose is not None and self._prose is not element:
            if element.name.lower() not in _INLINE:
                self._prose.text.append(" ")
            return ""
        self._prose = None
        plain = element.take().strip()
        parent, written = self._open[-1], ""
        if element.is_wrapper and not plain:
            names, plain = element.leaves[0]
            parent.leaves.append(((*element.called, *names)[-_KEPT:], plain))
        else:
            written = self._flush(element)
            if element.table is not None:
                written += element.table.close()
            if plain:
                said_so = (*element.called, _SAID_SO) if element.is_speech else element.called
                parent.leaves.append((said_so, plain))
            is_said = element.is_speech or element.name.lower() in SAID
            if plain and is_said and element.is_written:
                written += self._flush(parent)  # right behind who says it
        return written + (self._flush(parent) if len(parent.leaves) >= _MOST_LEAVES else "")

    def _attributes(self, element: _Element, attributes: Sequence[tuple[str, str]]) -> str:
        out = []
        for given, value in attributes:
            if given.rpartition(":")[2].lower() in NAMING and is_label(value):
                element.says = one_line(value)
        for given, value in attributes:
            space, _, name = given.rpartition(":")
            if "xmlns" in {space, name} or space == "xsi" or not value.strip():
                continue
            low = name.lower()
            if low in NAMING and is_label(value):
                continue
            if low in NAMED and element.says:
                out.append(said(element.says, value))
            elif element.says and is_number(name) and is_known(element.says):
                out.append(said(named_by(element.says, name), value))
            else:
                out.append(said(path((*element.names, element.name, name)), value))
            element.is_speech = element.is_speech or low in SPEAKERS
        element.is_written = bool(out)
        return "".join(out)

    def _flush(self, element: _Element) -> str:
        """Write the leaves of an element: as a row when they are cells, else by their names."""
        leaves, element.leaves = element.leaves, []
        if not leaves:
            return ""
        element.is_written = True
        if len(leaves) > 1 and all(names[0].lower() in _CELLS for names, _ in leaves):
            around = self._open[-1]
            around.table = around.table or Table()
            return around.table.put(dict(enumerate(text for _, text in leaves)))
        return self._named(leaves, (*element.names, element.name, element.says))

    def _named(self, leaves: Sequence[tuple[tuple[str, ...], str]], above: tuple[str, ...]) -> str:
        says, out = "", []
        types = (text for names, text in leaves if is_type(names[-1]) and is_label(text))
        kind = next(filter(is_known, types), "")
        for names, text in leaves:
            low = names[-1].lower()
            if kind and is_number(names[-1]):
                out.append(said(named_by(kind, names[-1]), text))
                continue
            if low in NAMING and is_label(text):
                says = one_line(text)
            is_said = says and (low in NAMED or low in _TYPES)
            full = (*above, *names)
            inner = self._nested(text, full[-_KEPT:]) if text[0] in "<{[" else None
            out.append(inner or said(says if is_said else path(full), text))
        return "".join(out)
