"""The console's pages of signed policies: looked at, published, moved on, held, and gone back."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from agentguard.commands._policy_reader import READING
from agentguard.model import policy_changes
from agentguard.server.console import filters
from agentguard.server.roles import ROLES
from agentguard.server.store.desks import policies as stored
from agentguard.server.store.schema.tables import device_seen
from agentguard.trust import bundles
from tests.server.test_policies import label
from tests.server.test_roles import audit, signed_in
from tests.unit.policy.signing import Said, chain, root, signed

__all__ = ["signed_in"]

LIST, NEW, PUBLISH = "/policies", "/policies/new", "/policies/publish"
STRICT = "watch:\n  sweep_minutes: 30\n  max_mib: 100"
LOOSE = "watch:\n  sweep_minutes: 90\n  max_mib: 100"
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}
FRESH = 5 * 60


@pytest.fixture
def policies(running: Any) -> Any:
    running.admin.policies.publish_roots(chain(root()))
    return running.admin.policies


@pytest.fixture
def boss(policies: Any, signed_in: Callable[..., Any]) -> Any:
    return signed_in("boss", "admin")


def publish(policies: Any, said: Said, percent: int = 100) -> str:
    policies.publish(said.signed(), label(said), percent)
    return label(said).digest


def plain(page: Any) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", page.text)).split())


def look(browser: Any, raw: bytes, name: str = "site.yaml.signed") -> Any:
    """Upload a file as a browser does."""
    return browser.http.post(
        NEW,
        data={"token": browser.token()},
        files={"file": (name, raw, "application/octet-stream")},
        headers=SAME_ORIGIN,
    )


def hidden(page: Any) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: unescape(value) for name, value in found}


def go_on(browser: Any, page: Any, **more: str) -> Any:
    """Publish what a page shows."""
    return browser.submit(PUBLISH, **{**hidden(page), "percent": "1", **more})


def rings(policies: Any) -> list[tuple[int, int]]:
    return [(b.label.version, b.percent) for b in policies.overview()[0]]


def test_a_policy_is_looked_at_then_published_byte_for_byte(
    running: Any, boss: Any, desk: Any, policies: Any
) -> None:
    publish(policies, Said(version=1, rules=STRICT))
    new = Said(version=2, note="<b>new</b>", rules=STRICT.replace("30", "20"))
    page = look(boss, new.signed())
    assert page.status_code == 200
    told = plain(page)
    assert "What site 2 changes" in told
    assert "watch.sweep_minutes 30 20" in told
    assert "description nothing <b>new</b>" in told
    assert "<b>new</b>" not in page.text
    assert "watch.max_mib" not in told
    assert "asks for less" not in told
    assert rings(policies) == [(1, 100)], "nothing is published by looking"
    assert go_on(boss, page, percent="100").headers["location"] == f"/policies/{label(new).digest}"
    assert rings(policies) == [(2, 100), (1, 100)]
    desk.send()
    assert desk.get("/v1/policy").content == new.signed()
    assert ("policy.published", "site 1.2 * 100%") in audit(running, "boss")


def test_the_first_policy_for_a_team_is_compared_with_the_one_that_its_desks_have(
    boss: Any, policies: Any
) -> None:
    """They have the policy for all teams, and refuse what asks for less without saying so."""
    publish(policies, Said(version=1, rules=STRICT))
    refused = look(boss, Said(version=2, group="Billing", rules=LOOSE).signed())
    assert refused.status_code == 400
    assert "(watch.sweep_minutes) without saying" in plain(refused)
    own = Said(version=2, group="Billing", rules=STRICT.replace("30", "20"))
    page = look(boss, own.signed())
    assert "It follows site 1." in plain(page)
    assert "watch.sweep_minutes 30 20" in plain(page)
    publish(policies, Said(version=3, rules=STRICT))
    meanwhile = go_on(boss, look(boss, replace(own, version=4).signed()), over=hidden(page)["over"])
    assert meanwhile.status_code == 400, "it was compared with another policy"
    assert go_on(boss, look(boss, replace(own, version=4).signed())).status_code == 303


def test_a_pasted_policy_is_taken_and_the_first_ring_is_the_smallest(
    boss: Any, policies: Any
) -> None:
    text = Said(version=1).signed().decode().replace("\n", "\r\n")
    page = boss.submit(NEW, token=boss.token(), text=f"  {text}\n")
    assert "It is the first policy for this team" in plain(page)
    assert page.text.index('<option value="1">') < page.text.index('<option value="0">')
    assert go_on(boss, page).status_code == 303
    assert rings(policies) == [(1, 1)]


def test_where_it_asks_for_less_is_marked_in_words(boss: Any, policies: Any) -> None:
    publish(policies, Said(version=1, rules=STRICT))
    page = look(boss, Said(version=2, loosens=True, rules=LOOSE).signed())
    told = plain(page)
    assert "does so at 1 place(s)" in told
    assert "watch.sweep_minutes asks for less 30 90" in told
    assert go_on(boss, page).status_code == 303


def wrong() -> dict[str, tuple[bytes, str]]:
    garbled = base64.b64encode(b"policy: site").decode()
    return {
        "not-signed": (b"policy: site\nversion: 9\n", "is not JSON"),
        "not-by-the-root": (Said(version=9).signed("stranger"), "0 of the 1 signatures"),
        "older": (Said(version=1).signed(), "nothing at or below it can follow"),
        "weaker": (Said(version=9, rules=LOOSE).signed(), "(watch.sweep_minutes) without saying"),
        "no-policy": (signed("policy: site\nversion: 9\nwatch:\n  folder: x\n"), "x.signed:4:"),
        "changed": (
            Said(version=9).signed().replace(b'"payload":"', b'"payload":"AA'),
            "not a signed",
        ),
        "too-large": (b"x" * (bundles.MOST_BYTES * 2), "256 KiB"),
        "no-file": (b"", "Choose a file, or paste its text"),
        "bytes": (b"\xff\x00" + garbled.encode(), "not text in UTF-8"),
    }


@pytest.mark.parametrize("kind", wrong())
def test_what_cannot_be_published_is_told_with_its_place(
    running: Any, boss: Any, policies: Any, kind: str
) -> None:
    publish(policies, Said(version=2, rules=STRICT))
    raw, said = wrong()[kind]
    page = look(boss, raw, "<i>x.signed")
    assert page.status_code == 400
    assert said in plain(page)
    assert "<i>" not in page.text
    noted = "policy.upload-refused" in {act for act, _ in audit(running, "boss")}
    assert noted == bool(raw)
    again = {"token": boss.token(), "bundle": base64.urlsafe_b64encode(raw).decode()}
    over = label(Said(version=2, rules=STRICT)).digest
    answer = boss.submit(PUBLISH, percent="1", over=over, **again)
    assert answer.status_code == 400, "the second step judges by itself"
    assert rings(policies) == [(2, 100)]


def test_a_form_that_is_larger_than_any_policy_is_refused(boss: Any) -> None:
    assert look(boss, b"x" * 2_000_000).status_code in {400, 413}
    answer = boss.submit(PUBLISH, token=boss.token(), bundle="A" * 2_000_000)
    assert answer.status_code in {400, 413}


@pytest.mark.parametrize("bundle", ["", "!", "é", "AAA"])
def test_what_did_not_come_back_whole_is_not_published(
    boss: Any, policies: Any, bundle: str
) -> None:
    page = boss.submit(PUBLISH, token=boss.token(), bundle=bundle, percent="1")
    assert page.status_code == 400
    assert rings(policies) == []


def test_what_was_not_looked_at_is_not_published(boss: Any, policies: Any) -> None:
    publish(policies, Said(version=1))
    page = look(boss, Said(version=3).signed())
    publish(policies, Said(version=2))
    answer = go_on(boss, page)
    assert answer.status_code == 400
    assert "Somebody else published" in plain(answer)
    assert rings(policies) == [(2, 100), (1, 100)]


@pytest.mark.parametrize("percent", ["-1", "101", "ten", ""])
def test_a_ring_that_is_none_is_refused(boss: Any, policies: Any, percent: str) -> None:
    page = look(boss, Said(version=1).signed())
    answer = go_on(boss, page, percent=percent)
    assert answer.status_code == 400
    assert "0 to 100 percent" in plain(answer)
    digest = publish(policies, Said(version=1), 1)
    moved = boss.submit(f"/policies/{digest}/ring", token=boss.token(), was="1", percent=percent)
    assert moved.status_code == 400
    assert "0 to 100 percent" in plain(moved)
    assert rings(policies) == [(1, 1)]


def test_a_policy_is_moved_on_and_held(running: Any, boss: Any, policies: Any) -> None:
    digest = publish(policies, Said(version=1), 1)
    page = f"/policies/{digest}"
    steps = []
    for _ in range(2):
        told = boss.get(page)
        on = re.search(r'name="percent" value="(\d+)"><button>', told.text)
        assert on is not None
        assert f"On to {on[1]} %" in plain(told)
        was = hidden(told)["was"]
        boss.submit(f"{page}/ring", token=boss.token(), was=was, percent=on[1])
        steps.append(rings(policies)[0][1])
    assert steps == [10, 100]
    boss.submit(f"{page}/ring", token=boss.token(), was="100", percent="0")
    told = plain(boss.get(page))
    assert "It is held" in told
    assert "On to 1 %" in told
    assert "Hold it where it is" not in told.replace("To hold it", "")
    assert "It takes the policy from none" in told
    acts = [about for act, about in audit(running, "boss") if act == "policy.moved"]
    assert acts == ["site 1.1 * 10%", "site 1.1 * 100%", "site 1.1 * 0%"]


def test_who_moves_what_somebody_else_moved_is_told(boss: Any, policies: Any) -> None:
    old = publish(policies, Said(version=1), 1)
    policies.move("", 100)
    late = boss.submit(f"/policies/{old}/ring", token=boss.token(), was="1", percent="10")
    assert late.status_code == 400
    assert "It is at 100 % now" in plain(late)
    publish(policies, Said(version=2), 1)
    over = boss.submit(f"/policies/{old}/ring", token=boss.token(), was="100", percent="0")
    assert "A newer policy of this team is published" in plain(over)
    assert rings(policies) == [(2, 1), (1, 100)]


def test_going_back_is_the_earlier_text_as_a_higher_version(
    running: Any, boss: Any, policies: Any
) -> None:
    first = Said(version=1, rules=LOOSE, note="site 1")
    old = publish(policies, first)
    publish(policies, Said(version=4, epoch=2, rules=STRICT))
    publish(policies, Said(version=7, epoch=2, group="Sales"))
    told = plain(boss.get(f"/policies/{old}"))
    assert "version (8, epoch 2)" in told
    assert "watch.sweep_minutes asks for less 30 90" in told
    assert "write loosens: true" in told
    assert "agentguard policy sign" in told
    given = boss.get(f"/policies/{old}/text")
    assert 'filename="site-8.yaml"' in given.headers["content-disposition"]
    text = given.content
    assert text.startswith(b"# Going back")
    assert text.endswith(replace(first, version=8, epoch=2).text.encode())
    assert ("policy.text-taken", "site 1.1") in audit(running, "boss")
    assert look(boss, signed(text.decode())).status_code == 400, "it asks for less"
    meant = text.decode().replace("release:", "release:\n  loosens: true")
    assert go_on(boss, look(boss, signed(meant))).status_code == 303
    assert rings(policies)[0] == (8, 1)


OTHERWISE = (
    "{policy: site, version: 1}\n",
    "policy: site\n'version': 1\n",
    "version : 1\npolicy: site\n",
)


@pytest.mark.parametrize("text", OTHERWISE)
def test_a_text_that_is_written_otherwise_says_what_to_write(
    running: Any, boss: Any, policies: Any, text: str
) -> None:
    policies_of = policies.judged(signed(text), "site", READING)
    policies.publish(policies_of.raw, policies_of.label, 1)
    publish(policies, Said(version=2, epoch=3))
    given = boss.get(f"/policies/{policies_of.label.digest}/text").content.decode()
    assert "Write version: 3 and, under release, epoch: 3" in " ".join(given.split())
    assert given.endswith(text)


@pytest.mark.parametrize("role", ROLES)
def test_administrators_alone_act(policies: Any, signed_in: Any, role: str) -> None:
    digest = publish(policies, Said(version=1), 1)
    publish(policies, Said(version=2), 1)
    one = signed_in("vera", role)
    reads, acts = role in {"officer", "auditor", "admin"}, role == "admin"
    for path, well in ((LIST, reads), (f"/policies/{digest}", reads), (NEW, acts)):
        assert one.get(path).status_code == (200 if well else 404)
    assert one.get(f"/policies/{digest}/text").status_code == (200 if acts else 404)
    if reads:
        newest = one.get(f"/policies/{label(Said(version=2)).digest}").text
        assert ("/ring" in newest) == acts
        assert (NEW in one.get(LIST).text) == acts
    moved = one.submit(
        f"/policies/{label(Said(version=2)).digest}/ring",
        token=one.token(),
        was="1",
        percent="10",
    )
    assert moved.status_code == (303 if acts else 404)
    assert rings(policies)[0] == (2, 10 if acts else 1)


def test_each_act_wants_a_fresh_proof_and_goes_on_after_it(
    running: Any, boss: Any, policies: Any
) -> None:
    digest = publish(policies, Said(version=1), 1)
    shown = look(boss, Said(version=2).signed())
    token = boss.token()
    running.time.at += FRESH + 1
    assert "Check it" not in boss.get(NEW).text
    assert look(boss, Said(version=2).signed()).headers["location"] == NEW
    ring = boss.submit(f"/policies/{digest}/ring", token=token, was="1", percent="10")
    asked = go_on(boss, shown)
    assert (ring.status_code, asked.status_code) == (403, 403)
    assert rings(policies) == [(1, 1)]
    assert boss.prove(asked).status_code == 303
    assert rings(policies) == [(2, 1), (1, 1)]


def test_a_policy_too_large_to_wait_is_asked_for_again(
    running: Any, boss: Any, policies: Any
) -> None:
    notes = "\n".join(f"# {n:0>90}" for n in range(500))
    shown = look(boss, signed(Said(version=2).text + notes + "\n"))
    assert shown.status_code == 200
    running.time.at += FRESH + 1
    assert go_on(boss, shown).headers["location"] == NEW
    assert rings(policies) == []


def test_only_one_publishes_at_a_time(running: Any, policies: Any) -> None:
    """On SQLite a transaction that writes is alone anyhow; on PostgreSQL it has to say so."""
    digest = publish(policies, Said(version=1), 1)
    if not running.settings.database:
        return
    run = running.admin._database.run

    def second(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '200ms'")
        stored.alone(connection)

    def first(connection: Connection) -> None:
        stored.alone(connection)
        stored.set_ring(connection, digest, 10)
        with pytest.raises(SQLAlchemyError):
            run(second)

    run(first)
    run(second)
    assert rings(policies) == [(1, 10)]


def test_a_token_is_wanted_of_a_file_as_well(boss: Any, policies: Any) -> None:
    raw = Said(version=1).signed()
    answer = boss.http.post(NEW, data={"token": "0"}, files={"file": raw}, headers=SAME_ORIGIN)
    assert answer.status_code == 403


def test_without_a_root_nothing_is_taken(running: Any, signed_in: Any) -> None:
    page = look(signed_in("boss", "admin"), Said().signed())
    assert page.status_code == 400
    assert "No root document is published yet" in plain(page)


def test_an_unknown_policy_is_not_there(boss: Any) -> None:
    for path in ("/policies/x", "/policies/x/text", f"/policies/{'0' * 64}"):
        assert boss.get(path).status_code == 404
    answer = boss.submit("/policies/x/ring", token=boss.token(), was="1", percent="1")
    assert answer.status_code == 404


def test_the_list_of_desks_comes_page_by_page(
    running: Any, boss: Any, policies: Any, new_desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentguard.server.console.filters.PAGE", 2)
    digest = publish(policies, Said(version=1))
    desks = [new_desk(label=f"desk-{n}") for n in range(5)]
    for one in desks[:3]:
        one.send(policy="site 1", policy_digest=digest)
    first, last = boss.get(LIST), boss.get(f"{LIST}?page=3")
    assert re.findall(r"desk-\d", first.text) == ["desk-0", "desk-1"]
    assert re.findall(r"desk-\d", last.text) == ["desk-4"]
    assert "1 to 2 of 5" in plain(first)
    assert "site 1 every team 100 % 3 0" in plain(first)
    having = boss.get(f"{LIST}?kind={digest}&page=2")
    assert re.findall(r"desk-\d", having.text) == ["desk-2"]
    assert "Desks that have site 1" in plain(having)
    assert "kind=" in re.findall(r'rel="prev" href="([^"]*)"', having.text)[0]
    assert re.findall(r"desk-\d", boss.get(f"{LIST}?kind=unknown").text) == ["desk-0", "desk-1"]


def test_who_tried_it_and_went_back_is_counted(
    running: Any, boss: Any, policies: Any, new_desk: Any, event: Any
) -> None:
    digest = publish(policies, Said(version=1))
    kinds = ("trial-crashed", "trial-unhealthy", "expired")
    for n, kind in enumerate(kinds):
        said = {"name": "site", "version": 1}
        new_desk(label=f"desk-{n}").send(
            event(
                1,
                check="agent-health",
                subject="agent-health",
                severity="high",
                message=f"policy.rejected.{kind}",
                params=said,
            )
        )
    page = boss.get(f"/policies/{digest}")
    assert re.search(r'<a href="/findings\?check=agent-health">2</a>', page.text)
    assert "desk-0" in boss.get("/findings?check=agent-health").text


def test_a_retired_desk_counts_no_more(running: Any, boss: Any, policies: Any, desk: Any) -> None:
    digest = publish(policies, Said(version=1))
    desk.send(policy="site 1", policy_digest=digest)
    boss.submit(f"/devices/{desk.id}/turn-away", token=boss.token())
    held = running.admin._database.run(lambda c: list(c.scalars(select(device_seen.c.policy))))
    assert held == ["site 1"]
    assert "site 1 every team 100 % 0 0" in plain(boss.get(LIST))


def test_every_place_that_asks_for_less_has_its_line() -> None:
    before = READING.parse(
        b"""
