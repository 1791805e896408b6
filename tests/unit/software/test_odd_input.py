"""Odd names and versions: nothing breaks the matching, and none makes a program supported."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.errors import CannotError
from agentguard.model.software import Match, State, Today
from agentguard.software import identify, shipped
from agentguard.software.catalogue import Catalogue, Example, Product, Rule
from agentguard.software.identify import LONGEST, LOOKED_AT, Identifier
from agentguard.software.versions import numbers

CATALOGUE = shipped.matcher().catalogue
NOW = Today(day=date(2026, 11, 30), compiled=CATALOGUE.compiled)
EXAMPLES = [one for rule in CATALOGUE.rules for one in rule.examples]
SIGNS = st.one_of(st.characters(), st.sampled_from("\ud800\udfff\x00\x07\u200b\u202e\ufeff\u00ad"))
TEXTS = st.text(alphabet=SIGNS, max_size=60)
SHORT = 100
YEARS = 1990


def match(name: str, version: str = "", publisher: str = "") -> Match:
    """Match with the catalogue that ships."""
    return shipped.matcher().match(name, version, publisher, now=NOW)


def said(found: Match) -> tuple[object, ...]:
    """Return what is said of a program, but for its version."""
    return (found.product, found.line, found.state, found.date)


@given(TEXTS, TEXTS, TEXTS)
def test_row_199_signs_of_every_kind_break_nothing(name: str, version: str, publisher: str) -> None:
    assert match(name, version, publisher).name == name


@given(st.sampled_from(EXAMPLES), TEXTS, TEXTS)
def test_row_199_signs_behind_a_known_name_break_nothing(
    one: Example, behind: str, version: str
) -> None:
    assert match(one.name + behind, version, one.publisher).version == version


@given(st.sampled_from(EXAMPLES), st.data())
def test_row_199_what_nobody_sees_changes_nothing(one: Example, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(one.name)))
    sign = data.draw(st.sampled_from("\x00\x07\u200b\u202e\ufeff\u00ad\ud800®™"))
    odd = f"  {one.name[:at]}{sign}{one.name[at:]} ".replace(" ", "\u00a0 ")
    assert said(match(odd, one.version, one.publisher)) == said(
        match(one.name, one.version, one.publisher)
    )


@given(st.sampled_from(EXAMPLES))
def test_row_199_a_name_of_ten_thousand_signs_is_no_program(one: Example) -> None:
    for pad in ("x", "é", "家", " x"):
        assert match(one.name + pad * 10_000, one.version).product == "", one.name
    assert said(match(one.name + " " * 10_000, one.version, one.publisher)) == said(
        match(one.name, one.version, one.publisher)
    )


@given(st.text(alphabet="ab (){}.* 1", max_size=40), st.integers(1, 5))
def test_row_199_what_stands_behind_the_bound_is_not_looked_at(text: str, times: int) -> None:
    long = (text or "a") * (LOOKED_AT * times // (len(text) or 1) + 1)
    assert said(match(long + "z" * LOOKED_AT)) == said(match(long))
    assert len(identify.seen(long * 50)) <= LOOKED_AT
    assert len(long) > LONGEST


UNREADABLE = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=("Nd", "Cs")), max_size=30),
    st.integers(0, 10**6).map("$INSTDIR{}".format),
    st.integers(0, 10**6).map("ms-resource:Version{}".format),
    st.integers(0, 10**6).map("{{3F2504E0-{}}}".format),
    st.integers(0, 10**6).map("%VERSION%{}".format),
    st.integers(0, 10**6).map(lambda n: f"1.{n}" * SHORT),
    st.sampled_from(
        ["\u0663.\u0661", "\uff11\uff12.\uff10", "Unknown", "not found", "N/A", "-", "?"]
    ),
)


@given(st.sampled_from(EXAMPLES), UNREADABLE)
def test_row_200_a_version_that_cannot_be_read_is_none(one: Example, version: str) -> None:
    assert said(match(one.name, version, one.publisher)) == said(match(one.name, "", one.publisher))


DAYS = st.dates(date(2001, 1, 1), date(2030, 12, 31))


def counts_years(found: Match) -> bool:
    """Check whether a maker counts by years, so that a day may be a release of it."""
    product = CATALOGUE.products.get(found.product)
    told = [*(one.name for one in product.lines)] if product else []
    told += [text for text, _ in product.releases] if product else []
    return any(numbers(text)[:1] >= (YEARS,) for text in told)


@given(st.sampled_from(EXAMPLES), DAYS, st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%Y.%m.%d"]))
def test_row_200_a_day_in_place_of_a_version_makes_nothing_supported(
    one: Example, day: date, form: str
) -> None:
    without = match(one.name, "", one.publisher)
    found = match(one.name, day.strftime(form), one.publisher)
    if not counts_years(found) and without.state is not State.SUPPORTED:
        assert found.state is not State.SUPPORTED, (one.name, found)


@given(st.sampled_from(EXAMPLES), st.integers(10**6, 10**30))
def test_row_200_a_number_that_no_maker_came_to_makes_nothing_supported(
    one: Example, number: int
) -> None:
    without = match(one.name, "", one.publisher)
    found = match(one.name, str(number), one.publisher)
    assert found.state is not State.SUPPORTED or without.state is State.SUPPORTED


@pytest.mark.parametrize(
    ("name", "version", "product", "line"),
    [
        ("OpenSSL 1.1.1w Light (64-bit)", "", "openssl", "1.1.1"),
        ("Node.js", "v18.20.4", "nodejs", "18"),
        ("Java SE Development Kit 8 Update 361 (64-bit)", "", "oracle-jdk", "8"),
        ("Google  Chrome ", "155.0", "chrome", "155"),
        ("Microsoft® Visual Studio® Code", "1.97", "vscode", ""),
        ("Zoom Workplace (64-bit)", "7.1.43453", "zoom", ""),
    ],
)
def test_versions_and_names_as_they_are_met(
    name: str, version: str, product: str, line: str
) -> None:
    found = match(name, version)
    assert (found.product, found.line) == (product, line)


@pytest.mark.parametrize("name", ["openssl", "libreoffice", "blender", "wireshark"])
def test_row_202_what_a_distribution_builds_is_not_judged_by_its_makers_days(name: str) -> None:
    found = match(name, "1:3.0.17-1~deb12u2")
    assert (found.state, found.why.id) == (State.UNKNOWN, "support.distribution")
    assert match(name, "1:3.0.17-1").state is State.ENDED


@pytest.mark.parametrize(
    "name",
    [
        "Microsoft Clipchamp",
        "RingCentralRoomsCompanion",
        "Splashtopper",
        "GitHub Desktop Plugin for Word",
        "Zoom Meetings Add-in",
        "CCleaner Browser Extension",
        "SketchUp SDK",
        "Tableau Driver for Oracle",
        "Wampserver Uninstaller",
    ],
)
def test_row_201_the_open_end_of_a_name_takes_in_no_other_program(name: str) -> None:
    assert match(name).product in {"", "-"}


def test_row_201_no_open_end_is_without_an_edge() -> None:
    """Only parts may go on in anything: what is a product goes on at the edge of a word."""
    for rule in CATALOGUE.rules:
        if not rule.product or rule.kind == "component":
            continue
        for name in rule.names:
            edges = {name[at.start() - 1 : at.start()] for at in re.finditer(r"\.\*", name)}
            assert edges <= {" ", "-", "(", "]", ""}, (rule.product, name)


def test_rules_that_are_too_many_are_told() -> None:
    many = Rule(product="x", names=tuple(rf"x{at}(?:[^\pL\pN].*)?" for at in range(2_000)))
    with pytest.raises(CannotError, match="too many"):
        Identifier(
            Catalogue(
                compiled=NOW.day,
                products={"x": Product(slug="x", title="X", source="")},
                rules=(many,),
            )
        )
