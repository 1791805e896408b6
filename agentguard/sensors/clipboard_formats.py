"""The text in what was copied as a page, a document, a table or a list of files.

These forms are read in the agent itself and at once, so only what is linear and cannot go wrong is
done: marks are taken away. A file's extractor, which knows more, runs in the scan child.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

import re2

from agentguard.ports.desktop import Flavour

_UNSEEN = re2.compile(  # linear, also where an end is missing many times
    r"(?is)<!--.*?-->|<script\b.*?</script\s*>|<style\b.*?</style\s*>"
)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdo|big|code|em|font|i|ins|mark|s|small|span|strong|sub|sup|u|wbr)\b[^<>]*>",
    re.IGNORECASE,
)
_CELL = re.compile(r"</?(?:td|th)\b[^<>]*>", re.IGNORECASE)
_MARK = re.compile(r"<[^<>]*>")
_VALUE = re.compile(
    r"""\b(?:value|content|alt|title|href)\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE
)

_RTF = re.compile(
    r"\\'([0-9a-fA-F]{2})|\\u(-?[0-9]{1,5}) ?\??|\\(?:par|line|row|page|cell|tab)\b ?"
    r"|\\[a-zA-Z]{1,32}-?[0-9]{0,10} ?|\\([^a-zA-Z])|[{}\r\n]"
)
_BREAK = re.compile(r"\\(?:par|line|row|page)\b")
_GAP = re.compile(r"\\(?:cell|tab)\b")
_CODES = 0x10000


def text_of(flavour: Flavour) -> str:
    """Return the text; of a list of files their names."""
    match flavour.kind:
        case "html":
            return _page(flavour.data)
        case "rtf":
            return _RTF.sub(_rtf, flavour.data)
        case "csv":
            return flavour.data
        case "files":
            return "\n".join(path.replace("\\", "/").rpartition("/")[2] for path in files(flavour))


def files(flavour: Flavour) -> tuple[str, ...]:
    """Return the paths of a list of files (RFC 2483 5, or one path a line)."""
    lines = (line.strip() for line in flavour.data.splitlines())
    return tuple(
        path for line in lines if line and not line.startswith("#") if (path := _path(line))
    )


def _path(line: str) -> str:
    if not line.lower().startswith("file:"):
        return line if line[:1] in {"/", "\\"} or line[1:2] == ":" else ""
    from urllib.request import url2pathname  # noqa: PLC0415 - brings TLS with it

    try:
        return url2pathname(urlsplit(line).path)
    except ValueError:
        return unquote(line[5:].lstrip("/"))


def _page(markup: str) -> str:
    said = " ".join(value[1:-1] for value in _VALUE.findall(markup))
    bare = _CELL.sub("\t", _INLINE.sub("", _UNSEEN.sub(" ", markup)))
    import html  # noqa: PLC0415 - a table of all entities, which few copies need

    return html.unescape(f"{_MARK.sub(chr(10), bare)}\n{said}")


def _rtf(match: re.Match[str]) -> str:
    code, number, sign = match.groups()
    if code is not None:
        return bytes.fromhex(code).decode("cp1252", "replace")
    if number is not None:
        return chr(int(number) % _CODES)
    if sign is not None:
        return {"~": " ", "_": "-"}.get(sign, "" if sign in "-*" else sign)
    if _BREAK.match(match[0]):
        return "\n"
    return "\t" if _GAP.match(match[0]) else ""
