"""A site's own kinds: which patterns are taken, what they find, and that they hide nothing."""

from __future__ import annotations

import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st

from agentguard.detect.matching.custom_pattern import LONGEST, PatternRefused, read
from agentguard.detect.recognition import custom_kinds
from agentguard.detect.recognition.custom_kinds import Following, refusals, scanner_of
from agentguard.model.detection import ALL, Detection, OwnKind

CARD = "4539 1488 0343 6467"
CUSTOMER = OwnKind(
    kind="CUSTOMER_NO",
    name="Customer number",
    pattern="NM[0-9]{8}",
    labels=("customer no", "kundennummer"),
    finds=("customer no NM00123456",),
)


def own(pattern: str, **more: object) -> OwnKind:
    said = {"kind": "OWN_1", "name": "Own", "pattern": pattern, "finds": ()} | more
    return OwnKind(**said)  # type: ignore[arg-type]


def found(text: str, *kinds: OwnKind, off: tuple[str, ...] = ()) -> dict[str, int]:
    hits = scanner_of(Detection(recognisers=kinds, off=off)).scan(text)
    return {hit.kind: hit.count for hit in hits}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("NM[0-9]{8}", "NM00123456"),
        (r"(?i)nm-?\d{3,5}", "Nm-1234"),
        ("K(?:A|B)[0-9]{4}", "KB1234"),
        ("K(A|B)[0-9]{4}", "KA1234"),
        (r"[A-Z]{2}\s[0-9]{6}/[^a-z]", "XY 123456/Z"),
        (r"\bQ\.[0-9]{5}\b", "Q.12345"),
        ("Müller-[0-9]{5}", "Müller-12345"),
        ("A.[0-9]{5}", "A#12345"),
    ],
)
def test_what_a_pattern_describes_is_found_and_masked(pattern: str, text: str) -> None:
    (hit,) = scanner_of(Detection(recognisers=(own(pattern),))).scan(f"see: {text}, please")
    assert (hit.kind, hit.count) == ("OWN_1", 1)
    assert text not in "".join(hit.masked)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("", "empty"),
        ("a?", "empty"),
        ("a||b", "empty"),
        ("x*", "endless"),
        ("x+", "endless"),
        ("x{2,}", "endless"),
        ("a{65}", "times"),
        ("a{3,2}", "times"),
        ("a{0}", "times"),
        ("(a{9}){9}", "wide"),
        ("((((((((((a))))))))))", "deep"),
        ("^a", "stray"),
        ("a$", "stray"),
        ("a)", "stray"),
        ("a{2}{3}", "stray"),
        ("(a", "unclosed"),
        ("[a", "unclosed"),
        ("[]a]", "class"),
        ("[[:alpha:]]", "class"),
        (r"a\n", "escape"),
        ("a\\", "escape"),
        (r"[\n]", "escape"),
        ("(?P<name>a)", "group"),
        ("(?=a)b", "group"),
        ("漢", "sign"),
        ("a" * 301, "long"),
    ],
)
def test_what_has_no_end_or_no_meaning_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(PatternRefused) as refused:
        read(pattern)
    assert refused.value.why == why


SIGNS = st.sampled_from([*"aB7-. |()[]{}^$?*+\\d,0129:é", "(?:", "{2}", "{1,3}", "[a-f]"])


@given(st.one_of(st.text(max_size=40), st.lists(SIGNS, max_size=14).map("".join)))
@example("(?i)(a|b[^c]){3}")
@example("[a-f]{2}(?:x|yy)?")
def test_any_text_is_a_bounded_pattern_without_groups_or_refused(pattern: str) -> None:
    try:
        taken = read(pattern)
    except PatternRefused:
        return
    assert 1 <= taken.least <= taken.most <= LONGEST
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    try:
        compiled = re2.compile(taken.text.encode("latin-1"), options=options)
    except re2.error:
        return  # a range that falls, such as [f-a]; `refusals` tells it
    assert compiled.groups == 0
    for text in (b"a\nb", b"a\x1eb", b"\n", b"aB7-. aB7-.aB7-.", b"x" * 200):
        for match in compiled.finditer(text):
            held = match.group(0)
            assert taken.least <= len(held) <= taken.most
            assert b"\n" not in held
            assert b"\x1e" not in held


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        ("luhn", "4539148803436467", "4539148803436468"),
        ("verhoeff", "2363", "2364"),
        ("damm", "5724", "5727"),
        ("mod97", "79444", "79445"),
        ("mod11", "07940", "07941"),
        ("mod11", "079X", "0791"),
        ("mod11-10", "794623", "794624"),
    ],
)
def test_check_digits_are_those_of_their_standards(check: str, right: str, wrong: str) -> None:
    """The examples of ISO/IEC 7064 and of the papers of Verhoeff and Damm."""
    kind = own("[0-9X]{4,16}", check=check, labels=("case",))
    assert found(f"case {right}", kind, off=("PAN",)) == {"OWN_1": 1}
    assert found(f"case {wrong}", kind, off=("PAN",)) == {}


