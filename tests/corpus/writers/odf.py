"""OpenDocument text, sheets and slides, written part by part (ISO/IEC 26300)."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Sequence

_SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
)
_MIME = "application/vnd.oasis.opendocument."


def text(lines: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> bytes:
    """Write a document."""
    body = "".join(f"<text:p>{_inner(line)}</text:p>" for line in lines)
    return _packed("text", f"<office:text>{body}{_grid(rows) if rows else ''}</office:text>")


def sheet(rows: Sequence[Sequence[str]]) -> bytes:
    """Write a sheet."""
    return _packed("spreadsheet", f"<office:spreadsheet>{_grid(rows)}</office:spreadsheet>")


def slides(lines: Sequence[str]) -> bytes:
    """Write a presentation."""
    body = "".join(f"<text:p>{_inner(line)}</text:p>" for line in lines)
    box = f"<draw:frame><draw:text-box>{body}</draw:text-box></draw:frame>"
    page = f'<draw:page draw:name="p1">{box}</draw:page>'
    return _packed("presentation", f"<office:presentation>{page}</office:presentation>")


def _inner(line: str) -> str:
    return html.escape(line, quote=False).replace("\n", "<text:line-break/>")


def _grid(rows: Sequence[Sequence[str]]) -> str:
    cells = (
        "".join(
            f'<table:table-cell office:value-type="string"><text:p>{_inner(cell)}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        for row in rows
    )
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    return f'<table:table table:name="T">{body}</table:table>'


def _packed(kind: str, body: str) -> bytes:
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} '
        f'office:version="1.3"><office:body>{body}</office:body></office:document-content>'
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}{kind}"/>'
        "</manifest:manifest>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(zipfile.ZipInfo("mimetype"), _MIME + kind)
        made.writestr("content.xml", content)
        made.writestr("META-INF/manifest.xml", manifest)
    return target.getvalue()
