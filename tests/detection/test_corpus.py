"""The corpora: every value is what its kind asks for, stands in its file, and comes again."""

from __future__ import annotations

import io
import json
from importlib import import_module
from pathlib import Path

import olefile
import pytest
from stdnum import iban, luhn

from tests.corpus.build import build
from tests.corpus.decoys import DECOYS
from tests.corpus.dice import Dice
from tests.corpus.page import Page
from tests.corpus.score import plain
from tests.corpus.values import MAKERS
from tests.corpus.wording import Region, load, names
from tests.corpus.writers import legacy
from tests.corpus.writers.text import encoded

JUDGES = {
    "AADHAAR": "in_.aadhaar",
    "IN_PAN": "in_.pan",
    "NHS": "gb.nhs",
    "SSN": "us.ssn",
    "CA_SIN": "ca.sin",
    "AU_TFN": "au.tfn",
    "DE_TIN": "de.idnr",
    "FR_NIR": "fr.nir",
    "IT_CF": "it.codicefiscale",
    "PL_PESEL": "pl.pesel",
    "NL_BSN": "nl.bsn",
    "RO_CNP": "ro.cnp",
    "BE_NN": "be.nn",
    "PT_NIF": "pt.nif",
    "SE_PN": "se.personnummer",
    "DK_CPR": "dk.cpr",
    "FI_HETU": "fi.hetu",
    "IE_PPSN": "ie.pps",
    "AT_SVNR": "at.vnr",
    "CZ_RC": "cz.rc",
    "GR_AMKA": "gr.amka",
    "GR_AFM": "gr.vat",
    "BR_CPF": "br.cpf",
    "ZA_ID": "za.idnr",
}
"""Kinds with a module of python-stdnum that knows their check digits."""

REGIONS = [(name, region) for name in names() for region in load(name).regions]


@pytest.mark.parametrize(("kind", "module"), JUDGES.items())
def test_a_number_holds_for_a_library_that_did_not_make_it(kind: str, module: str) -> None:
    judge = import_module(f"stdnum.{module}")
    dice = Dice(7)
    assert all(judge.is_valid(MAKERS[kind](dice, "").text) for _ in range(300))


def test_cards_and_accounts_hold_for_a_library_that_did_not_make_them() -> None:
    dice = Dice(7)
    for form in ("", "amex", "diners", "long", "dot", "single"):
        assert all(luhn.is_valid(MAKERS["PAN"](dice, form).true) for _ in range(100))
    for country in (
        "gb",
        "de",
        "fr",
        "nl",
        "es",
        "pl",
        "it",
        "pt",
        "br",
        "ro",
        "se",
        "cz",
        "gr",
        "hu",
        "dk",
        "no",
        "fi",
    ):
        made = MAKERS["IBAN"](dice, f"{country}-space").text
        assert iban.is_valid(made, check_country=False), made


def test_a_spanish_number_is_a_dni_or_a_nie() -> None:
    dice = Dice(7)
    for form, module in (("", "dni"), ("nie", "nie")):
        judge = import_module(f"stdnum.es.{module}")
        assert all(judge.is_valid(MAKERS["ES_ID"](dice, form).true) for _ in range(300))


@pytest.mark.parametrize("decoy", ["order", "bad-iban", "bad-ssn"])
def test_a_broken_number_is_broken(decoy: str) -> None:
    module = {"order": "luhn", "bad-iban": "iban", "bad-ssn": "us.ssn"}[decoy]
    judge = import_module(f"stdnum.{module}")
    dice = Dice(11)
    assert not any(judge.is_valid(DECOYS[decoy](dice)) for _ in range(200))


@pytest.mark.parametrize("name", names())
def test_every_value_is_written_as_it_is_remembered(name: str) -> None:
    words = load(name)
    page = Page(Dice(3), words)
    for region in words.regions:
        for template in (*region.notes, *region.kinds):
            lone = Page(page.dice, words)
            text = lone.fill(template) if "{" in template else lone.field(template)
            for kind, values in lone.truth.items():
                if kind not in {"DOB", "SECRET"}:
                    assert all(plain(value) in plain(text) for value in values), template


@pytest.mark.parametrize(
    ("name", "region"), REGIONS, ids=[f"{name}-{region.code}" for name, region in REGIONS]
)
def test_a_region_has_words_for_all_that_it_holds(name: str, region: Region) -> None:
    kinds = {spec.partition(":")[0] for spec in region.kinds} | {"PAN", "CVV", "EMAIL", "expiry"}
    rest = {"name", "order", "created", "amount", "imei", "tracking", "session", "epoch", "case"}
    assert kinds | rest | {"reference", "note"} <= set(region.labels)


def test_variants_share_neither_sentences_nor_people() -> None:
    every = [load(name) for name in names()]
    for words in every:
        for other in every:
            if other.name != words.name:
                assert not set(words.tricky) & set(other.tricky)
                assert words.company != other.company
                assert not set(words.mail) & set(other.mail)
                ours = {note for region in words.regions for note in region.notes}
                theirs = {note for region in other.regions for note in region.notes}
                assert len(ours & theirs) <= len(ours) // 20


@pytest.mark.heavy
def test_the_same_seed_gives_the_same_truth_and_another_one_another(tmp_path: Path) -> None:
    made = [
        json.loads(build("second", tmp_path / str(n), seed).read_text(encoding="utf-8"))
        for n, seed in enumerate((5, 5, 6))
    ]
    truths = [[file["truth"] for file in one["files"]] for one in made]
    assert truths[0] == truths[1] != truths[2]
    texts = [sorted((tmp_path / str(n) / "files" / "txt").iterdir()) for n in (0, 1)]
    assert [f.read_bytes() for f in texts[0]] == [f.read_bytes() for f in texts[1]]


def test_a_manifest_tells_every_file(tmp_path: Path) -> None:
    manifest = json.loads(build("third", tmp_path).read_text(encoding="utf-8"))
    there = {str(f.relative_to(tmp_path / "files")) for f in (tmp_path / "files").rglob("*.*")}
    there |= {str(f.relative_to(tmp_path / "files")) for f in (tmp_path / "files").glob("*/dump_*")}
    assert {file["path"] for file in manifest["files"]} == there
    for file in manifest["files"]:
        assert set(file) == {"path", "format", "encrypted", "truth", "optional", "decoys"}
        if file["encrypted"] or file["format"] == "clean":
            assert not file["truth"]
        for values in file["truth"].values():
            assert len(set(values)) == len(values), "a value stands once in a file"


def test_old_office_files_are_compound_files() -> None:
    lines = ["one", "zwei", "três"]
    for data, stream in (
        (legacy.word(lines), "WordDocument"),
        (legacy.workbook([["a", "b"], ["1", "2"]]), "Workbook"),
        (legacy.message("a@b.eu", "Hi", lines, [("n.txt", b"x" * 5000)]), "__substg1.0_1000001F"),
    ):
        with olefile.OleFileIO(io.BytesIO(data)) as opened:
            assert opened.exists(stream)
            assert not opened.parsing_issues
            for path in opened.listdir():
                assert len(opened.openstream(path).read()) == opened.get_size(path)


@pytest.mark.parametrize(
    ("content", "page"),
    [("née à Ås", "cp1252"), ("łódź", "cp1250"), ("ΑΦΜ", "cp1253"), ("ș and Ω", "utf-8")],
)
def test_a_desk_saves_in_the_code_page_that_holds_its_letters(content: str, page: str) -> None:
    assert encoded(content, "ansi") == content.encode(page)
