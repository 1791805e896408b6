"""Runs Presidio with a blank model over text files; started by the interpreter of the peers.

    python _presidio.py SECONDS FOLDER

Prints for each file {"path", "values": {ENTITY: [[text, score], ...]}}.
Files come in an order that has nothing to do with their format, so that the part of them that was
done when the time was up stands for all.
"""

import json
import sys
import time
import zlib
from pathlib import Path

import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine

CHUNK = 50_000


class Blank(SpacyNlpEngine):
    """A pipeline without a model: recognisers of numbers need none."""

    def __init__(self) -> None:
        super().__init__()
        self.nlp = {"en": spacy.blank("en")}


def main() -> None:
    """Analyse until the time is up."""
    end = time.monotonic() + float(sys.argv[1])
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    engine = AnalyzerEngine(nlp_engine=Blank(), supported_languages=["en"])
    root = Path(sys.argv[2])
    files = root.rglob("*") if root.is_dir() else [root]
    for file in sorted(files, key=lambda one: zlib.crc32(one.name.encode())):
        if file.is_file() and time.monotonic() < end:
            text = file.read_text(encoding="utf-8", errors="replace")
            values: dict[str, list[tuple[str, float]]] = {}
            for begin in range(0, len(text), CHUNK):
                piece = text[begin : begin + CHUNK]
                for hit in engine.analyze(piece, language="en"):
                    told = (piece[hit.start : hit.end], hit.score)
                    values.setdefault(hit.entity_type, []).append(told)
            print(json.dumps({"path": str(file), "values": values}), flush=True)


main()
