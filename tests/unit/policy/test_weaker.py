"""What counts as asking for less."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.model.policy import Policy
from agentguard.model.verdicts import Owner
from agentguard.policy.parser import parse
from agentguard.policy.weakening import weaker
from agentguard.runtime import known_checks

BEFORE = """
policy: site
version: 1
watch: {folders: ["~/A", "~/B"], exclude: ["*.tmp"], network: true, on_battery: slow}
detection:
  ocr: true
  recognisers: [{kind: BADGE, name: badge, pattern: "BDG-[0-9]{6}", finds: ["BDG-123456"]}]
payment:
  windows: [{images: [till]}]
  recorder: https://recorder.example/
shift: {ends: ["14:00", "22:00"], lock: true}
retention: [{folder: "~/Exports", days: 30}]
legal_hold: true
vault: {recovery: [age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj],
        hold_hours: 24, least_values: 2, settled_minutes: 5}
controls:
  clipboard: {respond: [clear-clipboard, notify], severity: high}
  screen-lock: {respond: [lock], settings: {limit_minutes: 10}}
  software:
    settings:
      warn_days: 90
      grace_days: 14
      grace_attacked_days: 7
      grace_critical_days: 2
      no_grace: [chrome]
      ignore: [demo]
      accepted: [dialler]
      plans:
        - {product: oracle-jdk, owner: A, until: "2027-03-31", reason: b, covers_attacked: true}
  updaters: {settings: {ignore: [pad], elsewhere: [browser]}}
  firewall: {paused: true}
