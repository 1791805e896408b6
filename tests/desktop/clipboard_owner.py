"""A program that owns the clipboard and behaves badly: `clipboard_owner.py KIND`.

silent     never answers            dies       ends in the middle of an incremental transfer
secret     a password manager       picture    offers no text
restless   copies 1000 times as fast as it can and serves the last
flood      copies 1000 times a second for three seconds; prints the seconds, the changes and how
           often it was asked for something; serves a card
giant      offers 100 MiB of text          fighter    copies again whenever it lost the clipboard
page       a page, a document, a table and a list of files beside its text
only-page  a page without text             half-silent never hands over its page
Prints a line when it owns the clipboard.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.protocol import event

CHANGES = 1000


class Owner:
    """Owns CLIPBOARD and answers requests with `answers`: a target's name to what it gives."""

    def __init__(self, answers: dict[str, Callable[[object, int], None]]) -> None:
        self.display = Display()
        self.window = self.display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self.clipboard = self.display.get_atom("CLIPBOARD")
        self.answers = {self.display.get_atom(name): give for name, give in answers.items()}

    def own(self, times: int = 1) -> None:
        """Copy; several times gives several changes."""
        for _ in range(times):
            self.window.set_selection_owner(self.clipboard, X.CurrentTime)
        self.display.sync()
        print("owned", flush=True)

    def serve(self) -> None:
        """Answer until another program copies."""
        while (seen := self.display.next_event()).type != X.SelectionClear:
            if seen.type == X.SelectionRequest:
                self._answer(seen)

    def text(self, value: bytes) -> Callable[[object, int], None]:
        """Give a text."""
        return lambda to, prop: to.change_property(
            prop, self.display.get_atom("UTF8_STRING"), 8, value
        )

    def _answer(self, request: object) -> None:
        if request.target == self.display.get_atom("TARGETS"):
            request.requestor.change_property(request.property, Xatom.ATOM, 32, list(self.answers))
        elif request.target in self.answers:
            try:
                self.answers[request.target](request.requestor, request.property)
            except Unanswered:
                return
        else:
            request.property = X.NONE
        request.requestor.send_event(
            event.SelectionNotify(
                time=request.time,
                requestor=request.requestor,
                selection=request.selection,
                target=request.target,
                property=request.property,
            )
        )
        self.display.flush()


def dying(owner: Owner) -> Callable[[object, int], None]:
    """Begin an incremental transfer, give one piece, and end."""

    def give(to: object, prop: int) -> None:
        to.change_attributes(event_mask=X.PropertyChangeMask)
        to.change_property(prop, owner.display.get_atom("INCR"), 32, [1_000_000])
        owner.answers[owner.display.get_atom("UTF8_STRING")] = lambda *_: None
        owner.dying = True

    return give


CARD = b"4556 7375 8689 9855"
GIANT = 100 * 1024 * 1024
PIECE = 64 * 1024
SECONDS = 3.0
EACH = 0.001


def giant(owner: Owner) -> Callable[[object, int], None]:
    """Begin an incremental transfer of 100 MiB, and give its pieces as they are taken."""

    def give(to: object, prop: int) -> None:
        to.change_attributes(event_mask=X.PropertyChangeMask)
        to.change_property(prop, owner.display.get_atom("INCR"), 32, [GIANT])
        owner.left = GIANT

    return give


def serve_giant(owner: Owner) -> None:
    """Serve pieces until another program copies."""
    while (seen := owner.display.next_event()).type != X.SelectionClear:
        if seen.type == X.SelectionRequest:
            owner._answer(seen)
        elif seen.type == X.PropertyNotify and seen.state == X.PropertyDelete:
            piece = b"x" * min(PIECE, owner.left)
            owner.left -= len(piece)
            kind = owner.display.get_atom("UTF8_STRING")
            seen.window.change_property(seen.atom, kind, 8, piece)
            owner.display.flush()


