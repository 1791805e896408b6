"""Judges what is well written and cannot be meant: days that are none, folders that are nowhere.

The lessons that a policy brings are each read as a lesson's file is, and none may stand twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from agentguard.base import lesson_file, lessons, translations
from agentguard.base.errors import CannotError
from agentguard.model.actions import ActionKind
from agentguard.policy.problems import Problems, did_you_mean, quote
from agentguard.policy.tree import Items, Node, Row, Scalar, Table

DAY = re.compile(r"\d{4}-\d\d-\d\d")
FOLDER = re.compile(r"(?:~|/|[A-Za-z]:[/\\]|\\\\)[^*?]*")
"""From the root, a drive, a share or a person's home; the names below it are written out."""
WIDE = re.compile(r"[*?\[]")
"""Signs of a pattern of names."""
FOLDERS = re.compile(r"watch\.folders\[\d+\]|retention\[\d+\]\.folder")
ONLY = {
    ActionKind.PROVE: ("reauth",),
    ActionKind.CLEAR_CLIPBOARD: ("clipboard",),
    ActionKind.MASK_CLIPBOARD: ("clipboard",),
    ActionKind.PAUSE_RECORDER: ("payment",),
    ActionKind.RESUME_RECORDER: ("payment",),
    ActionKind.VAULT: ("pii-files",),
    ActionKind.PURGE: ("retention",),
}
"""Responses that do something about the findings of these controls, and nothing about others."""
NEEDS = {
    "genesys-cloud": ("address", "login"),
    "amazon-connect": ("address", "account", "region"),
    "nice-cxone": ("address", "login"),
    "twilio": ("address", "account"),
}
"""What a platform's interface cannot do without."""


def examine(root: Node, problems: Problems) -> None:
    """Note each day, folder, lesson, response and name that cannot be what is meant."""
    for path, node in _scalars(root, ""):
        if isinstance(node.value, str) and DAY.fullmatch(node.value):
            _day(node, node.value, path, problems)
        if isinstance(node.value, str) and FOLDERS.fullmatch(path):
            _folder(node, node.value, path, problems)
    for row in _rows(_row(root, "controls")):
        _responses(row.key, _row(row.node, "respond"), problems)
    own = tuple(examine_lessons(_row(root, "lessons"), problems))
    training = _row(_row(_row(root, "controls"), "training"), "settings")
    _lessons(_row(training, "lessons"), "lessons", own, problems)
    for place, item in enumerate(_items(_row(training, "first_week")), 1):
        _lessons(_row(item, "lessons"), f"first_week[{place}].lessons", own, problems)
    software = _row(_row(_row(root, "controls"), "software"), "settings")
    _examples(_row(software, "programs"), problems)
    _plans(_row(software, "plans"), problems)
    _recorder(_row(root, "payment"), problems)
    controls = _row(root, "controls")
    if controls is not None:
        _names(controls, "controls", problems)


def _recorder(payment: Node | None, problems: Problems) -> None:
    """Hold a platform to what its interface needs, and a policy to one recorder."""
    platform = _row(payment, "platform")
    said = {row.key: row.node for row in _rows(platform)}
    vendor = said.get("vendor")
    if not isinstance(vendor, Scalar) or not isinstance(vendor.value, str):
        return
    for key in NEEDS.get(vendor.value, ()):
        node = said.get(key)
        if not isinstance(node, Scalar) or node.value == "":
            path = f"payment.platform.{key}"
            problems.add(vendor.line, "platform-needs", path=path, vendor=vendor.value)
    recorder = _row(payment, "recorder")
    if isinstance(recorder, Scalar) and recorder.value and vendor.value != "none":
        problems.add(recorder.line, "recorder-twice", path="payment.recorder", vendor=vendor.value)


def _day(node: Scalar, value: str, path: str, problems: Problems) -> None:
    try:
        date.fromisoformat(value)
    except ValueError:
        problems.add(node.line, "no-such-day", path=path, value=value)


def _folder(node: Scalar, value: str, path: str, problems: Problems) -> None:
    if not FOLDER.fullmatch(value):
        problems.add(node.line, "folder-form", path=path, value=quote(value))