def test_letters_count_in_mod_97_alone() -> None:
    assert custom_kinds._valid("luhn", "K-18")
    assert not custom_kinds._valid("mod97", "K1844")
    check = next(n for n in range(100) if custom_kinds._valid("mod97", f"K18{n:02d}"))
    assert found(f"case K18{check:02d}", own("K[0-9]{4}", check="mod97")) == {"OWN_1": 1}


def test_with_labels_it_counts_behind_one_of_them_alone() -> None:
    assert found("Customer-No: NM00123456", CUSTOMER) == {"CUSTOMER_NO": 1}
    assert found("kundennummer NM00123456 and again NM00123456", CUSTOMER) == {"CUSTOMER_NO": 1}
    assert found("NM00123456", CUSTOMER) == {}
    assert found("customer no XNM00123456", CUSTOMER) == {}
    assert found("customer no NM001234567", CUSTOMER) == {}


def test_it_hides_no_kind_that_is_built_in() -> None:
    greedy = own("4[0-9]{3} [0-9]{4} [0-9]{4} [0-9]{4}")
    assert found(f"card {CARD}", greedy) == {"OWN_1": 1, "PAN": 1}
    labelled = own("[0-9]{4}", labels=("card",))
    assert found(f"card {CARD}", labelled)["PAN"] == 1


def test_kinds_that_are_switched_off_are_not_found_but_still_masked() -> None:
    text = f"card {CARD}, ann.lee@quillpost.com, customer no NM00123456"
    assert found(text, CUSTOMER, off=("EMAIL",)) == {"CUSTOMER_NO": 1, "PAN": 1}
    assert found(text, CUSTOMER, off=("CUSTOMER_NO", "PAN")) == {"EMAIL": 1}
    following = Following(lambda: Detection(recognisers=(CUSTOMER,), off=("EMAIL", "PAN")))
    assert [hit.kind for hit in following.scan(text)] == ["CUSTOMER_NO"]
    masked = following.mask(text)
    assert "ann.lee" not in masked
    assert "0343" not in masked
    assert "NM0012" not in masked


def test_a_changed_policy_is_followed_at_once() -> None:
    now = [ALL]
    following = Following(lambda: now[0])
    assert following.scan("customer no NM00123456") == ()
    now[0] = Detection(recognisers=(CUSTOMER,))
    assert [hit.kind for hit in following.scan("customer no NM00123456")] == ["CUSTOMER_NO"]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_pieces_do_not_change_what_is_found(sizes: list[int]) -> None:
    scanner = scanner_of(Detection(recognisers=(CUSTOMER,)))
    text = f"customer no NM00123456, card {CARD}\nkundennummer: NM00123457\n"
    stream, place = scanner.stream(), 0
    while place < len(text):
        for size in sizes:
            stream.feed(text[place : place + size])
            place += size
    assert stream.finish() == scanner.scan(text)


def test_digits_alone_count_only_when_most_of_their_like_have_the_check() -> None:
    kind = own("[0-9]{16}", check="verhoeff")
    good = "2363" * 4
    valid = next(f"{n:016d}" for n in range(int(good), int(good) + 20) if _verhoeff(f"{n:016d}"))
    wrong = [f"{int(valid) + n:016d}" for n in range(1, 9)]
    assert found(f"{valid}", kind).get("OWN_1") == 1
    assert "OWN_1" not in found("\n".join((valid, *wrong)), kind)


def _verhoeff(number: str) -> bool:
    return custom_kinds._valid("verhoeff", number)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (own("NM[0-9]{8}", kind="PAN", finds=("NM12345678",)), ("kind", "kind-known")),
        (own("[0-9]{8}", finds=("12345678",)), ("pattern", "pattern-common")),
        (own("[0-9]{2}:[0-9]{2}", finds=("12:30",)), ("pattern", "pattern-common")),
        (own("[0-9]{10}", check="luhn", finds=()), ("pattern", "pattern-common")),
        (own("[a-z]{2,20}"), ("pattern", "pattern-common")),
        (own("[z-a]{4}"), ("pattern", "pattern-wrong")),
        (own("a+"), ("pattern", "pattern-endless")),
        (own("NM[0-9]{4}", labels=("?",)), ("labels", "label-form")),
        (own("NM[0-9]{4}", labels=("顧客",)), ("labels", "label-letters")),
        (own("NM[0-9]{4}", finds=("NM1234", "NM123")), ("finds", "not-found")),
        (own("NM[0-9]{4}", finds=("NM1234",), ignores=("NM9999",)), ("ignores", "found")),
    ],
)
def test_what_is_wrong_with_a_kind_is_told(kind: OwnKind, told: tuple[str, str]) -> None:
    assert [(refusal.field, refusal.why) for refusal in refusals(kind)] == [told]


def test_long_numbers_with_a_check_need_no_label() -> None:
    assert not list(refusals(own("[0-9]{16}", check="luhn", finds=("4539148803436467",))))
    assert list(refusals(own("[0-9]{13}", finds=("1234567890123",))))