def flood(owner: Owner) -> None:
    """Copy a thousand times a second, and serve a card number at the end."""
    began, changes, asked = time.monotonic(), 0, 0
    while (passed := time.monotonic() - began) < SECONDS:
        while changes < passed / EACH:
            owner.window.set_selection_owner(owner.clipboard, X.CurrentTime)
            changes += 1
        owner.display.sync()
        while owner.display.pending_events():
            seen = owner.display.next_event()
            if seen.type == X.SelectionRequest:
                asked += 1
                owner._answer(seen)
        time.sleep(EACH)
    print(passed, changes, asked, flush=True)


FORMS = {
    "text/html": "<b>Grüße</b>".encode("utf-16"),
    "text/rtf": rb"{\rtf1 words}",
    "text/csv": b"a,b",
    "text/uri-list": b"file:///a/b\r\n",
}


def offered(owner: Owner, kind: str) -> dict[int, Callable[[object, int], None]]:
    """Give what is offered beside or instead of text."""
    atom, text = owner.display.get_atom, owner.text
    if kind == "page":
        forms = {atom(target): text(data) for target, data in FORMS.items()}
        return {atom("UTF8_STRING"): text(b"a page"), **forms}
    if kind == "only-page":
        return {atom("text/html"): text(b"<i>only</i>")}
    if kind in {"flood", "fighter"}:
        return {atom("UTF8_STRING"): text(CARD)}
    if kind == "giant":
        return {atom("UTF8_STRING"): giant(owner)}
    return {atom("UTF8_STRING"): text(b"half"), atom("text/html"): unanswered}


def unanswered(_to: object, _prop: int) -> None:
    """Never hand it over."""
    raise Unanswered


class Unanswered(Exception):
    """This request gets no answer at all."""


def fight(owner: Owner) -> None:
    """Serve, and copy again at once whenever somebody took the clipboard."""
    while True:
        seen = owner.display.next_event()
        if seen.type == X.SelectionRequest:
            owner._answer(seen)
        elif seen.type == X.SelectionClear:
            owner.window.set_selection_owner(owner.clipboard, X.CurrentTime)
            owner.display.flush()


def main(kind: str) -> None:
    """Own the clipboard in the way of `kind`."""
    owner = Owner({})
    if kind in LATER:
        owner.answers = offered(owner, kind)
        owner.own()
        LATER[kind](owner)
    else:
        simple(owner, kind)


def simple(owner: Owner, kind: str) -> None:
    """Own it with one text, or with none."""
    atom = owner.display.get_atom
    if kind == "secret":
        owner.answers = {
            atom("UTF8_STRING"): owner.text(b"correct horse battery staple"),
            atom("x-kde-passwordManagerHint"): owner.text(b"secret"),
        }
    elif kind == "picture":
        owner.answers = {atom("image/png"): owner.text(b"\x89PNG")}
    elif kind == "restless":
        owner.answers = {atom("UTF8_STRING"): owner.text(b"the last of many")}
    elif kind == "dies":
        owner.answers = {atom("UTF8_STRING"): dying(owner)}
    owner.own(CHANGES if kind == "restless" else 1)
    if kind == "silent":
        while owner.display.next_event().type != X.SelectionClear:
            pass
    elif kind == "dies":
        die_after_one_piece(owner)
    else:
        owner.serve()


LATER: dict[str, Callable[[Owner], None]] = {
    "page": Owner.serve,
    "only-page": Owner.serve,
    "half-silent": Owner.serve,
    "giant": serve_giant,
    "fighter": fight,
    "flood": lambda owner: (flood(owner), owner.serve()),
}


def die_after_one_piece(owner: Owner) -> None:
    """Serve until the first piece was fetched, then end without the rest."""
    pieces = 0
    while True:
        seen = owner.display.next_event()
        if seen.type == X.SelectionRequest:
            owner._answer(seen)
        elif seen.type == X.PropertyNotify and seen.state == X.PropertyDelete:
            if pieces:
                return
            pieces += 1
            seen.window.change_property(
                seen.atom, owner.display.get_atom("UTF8_STRING"), 8, b"the first piece"
            )
            owner.display.flush()


if __name__ == "__main__":
    main(sys.argv[1])