def _responses(check: str, node: Node | None, problems: Problems) -> None:
    for item in _items(node):
        with suppress(ValueError):
            kind = ActionKind(str(item.value) if isinstance(item, Scalar) else "")
            if check not in ONLY.get(kind, (check,)):
                problems.add(
                    item.line,
                    "respond-elsewhere",
                    path=f"controls.{check}.respond",
                    value=kind.value,
                    controls=", ".join(ONLY[kind]),
                )


def _lessons(node: Node | None, key: str, own: tuple[str, ...], problems: Problems) -> None:
    try:
        known = tuple(dict.fromkeys((*(lesson.id for lesson in lessons.load()), *own)))
    except CannotError:  # the program is damaged, which is told elsewhere
        return
    for place, item in enumerate(_items(node), 1):
        value = item.value if isinstance(item, Scalar) else None
        if isinstance(value, str) and not any(fnmatchcase(id_, value) for id_ in known):
            problems.add(
                item.line,
                "unknown-choice",
                path=f"controls.training.settings.{key}[{place}]",
                value=quote(value),
                hint=did_you_mean(value, known),
                allowed=", ".join((*known, "*")),
            )


def _examples(node: Node | None, problems: Problems) -> None:
    """Hold each program that is taught to its own examples."""
    for place, item in enumerate(_items(node), 1):
        patterns = [one.value.casefold() for one in _texts(_row(item, "names"))]
        for key, wanted, problem in (
            ("examples", True, "example-missed"),
            ("refused", False, "example-taken"),
        ):
            for number, one in enumerate(_texts(_row(item, key)), 1):
                fits = any(fnmatchcase(one.value.casefold(), pattern) for pattern in patterns)
                if fits is not wanted:
                    path = f"controls.software.settings.programs[{place}].{key}[{number}]"
                    problems.add(one.line, problem, path=path, value=quote(one.value))


def _plans(node: Node | None, problems: Problems) -> None:
    """Hold a plan that covers attacks to one product, which it names in full."""
    for place, item in enumerate(_items(node), 1):
        product, covers = _row(item, "product"), _row(item, "covers_attacked")
        if not isinstance(product, Scalar) or not isinstance(covers, Scalar):
            continue
        if covers.value is True and WIDE.search(str(product.value)):
            path = f"controls.software.settings.plans[{place}].product"
            problems.add(product.line, "plan-wide", path=path, value=quote(str(product.value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    line: int
    value: str


def _texts(node: Node | None) -> Iterator[_Text]:
    """Yield the texts of a list with their lines."""
    for item in _items(node):
        if isinstance(item, Scalar) and isinstance(item.value, str):
            yield _Text(line=item.line, value=item.value)


def _names(node: Node, path: str, problems: Problems) -> None:
    """Note the second of two things in a list that have one name."""
    if isinstance(node, Table):
        for row in node.rows:
            _names(row.node, f"{path}.{row.key}" if path else row.key, problems)
    if isinstance(node, Items):
        seen: dict[str, int] = {}
        for place, item in enumerate(node.items, 1):
            name = _row(item, "name")
            if isinstance(name, Scalar) and isinstance(name.value, str):
                first = seen.setdefault(name.value.casefold(), name.line)
                if first != name.line:
                    where, value = f"{path}[{place}].name", quote(name.value)
                    problems.add(name.line, "named-twice", path=where, value=value, first=first)
            _names(item, f"{path}[{place}]", problems)


def _scalars(node: Node | None, path: str) -> Iterator[tuple[str, Scalar]]:
    """Yield every single value below a node with its path."""
    if isinstance(node, Scalar):
        yield path, node
    for row in _rows(node):
        yield from _scalars(row.node, f"{path}.{row.key}" if path else row.key)
    for place, item in enumerate(_items(node), 1):
        yield from _scalars(item, f"{path}[{place}]")


def _rows(node: Node | None) -> tuple[Row, ...]:
    return node.rows if isinstance(node, Table) else ()


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Items) else ()


def _row(node: Node | None, key: str) -> Node | None:
    return next((row.node for row in _rows(node) if row.key == key), None)


def examine_lessons(node: Node | None, problems: Problems) -> Iterator[str]:
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
