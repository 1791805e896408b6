"""What the words of RTF mean for its text: characters, code pages, and groups that hold none."""

from __future__ import annotations

import codecs
from functools import lru_cache

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words

SYMBOLS = {
    b"\\": "\\",
    b"{": "{",
    b"}": "}",
    b"~": "\u00a0",
    b"_": "-",
    b"\r": "\n",
    b"\n": "\n",
    b"\t": "\t",
}
SHOWN = {
    "par": "\n",
    "line": "\n",
    "page": "\n",
    "sect": "\n",
    "column": "\n",
    "softline": "\n",
    "tab": "\t",
    "nestcell": " ",
    "nestrow": "\n",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "emdash": "-",
    "endash": "-",
    "lquote": "'",
    "rquote": "'",
    "ldblquote": '"',
    "rdblquote": '"',
    "bullet": "-",
}

FORGOTTEN = words(
    "colortbl stylesheet pict themedata colorschememapping datastore latentstyles generator"
    " listtable listoverridetable listtext rsidtbl xmlnstbl filetbl revtbl nonesttables pntext"
    " pntxta pntxtb sp bkmkstart bkmkend creatim revtim printim buptim"
)
"""Groups that hold no text of a person."""

KEPT = words(
    "shpinst shptxt fldinst annotation atnauthor atnid formfield ffdeftext ffl ud nesttableprops"
    " title subject author company manager category keywords doccomm comment hlinkbase userprops"
    " propname staticval htmlrtf background shppict"
)
"""Groups that an old reader may leave out and this one does not."""

WITHIN_LINES = words("fldinst ud htmlrtf shppict")
"""Those of them that stand within a line."""

_CHARSETS = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "cp936",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
_FONT = later(rb"\\(f|fcharset|cpg)([0-9]{1,5})(?![0-9])")
_ANSI = "cp1252"
_PAGES = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850", "ansi": _ANSI}
_MOST_FONTS = 10_000


class Fonts:
    """The code page that bytes are in: the font's, else the document's."""

    def __init__(self) -> None:
        self._document = _ANSI
        self._pages: dict[int, str] = {}
        self._first = 0
        self.page = _ANSI

    def read(self, table: bytes) -> None:
        """Learn the table of fonts."""
        font = 0
        for word, number in _FONT.findall(table):
            value = int(number)
            if word == b"f":
                font = value
            elif len(self._pages) < _MOST_FONTS:
                page = _CHARSETS.get(value) if word == b"fcharset" else codepage(value)
                if page is not None:
                    self._pages[font] = page

    def takes(self, word: str, value: int | None) -> bool:
        """Check whether a word changes the page, and change it."""
        if word == "f" and value is not None:
            self.page = self._pages.get(value, self._document)
        elif word == "plain":
            self.page = self._pages.get(self._first, self._document)
        elif word == "deff" and value is not None:
            self._first = value
        elif word == "ansicpg" and value is not None:
            self.page = self._document = codepage(value) or _ANSI
        elif word in _PAGES:
            self.page = self._document = _PAGES[word]
        else:
            return False
        return True


@lru_cache(maxsize=64)
def codepage(number: int) -> str | None:
    """Return the name of a code page of Windows, None when nobody knows it."""
    name = "utf-8" if number == 65_001 else f"cp{number}"  # noqa: PLR2004 - Windows' number
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
