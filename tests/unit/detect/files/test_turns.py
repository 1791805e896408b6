"""Large text is read whole, by the time of the processor, and in turns where that does not do."""

from __future__ import annotations

import io
import threading

from agentguard.detect.extractor import Source
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.hostile import CARD


class Slow(io.BytesIO):
    """A file on a disk that lets each read wait."""

    def read(self, size: int | None = -1) -> bytes:
        threading.Event().wait(0.1)
        return super().read(size)


def test_row_416_what_waits_for_its_disk_is_read_to_the_end() -> None:
    data = b"nothing in this line\n" * 40_000 + f"card {CARD}\n".encode()
    reader = Reader(default_scanner(), default_extractors(), Limits(seconds=1.0, patience=600.0))
    reading = reader.read(Source.of_file(Slow(data), len(data)))
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    assert [(hit.kind, hit.count) for hit in reading.hits] == [("PAN", 1)]
