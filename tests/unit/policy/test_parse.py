"""What a good policy becomes, and that nothing but a PolicyError ever comes of any bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.base.errors import CatalogueError, PolicyError
from agentguard.checks.reauth import Settings as Reauth
from agentguard.checks.screen_lock import Settings as ScreenLock
from agentguard.model.actions import ActionKind
from agentguard.model.gate import AppGroup
from agentguard.model.policy import Contact, Policy, Watch
from agentguard.model.retention_rules import RetentionRule
from agentguard.model.verdicts import Severity
from agentguard.policy.document import Shape
from agentguard.policy.parser import parse
from agentguard.policy.spec import record
from agentguard.runtime import known_checks

SHAPES = known_checks.shapes()
LEAST = b"policy: x\nversion: 1\n"

FULL = b"""\
# A comment stays a comment.
policy: site-7
version: 12
description: >
  Two lines
  become one.
x_owner: {anything: [goes, 1, true]}
watch:
  folders: [~/Documents, 'C:\\Users']
  exclude: []
  max_mib: 8
  sweep_minutes: 5
retention:
  - {folder: ~/Exports, days: 30, pattern: "*.csv"}
  - folder: ~/Downloads
    days: 90
backup_markers: [~/.local/state/backup/last]
contact: {name: no, phone: "0100 000"}
controls:
  screen-lock:
    respond: [lock, coach]
    severity: critical
    settings: {limit_minutes: 7}
  firewall: {paused: true}
  reauth:
    settings:
      groups: [{name: Pay, images: ["pay*"]}]
