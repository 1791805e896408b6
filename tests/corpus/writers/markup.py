"""HTML, XML and RTF."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

_HEAD = (
    "<!doctype html><html><head><meta charset='utf-8'><title>{title}</title>"
    "<style>.c4539{{width:1480px}}</style><script>var ids=[4539,1488,343];</script></head><body>"
)


def page(
    title: str,
    lines: Sequence[str],
    rows: Sequence[Sequence[str]] = (),
    fields: Sequence[tuple[str, str]] = (),
    *,
    hard_spaces: bool = False,
) -> bytes:
    """Write a page with paragraphs, a table, and a form's filled-in fields."""
    safe = _hard if hard_spaces else html.escape
    body = [f"<p>{safe(line)}</p>" for line in lines]
    body += [
        f'<label>{safe(name)}</label> <input name="f{n}" value="{html.escape(value)}">'
        for n, (name, value) in enumerate(fields)
    ]
    return "\n".join(
        (_HEAD.format(title=title), *body, _grid(rows, safe), "</body></html>")
    ).encode()


def _hard(text: str) -> str:
    return html.escape(text).replace(" ", "&nbsp;")


def _grid(rows: Sequence[Sequence[str]], safe: Callable[[str], str]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{safe(cell)}</th>" for cell in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{safe(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def elements(rows: Sequence[Sequence[str]]) -> bytes:
    """Write a table as elements."""
    names = [_name(cell) for cell in rows[0]]
    made = [
        "<row>" + "".join(f"<{n}>{html.escape(c)}</{n}>" for n, c in zip(names, row, strict=True))
        for row in rows[1:]
    ]
    return (
        '<?xml version="1.0"?>\n<export>\n' + "</row>\n".join(made) + "</row>\n</export>"
    ).encode()


def attributes(rows: Sequence[Sequence[str]]) -> bytes:
    """Write a table as attributes."""
    names = [_name(cell) for cell in rows[0]]
    made = [
        "<row "
        + " ".join(f'{n}="{html.escape(c)}"' for n, c in zip(names, row, strict=True))
        + "/>"
        for row in rows[1:]
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<export>' + "\n".join(made) + "</export>"
    ).encode()


def _name(text: str) -> str:
    made = re.sub(r"\W+", "_", text).strip("_")
    return made if made[:1].isalpha() else f"f_{made}"


def rich_text(lines: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> bytes:
    """Write RTF (1.9.1): what is not ASCII as \\u, no-break spaces as \\~, a table by cells."""
    made = [f"\\pard {_rich(line)}\\par" for line in lines]
    for row in rows:
        ends = "".join(f"\\cellx{1500 * (n + 1)}" for n in range(len(row)))
        cells = "".join(f"{_rich(cell)}\\cell " for cell in row)
        made.append(f"\\trowd{ends}\\pard\\intbl {cells}\\row")
    head = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Calibri;}}\\f0\\fs22\n"
    return (head + "\n".join(made) + "\n}").encode("ascii")


def _rich(text: str) -> str:
    return "".join(_rich_sign(sign) for sign in text)


def _rich_sign(sign: str) -> str:
    if sign == "\u00a0":
        return "\\~"
    if sign == "\n":
        return "\\line "
    if sign in "\\{}":
        return "\\" + sign
    place = ord(sign)
    if place < 128:
        return sign
    if place < 256:
        return f"\\'{place:02x}"
    return f"\\u{place - 65536 if place > 32767 else place}?"
