"""A typeface inside a PDF: the letters that are drawn, and what each is read as.

What is drawn together (a letter and its dots, a syllable) is one shape of a Type 3 font, drawn from
the outlines of its glyphs. So whoever reads the paper, a person or a program, meets each of them
once and as it was written; fonts that keep glyphs apart leave that to guesses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportlab.pdfbase import pdfdoc  # type: ignore[import-untyped]

from agentguard.server.papers.faces import Face
from agentguard.server.papers.shaping import Cluster

_Box = tuple[int, int, int, int]
MOST = 255
"""Shapes of one font, whose numbers are one byte; 0 is none."""


class Carried:
    """Up to 255 shapes of a typeface in one document; `name` is by what its pages call them."""

    def __init__(self, face: Face, name: str) -> None:
        self.face = face
        self.name = name
        self.codes: dict[Cluster, int] = {}

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - ReportLab calls it so
        """Write the font, when all pages are drawn."""
        shapes = {f"s{code}": self._shape(doc, one) for one, code in self.codes.items()}
        names = [f"/{name}" for name in shapes]
        units = self.face.units
        font = pdfdoc.PDFDictionary({
            "Type": "/Font", "Subtype": "/Type3", "Name": f"/{self.name}",
            "FontBBox": pdfdoc.PDFArray(_around([self._box(one) for one in self.codes])),
            "FontMatrix": pdfdoc.PDFArray([1 / units, 0, 0, 1 / units, 0, 0]),
            "CharProcs": pdfdoc.PDFDictionary(shapes),
            "Encoding": pdfdoc.PDFDictionary({
                "Type": "/Encoding", "Differences": pdfdoc.PDFArray([1, *names]),
            }),
            "FirstChar": 1, "LastChar": len(names),
            "Widths": pdfdoc.PDFArray([one.advance for one in self.codes]),
            "Resources": pdfdoc.PDFDictionary({}),
            "ToUnicode": doc.Reference(_stream(doc, self._readings()), f"readings:{self.name}"),
        })  # fmt: skip
        doc.idToObject["BasicFonts"].dict[self.name] = doc.Reference(font, self.name)

    def _shape(self, doc: Any, cluster: Cluster) -> Any:
        left, low, right, high = self._box(cluster)
        said = [f"{cluster.advance} 0 {left} {low} {right} {high} d1"]
        x = 0
        for glyph in cluster.glyphs:
            drawn = self.face.outline(glyph.id)
            if drawn:
                said.append(f"q 1 0 0 1 {x + glyph.right} {glyph.up} cm {drawn} f Q")
            x += glyph.advance
        name = f"shape:{self.name}:{self.codes[cluster]}"
        return doc.Reference(_stream(doc, "\n".join(said).encode()), name)

    def _box(self, cluster: Cluster) -> _Box:
        """Return around what a shape is drawn; a reader marks that when it is found."""
        every, x = [(0, 0, cluster.advance, 0)], 0
        for glyph in cluster.glyphs:
            left, low, right, high = self.face.box(glyph.id)
            at = x + glyph.right
            every.append((left + at, low + glyph.up, right + at, high + glyph.up))
            x += glyph.advance
        return _around(every)

    def _readings(self) -> bytes:
        lines = [
            f"<{code:02X}> <{one.text.encode('utf-16-be').hex()}>"
            for one, code in self.codes.items()
        ]
        blocks = [lines[at : at + 100] for at in range(0, len(lines), 100)]
        said = "\n".join(
            f"{len(block)} beginbfchar\n{chr(10).join(block)}\nendbfchar" for block in blocks
        )
        return _READINGS.format(said=said).encode()


_READINGS = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<00> <FF>
endcodespacerange
{said}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def _around(boxes: Sequence[_Box]) -> _Box:
    left, low, right, high = zip(*boxes, strict=True)
    return min(left), min(low), max(right), max(high)


def code_of(doc: Any, face: Face, cluster: Cluster) -> tuple[str, int]:
    """Return the font of a document in which a shape is, and its number; it is put there first."""
    of_face = [one for one in _carried(doc) if one.face is face]
    for one in of_face:
        if cluster in one.codes:
            return one.name, one.codes[cluster]
    if not of_face or len(of_face[-1].codes) >= MOST:
        name = f"F{len(doc.fontMapping) + 1}"
        doc.fontMapping[f"{face.name}-{name}"] = f"/{name}"
        made = Carried(face, name)
        doc.delayedFonts.append(made)
        of_face = [made]
    last = of_face[-1]
    last.codes[cluster] = len(last.codes) + 1
    return last.name, last.codes[cluster]


def _carried(doc: Any) -> Sequence[Carried]:
    return [one for one in doc.delayedFonts if isinstance(one, Carried)]


def _stream(doc: Any, content: bytes) -> Any:
    made = pdfdoc.PDFStream()
    made.content = content
    if doc.compression:
        made.filters = [pdfdoc.PDFZCompress]
    return made
