"""What the scan says of one file when it is asked why: sentences for people, lines for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agentguard.base.translations import Texts
from agentguard.commands._scan_report import Kinds, shown
from agentguard.detect.outcome import Explanation, Layer
from agentguard.detect.recognition.masked_names import masked
from agentguard.detect.sandbox.client import ScanClient, Scanned
from agentguard.detect.trace_records import MOST_TRACES, Trace
from agentguard.model.hits import MOST
from agentguard.model.outcomes import FileOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A file with what is told of it."""

    path: str
    told: Explanation

    @property
    def scanned(self) -> Scanned:
        """The file as a scan tells it."""
        told = self.told
        return Scanned(
            path=self.path,
            outcome=told.outcome,
            hits=told.hits,
            reason=told.reason,
            test_cards=told.test_cards,
        )


def ask(client: ScanClient, path: str) -> Why:
    """Ask a child why."""
    return Why(path=path, told=client.explain(path))


def told_of(one: Why | Scanned) -> Why:
    """Return what is told of a file, or of a folder that is shut."""
    if isinstance(one, Why):
        return one
    return Why(path=one.path, told=Explanation(outcome=one.outcome, reason=one.reason))


class Sentences:
    """Plain sentences."""

    def __init__(self, words: Texts, kinds: Kinds) -> None:
        self._words = words
        self._kinds = kinds

    def add(self, one: Why | Scanned) -> Iterator[str]:
        """Yield the lines about one file, at most some hundreds."""
        why = told_of(one)
        told = why.told
        yield shown(why.path)
        if told.layers:
            yield self._words.say("explain.read-as", layers=self._layers(told.layers))
        if told.outcome is FileOutcome.SEALED:
            yield self._words.say("explain.sealed")
            return
        if told.outcome is FileOutcome.READ:
            yield self._words.say("explain.plain")
        for reason in dict.fromkeys((told.reason, *told.notes)):
            if reason:
                yield self._words.say("explain.not-read", why=self._words.say(reason))
        if told.outcome is FileOutcome.READ:
            yield from self._found(told)

    def end(self, *, whole: bool) -> Iterator[str]:  # noqa: ARG002 - a report's shape
        """Give the key to the signs."""
        yield self._words.say("explain.key")

    def _layers(self, layers: tuple[Layer, ...]) -> str:
        by_depth: dict[int, list[str]] = {}
        for layer in layers:
            by_depth.setdefault(layer.depth, []).append(self._layer(layer))
        inside = self._words.say("explain.inside")
        return inside.join(", ".join(names) for _, names in sorted(by_depth.items()))

    def _layer(self, layer: Layer) -> str:
        id_ = f"explain.format.{layer.format}"
        name = self._words.say(id_) if self._words.has(id_) else layer.format
        many = "explain.layer-many" if layer.count > 1 else "explain.layer"
        return self._words.say(many, format=name, count=layer.count)

    def _found(self, told: Explanation) -> Iterator[str]:
        hits = [
            self._words.say(
                "explain.hit",
                kind=self._kinds.name(hit.kind),
                count=hit.count,
                more="+" if hit.count >= MOST else "",
            )
            for hit in told.hits
        ]
        if hits:
            yield self._words.say("explain.found", hits=", ".join(hits))
        else:
            yield self._words.say("explain.nothing")
        if told.test_cards:
            yield self._words.say("explain.test-cards", count=told.test_cards)
        for trace in told.traces:
            yield from self._trace(trace)
        if len(told.traces) >= MOST_TRACES:
            yield self._words.say("explain.more")
        if not told.traces:
            yield self._words.say("explain.near-none")

    def _trace(self, trace: Trace) -> Iterator[str]:
        mark = "explain.counts" if trace.counted else "explain.counts-not"
        yield self._words.say(
            "explain.line",
            line=trace.line,
            mark=self._words.say(mark),
            kind=self._kinds.name(trace.kind),
            masked=shown(trace.masked),
        )
        yield self._words.say("explain.because", why=sentence(trace, self._words))
        for name, weight in trace.evidence:
            said = self._words.say(f"explain.evidence.{name.replace('.', '-')}")
            yield self._words.say("explain.evidence-line", weight=f"{weight:+5.1f}", said=said)
        if trace.evidence:
            summed = sum(weight for _, weight in trace.evidence)
            yield self._words.say("explain.sum", weight=f"{summed:+5.1f}")


def sentence(trace: Trace, words: Texts) -> str:
    """Say why a candidate counts or does not."""
    id_ = f"explain.{'why' if trace.counted else 'why-not'}.{trace.why}"
    why = words.say(id_) if words.has(id_) else words.say("explain.unknown", why=trace.why)
    if not trace.context:
        return why
    return words.say("explain.word", why=why, word=shown(trace.context))


class Objects:
    """One line for each candidate, as for each file: its formats and what was not read."""

    def __init__(self, words: Texts) -> None:
        self._words = words

    def add(self, one: Why | Scanned) -> Iterator[str]:
        """Yield the file's lines; the first is about the file."""
        why = told_of(one)
        told = why.told
        yield _line(
            path=masked(why.path),
            outcome=told.outcome.value,
            reason=told.reason,
            formats=[[layer.depth, layer.format, layer.count] for layer in told.layers],
            not_read=list(told.notes),
            found={hit.kind: hit.count for hit in told.hits},
            test_cards=told.test_cards,
        )
        for trace in told.traces:
            yield _line(
                path=masked(why.path),
                line=trace.line,
                entity=trace.kind,
                counted=trace.counted,
                why=trace.why,
                word=trace.context,
                masked=trace.masked,
                evidence=[list(one) for one in trace.evidence],
                sentence=sentence(trace, self._words),
            )

    def end(self, *, whole: bool) -> Iterator[str]:  # noqa: ARG002 - a report's shape
        """Return nothing: every line stands for itself."""
        return iter(())


def _line(**said: Any) -> str:
    return json.dumps(said)
