"""A catalogue comes as a signed pack: what is not whole, trusted and newer changes nothing."""

from __future__ import annotations

import json
import lzma
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.base import paths, translations
from agentguard.base.errors import PackRejected
from agentguard.model.software import State, Today
from agentguard.software import kept_pack, pack, shipped
from agentguard.software.kept_pack import KeptPack, Present
from agentguard.trust import dsse, roots, signed_packs
from tests.unit.policy import signing
from tests.unit.software.packing import SEQ, TODAY, believed, document, keeping, made, signed, whole

SMALL = made()
"""A signed pack, as it is cut and flipped."""
LATER = {"name": "KEV", "licence": "", "day": "2027-01-01"}
"""A source of a day that has not come."""
NOWHERE = Path(os.devnull) / "folder"
"""Where nothing can be kept: what gets so far was believed."""


def state(now: Present) -> State:
    told = now.matcher.match("Acme 5.1", now=Today(day=TODAY, compiled=now.contents.compiled))
    return told.state


def refused(keep: KeptPack, raw: bytes) -> str:
    """Offer what is refused; give why. What was in force stays so, in memory and on the disk."""
    before = keep.start()
    with pytest.raises(PackRejected) as error:
        keep.offer(raw)
    assert keep.start().seq == before.seq
    words = translations.load()
    assert error.value.title == words.say(f"pack.rejected.{error.value.kind}", **error.value.params)
    return error.value.kind


def test_a_newer_pack_comes_into_force_and_stays(tmp_path: Path) -> None:
    assert keeping(tmp_path).start().shipped
    now = keeping(tmp_path).offer(SMALL)
    assert (now.seq, now.shipped, state(now)) == (SEQ, False, State.SUPPORTED)
    again = keeping(tmp_path).start()
    assert (again.seq, again.shipped, again.message) == (SEQ, False, None)
    assert keeping(tmp_path).offer(SMALL).seq == SEQ  # the same once more does no harm
    assert keeping(tmp_path).seq == SEQ


def test_the_shipped_catalogue_packs_to_the_same_bytes_and_back() -> None:
    packed = pack.written(whole())
    assert packed == pack.written(json.loads(json.dumps(whole())))
    assert len(packed) < 150_000
    back = pack.opened(packed)
    assert back == shipped.known()
    assert {one.name for one in back.sources} >= {"endoflife.date", "CISA KEV", "AgentGuard"}


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (lambda: made(SEQ - 1), "older"),
        (lambda: made(SEQ, compiled="2026-12-02"), "other"),
        (lambda: made(2026122201), "future"),
        (lambda: made(SEQ + 1, compiled="2026-12-22"), "future"),
        (lambda: made(SEQ + 1, sources=[LATER]), "future"),
        (lambda: made(SEQ + 1, format=2), "format"),
        (lambda: made(SEQ + 1, format=None), "format"),
        (lambda: made(3), "content"),
        (lambda: made(SEQ + 1, products={}), "content"),
        (lambda: made(SEQ + 1, products={"acme": {"title": "Acme"}}), "content"),
        (lambda: made(SEQ + 1, unknown_to_us=1), "content"),
        (lambda: made(SEQ + 1, systems={}), "content"),
        (lambda: made(SEQ + 1, builds={"client": {}}), "content"),
        (lambda: made(SEQ + 1, releases={"acme": [["1", "soon"]]}), "content"),
        (lambda: signed(pack.written(document(SEQ + 1)), "root-a"), "signature"),
        (lambda: signed(pack.written(document(SEQ + 1)), "nobody"), "signature"),
        (lambda: dsse.write(signing.sealed(roots.sealed(believed()), "policy")), "type"),
        (lambda: signing.Said().signed(), "type"),
        (lambda: b"", "form"),
        (lambda: b"{}", "form"),
        (lambda: pack.written(document(SEQ + 1)), "form"),
        (lambda: signed(b"no xz"), "damaged"),
        (lambda: signed(pack.written(document(SEQ + 1)) + b"more"), "damaged"),
        (lambda: signed(lzma.compress(b"[]")), "damaged"),
        (lambda: signed(lzma.compress(b'{"format": 1, "format": 1}')), "damaged"),
        (lambda: signed(lzma.compress(b" " * 100_000_000)), "bomb"),
        (lambda: signed(b"x" * (512 * 1024 + 1)), "large"),
    ],
)  # fmt: skip
def test_row_184_what_is_refused_leaves_the_last_good_one(
    tmp_path: Path, raw: Callable[[], bytes], kind: str
) -> None:
    """Each is made when it is its turn, and not by every process that only finds the tests."""
    keep = keeping(tmp_path)
    keep.offer(SMALL)
    assert refused(keep, raw()) == kind
    assert keeping(tmp_path).start().seq == SEQ


