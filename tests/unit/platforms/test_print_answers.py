"""Windows' log of print jobs, by entries as they are documented.

Wine keeps no such log. The form is that of event 307 in
https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2008-R2-and-2008/cc734094(v=ws.10)
"""

from __future__ import annotations

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms._print_jobs import Done
from agentguard.platforms._win32.print_answers import done, printer_kind

SECRET = "Card 4111 1111 1111 1111 of Kim &amp; Co"
EVENT = f"""<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>
<Provider Name="Microsoft-Windows-PrintService" Guid="{{747EF6FD-E535-4D16-B510-42C90F6873A1}}"/>
<EventID>307</EventID><Version>0</Version><Level>4</Level><Task>26</Task><Opcode>11</Opcode>
<Keywords>0x4000000000000840</Keywords><TimeCreated SystemTime="2026-11-30T08:00:01.1234567Z"/>
<EventRecordID>42</EventRecordID><Correlation/><Execution ProcessID="2900" ThreadID="7"/>
<Channel>Microsoft-Windows-PrintService/Operational</Channel><Computer>desk</Computer>
<Security UserID="S-1-5-21-1-2-3-1001"/></System><UserData><DocumentPrinted
 xmlns="http://manifests.microsoft.com/win/2005/08/windows/printing/spooler/core/events">
<Param1>7</Param1><Param2>{SECRET}</Param2><Param3>Kim</Param3><Param4>\\\\DESK</Param4>
<Param5>Printer by the door</Param5><Param6>USB001</Param6><Param7>50123</Param7>
<Param8>3</Param8></DocumentPrinted></UserData></Event>"""
JOB = Done(
    key="42 2026-11-30T08:00:01.123456", done=1796025601.123456, printer="local", pages=3
)  # fmt: skip


def test_row_146_a_printed_document_is_told_without_its_name() -> None:
    (told,) = done([EVENT], "kim")
    assert told == JOB
    assert "4111" not in repr(told)
    assert "door" not in repr(told)


def test_the_documents_of_others_are_not_told() -> None:
    assert list(done([EVENT], "ann")) == []


def test_a_driver_that_counts_no_pages_says_none() -> None:
    (told,) = done([EVENT.replace("<Param8>3<", "<Param8>0<")], "kim")
    assert told.pages is None


@pytest.mark.parametrize(
    "event",
    [
        "",
        "<Event>",
        EVENT.replace("<Param3>Kim</Param3>", ""),
        EVENT.replace("2026-11-30T08", "yesterday"),
        EVENT.replace("<Param8>3<", "<Param8>three<"),
        EVENT.replace('SystemTime="2026-11-30T08:00:01.1234567Z"', ""),
    ],
    ids=["empty", "cut", "no-user", "no-time", "no-number", "no-attribute"],
)
def test_row_146_an_entry_of_another_form_is_not_passed_over(event: str) -> None:
    with pytest.raises(PlatformError):
        list(done([event], "kim"))


@pytest.mark.parametrize(
    ("port", "kind"),
    [
        ("USB001", "local"),
        ("LPT1:", "local"),
        ("IP_192.0.2.7", "network"),
        ("WSD-9f2c", "network"),
        ("\\\\server\\queue", "network"),
        ("PORTPROMPT:", "file"),
        ("SHRFAX:", "file"),
        ("TS001", "other"),
        ("", "other"),
    ],
)
def test_a_printers_kind_is_that_of_its_port(port: str, kind: str) -> None:
    assert printer_kind(port) == kind