"""


def control(policy: Policy, id_: str) -> object:
    return policy.controls[id_].settings


def test_a_full_policy_is_read_as_it_is_written() -> None:
    policy = parse(FULL, "f", SHAPES)
    assert (policy.name, policy.version) == ("site-7", 12)
    assert policy.description == "Two lines become one.\n"
    assert policy.watch == Watch(
        folders=("~/Documents", "C:\\Users"), exclude=(), max_mib=8, sweep_minutes=5
    )
    assert policy.retention == (
        RetentionRule(folder="~/Exports", days=30, pattern="*.csv"),
        RetentionRule(folder="~/Downloads", days=90),
    )
    assert policy.backup_markers == ("~/.local/state/backup/last",)
    assert policy.contact == Contact(name="no", phone="0100 000")
    lock = policy.controls["screen-lock"]
    assert lock.respond == (ActionKind.LOCK, ActionKind.COACH)
    assert lock.severity is Severity.CRITICAL
    assert lock.settings == ScreenLock(limit_minutes=7)
    assert policy.controls["firewall"].paused
    assert control(policy, "reauth") == Reauth(groups=(AppGroup(name="Pay", images=("pay*",)),))


def test_every_check_is_a_control_even_when_the_file_does_not_mention_it() -> None:
    policy = parse(LEAST, "f", SHAPES)
    assert set(policy.controls) == {shape.id for shape in SHAPES}
    for shape in SHAPES:
        found = policy.controls[shape.id]
        assert (found.check, found.paused, found.respond) == (shape.id, False, ())
        assert found.severity is shape.severity
        assert found.settings == shape.settings_type()
    assert policy.watch == Watch()


def test_the_digest_is_of_the_bytes() -> None:
    policy = parse(LEAST, "f", SHAPES)
    assert policy.digest == "bf5f66bd47049c6474ec03652938871d225baad74964405ac92ff48a8f46259f"
    assert parse(LEAST + b"# x\n", "f", SHAPES).digest != policy.digest


def test_a_byte_order_mark_is_no_reason_to_refuse() -> None:
    assert parse(b"\xef\xbb\xbf" + LEAST, "f", SHAPES).name == "x"


def test_a_policy_cannot_be_changed_afterwards() -> None:
    policy = parse(LEAST, "f", SHAPES)
    with pytest.raises(TypeError):
        policy.controls["screen-lock"] = policy.controls["firewall"]  # type: ignore[index]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    word: str = field(metadata={"pattern": "[a-z]+", "doc": "small letters"})
    mode: Literal["soft", "hard"] = "soft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """One field of every type that a check may use."""

    needed: int = field(metadata={"min": 1, "max": 3})
    inner: Inner = field(default_factory=lambda: Inner(word="a"))
    many: tuple[Inner, ...] = ()
    ports: tuple[int, ...] = (1,)
    how: tuple[ActionKind, ...] = ()


EVERY = (Shape(id="every", settings_type=Every, severity=Severity.LOW),)


def test_settings_of_every_type_are_judged() -> None:
    text = b"controls: {every: {settings: {needed: 2, inner: {word: b, mode: hard}, \
many: [{word: c}], ports: [], how: [lock]}}}\n"
    found = parse(LEAST + text, "f", EVERY).controls["every"].settings
    assert found == Every(
        needed=2,
        inner=Inner(word="b", mode="hard"),
        many=(Inner(word="c"),),
        ports=(),
        how=(ActionKind.LOCK,),
    )


@pytest.mark.parametrize(
    ("settings_text", "words"),
    [
        (b"{}", "controls.every.settings.needed is missing"),
        (b"{needed: 4}", "cannot be 4; allowed: 1 to 3"),
        (b"{needed: true}", "must be a whole number"),
        (b"{needed: 1, inner: {word: B}}", "cannot be B; allowed: small letters"),
        (b"{needed: 1, inner: {}}", "inner.word is missing"),
        (b"{needed: 1, inner: {word: b, mode: mild}}", "cannot be mild; allowed: soft, hard"),
        (b"{needed: 1, many: [{word: b}, {word: 2}]}", "many[2].word must be a text"),
        (b"{needed: 1, ports: [1, x]}", "ports[2] must be a whole number"),
        (b"{needed: 1, how: [{a: 1}]}", "how[1] must be one word"),
        (b"{needed: 1, inner: {word: " + b"a" * 1001 + b"}}", "too long; allowed: at most 1000"),
    ],
)
def test_settings_that_are_wrong_are_told(settings_text: bytes, words: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse(LEAST + b"controls: {every: {settings: " + settings_text + b"}}\n", "f", EVERY)
    assert len(caught.value.problems) == 1
    assert words in caught.value.problems[0]


def test_a_check_that_must_be_set_up_makes_the_policy_speak_of_it() -> None:
    with pytest.raises(PolicyError, match=r"controls\.every"):
        parse(LEAST + b"controls: {every: {paused: true}}\n", "f", EVERY)


def test_a_type_that_no_policy_can_hold_is_the_programs_fault() -> None:
    @dataclass(frozen=True)
    class Wrong:
        ratio: float = 0.5

    with pytest.raises(CatalogueError, match=r"Wrong\.ratio"):
        record(Wrong)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_policy_or_its_problems(data: bytes) -> None:
    _judged(data)


WRITTEN = """policy: x@;version: 1@;controls:@;  screen-lock:@;    respond: [lock;]@;watch: {;};- ;
@;retention:@;- folder: ~/x@;  days: 3@;? ;: ;&a ;*a ;!!str ;>-@;';";\\x00;#;%YAML 1.2@;---@;|@;
...@;\t;  ;null;~;1e3;0x1f;.inf;<<: ;\u00e9;e\u0301;x_own: ;[;{;,;\U0001f600;\ufeff;\u2028;
!<tag:a> ;`;=;%TAG ! a:@"""
PIECES = st.sampled_from([p.strip("\n").replace("@", "\n") for p in WRITTEN.split(";")])


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_pieces_of_yaml_give_a_policy_or_its_problems(text: str) -> None:
    _judged(text.encode())


def _judged(data: bytes) -> None:
    try:
        good = parse(data, "f", SHAPES).name != ""
    except PolicyError as error:
        good = bool(error.problems) and all(p.startswith(("f:", "... and")) for p in error.problems)
    assert good


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_good_policy_with_damaged_bytes_is_still_only_refused(data: st.DataObject) -> None:
    text = bytearray(FULL)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] = data.draw(st.integers(0, 255))
    _judged(bytes(text))
