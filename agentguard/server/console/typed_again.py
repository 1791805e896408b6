"""What was typed into a form that was refused: it stands in it again, so that nothing is lost.

It is put into the page as it was rendered, by the names of the fields, so that no template has to
think of it. Secrets are typed anew: passwords, proofs, one-time codes. What a person tells in it
is masked, as it is where it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from litestar.datastructures import FormMultiDict

from agentguard.server import masking

_TICKED = frozenset({"checkbox", "radio"})
_NEVER = frozenset({"hidden", "password", "file", "submit", "button", "image", "reset"})
_SECRET = ("one-time-code", "current-password", "new-password")
_TOLD = frozenset({"reason", "note", "outcome", "text", "lessons"})
"""Fields in which a person tells something, which is masked where it is kept."""
_PROOF = "proof_"
"""What the names of a second factor's fields begin with."""
_OWN = "token"
"""The hidden field that says of a form that it is this session's."""
_VALUE = re.compile(r'\s+value="[^"]*"')
_CHECKED, _SELECTED = re.compile(r"\s+checked(?=[\s>/])"), re.compile(r"\s+selected(?=[\s>/])")


@dataclass(slots=True, kw_only=True)
class _Form:
    """A form of the page: what is to stand where, and which hidden fields tell it from others."""

    hidden: list[tuple[str, str]] = field(default_factory=list)
    edits: list[tuple[int, int, str]] = field(default_factory=list)


def typed_again(html: str, action: str, typed: FormMultiDict) -> str:
    """Return the page with what was typed in the form that was sent to this path."""
    reader = _Reader(html, action, typed)
    reader.feed(html)
    reader.close()
    edits = [edit for one in _meant(reader.forms, typed) for edit in one.edits]
    for begin, end, text in sorted(edits, reverse=True):
        html = html[:begin] + text + html[end:]
    return html


def _meant(forms: Sequence[_Form], typed: FormMultiDict) -> Sequence[_Form]:
    """Return the form that was sent, of all that go to the same path."""
    if len(forms) <= 1:
        return forms
    return [one for one in forms if all(v in typed.getall(n, []) for n, v in one.hidden)]


class _Reader(HTMLParser):
    def __init__(self, html: str, action: str, typed: FormMultiDict) -> None:
        super().__init__(convert_charrefs=False)
        self.forms: list[_Form] = []
        self._action, self._typed = action, typed
        self._lines = [0, *(found.end() for found in re.finditer("\n", html))]
        self._form: _Form | None = None
        self._select: str | None = None
        self._area: tuple[dict[str, str], int] | None = None
        self._given: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is to stand in a field."""
        own = {name: value or "" for name, value in attrs}
        if tag == "form":
            here = own.get("method") == "post" and own.get("action", "").split("?")[0]
            self._form = _Form() if here == self._action else None
            self._given = {}
            if self._form is not None:
                self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input":
            self._input(self._form, own)
        elif tag == "select":
            name = own.get("name", "")
            self._select = name if name in self._typed else None
        elif tag == "option" and self._select is not None and "value" in own:
            chosen = own.get("value", "") in self._typed.getall(self._select, [])
            self._mark(self._form, _SELECTED, "selected" if chosen else "")
        elif tag == "textarea" and own.get("name", "") in self._typed:
            self._area = own, self._at() + len(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        """Put the text between the two tags of a long field, and leave what ends."""
        if tag == "textarea" and self._area is not None and self._form is not None:
            own, begin = self._area
            told = self._told(own)
            self._form.edits.append((begin, self._at(), "\n" + escape(told)))
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._form = None

    def _input(self, form: _Form, own: dict[str, str]) -> None:
        kind, name = own.get("type", "text"), own.get("name", "")
        if kind == "hidden" and name != _OWN:
            form.hidden.append((name, own.get("value", "")))
        secret = own.get("autocomplete") in _SECRET or name.startswith(_PROOF)
        if kind in _NEVER or not name or secret:
            return
        if kind in _TICKED:
            ticked = own.get("value", "on") in self._typed.getall(name, [])
            self._mark(form, _CHECKED, "checked" if ticked else "")
        elif name in self._typed:
            self._mark(form, _VALUE, f'value="{escape(self._told(own))}"')

    def _told(self, own: dict[str, str]) -> str:
        """Return what was typed into the next field of a name, masked where it tells something."""
        name = own["name"]
        number = self._given.get(name, 0)
        self._given[name] = number + 1
        every = self._typed.getall(name, [])
        found = every[number] if number < len(every) else ""
        told = found if isinstance(found, str) else ""
        prose = name in _TOLD and own.get("spellcheck") != "false"
        return masking.text(told) if prose else told

    def _mark(self, form: _Form, old: re.Pattern[str], new: str) -> None:
        tag = self.get_starttag_text() or ""
        bare = old.sub("", tag)
        close = "/>" if bare.endswith("/>") else ">"
        text = f"{bare.removesuffix(close).rstrip()} {new}{close}" if new else bare
        form.edits.append((self._at(), self._at() + len(tag), text))

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
