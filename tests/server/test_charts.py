"""A chart's shapes are those of its numbers, and a trend says what was counted."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from agentguard.server.console import charts
from agentguard.server.console.charts import HEIGHT, WIDTH, Mark
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.schema.history_tables import org_day, team_day

DAY = 86_400.0
START = 1_790_000_000.0 // DAY * DAY


def marks(values: list[float], gap: int = 0) -> list[Mark]:
    return [Mark(at=START + n * DAY + (gap if n > 1 else 0), value=v) for n, v in enumerate(values)]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=90))
def test_every_bar_stands_on_the_ground_and_inside_the_picture(values: list[float]) -> None:
    chart = charts.bars(marks(values), DAY)
    assert chart.top >= max(values)
    for one, value in zip(chart.bars, values, strict=True):
        assert one.x >= 0
        assert one.x + one.width <= WIDTH + 1e-6
        assert one.y + one.height == pytest.approx(HEIGHT)
        assert one.height == pytest.approx(HEIGHT * value / chart.top)
    edges = [(one.x, one.x + one.width) for one in chart.bars]
    assert all(left[1] < right[0] for left, right in itertools.pairwise(edges))


@given(st.lists(st.floats(0, 100), min_size=1, max_size=90))
def test_a_line_goes_through_every_value(values: list[float]) -> None:
    chart = charts.line(marks(values), DAY, 100.0)
    places = [tuple(map(float, p.split())) for p in re.findall(r"[0-9.]+ [0-9.]+", chart.line)]
    assert len(places) == len(values)
    for (x, y), value in zip(places, values, strict=True):
        assert 0 <= x <= WIDTH
        assert y == pytest.approx(HEIGHT * (1 - value / 100), abs=0.06)
    assert [x for x, _ in places] == sorted(x for x, _ in places)


def test_a_line_is_broken_where_nothing_was_counted() -> None:
    whole = charts.line(marks([1, 2, 3, 4]), DAY, 10)
    broken = charts.line(marks([1, 2, 3, 4], gap=5 * 86400), DAY, 10)
    assert whole.line.count("M") == 1
    assert broken.line.count("M") == 2
    assert broken.area.count("Z") == 2


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1), (1, 1), (3, 5), (6, 10), (11, 20), (99, 100), (101, 200)]
)
def test_the_upper_edge_is_a_round_number(most: float, top: float) -> None:
    assert charts.bars(marks([most]), DAY).top == top


def count(running: Any) -> None:
    """Say that ten of twenty desks were in order for a month, and all of them lately."""

    def put(connection: Any) -> None:
        team = team_id(connection, "Billing")
        for n in range(60):
            ok = 20 if n < 30 else 10
            row = {"ok": ok, "attention": 20 - ok, "failing": 0, "silent": 5, "samples": 1}
            row |= {"opened": 1, "closed": 0, "incidents": int(n == 2), "at": START - n * DAY}
            connection.execute(insert(org_day).values(**row))
            connection.execute(insert(team_day).values(team=team, **row))

    running.admin._database.run(put)


def test_a_trend_says_one_thing_and_compares_it(running: Any, browser: Any) -> None:
    count(running)
    running.time.at = START + 3600
    page = browser.get("/trends").text
    said = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "Desks in order, of those that reported 100 % 50 % in the 30 days before" in said
    assert "Desks that reported 80 % as in the 30 days before" in said
    assert "Incidents that agents reported 1 1 more than" in said
    assert page.count("<figure") == 4
    assert page.count('rect class="column"') == 60
    assert "100 %" in browser.get("/trends?team=1&kind=7").text


def test_row_405_a_day_on_which_no_desk_was_on_is_no_day_without_order(
    running: Any, browser: Any
) -> None:
    """Five working days at 90 %, then one on which three lost their line, and a day off."""
    running.time.at = START + 3600

    def put(connection: Any) -> None:
        for n in range(7):
            ok, silent = {0: (0, 0), 1: (0, 3)}.get(n, (9, 0))
            row = {"ok": ok, "attention": int(ok > 0), "failing": 0, "silent": silent}
            row |= {"samples": 1, "opened": 0, "closed": 0, "incidents": 0, "at": START - n * DAY}
            connection.execute(insert(org_day).values(**row))

    running.admin._database.run(put)
    page = browser.get("/trends?kind=7").text
    said = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "Desks in order, of those that reported 90 %" in said
    assert "Desks that reported 83 %" in said, "a silent day counts, one without desks not"
    order = page[page.index("<tbody>") : page.index("</tbody>")]
    assert (order.count("90 %"), order.count("0 %</td>")) == (5, 5), "and none of them is 0"
    running.admin._database.run(lambda c: c.exec_driver_sql("UPDATE org_day SET ok = 0"))
    running.admin._database.run(lambda c: c.exec_driver_sql("UPDATE org_day SET attention = 0"))
    page = browser.get("/trends").text
    said = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "Desks in order, of those that reported" not in said, "there is nothing to say it of"
    assert "Desks that reported 0 %" in said, "of the day on which three were silent"


def test_without_numbers_the_page_says_so(browser: Any) -> None:
    assert "Nothing was counted in this time" in browser.get("/trends").text
    assert "Nothing was counted in this time" in browser.get("/trends?kind=2").text
