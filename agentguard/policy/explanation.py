"""A policy in plain words: what is watched, what is required, and what happens, by measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from agentguard.base import translations
from agentguard.base.translations import Texts
from agentguard.model.detection import ALL, Detection
from agentguard.model.policy import ANY_SIZE, AttentionRules, Control, Policy


def explain(policy: Policy, measures: Mapping[str, int]) -> str:
    """Explain a policy; `measures` gives the measure (1 to 10) of each check."""
    words = translations.load()
    lines = [words.say("policy.explain.head", name=policy.name, version=policy.version)]
    if policy.description:
        lines += [policy.description.strip()]
    lines += ["", *_watched(policy, words)]
    if policy.detection != ALL:
        lines += ["", *_detected(policy.detection, words)]
    for measure in sorted(set(measures.values())):
        lines += ["", words.say(f"policy.measure.{measure}")]
        for id_, control in policy.controls.items():
            if measures.get(id_) == measure:
                lines += _control(control, words)
        if measure == RETENTION_MEASURE:
            lines += _retention(policy, words)
    lines += ["", *_attention(policy.attention, words), *_contact(policy, words)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


RETENTION_MEASURE = 10


def _watched(policy: Policy, words: Texts) -> Iterator[str]:
    watch = policy.watch
    yield words.say("policy.explain.watch")
    yield words.say("policy.explain.folders", folders=_listed(watch.folders, words))
    yield words.say("policy.explain.exclude", patterns=_listed(watch.exclude, words))
    if watch.max_mib == ANY_SIZE:
        yield words.say("policy.explain.any-size")
    else:
        yield words.say("policy.explain.size", mib=watch.max_mib)
    yield words.say("policy.explain.sweep", minutes=watch.sweep_minutes)
    yield words.say("policy.explain.backup", files=_listed(policy.backup_markers, words))


def _detected(detection: Detection, words: Texts) -> Iterator[str]:
    yield words.say("policy.explain.detection")
    if detection.off:
        yield words.say("policy.explain.off", kinds=", ".join(detection.off))
    if detection.ocr:
        yield words.say("policy.explain.ocr")
    for own in detection.recognisers:
        yield words.say("policy.explain.own", name=own.name, kind=own.kind)
        yield words.say("policy.explain.own-pattern", pattern=own.pattern)
        if own.labels:
            yield words.say("policy.explain.own-labels", labels=", ".join(own.labels))
        if own.check != "none":
            yield words.say("policy.explain.own-check", check=own.check)
        yield words.say(f"policy.explain.own-{'alone' if own.alone else 'many'}")
        yield words.say("policy.explain.own-proved", finds=len(own.finds), ignores=len(own.ignores))


def _control(control: Control, words: Texts) -> Iterator[str]:
    title = f"{control.check}.title"
    name = words.say(title) if words.has(title) else control.check
    yield words.say("policy.explain.control", title=name, id=control.check)
    if control.paused:
        yield words.say("policy.explain.paused")
        return
    done = [words.say(f"policy.respond.{kind.value}") for kind in control.respond]
    yield words.say(
        "policy.explain.finding",
        severity=words.say(f"policy.severity.{control.severity.value}"),
        done=", ".join(done) or words.say("policy.respond.nothing"),
    )
    yield from _settings(control.settings, words)


def _settings(settings: object, words: Texts) -> Iterator[str]:
    if not is_dataclass(settings):
        return
    for field in fields(settings):
        value = getattr(settings, field.name)
        yield words.say(
            "policy.explain.setting",
            name=field.name,
            value=str(len(value)) if _is_list_of_tables(value) else _value(value, words),
            doc=str(field.metadata.get("doc", "")),
        )
        if _is_list_of_tables(value):
            yield from (_item(one, settings, words) for one in value)


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and is_dataclass(value[0])


def _item(item: Any, settings: object, words: Texts) -> str:
    """Return one item of a list in a line: its name, then what else is said of it."""
    told = []
    for field in fields(item):
        value = getattr(item, field.name)
        if value in ("", (), None) or field.name == "name":
            continue
        if field.metadata.get("inherits") and not value:
            inherited = _value(getattr(settings, field.name), words)
            shown = words.say("policy.explain.inherited", value=inherited)
        else:
            shown = _value(value, words)
        told.append(words.say("policy.explain.part", name=field.name, value=shown))
    name = str(getattr(item, "name", ""))
    form = "named-item" if name else "item"
    return words.say(f"policy.explain.{form}", name=name, parts="; ".join(told))


def _value(value: object, words: Texts) -> str:
    if isinstance(value, bool):
        return words.say("policy.explain.yes" if value else "policy.explain.no")
    if isinstance(value, tuple):
        return _listed(tuple(_value(item, words) for item in value), words)
    if is_dataclass(value):
        inner = (f"{f.name} {_value(getattr(value, f.name), words)}" for f in fields(value))
        return f"({'; '.join(inner)})"
    return str(value)


def _listed(items: tuple[str, ...], words: Texts) -> str:
    return ", ".join(items) or words.say("policy.explain.none")


def _retention(policy: Policy, words: Texts) -> Iterator[str]:
    for rule in policy.retention:
        yield words.say(
            "policy.explain.retention", folder=rule.folder, pattern=rule.pattern, days=rule.days
        )
        if rule.kinds:
            yield words.say("policy.explain.retention-kinds", kinds=", ".join(rule.kinds))
        if rule.warn_days:
            yield words.say("policy.explain.retention-warn", days=rule.warn_days)
        yield words.say(f"policy.explain.retention-{rule.then}")
    if policy.legal_hold:
        yield words.say("policy.explain.legal-hold")
    yield words.say("policy.explain.vault", count=len(policy.vault.recovery))
    yield words.say("policy.explain.vault-hold", hours=policy.vault.hold_hours)


def _attention(rules: AttentionRules, words: Texts) -> Iterator[str]:
    yield words.say(
        "policy.explain.attention",
        count=rules.prompts,
        minutes=rules.every_minutes,
        seconds=rules.wrap_up_seconds,
    )
    if rules.quiet:
        yield words.say("policy.explain.quiet", hours=", ".join(rules.quiet))


def _contact(policy: Policy, words: Texts) -> Iterator[str]:
    if not policy.reports.person:
        yield words.say("policy.explain.no-person")
    contact = policy.contact
    if contact.name or contact.phone:
        yield words.say("policy.explain.contact", name=contact.name, phone=contact.phone)
    else:
        yield words.say("policy.explain.no-contact")
