"""HL7, X12 and EDIFACT, whose fields are told by their place: found whatever stands around."""

from __future__ import annotations

import pytest

from tests.unit.detect.files.extracted import counts, format_of, said

HL7 = (
    "MSH|^~\\&|EPIC|MERCY|LAB|MERCY|20261130083000||ADT^A04|MSG00001|P|2.5.1",
    (
        "PID|1||PAT1234^5^M11^ADT1^MR~078051121^^^USSSA^SS~9434765919^^^NHS^NH||JONES^WILLIAM"
        "||19610615|M||C|1200 N ELM ST^^GREENSBORO^NC|GL|(212)555-0123"
        "|^^^ann.lee@quillpost.com^1^919^5550199||S||PAT001|219091234"
    ),
    "NK1|1|JONES^BARBARA|WIFE||(919)555-0187",
    "NTE|1||card 4539 1488 0343 6467",
)
IN_HL7 = {"DOB": 1, "EMAIL": 1, "NHS": 1, "PAN": 1, "PHONE": 3, "SSN": 2}

X12 = (
    (
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
        "*261130*0830*^*00501*000000001*0*P*:"
    ),
    "GS*BE*S*R*20261130*0830*1*X*005010X220A1",
    "ST*834*0001",
    "NM1*IL*1*LEE*ANN*M***34*219091234",
    "PER*IP**HP*2125550123*EM*ann.lee@quillpost.com",
    "DMG*D8*19610615*F",
    "REF*SY*078051121",
    "REF*0F*555123456",
    "SE*9*0001",
    "GE*1*1",
    "IEA*1*000000001",
)
IN_X12 = {"DOB": 1, "EMAIL": 1, "PHONE": 1, "SSN": 2}


EDIFACT = (
    "UNB+UNOA:4+PEREGRINE:ZZ+BORDER:ZZ+261130:0830+472343163++APIS",
    "UNH+217097+PAXLST:D:05B:UN:IATA",
    "COM+447911234567:TE+ann.lee@quillpost.com:EM",
    "DTM+189:2611300830:201",
    "NAD+FL+++LEE:ANN",
    "DTM+329:810403",
    "RFF+AVF:FRYZYT",
    "DOC+P+533104482",
    "DTM+36:300819",
    "NAD+FL+++RAY:BO?'B",
    "DTM+329:19750512:102",
    "DOC+P:110:111+C01X00T47",
    "FII+BF+GB29NWBK60161331926819:RAY",
    "FTX+AAI+++card 4539 1488 0343 6467",
    "UNT+33+217097",
)
IN_EDIFACT = {"DOB": 2, "EMAIL": 1, "IBAN": 1, "PAN": 1, "PASSPORT": 2, "PHONE": 1}


def hl7(end: str = "\r") -> str:
    return end.join((*HL7, ""))


def x12(end: str = "~", between: str = "*") -> str:
    return end.join((*X12, "")).replace("*", between)


def edifact(end: str = "'", head: str = "") -> str:
    return head + end.join((*EDIFACT, ""))


@pytest.mark.parametrize(
    "text",
    [
        edifact(),
        edifact("'\n"),
        edifact("'\r\n", "UNA:+.? '\r\n"),
        edifact("'", "UNA:+.? '"),
        edifact("~", "UNA:*.? ~").replace("+", "*"),
        f"received at 08:30\n{edifact()}",
        edifact() + edifact(),
    ],
    ids=["plain", "by lines", "CR LF", "told", "other marks", "below a line", "two"],
)
def test_messages_of_carriers_are_read_by_their_places(text: str) -> None:
    assert format_of(text.encode()) == "edifact"
    assert counts(text.encode()) == IN_EDIFACT


@pytest.mark.parametrize(
    "text",
    [
        hl7(),
        hl7("\n"),
        hl7("\r\n"),
        f"\x0b{hl7()}\x1c\r",
        f"FHS|^~\\&|EPIC|MERCY\r{hl7()}",
        f"received at 08:30\n{hl7(chr(10))}",
        hl7() + hl7(),
        hl7().replace("|", "#"),
    ],
    ids=["CR", "LF", "CR LF", "framed", "in a batch", "below a line", "two", "other marks"],
)
def test_messages_of_clinics_are_read_by_their_places(text: str) -> None:
    assert format_of(text.encode()) == "hl7"
    assert counts(text.encode()) == IN_HL7


@pytest.mark.parametrize(
    "text",
    [
        x12(),
        x12("~\n"),
        x12("~\r\n"),
        x12("\n", "|"),
        f"received at 08:30\n{x12()}",
        x12() + x12(),
        "x" * 99 + "\n" + "no more than text\n" * 2000 + x12(),
    ],
    ids=["plain", "by lines", "CR LF", "other marks", "below a line", "two", "below much"],
)
def test_messages_of_insurers_are_read_by_their_places(text: str) -> None:
    assert format_of(text.encode()) == "x12"
    assert counts(text.encode()) == IN_X12


def test_what_a_field_escapes_is_read_as_it_is_meant() -> None:
    note = "\r".join((HL7[0], r"NTE|1||Smith \T\ Co.: card 4539\.br\1488 0343 6467", ""))
    assert "Smith & Co.: card 4539\n1488 0343 6467" in "\n".join(said(note.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "MSH is short for message header.\nPID|1||x",
        "ISA*00* is how an interchange begins\nREF*SY*219091234~",
        "TO: ANN\nMSH|EPIC|MERCY",
        "UNB is how an interchange begins\nDOC+P+533104482'",
    ],
)
def test_words_about_messages_are_none(text: str) -> None:
    assert format_of(text.encode()) not in {"hl7", "x12", "edifact"}


def test_places_of_others_are_no_persons() -> None:
    """An order's number in the place of a number is not read as what stands a field further on."""
    order = "\r".join((HL7[0], "ORC|NW|219091234|078051121||CM", "OBX|1|NM|X||19610615||", ""))
    assert counts(order.encode()) == {}
