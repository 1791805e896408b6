"""An evidence pack is proved only while every byte is as it was signed, and its sums are right."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from agentguard.base.errors import PolicyRejected, StoreError
from agentguard.trust import dsse
from agentguard.trust.evidence import certificate, manifest, proofs, reading, recount, tables
from agentguard.trust.evidence.manifest import FILE, MIB, Listed
from agentguard.trust.evidence.proofs import AUDIT, CERTIFICATE, KEYS, RECEIPTS, ROOTS, Known
from agentguard.trust.evidence.reading import Problem
from agentguard.trust.evidence.verify import Checked, verify
from agentguard.trust.evidence.writing import Counting, PackFolder
from agentguard.trust.keys import public_of
from tests.unit.trust import packs
from tests.unit.trust.packs import Signers
from tools.synthetic_year.tampering import CHANGES, PLACES, Tampering, unnamed

SIGNERS = Signers()


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return packs.contents(7, SIGNERS)


@pytest.fixture
def pack(tmp_path: Path, files: dict[str, bytes]) -> Path:
    return packs.write(tmp_path / "pack", files, SIGNERS)


def kinds(found: Checked) -> set[str]:
    return {one.kind for one in found.problems}


def changed(
    folder: Path, files: dict[str, bytes], name: str, change: Callable[[str], str], **other: object
) -> Checked:
    """Verify a pack that was signed with one file changed: a maker that counts wrongly."""
    made = change(files[name].decode())
    assert made.encode() != files[name]
    packs.write(folder, {**files, name: made.encode()}, SIGNERS, **other)
    return verify(folder, SIGNERS.known())


@pytest.mark.parametrize("seed", range(6))
def test_row_290_a_pack_is_proved_and_its_sums_are_counted_anew(tmp_path: Path, seed: int) -> None:
    files = packs.contents(seed, SIGNERS)
    found = verify(packs.write(tmp_path / "pack", files, SIGNERS), SIGNERS.known())
    assert (found.problems, found.open, found.proved) == ((), (), True)
    assert found.files == len(files)
    stored = [one for one in (tmp_path / "pack").rglob("*") if one.is_file() and one.name != FILE]
    assert found.bytes == sum(one.stat().st_size for one in stored)
    assert found.signer == public_of(SIGNERS.pack).id


ROUNDS = int(os.environ.get("AGENTGUARD_TAMPERINGS", "66"))


@pytest.mark.posix  # a link needs a right that a Windows account lacks
def test_row_291_every_tampering_is_named(tmp_path: Path, files: dict[str, bytes]) -> None:
    whole = packs.write(tmp_path / "whole", files, SIGNERS)
    other = packs.write(tmp_path / "other", packs.contents(8, SIGNERS), SIGNERS)
    tampering = Tampering(whole, other, tmp_path / "changed", random.Random(20261130))
    wrong = [one for one in unnamed(tampering, SIGNERS.known(), ROUNDS) if one[1]]
    assert wrong == []
    assert set(tampering.met) == {*PLACES, *(one.__name__ for one in CHANGES)}
    assert verify(whole, SIGNERS.known()).proved, "only copies were changed"


def test_row_291_a_change_is_named_by_mib_and_lines(tmp_path: Path) -> None:
    folder = PackFolder(tmp_path / "big")
    line = b"x" * 99 + b"\n"
    folder.put("big.csv", line * 30_000)
    folder.close(b"{}")
    listed, digest = folder.files["big.csv"], folder.digests["big.csv"]
    path = tmp_path / "big" / "big.csv"
    assert len(listed.mib) == 3
    assert listed.rows == 29_999
    with path.open("r+b") as file:
        file.seek(MIB + 5)
        file.write(b"y")
    from agentguard.trust.evidence.reading import hold  # noqa: PLC0415

    bad = hold(path, "big.csv", listed, digest, lambda _: None)
    first = MIB // 100 + 1
    assert bad == Problem(
        kind="changed", file="big.csv", mib=2, first=first, last=2 * MIB // 100 + 1
    )
    path.write_bytes(line * 20_000)
    cut = hold(path, "big.csv", listed, digest, lambda _: None)
    assert cut is not None
    assert (cut.kind, cut.mib, cut.last) == ("shorter", 2, 20_000)
    path.write_bytes(line * 30_000 + b"more\n")
    more = hold(path, "big.csv", listed, digest, lambda _: None)
    assert more is not None
    assert (more.kind, more.mib, more.last) == ("longer", 3, 30_001)
    path.write_bytes((line * 30_000)[: 2 * MIB])
    at_a_mib = hold(path, "big.csv", listed, digest, lambda _: None)
    assert at_a_mib is not None
    assert (at_a_mib.kind, at_a_mib.mib) == ("shorter", 3)


def test_another_packs_valid_file_is_named(tmp_path: Path, pack: Path) -> None:
    other = packs.write(tmp_path / "other", packs.contents(8, SIGNERS), SIGNERS)
    shutil.copy(other / "held" / "00001.csv.gz", pack / "held" / "00001.csv.gz")
    assert {one.file for one in verify(pack, SIGNERS.known()).problems} == {"held/00001.csv.gz"}


def test_another_packs_list_is_not_this_ones(tmp_path: Path, pack: Path) -> None:
    other = packs.write(tmp_path / "other", packs.contents(8, SIGNERS), SIGNERS)
    shutil.copy(other / FILE, pack / FILE)
    assert len(verify(pack, SIGNERS.known()).problems) >= 4


@pytest.mark.posix
@pytest.mark.parametrize("what", ["folder", "list", "socket", "empty"])
def test_links_and_what_is_no_file_are_named(pack: Path, tmp_path: Path, what: str) -> None:
    if what == "folder":
        shutil.move(pack / "held", tmp_path / "held")
        (pack / "held").symlink_to(tmp_path / "held")
        wanted = ("link", "held")
    elif what == "list":
        shutil.move(pack / FILE, tmp_path / FILE)
        (pack / FILE).symlink_to(tmp_path / FILE)
        wanted = ("no-list", FILE)
    elif what == "socket":
        os.mkfifo(pack / "pipe")
        wanted = ("special", "pipe")
    else:
        (pack / "empty").mkdir()
        wanted = ("extra", "empty/")
    found = verify(pack, SIGNERS.known())
    assert wanted in {(one.kind, one.file) for one in found.problems}


class TestWhoSigned:
    def test_row_292_without_a_root_or_a_key_nothing_is_proved(self, pack: Path) -> None:
        found = verify(pack, Known(now=SIGNERS.known().now))
        assert not found.proved
        assert [one.id for one in found.open] == ["evidence.open.no-root"]

    def test_a_known_key_is_enough(self, pack: Path) -> None:
        key = public_of(SIGNERS.pack)
        assert verify(pack, Known(now=SIGNERS.known().now, key=key)).proved

    def test_another_key_is_not(self, pack: Path) -> None:
        found = verify(pack, Known(now=0.0, key=public_of(SIGNERS.policy)))
        assert kinds(found) == {"signature"}

    def test_row_292_a_foreign_pack_is_not_believed(self, tmp_path: Path) -> None:
        foreign = Signers()
        folder = packs.write(tmp_path / "pack", packs.contents(1, foreign), foreign)
        assert kinds(verify(folder, SIGNERS.known())) == {"root"}

    def test_row_292_a_foreign_endpoint_is_not_believed(
        self, tmp_path: Path, files: dict[str, bytes]
    ) -> None:
        foreign = Signers(receipts=SIGNERS.receipts)
        theirs = {**files, KEYS: packs.keys(foreign), CERTIFICATE: foreign.certificate()}
        assert kinds(verify(packs.write(tmp_path / "a", theirs, foreign), SIGNERS.known())) == {
            "certificate"
        }
        stolen = {**files, KEYS: packs.keys(foreign)}
        assert kinds(verify(packs.write(tmp_path / "b", stolen, foreign), SIGNERS.known())) == {
            "other-key"
        }
        kept = dict(files)
        assert kinds(verify(packs.write(tmp_path / "c", kept, foreign), SIGNERS.known())) == {
            "signature"
        }

    def test_without_a_certificate_it_is_open(
        self, tmp_path: Path, files: dict[str, bytes]
    ) -> None:
        bare = {name: data for name, data in files.items() if name != CERTIFICATE}
        found = verify(packs.write(tmp_path / "pack", bare, SIGNERS), SIGNERS.known())
        assert [one.id for one in found.open] == ["evidence.open.no-certificate"]
        assert not found.proved

    @pytest.mark.parametrize("span", [(0, packs.UNTIL), (packs.UNTIL + 100, 2**33)])
    def test_a_certificate_covers_its_time(
        self, tmp_path: Path, files: dict[str, bytes], span: tuple[int, int]
    ) -> None:
        other = {**files, CERTIFICATE: SIGNERS.certificate(*span)}
        found = verify(packs.write(tmp_path / "pack", other, SIGNERS), SIGNERS.known())
        assert kinds(found) == {"certificate-time"}

    def test_a_certificate_may_be_damaged_or_made_of_something_else(self) -> None:
        given = dsse.sign(dsse.Sealed(type=certificate.TYPE, payload=b'{"key": 1}'), SIGNERS.policy)
        with pytest.raises(PolicyRejected):
            certificate.read(dsse.write(given))

    @pytest.mark.parametrize("held", [b"", b"{}", b'{"pack": "x", "receipts": "y"}', b"[1"])
    def test_keys_that_cannot_be_read(
        self, tmp_path: Path, files: dict[str, bytes], held: bytes
    ) -> None:
        folder = packs.write(tmp_path / "pack", {**files, KEYS: held}, SIGNERS)
        assert "keys" in kinds(verify(folder, SIGNERS.known()))
        known = Known(now=SIGNERS.known().now, key=public_of(SIGNERS.pack))
        assert kinds(verify(folder, known)) & {"keys", "json"}

    def test_roots_may_be_missing_where_yours_is_the_newest(
        self, tmp_path: Path, files: dict[str, bytes]
    ) -> None:
        bare = {name: data for name, data in files.items() if name != ROOTS}
        assert verify(packs.write(tmp_path / "pack", bare, SIGNERS), SIGNERS.known()).proved


class TestWhatIsSigned:
    @pytest.mark.parametrize(
        ("raw", "kind"),
        [
            (b"", "list"),
            (b"[]", "list"),
            (
                b'{"payload": "e30=", "payload": "e30=", "payloadType": "x", "signatures": []}',
                "twice",
            ),
            (b'{"payload": "e30=", "payloadType": "x", "signatures": []}', "list"),
        ],
    )
    def test_row_293_a_list_that_can_be_read_in_two_ways(
        self, pack: Path, raw: bytes, kind: str
    ) -> None:
        (pack / FILE).write_bytes(raw)
        assert kinds(verify(pack, SIGNERS.known())) == {kind}

    @pytest.mark.parametrize(
        ("payload", "kind"),
        [
            (b'{"_type": "a", "_type": "b"}', "twice"),
            (b"not json", "list"),
            (b'{"_type": "x"}', "list"),
        ],
    )
    def test_row_293_a_signed_text_that_can_be_read_in_two_ways(
        self, pack: Path, payload: bytes, kind: str
    ) -> None:
        given = dsse.sign(dsse.Sealed(type=manifest.TYPE, payload=payload), SIGNERS.pack)
        (pack / FILE).write_bytes(dsse.write(given))
        assert kinds(verify(pack, SIGNERS.known())) == {kind}

    @pytest.mark.parametrize("what", ["kind", "names", "again"])
    def test_a_list_whose_halves_differ(self, pack: Path, what: str) -> None:
        given = dsse.read((pack / FILE).read_bytes(), manifest.TYPE, manifest.MOST_BYTES)
        value = json.loads(given.payload)
        if what == "kind":
            value["predicateType"] = "urn:other"
        elif what == "names":
            value["subject"].pop()
        else:
            value["subject"].append(value["subject"][0])
        payload = json.dumps(value).encode()
        signed = dsse.sign(dsse.Sealed(type=manifest.TYPE, payload=payload), SIGNERS.pack)
        (pack / FILE).write_bytes(dsse.write(signed))
        assert kinds(verify(pack, SIGNERS.known())) == {"list"}

    def test_other_rows_or_another_digest_than_the_parts(self, pack: Path) -> None:
        given = dsse.read((pack / FILE).read_bytes(), manifest.TYPE, manifest.MOST_BYTES)
        value = json.loads(given.payload)
        value["predicate"]["files"][tables.SPELLS]["rows"] += 1
        payload = json.dumps(value).encode()
        signed = dsse.sign(dsse.Sealed(type=manifest.TYPE, payload=payload), SIGNERS.pack)
        (pack / FILE).write_bytes(dsse.write(signed))
        found = verify(pack, SIGNERS.known())
        assert [(one.kind, one.file) for one in found.problems] == [("listed", tables.SPELLS)]

    def test_row_293_json_within_a_pack_says_nothing_twice(
        self, tmp_path: Path, files: dict[str, bytes]
    ) -> None:
        other = {**files, "scope.json": b'{"desks": 4, "desks": 5}'}
        found = verify(packs.write(tmp_path / "pack", other, SIGNERS), SIGNERS.known())
        assert [(one.kind, one.file) for one in found.problems] == [("twice", "scope.json")]

    def test_a_pack_of_a_period_that_goes_on_is_open(
        self, tmp_path: Path, files: dict[str, bytes]
    ) -> None:
        folder = packs.write(tmp_path / "pack", files, SIGNERS, cut_off=packs.UNTIL - 5)
        assert [one.id for one in verify(folder, SIGNERS.known()).open] == ["evidence.open.cut-off"]

    def test_no_folder(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError):
            verify(tmp_path / "none", SIGNERS.known())

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        assert kinds(verify(tmp_path, SIGNERS.known())) == {"no-list"}

    @pytest.mark.parametrize("name", ["../out.csv", "A.csv", "a b.csv", "/a.csv", FILE, "a"])
    def test_no_file_has_such_a_name(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            PackFolder(tmp_path / "pack").put(name, b"")


class TestChains:
    def test_row_294_an_audit_log_that_was_rewritten(
        self, tmp_path: Path, files: dict[str, bytes]
    ) -> None:
        lines = files[AUDIT].splitlines(keepends=True)
        found = verify(
            packs.write(tmp_path / "pack", {**files, AUDIT: b"".join(lines[:9])}, SIGNERS),
            SIGNERS.known(),
        )
        assert [(one.kind, one.file) for one in found.problems] == [("audit", AUDIT)]

    def test_an_audit_log_that_nobody_signed_lately_is_open(
        self, tmp_path: Path, files: dict[str, bytes]
    ) -> None:
        late = packs.UNTIL + 99_999
        folder = packs.write(tmp_path / "pack", files, SIGNERS, cut_off=late, made=late)
        assert [one.id for one in verify(folder, SIGNERS.known()).open] == ["journal-review.until"]

    def test_without_an_audit_log_it_is_open(self, tmp_path: Path, files: dict[str, bytes]) -> None:
        bare = {n: d for n, d in files.items() if n not in {AUDIT, RECEIPTS}}
        found = verify(packs.write(tmp_path / "pack", bare, SIGNERS), SIGNERS.known())
        assert [one.id for one in found.open] == ["evidence.open.no-audit"]

    @pytest.mark.parametrize("line", [b"{}\n", b"x\n", b'{"receipt": "{}", "signature": "AAAA"}\n'])
    def test_row_294_a_receipt_that_the_endpoint_did_not_sign(
        self, tmp_path: Path, files: dict[str, bytes], line: bytes
    ) -> None:
        other = {**files, RECEIPTS: files[RECEIPTS] + line}
        found = verify(packs.write(tmp_path / "pack", other, SIGNERS), SIGNERS.known())
        assert found.problems == (Problem(kind="receipt", file=RECEIPTS, first=4),)

    def test_the_key_of_receipts_may_be_demanded(self, pack: Path) -> None:
        right = Known(
            now=SIGNERS.known().now,
            chain=SIGNERS.chain(),
            receipts=public_of(SIGNERS.receipts).text,
        )
        assert verify(pack, right).proved
        wrong = Known(now=0.0, chain=SIGNERS.chain(), receipts=public_of(SIGNERS.pack).text)
        assert kinds(verify(pack, wrong)) == {"other-receipts"}


def one_more(number: str) -> str:
    return str(int(number) + 60)


def edit(row: int, cell: int, to: Callable[[str], str]) -> Callable[[str], str]:
    def change(text: str) -> str:
        lines = text.split("\r\n")
        cells = lines[row].split(",")
        cells[cell] = to(cells[cell])
        lines[row] = ",".join(cells)
        return "\r\n".join(lines)

    return change


def without(row: int) -> Callable[[str], str]:
    def change(text: str) -> str:
        lines = text.split("\r\n")
        del lines[row]
        return "\r\n".join(lines)

    return change


def again(row: int) -> Callable[[str], str]:
    def change(text: str) -> str:
        lines = text.split("\r\n")
        lines.insert(row, lines[row])
        return "\r\n".join(lines)

    return change


WRONG: list[tuple[str, Callable[[str], str], str]] = [
    ("held/00001.csv.gz", edit(1, 4, one_more), "sum-sum"),
    ("held/00001.csv.gz", edit(1, 3, one_more), "sum-sum"),
    ("held/00001.csv.gz", edit(1, 2, lambda _: "*"), "sum-form"),
    ("held/00001.csv.gz", edit(1, 4, lambda _: "-60"), "sum-form"),
    ("held/00001.csv.gz", edit(1, 4, lambda _: "x"), "sum-form"),
    ("held/00001.csv.gz", edit(1, 0, lambda _: "99"), "sum-spell"),
    ("held/00001.csv.gz", edit(0, 4, lambda _: "fail"), "sum-head"),
    ("held/00002.csv.gz", edit(0, 5, lambda _: "other"), "sum-head"),
    ("held/00001.csv.gz", without(1), "sum-unheld"),
    ("held/00001.csv.gz", again(1), "sum-again"),
    ("held/00001.csv.gz", lambda text: text[:-1], "sum-form"),
    ("held/00001.csv.gz", lambda _: "", "sum-form"),
    ("gaps/00001.csv.gz", edit(1, 6, one_more), "sum-seconds"),
    ("gaps/00001.csv.gz", without(1), "sum-gaps"),
    ("gaps/00001.csv.gz", again(1), "sum-overlap"),
    ("gaps/00001.csv.gz", edit(1, 5, lambda _: "2031-01-01T00:00:00Z"), "sum-outside"),
    ("gaps/00001.csv.gz", edit(1, 4, lambda _: "2026-01-01"), "sum-form"),
    ("gaps/00001.csv.gz", edit(1, 4, lambda _: "x"), "sum-form"),
    ("gaps/00001.csv.gz", edit(0, 0, lambda _: "x"), "sum-head"),
    ("gaps/00001.csv.gz", lambda text: text + text.split("\r\n")[1] + "\r\n", "sum-gaps"),
    ("spells.csv", edit(1, 4, one_more), "sum-seconds"),
    ("spells.csv", edit(1, 2, lambda _: "2020-01-01T00:00:00Z"), "sum-outside"),
    ("spells.csv", again(1), "sum-spell"),
    ("spells.csv", edit(0, 1, lambda _: "x"), "sum-head"),
    ("mapping.csv", lambda text: text + '"a","b"\r\n', "sum-form"),
    (
        "mapping.csv",
        lambda text: text + '"a","b","unheld","supports","n","s"\r\n',
        "sum-unheld",
    ),
    ("mapping.csv", lambda text: text.replace('"8.2.8"', '"8.2.9"'), "sum-requirement"),
    ("teams.csv", lambda text: text.replace("Cards", "Other"), "sum-requirement"),
    ("teams.csv", edit(0, 0, lambda _: "x"), "sum-head"),
    ("weeks.csv.gz", edit(1, 4, one_more), "sum-week"),
    ("weeks.csv.gz", edit(0, 1, lambda _: "x"), "sum-head"),
    ("weeks.csv.gz", without(-2), "sum-short"),
    ("gaps/00001.csv.gz", edit(1, 3, lambda _: "other"), "sum-gaps"),
    ("requirements.csv", edit(1, 7, one_more), "sum-requirement"),
    ("requirements.csv", edit(0, 3, lambda _: "x"), "sum-head"),
    ("requirements.csv", without(-2), "sum-short"),
    ("requirements.csv", lambda text: text + text.split("\r\n")[1] + "\r\n", "sum-requirement"),
]


@pytest.mark.parametrize(("name", "change", "kind"), WRONG)
def test_row_290_a_maker_that_counts_wrongly_is_found_out(
    tmp_path: Path,
    files: dict[str, bytes],
    name: str,
    change: Callable[[str], str],
    kind: str,
) -> None:
    found = changed(tmp_path / "pack", files, name, change)
    assert kind in kinds(found), found.problems
    assert not found.proved


def test_a_gap_of_the_whole_desk_stands_before_those_of_its_controls() -> None:
    gaps = recount._Gaps(0, 1000, recount.Sums())
    times = (tables.stamp(0), tables.stamp(60), "60")
    gaps.take(("1", "1", "clipboard", "fail", *times))
    with pytest.raises(recount.Wrong, match="order"):
        gaps.take(("1", "1", tables.EVERY, "offline", *times))


def test_no_release_knows_so_many_states() -> None:
    sums = recount.Sums()
    for number in range(recount.MOST_STATES):
        sums.lose("clipboard", "1", f"s{number}", [(0, 60)])
    with pytest.raises(recount.Wrong, match="form"):
        sums.lose("clipboard", "1", "another", [(0, 60)])


@pytest.mark.parametrize(
    "text",
    ["", "2026-01-01", "2026-01-01T00:00Z", "20260101T000000Z", "2026-01-01t00:00:00Z",
     "2026-01-01T00:00:00", "2026-01-01T24:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T00:00:60Z",
     " 2026-01-01T00:00:00Z", "2026-W01-1T00:00:00Z", "+026-01-01T00:00:00Z"],
)  # fmt: skip
def test_a_moment_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        tables.moment(text)


def test_every_moment_is_read_as_it_was_written() -> None:
    chance = random.Random(7)
    for at in (0, 59, 60, 3599, 86399, 86400, *(chance.randrange(2**33) for _ in range(2000))):
        assert tables.moment(tables.stamp(at)) == at


def test_a_desk_of_which_no_file_tells(tmp_path: Path, files: dict[str, bytes]) -> None:
    left = {n: d for n, d in files.items() if n not in {"held/00002.csv.gz", "gaps/00002.csv.gz"}}
    found = verify(packs.write(tmp_path / "pack", left, SIGNERS), SIGNERS.known())
    assert Problem(kind="sum-unheld", file=tables.SPELLS) in found.problems


def test_weeks_begin_on_mondays() -> None:
    assert tables.day(tables.week_of(packs.SINCE)) == "2026-09-21"
    assert tables.week_of(tables.week_of(packs.SINCE)) == tables.week_of(packs.SINCE)


def test_names_stand_between_commas() -> None:
    assert tables.plain('a, "b";\r\nc') == "a b c"


def test_proofs_are_not_read_through_links(tmp_path: Path) -> None:
    assert proofs._read(tmp_path / "none", 10) == b""


class TestPacked:
    """Tables with millions of rows lie there as gzip; the digests are those of what lies there."""

    NAME = "gaps/00001.csv.gz"

    def folder(self, tmp_path: Path, text: bytes) -> tuple[Path, Listed, str]:
        pack = PackFolder(tmp_path / "pack")
        pack.put(self.NAME, text)
        return tmp_path / "pack" / self.NAME, pack.files[self.NAME], pack.digests[self.NAME]

    def held(self, path: Path, listed: Listed, digest: str) -> tuple[Problem | None, bytes]:
        told: list[bytes] = []
        return reading.hold(path, self.NAME, listed, digest, told.append), b"".join(told)

    def test_row_307_usual_tools_open_it_and_its_digest_is_that_of_the_file(
        self, tmp_path: Path
    ) -> None:
        text = b"a,b\r\n" * 400_000
        path, listed, digest = self.folder(tmp_path, text)
        assert gzip.decompress(path.read_bytes()) == text
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
        assert listed.bytes == path.stat().st_size < len(text) // 50
        assert listed.rows == 399_999
        assert self.held(path, listed, digest) == (None, text)
        twice = tmp_path / "twice"
        twice.mkdir()
        assert self.folder(twice, text)[2] == digest, "no time and no name stand in it"

    def test_row_307_nothing_is_unpacked_from_the_first_changed_mib_on(
        self, tmp_path: Path
    ) -> None:
        drawn = random.Random(1)
        text = b"\r\n".join(drawn.randbytes(60).hex().encode() for _ in range(60_000))
        path, listed, digest = self.folder(tmp_path, text)
        assert len(listed.mib) >= 3
        data = bytearray(path.read_bytes())
        data[MIB + 7] ^= 1
        path.write_bytes(data)
        bad, told = self.held(path, listed, digest)
        assert bad is not None
        assert (bad.kind, bad.mib) == ("changed", 2)
        assert text.startswith(told)
        assert 0 < len(told) < len(text) * 2 // len(listed.mib)
        lines = told.count(b"\n")
        assert (bad.first, bad.last) == (lines + 1, listed.rows + 1)

    @pytest.mark.parametrize(
        "change",
        [
            lambda data: data + b"\0",
            lambda data: data + gzip.compress(b"more\r\n"),
            lambda data: data[:-1],
            lambda data: data[:-5] + bytes([data[-5] ^ 1]) + data[-4:],
            lambda _: b"a,b\r\n",
            lambda _: b"",
        ],
        ids=["behind", "another", "cut", "checksum", "none", "empty"],
    )
    def test_row_307_what_can_be_unpacked_in_two_ways_or_not_at_all_is_named(
        self, tmp_path: Path, files: dict[str, bytes], change: Callable[[bytes], bytes]
    ) -> None:
        """A maker packs one file wrongly, and signs it."""
        folder = PackFolder(tmp_path / "pack")
        for name, data in files.items():
            folder.put(name, data)
        path = tmp_path / "pack" / self.NAME
        data = change(path.read_bytes())
        path.write_bytes(data)
        counting = Counting(lines=folder.files[self.NAME].rows + 1)
        counting.take(data)
        folder.digests[self.NAME] = counting.whole.hexdigest()
        folder.files[self.NAME] = counting.listed(self.NAME)
        sealed = manifest.sealed(packs.predicate(folder), folder.digests)
        folder.close(dsse.write(dsse.sign(sealed, SIGNERS.pack)))
        found = verify(tmp_path / "pack", SIGNERS.known())
        assert ("packing", self.NAME) in {(one.kind, one.file) for one in found.problems}
        assert not found.proved

    def test_row_307_a_bomb_is_unpacked_a_mib_at_a_time(self, tmp_path: Path) -> None:
        path, listed, digest = self.folder(tmp_path, bytes(64 * MIB))
        assert listed.bytes < MIB
        longest = 0

        def take(block: bytes) -> None:
            nonlocal longest
            longest = max(longest, len(block))

        assert reading.hold(path, self.NAME, listed, digest, take) is None
        assert longest <= MIB

    def test_row_307_a_line_without_an_end_is_not_gathered(
        self, tmp_path: Path, files: dict[str, bytes]
    ) -> None:
        folder = packs.write(tmp_path / "pack", {**files, self.NAME: bytes(8 * MIB)}, SIGNERS)
        found = verify(folder, SIGNERS.known())
        assert ("sum-form", self.NAME) in {(one.kind, one.file) for one in found.problems}