def test_row_184_a_bomb_is_not_unpacked_beyond_its_bound() -> None:
    wide = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 64 * 1024 * 1024}]
    with pytest.raises(PackRejected) as error:
        pack.opened(lzma.compress(b"{}", filters=wide))
    assert error.value.kind == "damaged"  # it asks for more memory than is given
    with pytest.raises(PackRejected) as error:
        pack.opened(lzma.compress(b" " * (pack.MOST_BYTES + 1)))
    assert (error.value.kind, error.value.params) == ("bomb", {"most": 8})


@pytest.mark.parametrize(
    "wrong",
    [
        {"examples": [["Acme Helper", "", "", ""]]},
        {"examples": [["Acme 5.1", "", "", "6"]]},
        {"refused": [["Acme 5.1", "", ""]]},
        {"line": "tea"},
        {"names": ["Acme (("]},
        {"product": "cake"},
    ],
)
def test_row_184_a_rule_that_does_not_know_its_examples_refuses_the_pack(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    rule = {**document()["rules"][0], **wrong}
    assert refused(keeping(tmp_path), made(rules=[rule])) == "content"


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_row_185_any_cut_and_any_flipped_bit_is_refused(data: st.DataObject) -> None:
    cut = data.draw(st.booleans())
    at = data.draw(st.integers(0, len(SMALL) - 1))
    bit = data.draw(st.integers(0, 7))
    flipped = bytes(b ^ (1 << bit) if n == at else b for n, b in enumerate(SMALL))
    raw = SMALL[:at] if cut else flipped
    with pytest.raises(PackRejected) as error:
        keeping(NOWHERE).offer(raw)
    assert error.value.kind != "unkept" or signed_packs.read(raw) == signed_packs.read(SMALL)


def test_row_186_without_a_root_nothing_is_taken(tmp_path: Path) -> None:
    keep = KeptPack(tmp_path, lambda: None, lambda: TODAY)
    assert refused(keep, SMALL) == "no-root"


def test_row_186_a_key_that_was_taken_back_takes_no_pack_away(tmp_path: Path) -> None:
    keeping(tmp_path).offer(SMALL)
    other = roots.content(signing.root(2, policy_keys=("later",)))
    assert keeping(tmp_path, root=other).start().seq == SEQ
    assert refused(keeping(tmp_path, root=other), made(SEQ + 1)) == "signature"


def test_row_186_what_ships_wins_when_it_is_newer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping(tmp_path).offer(SMALL)
    monkeypatch.setattr(shipped, "seq", lambda: SEQ + 1)
    now = keeping(tmp_path).start()
    assert (now.shipped, now.message) == (True, None)
    assert refused(keeping(tmp_path), SMALL) == "older"
    assert refused(keeping(tmp_path), made(SEQ + 1)) == "older"
    assert keeping(tmp_path).offer(made(SEQ + 2)).seq == SEQ + 2


@pytest.mark.parametrize("damage", [b"", b"{}", SMALL[:-9], made(SEQ + 1)])
def test_row_186_a_pack_that_is_lost_is_told_and_what_ships_is_in_force(
    tmp_path: Path, damage: bytes
) -> None:
    keeping(tmp_path).offer(SMALL)
    (tmp_path / kept_pack.FILE).write_bytes(damage)
    now = keeping(tmp_path).start()
    assert now.shipped
    assert now.message is not None
    assert now.message.id == "pack.lost"
    assert keeping(tmp_path).seq == shipped.seq()  # so the endpoint is asked for it again
    assert keeping(tmp_path).offer(SMALL).seq == SEQ  # and given again it is in force again


@pytest.mark.parametrize("mark", [b"", b"{", b'{"seq": "x"}', b"\xff"])
def test_row_186_a_lost_mark_has_the_pack_verified_anew(tmp_path: Path, mark: bytes) -> None:
    keeping(tmp_path).offer(SMALL)
    (tmp_path / kept_pack.MARK).write_bytes(mark)
    assert keeping(tmp_path).start().seq == SEQ
    without = KeptPack(tmp_path, lambda: None, lambda: TODAY).start()
    assert without.shipped
    (tmp_path / kept_pack.FILE).write_bytes(signed(pack.written(document()), "nobody"))
    assert keeping(tmp_path).start().shipped


def test_row_186_stopped_between_its_two_writes_the_one_before_is_in_force(
    tmp_path: Path,
) -> None:
    keep = keeping(tmp_path)
    keep.offer(SMALL)
    later = made(SEQ + 1)
    keep.offer(later)
    (tmp_path / kept_pack.FILE).write_bytes(SMALL)  # the mark is written, the pack is not yet
    now = keeping(tmp_path).start()
    assert (now.seq, now.message) == (SEQ, None)
    assert keeping(tmp_path).seq < SEQ + 1  # so the endpoint is asked for it again
    assert keeping(tmp_path).offer(later).seq == SEQ + 1


def test_row_186_without_its_mark_a_kept_pack_gives_way_to_no_older_one(tmp_path: Path) -> None:
    keeping(tmp_path).offer(SMALL)
    (tmp_path / kept_pack.MARK).unlink()
    assert refused(keeping(tmp_path), made(SEQ - 1)) == "older"
    assert keeping(tmp_path).offer(made(SEQ + 1)).seq == SEQ + 1


@pytest.mark.parametrize("name", [kept_pack.FILE, kept_pack.MARK])
def test_row_186_what_cannot_be_read_for_a_moment_is_neither_lost_nor_written_over(
    tmp_path: Path, name: str
) -> None:
    keep = keeping(tmp_path)
    keep.offer(SMALL)
    (tmp_path / name).rename(tmp_path / "aside")
    (tmp_path / name).mkdir()  # what cannot be read, to whoever runs this
    assert (keep.start().seq, keep.start().message) == (SEQ, None)
    assert refused(keep, made(SEQ + 1)) == "unkept"
    with pytest.raises(PackRejected, match="envelope"):
        keep.deliver(b"{}", 7.0)
    assert keep.seq == shipped.seq()
    told = keeping(tmp_path).start().message  # a new start knows no better
    assert told is not None
    assert told.id == "pack.lost"
    (tmp_path / name).rmdir()
    (tmp_path / "aside").rename(tmp_path / name)
    assert refused(keeping(tmp_path), made(SEQ - 1)) == "older"
    assert (
        keeping(tmp_path, root=roots.content(signing.root(2, policy_keys=("later",)))).start().seq
        == SEQ
    )


def test_a_pack_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / "no-folder").write_bytes(b"")
    assert refused(keeping(tmp_path / "no-folder"), SMALL) == "unkept"


