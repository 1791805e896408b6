"""Who sees to programs past their support: asked for, counted down, decided by few, never lost."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from agentguard.server.jobs.retention import Retention
from agentguard.server.store.software import plans
from agentguard.server.store.software.plans import PlanRefused
from agentguard.software import ranks
from tests.server import planned
from tests.server.planned import DAY, PAGE, fields, on, wish
from tests.server.test_roles import audit, signed_in

__all__ = ["signed_in"]


def do(running: Any, job: Any) -> Any:
    return running.admin._database.run(job)


@pytest.fixture
def fleet(running: Any) -> Any:
    """Give an endpoint whose desks have four products, of which three want a plan."""
    do(running, planned.lay)
    return running


def test_the_states_that_want_a_plan_are_the_worst_ones() -> None:
    assert plans.WANTED == ("exploited", "ended", "ending")
    assert {state.value: place for place, state in enumerate(ranks.WORST)} == planned.RANKS


def test_what_wants_an_owner_and_a_day_is_asked_for(fleet: Any, signed_in: Any) -> None:
    boss = signed_in("olga", "officer")
    shown = boss.get(PAGE).text
    assert "3 products need an owner and a day." in shown
    assert shown.index("Winrar") < shown.index("Oracle-Jdk") < shown.index("Acrobat")
    assert "7-Zip" not in shown
    assert "2022-03-31" in shown
    token = boss.token(PAGE)
    for product in ("oracle-jdk", "winrar"):
        sent = fields(fleet.time(), product)
        assert boss.submit(PAGE, token=token, **sent).status_code == 303
    shown = boss.get(PAGE).text
    assert "1 product needs an owner and a day." in shown
    assert "in 60 days" in shown
    assert do(fleet, plans.count_wanted) == 1
    assert '<span class="badge">1<' in boss.get("/exports").text
    assert f"{PAGE}.csv" in boss.get("/exports").text


def test_a_decision_is_kept_with_who_when_from_and_to(fleet: Any, signed_in: Any) -> None:
    boss = signed_in("olga", "officer")
    token = boss.token(PAGE)
    first = fields(fleet.time())
    assert boss.submit(PAGE, token=token, **first).status_code == 303
    second = fields(fleet.time(), owner="Facilities <b>", target=on(fleet.time(), 90), covers="yes")
    assert boss.submit(PAGE, token=token, **second).status_code == 303
    page = boss.get(f"{PAGE}/product?name=oracle-jdk").text
    assert "Facilities &lt;b&gt;" in page
    assert "before:" in page
    assert page.count(on(fleet.time(), 60)) >= 2
    assert boss.submit(f"{PAGE}/end", token=token, product="oracle-jdk").status_code == 303
    assert do(fleet, lambda c: plans.of(c, "oracle-jdk")) is None
    kept = do(fleet, lambda c: plans.decisions(c, "oracle-jdk"))
    assert [(one.act, one.owner, one.by, one.desks, one.state) for one in kept] == [
        ("ended", "Facilities <b>", "olga", 40, "ended"),
        ("set", "Facilities <b>", "olga", 40, "ended"),
        ("set", "Telephony", "olga", 40, "ended"),
    ]
    assert [one.covers_attacked for one in kept] == [True, True, False]
    acts = [act for act, _ in audit(fleet, "olga") if act.startswith("plan.")]
    assert acts == ["plan.set", "plan.set", "plan.ended"]
    assert not do(fleet, lambda c: plans.end(c, "oracle-jdk", "olga", fleet.time()))


def test_a_plan_outlives_its_last_desk_and_what_was_told_of_its_versions(
    fleet: Any, signed_in: Any
) -> None:
    do(fleet, lambda c: plans.put(c, wish(fleet.time()), "olga", fleet.time()))
    do(fleet, planned.remove)
    do(fleet, lambda c: c.execute(text("DELETE FROM program")))
    boss = signed_in("olga", "officer")
    shown = boss.get(PAGE).text
    assert "Oracle-Jdk" in shown
    assert "need an owner" not in shown
    page = boss.get(f"{PAGE}/product?name=oracle-jdk").text
    assert "On no desk" in page
    assert "Telephony" in page
    changed = fields(fleet.time(), owner="Nobody")
    assert boss.submit(PAGE, token=boss.token(PAGE), **changed).status_code == 303


def test_a_product_that_desks_still_have_is_never_said_to_be_on_no_desk(
    fleet: Any, signed_in: Any
) -> None:
    now, boss = fleet.time(), signed_in("olga", "officer")
    do(fleet, lambda c: plans.put(c, wish(now), "olga", now))
    for state, told, kind in (
        ("allowed", "Allowed for now", "Planned"),
        ("unknown", "Not known", "Planned"),
        ("supported", "Supported", "Done"),
    ):
        do(fleet, planned.remove)
        do(fleet, lambda c, s=state: planned.install(c, "oracle-jdk", s, desks=40))
        page = boss.get(f"{PAGE}/product?name=oracle-jdk").text.split("<main")[1]
        assert (told in page, kind in page, ">40<" in page) == (True, True, True), state
        assert "On no desk" not in page
        row = boss.get(PAGE).text.split("<tbody>")[1]
        assert (told in row, kind in row) == (True, True), state
        do(fleet, lambda c: plans.put(c, wish(now, owner="Telephony too"), "olga", now))
        decided = do(fleet, lambda c: plans.decisions(c, "oracle-jdk"))[0]
        assert (decided.state, decided.desks) == (state, 40)


def test_a_product_without_a_plan_that_wants_none_is_not_said_to_be_done(
    fleet: Any, signed_in: Any
) -> None:
    boss = signed_in("olga", "officer")
    page = boss.get(f"{PAGE}/product?name=7-zip").text.split("<main")[1]
    assert "No plan" in page
    assert "Supported" in page
    assert "Done" not in page
    assert "7-Zip" not in boss.get(PAGE).text


def test_a_decision_is_older_than_its_age_before_it_goes(fleet: Any) -> None:
    now = fleet.time()
    do(fleet, lambda c: plans.put(c, wish(now), "olga", now))
    Retention(fleet.admin._database, now + 2 * 365 * DAY).run()
    assert len(do(fleet, plans.every_decision)) == 1
    Retention(fleet.admin._database, now + 4 * 365 * DAY).run()
    assert do(fleet, plans.every_decision) == []
    assert do(fleet, lambda c: plans.of(c, "oracle-jdk")) is not None


REFUSED = {
    "product": {"product": "never-seen"},
    "owner": {"owner": " "},
    "target": {"target": "2027-02-30"},
    "target-past": {"target": -1},
    "target-far": {"target": 5 * 366 + 1},
    "reason": {"reason": " \n"},
    "review": {"review": "soon"},
    "review-past": {"review": -1},
    "review-far": {"review": 367},
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_is_told_plainly_and_what_was_written_stays(
    fleet: Any, signed_in: Any, kind: str
) -> None:
    now, boss = fleet.time(), signed_in("olga", "officer")
    given = {k: on(now, v) if isinstance(v, int) else v for k, v in REFUSED[kind].items()}
    sent = {**fields(now, reason="a reason of mine"), **given}
    answer = boss.submit(PAGE, token=boss.token(PAGE), **sent)
    assert do(fleet, plans.every) == []
    if kind == "product":
        assert answer.headers["location"] == PAGE
        return
    assert answer.status_code == 200
    assert f"console.plans.refused.{kind}" not in answer.text
    assert 'role="alert"' in answer.text
    if kind != "reason":
        assert "a reason of mine" in answer.text


@pytest.mark.parametrize("days", [0, 366, 5 * 366])
def test_the_last_days_that_may_be(fleet: Any, days: int) -> None:
    now = fleet.time()
    asked = wish(now, target=on(now, days), review_by=on(now, min(days, 366)))
    do(fleet, lambda c: plans.put(c, asked, "olga", now))


def test_an_overdue_plan_is_changed_without_another_day(fleet: Any) -> None:
    now = fleet.time()
    do(fleet, lambda c: plans.put(c, wish(now), "olga", now))
    later = now + 61 * DAY
    kept = wish(now, owner="Facilities", review_by=on(later, 30))
    do(fleet, lambda c: plans.put(c, kept, "olga", later))
    with pytest.raises(PlanRefused, match="target-past"):
        do(fleet, lambda c: plans.put(c, wish(now, target=on(now, 59)), "olga", later))


@pytest.mark.parametrize("role", ["viewer", "supervisor", "auditor"])
def test_others_decide_nothing(fleet: Any, signed_in: Any, role: str) -> None:
    do(fleet, lambda c: plans.put(c, wish(fleet.time()), "olga", fleet.time()))
    one = signed_in("vera", role, ("Billing",) if role != "auditor" else ())
    status = 200 if role == "auditor" else 404
    assert (PAGE in one.get("/exports").text) is (role == "auditor")
    for path in (PAGE, f"{PAGE}/product?name=oracle-jdk", f"{PAGE}.csv", f"{PAGE}/policy.yaml"):
        assert one.get(path).status_code == status, path
    if role == "auditor":
        shown = one.get(f"{PAGE}/product?name=oracle-jdk").text
        assert "<form" not in shown.split("<main")[1]
    token = one.token("/")
    sent = fields(fleet.time(), owner="Vera")
    assert one.submit(PAGE, token=token, **sent).status_code == 404
    assert one.submit(f"{PAGE}/end", token=token, product="oracle-jdk").status_code == 404
    assert [plan.owner for plan in do(fleet, plans.every)] == ["Telephony"]


def test_an_owner_that_is_a_card_number_is_kept_masked(fleet: Any, signed_in: Any) -> None:
    boss = signed_in("olga", "officer")
    sent = fields(fleet.time(), owner="4111 1111 1111 1111")
    assert boss.submit(PAGE, token=boss.token(PAGE), **sent).status_code == 303
    assert "4111 1111" not in do(fleet, lambda c: plans.of(c, "oracle-jdk")).owner


def test_the_list_is_filtered_sorted_and_searched(fleet: Any, signed_in: Any) -> None:
    now = fleet.time()
    do(fleet, lambda c: plans.put(c, wish(now, "winrar", owner="Zoe"), "olga", now))
    do(fleet, lambda c: plans.put(c, wish(now, "acrobat", target=on(now, 3)), "olga", now))
    boss = signed_in("olga", "officer")

    def names(query: str) -> list[str]:
        body = boss.get(f"{PAGE}?{query}").text.split("<tbody>")[1]
        return [row.split("<bdi>")[1].split("</bdi>")[0] for row in body.split("<tr")[1:]]

    assert names("") == ["Oracle-Jdk", "Acrobat", "Winrar"]
    assert names("kind=planned") == ["Acrobat", "Winrar"]
    assert names("sort=desks") == ["Winrar", "Acrobat", "Oracle-Jdk"]
    assert names("sort=-product") == ["Winrar", "Oracle-Jdk", "Acrobat"]
    assert names("sort=state") == ["Winrar", "Oracle-Jdk", "Acrobat"]
    assert names("sort=target") == ["Acrobat", "Winrar", "Oracle-Jdk"]
    assert names("sort=nonsense&kind=nonsense") == names("")
    assert names("text=zoe") == ["Winrar"]
    assert "Nothing here" in boss.get(f"{PAGE}?text=nobody").text


def test_a_product_that_nobody_ever_had_leads_to_the_list(fleet: Any, signed_in: Any) -> None:
    boss = signed_in("olga", "officer")
    for name in ("", "-", "never-seen", "%00", "a" * 500):
        assert boss.get(f"{PAGE}/product?name={name}").headers["location"] == PAGE


def test_the_menu_marks_the_nearest_line_alone(fleet: Any, signed_in: Any) -> None:
    shown = signed_in("olga", "officer").get(PAGE).text
    side = shown.split("<main")[0]
    assert side.count('aria-current="page"') == 1


def test_the_page_of_a_product_tells_its_plan_or_asks_for_one(fleet: Any, signed_in: Any) -> None:
    boss, path = signed_in("olga", "officer"), "/software/products/oracle-jdk"
    assert "No plan yet" in boss.get(path).text
    do(fleet, lambda c: plans.put(c, wish(fleet.time()), "olga", fleet.time()))
    shown = boss.get(path).text
    assert "Telephony" in shown
    assert "in 60 days" in shown
    assert f"{PAGE}/product?name=oracle-jdk" in shown
    assert "No plan yet" not in boss.get("/software/products/7-zip").text
