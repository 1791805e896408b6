"""Judges the lessons that a policy brings: each is read as its file is, and none stands twice."""

from __future__ import annotations

from collections.abc import Iterator

from agentguard.base import lesson_file, translations
from agentguard.policy.problems import Problems, quote
from agentguard.policy.tree import Items, Node, Scalar


def examine(node: Node | None, problems: Problems) -> Iterator[str]:
    """Yield the ids of the lessons; note what is wrong with one in its own line of the policy."""
    known: set[str] = set()
    words = translations.load()
    for place, item in enumerate(node.items if isinstance(node, Items) else (), 1):
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            continue  # noted with its type
        path = f"lessons[{place}]"
        lesson, wrong = lesson_file.read(item.value)
        for line, message in wrong:
            why = quote(words.render(message), 200)
            problems.add(item.line + line, "lesson", path=path, why=why)
        if lesson is not None and lesson.id in known:
            problems.add(item.line, "lesson-twice", path=path, value=lesson.id)
        elif lesson is not None:
            known.add(lesson.id)
            yield lesson.id