def test_a_refusal_over_the_network_is_noted_until_one_is_taken(tmp_path: Path) -> None:
    keep = keeping(tmp_path)
    with pytest.raises(PackRejected):
        keep.deliver(b"{}", 7.0)
    noted = keeping(tmp_path).start().refused
    assert noted is not None
    assert (noted.message.id, noted.at) == ("pack.rejected.form", 7.0)
    keep.deliver(SMALL, 8.0)
    now = keeping(tmp_path).start()
    assert (now.seq, now.refused) == (SEQ, None)


def test_another_program_s_pack_is_seen(tmp_path: Path) -> None:
    agent = keeping(tmp_path)
    assert agent.start().matcher is agent.start().matcher
    keeping(tmp_path).offer(SMALL)
    now = agent.start()
    assert now.seq == SEQ
    assert agent.start().matcher is now.matcher


def test_a_number_tells_its_day() -> None:
    assert pack.day_of(2026113001) == date(2026, 11, 30)
    for wrong in (0, 1, -2026113001, 2026133101, 99999999999):
        with pytest.raises(ValueError, match="seq"):
            pack.day_of(wrong)


def test_the_shipped_number_is_not_of_before_its_own_data() -> None:
    """Whoever brings in data of a later day raises `seq` in `resources/software/pack.toml`."""
    assert pack.day_of(shipped.seq()) >= max(one.day for one in shipped.known().sources)
    assert pack.from_the_future(shipped.known(), pack.day_of(shipped.seq())) is None


def test_what_ships_without_a_number_stands_in_nobody_s_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    shipped.seq.cache_clear()
    assert shipped.seq() == 0
    shipped.seq.cache_clear()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)


def leaves(told: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to each part of a document."""
    pairs: list[Any] = []
    if isinstance(told, dict):
        pairs = list(told.items())
    elif isinstance(told, list):
        pairs = list(enumerate(told[:3]))
    return [path, *(way for name, value in pairs for way in leaves(value, (*path, name)))]


ATTACK = {"cve": "C", "product": "acme", "lines": "", "from": "", "below": "5"}
ROWS = document(
    exploited=[{**ATTACK, "added": "2026-01-01"}],
    releases={"acme": [["5.1", "2026-01-01"]]},
    kept={"product": [{"product": "b", "title": "B", "lines": [{"line": "1", "source": "x"}]}]},
)
WAYS = leaves(ROWS)[1:]


@given(st.sampled_from(WAYS), JSON)
@settings(max_examples=150, deadline=None)
def test_row_185_whatever_a_signed_document_says_it_is_read_or_refused(
    way: tuple[Any, ...], value: Any
) -> None:
    """A key that signs may slip; the program that reads must not end by it."""
    wrong = json.loads(json.dumps(ROWS))
    at = wrong
    for name in way[:-1]:
        at = at[name]
    at[way[-1]] = value
    kind = ""
    try:
        pack.opened(pack.written(wrong))
    except PackRejected as error:
        kind = error.kind
    assert kind in {"", "damaged", "format", "content"}