"""

SOFTWARE = "controls.software.settings"
PLAN = "{product: php, owner: A, until: '2027-01-01', reason: b}"
RECOVERY = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"


def policy(text: str) -> Policy:
    return parse(text.encode(), "site", known_checks.shapes())


def less(old: str, new: str) -> tuple[str, ...]:
    assert old in BEFORE
    return weaker(policy(BEFORE), policy(BEFORE.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('["~/A", "~/B"]', '["~/A"]', "watch.folders"),
        ('["*.tmp"]', '["*.tmp", "*.csv"]', "watch.exclude"),
        ("network: true", "network: false", "watch.network"),
        ("network: true", "network: true, max_mib: 1", "watch.max_mib"),
        ("network: true", "network: true, sweep_minutes: 999", "watch.sweep_minutes"),
        ("network: true", "network: true, cpu_percent: 1", "watch.cpu_percent"),
        ("on_battery: slow", "on_battery: pause", "watch.on_battery"),
        ("ocr: true", "ocr: false", "detection.ocr"),
        ("ocr: true", "ocr: true\n  off: [EMAIL]", "detection.off"),
        ("BDG-[0-9]", "BDG-[1-9]", "detection.recognisers"),
        ("images: [till]", "images: [other]", "payment.windows"),
        ("\n  recorder: https://recorder.example/", "", "payment.recorder"),
        ("recorder: https://recorder.example/", "platform: {vendor: five9}", "payment.recorder"),
        ('["14:00", "22:00"]', '["22:00"]', "shift.ends"),
        ("lock: true", "lock: false", "shift.lock"),
        ("lock: true}", "lock: true}\nreports: {person: false}", "reports.person"),
        ("days: 30", "days: 31", "retention"),
        ("days: 30", "days: 30, kinds: [PAN]", "retention"),
        ("legal_hold: true", "legal_hold: false", "legal_hold"),
        ("hold_hours: 24", "hold_hours: 25", "vault.hold_hours"),
        (RECOVERY, "", "vault.recovery"),
        ("least_values: 2", "least_values: 3", "vault.least_values"),
        ("settled_minutes: 5", "settled_minutes: 9", "vault.settled_minutes"),
        ("least_values: 2", "least_values: 2, restore_code: false", "vault.restore_code"),
        ('[{folder: "~/Exports", days: 30}]', "[]", "retention"),
        ("[clear-clipboard, notify]", "[notify]", "controls.clipboard.respond"),
        ("severity: high", "severity: low", "controls.clipboard.severity"),
        ("severity: high", "severity: high, owner: team", "controls.clipboard.owner"),
        ("{respond: [lock]", "{paused: true, respond: [lock]", "controls.screen-lock.paused"),
        ("limit_minutes: 10", "limit_minutes: 11", "controls.screen-lock.settings.limit_minutes"),
        ("warn_days: 90", "warn_days: 30", "controls.software.settings.warn_days"),
        ("grace_days: 14", "grace_days: 15", f"{SOFTWARE}.grace_days"),
        (
            "_attacked_days: 7",
            "_attacked_days: 8",
            f"{SOFTWARE}.grace_attacked_days",
        ),
        (
            "_critical_days: 2",
            "_critical_days: 3",
            f"{SOFTWARE}.grace_critical_days",
        ),
        ("no_grace: [chrome]", "no_grace: [edge]", f"{SOFTWARE}.no_grace"),
        ("ignore: [demo]", "ignore: [demo, x]", f"{SOFTWARE}.ignore"),
        ("accepted: [dialler]", "accepted: ['*']", f"{SOFTWARE}.accepted"),
        ("ignore: [pad]", "ignore: [pad, x]", "controls.updaters.settings.ignore"),
        ("elsewhere: [browser]", "elsewhere: ['*']", "controls.updaters.settings.elsewhere"),
        ("2027-03-31", "2027-04-01", f"{SOFTWARE}.plans"),
        ("product: oracle-jdk", "product: temurin", f"{SOFTWARE}.plans"),
        ("plans:", f"plans:\n        - {PLAN}", f"{SOFTWARE}.plans"),
    ],
)
def test_each_way_of_asking_for_less_is_named(old: str, new: str, path: str) -> None:
    assert less(old, new) == (path,)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "version: 2"),
        ('["~/A", "~/B"]', '["~/C", "~/B", "~/A"]'),
        ('["*.tmp"]', "[]"),
        ("on_battery: slow", "on_battery: full"),
        ("days: 30", "days: 7"),
        ("severity: high", "severity: critical"),
        ("severity: high", "severity: high, owner: person"),
        ("[lock]", "[lock, notify]"),
        ("limit_minutes: 10", "limit_minutes: 5"),
        ("warn_days: 90", "warn_days: 120"),
        ("grace_days: 14", "grace_days: 0"),
        ("no_grace: [chrome]", "no_grace: [chrome, firefox]"),
        ("ignore: [demo]", "ignore: []"),
        ("elsewhere: [browser]", "elsewhere: []"),
        ("2027-03-31", "2027-03-30"),
        (", covers_attacked: true", ""),
        ("owner: A", "owner: B"),
        ("reason: b", "reason: another"),
        (
            "plans:",
            "plans:\n        - {product: oracle-jdk, owner: C, until: '2027-03-01', reason: d}",
        ),
        ("firewall: {paused: true}", "firewall: {severity: low}"),
        (
            "version: 1",
            "version: 1\nattention: {prompts: 0, wrap_up_seconds: 900, quiet: ['00:00-23:59']}",
        ),
    ],
)
def test_asking_for_the_same_or_more_is_free(old: str, new: str) -> None:
    assert less(old, new) == ()


def test_a_control_that_is_no_longer_known_is_less() -> None:
    before = policy(BEFORE)
    after = replace(before, controls={k: c for k, c in before.controls.items() if k != "reauth"})
    assert weaker(before, after) == ("controls.reauth",)
    paused = replace(before, controls={k: c for k, c in before.controls.items() if k != "firewall"})
    assert weaker(before, paused) == (), "a paused one asked for nothing"


def test_settings_of_another_kind_are_not_compared() -> None:
    before = policy(BEFORE)
    lock = replace(before.controls["screen-lock"], settings=before.controls["software"].settings)
    after = replace(before, controls={**before.controls, "screen-lock": lock})
    assert weaker(before, after) == ()


def test_a_plan_that_comes_to_cover_attacks_asks_for_less() -> None:
    plain = policy(BEFORE.replace(", covers_attacked: true", ""))
    assert weaker(plain, policy(BEFORE)) == ("controls.software.settings.plans",)


ASKED = {Owner.PERSON: 2, Owner.EITHER: 1, Owner.TEAM: 0, Owner.SUPERVISOR: 0}
"""How much is asked of the person at the desk."""


@pytest.mark.parametrize("before", list(Owner))
@pytest.mark.parametrize("after", list(Owner))
def test_whose_it_is_asks_for_less_only_where_it_asks_less_of_the_person(
    before: Owner, after: Owner
) -> None:
    was, is_ = (
        policy(BEFORE.replace("severity: high", f"severity: high, owner: {owner}"))
        for owner in (before, after)
    )
    named = ("controls.clipboard.owner",) if ASKED[after] < ASKED[before] else ()
    assert weaker(was, is_) == named


TWILIO = "platform: {vendor: twilio, address: 'https://api.example', account: AC1}"


@pytest.mark.parametrize(
    ("after", "paths"),
    [
        (TWILIO, ()),
        ("recorder: https://recorder.example/", ()),
        ("platform: {vendor: none}", ("payment.platform",)),
        ("platform: {vendor: five9}", ("payment.platform",)),
    ],
)
def test_a_platform_that_is_taken_away_is_less_and_another_recorder_is_not(after, paths) -> None:
    def policy(words: str) -> Policy:
        text = f"policy: p\nversion: 1\npayment:\n  {words}\n"
        return parse(text.encode(), "p.yaml", known_checks.shapes())

    assert weaker(policy(TWILIO), policy(after)) == paths


EXCEPTIONS = "exceptions: [{control: usb-storage, hours: 24, worst: medium}]\n"


@pytest.mark.parametrize(
    ("after", "is_less"),
    [
        (EXCEPTIONS, False),
        ("", False),
        (EXCEPTIONS.replace("24", "12"), False),
        (EXCEPTIONS.replace("24", "25"), True),
        (EXCEPTIONS.replace("medium", "high"), True),
        (EXCEPTIONS.replace("usb-storage", "firewall"), True),
        (EXCEPTIONS.replace("}]", ", new_desks: true}]"), True),
        (EXCEPTIONS.replace("}]", ", month_hours: 97}]"), True),
        (EXCEPTIONS.replace("}]", ", month_hours: 96}]"), False),
    ],
)
def test_row_311_to_allow_more_exceptions_asks_for_less(after: str, is_less: bool) -> None:
    assert weaker(policy(EXCEPTIONS + BEFORE), policy(after + BEFORE)) == (
        ("exceptions",) if is_less else ()
    )