policy: site
version: 1
watch: {folders: [~/a, ~/b], exclude: [], network: true, on_battery: full}
payment: {windows: [{images: [pay]}]}
shift: {ends: ["18:00"]}
controls:
  screen-lock: {severity: critical, respond: [lock]}
  firewall: {}
""",
        "before",
    )
    after = READING.parse(
        b"policy: site\nversion: 2\ncontrols:\n  screen-lock: {paused: true, severity: low}\n",
        "after",
    )
    points = READING.weaker(before, after)
    lines = policy_changes.changes(before, after, points)
    assert len(points) > 7
    assert {one.path for one in lines if one.loosened} == set(points)
    fewer = replace(after, controls={k: c for k, c in after.controls.items() if k != "firewall"})
    gone = policy_changes.changes(after, fewer)
    assert [one.path for one in gone] == ["controls.firewall"]
    assert "severity: " in gone[0].before
    assert gone[0].after == ""
    assert policy_changes.changes(before, before) == []


def test_whose_a_control_is_stands_among_what_changes() -> None:
    """With the owner `team` nobody at the desk is asked any more: who uploads it sees that."""
    lead = b"policy: site\nversion: 1\ncontrols:\n  screen-lock: "
    before, after = (
        READING.parse(lead + one, "x") for one in (b"{paused: false}\n", b"{owner: team}\n")
    )
    told = policy_changes.changes(before, after, READING.weaker(before, after))
    assert [(one.path, one.before, one.after, one.loosened) for one in told] == [
        ("controls.screen-lock.owner", "either", "team", True)
    ]


def test_a_list_that_names_only_the_newest_policies_says_so_and_leads_to_the_others(
    boss: Any, policies: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in (1, 2, 3):
        publish(policies, Said(version=version))
    assert "The newest" not in plain(boss.get(LIST))
    monkeypatch.setattr(filters, "PAGE", 2)
    short = boss.get(LIST)
    assert "The newest 2 of 3 that were published. Show all 3" in plain(short)
    assert len(re.findall(r'<th scope="row"><a href="/policies/', short.text)) == 2
    (path,) = re.findall(r'href="(/policies\?every=yes)"', short.text)
    whole = boss.get(path)
    assert len(re.findall(r'<th scope="row"><a href="/policies/', whole.text)) == 3
    assert "The newest" not in plain(whole)
