"""The catalogue that ships, on real names of programs and on every Windows there is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import lifecycle
from agentguard.checks.software import CHECK, Settings
from agentguard.model.events import Facts
from agentguard.model.facts import Kind, Software, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.model.software import State as Known
from agentguard.model.software import Today
from agentguard.model.verdicts import State, Verdict
from agentguard.software import shipped

AT = Moment(boot=1, wall=datetime(2026, 11, 25, tzinfo=UTC).timestamp())
TODAY = date(2026, 11, 25)
KNOWN = lifecycle.known(AT, shipped.matcher())
BLANK = Facts(last={}).seeing(KNOWN)


def program(name: str, version: str) -> Software:
    """Make an installed program."""
    return Software(name=name, version=version, vendor="", source="x")


def system(edition: str, version: str) -> Software:
    """Make an operating system."""
    return Software(
        name="System", version=version, vendor="", source="x", kind=Kind.SYSTEM, edition=edition
    )


GOOD = system("Professional", "10.0.26200.9168")


def judged(*items: Software) -> Verdict:
    """Judge an inventory by the catalogue that ships."""
    seen = SoftwareSeen(at=AT, items=items)
    verdict = CHECK.judge(seen, BLANK.seeing(seen), Settings())
    assert verdict is not None
    assert verdict.message is not None
    return verdict


def shown(*items: Software) -> str:
    """Give the products that are past their support, else the state."""
    verdict = judged(*items)
    assert verdict.message is not None
    if verdict.state is State.FAIL:
        return str(verdict.message.params["products"])
    return verdict.state.value


W = ["Core", "CoreN", "CoreSingleLanguage", "CoreCountrySpecific", "Professional", "ProfessionalN",
     "ProfessionalEducation", "ProfessionalEducationN", "ProfessionalWorkstation",
     "ProfessionalWorkstationN"]  # fmt: skip
E = ["Enterprise", "EnterpriseN", "Education", "EducationN", "IoTEnterprise", "ServerRdsh",
     "EnterpriseEval"]  # fmt: skip
LTSC = ["EnterpriseS", "EnterpriseSN"]
IOT = ["IoTEnterpriseS"]
SERVERS = ["ServerStandard", "ServerDatacenter", "ServerStandardEval"]
OLD = ["Starter", "HomeBasic", "HomePremium", "Ultimate", "Business"]
UNNAMED = ["CloudEdition", "CloudEditionN", "PPIPro", "Holographic", "WNC", "Embedded", ""]
EDITIONS = [*W, *E, *LTSC, *IOT, *SERVERS, *OLD, *UNNAMED]

LAST: dict[str, dict[int, str]] = {
    "W": {
        10240: "2017-05-09", 10586: "2017-10-10", 14393: "2018-04-10", 15063: "2018-10-09",
        16299: "2019-04-09", 17134: "2019-11-12", 17763: "2020-11-10", 18362: "2020-12-08",
        18363: "2021-05-11", 19041: "2021-12-14", 19042: "2022-05-10", 19043: "2022-12-13",
        19044: "2023-06-13", 19045: "2025-10-14", 22000: "2023-10-10", 22621: "2024-10-08",
        22631: "2025-11-11", 26100: "2026-10-13", 26200: "2027-10-12", 26300: "2028-10-10",
        28000: "2028-03-14",
    },
    "E": {
        10240: "2017-05-09", 10586: "2017-10-10", 14393: "2019-04-09", 15063: "2019-10-08",
        16299: "2020-10-13", 17134: "2021-05-11", 17763: "2021-05-11", 18362: "2020-12-08",
        18363: "2022-05-10", 19041: "2021-12-14", 19042: "2023-05-09", 19043: "2022-12-13",
        19044: "2024-06-11", 19045: "2025-10-14", 22000: "2024-10-08", 22621: "2025-10-14",
        22631: "2026-11-10", 26100: "2027-10-12", 26200: "2028-10-10", 26300: "2028-10-10",
        28000: "2029-03-13",
    },
    "LTSC": {10240: "2025-10-14", 14393: "2026-10-13", 17763: "2029-01-09", 19044: "2027-01-12",
             26100: "2029-10-09"},
    "IOT": {14393: "2026-10-13", 17763: "2029-01-09", 19044: "2032-01-13", 26100: "2034-10-10"},
    "SERVER": {14393: "2027-01-12", 17763: "2029-01-09", 20348: "2031-10-14", 26100: "2034-11-14"},
}  # fmt: skip
"""The last day by Microsoft's lifecycle pages, for each class of editions and build."""

CLASS = {
    **dict.fromkeys(W, "W"),
    **dict.fromkeys(E, "E"),
    **dict.fromkeys(LTSC, "LTSC"),
    **dict.fromkeys(IOT, "IOT"),
    **dict.fromkeys(SERVERS, "SERVER"),
}
BUILDS = sorted({build for days in LAST.values() for build in days} | {19040, 21996, 27000, 29000})


def expected(edition: str, build: int) -> str:
    """Tell by the table above what is known: the last day when it is past, else the state."""
    last = LAST.get(CLASS.get(edition, ""), {}).get(build)
    if last is None:
        return "unknown"
    return last if date.fromisoformat(last) < TODAY else "pass"


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_windows_is_judged_by_build_and_edition_and_else_is_unknown(edition: str) -> None:
    for build in BUILDS:
        told = shown(system(edition, f"10.0.{build}.1234"))
        assert told.rpartition("(")[2].rstrip(")") == expected(edition, build), build


@pytest.mark.parametrize(
    ("edition", "build", "last"),
    [
        ("ServerDatacenterACor", 17763, "2020-11-10"),
        ("ServerStandardACor", 19042, "2022-08-09"),
        ("ServerDatacenter", 25398, "2026-05-12"),
    ],
)
def test_the_early_ended_servers_are_told_apart(edition: str, build: int, last: str) -> None:
    assert last in shown(system(edition, f"10.0.{build}.1"))


@pytest.mark.parametrize(
    ("version", "edition"),
    [
        ("5.1.2600", ""),
        ("5.2.3790", ""),
        ("6.0.6002", "Business"),
        ("6.0.6003", "ServerStandard"),
        *(("6.1.7601", edition) for edition in (*OLD[:4], "Professional", "Enterprise")),
        ("6.1.7601", "ServerStandard"),
        *(("6.2.9200", edition) for edition in ("Core", "Professional", "EnterpriseN")),
        *(("6.3.9600.20000", edition) for edition in ("Core", "ProfessionalWMC", "Enterprise")),
        ("6.3.9600", "ServerDatacenter"),
    ],
)
def test_every_windows_before_10_has_ended(version: str, edition: str) -> None:
    assert "Windows" in shown(system(edition, version))


@given(
    st.sampled_from(EDITIONS) | st.text(max_size=20),
    st.integers(0, 40000),
    st.sampled_from(["10.0", "6.1", "6.2", "6.3", "11.0", "10.1"]),
)
def test_no_windows_passes_unless_a_line_names_it(edition: str, build: int, line: str) -> None:
    version = f"{line}.{build}.1"
    if judged(system(edition, version)).state is not State.PASS:
        return
    assert any(
        version.startswith(f"{one.prefix}.") and one.ends >= TODAY
        for one in KNOWN.lines
        if any(fnmatchcase(edition.casefold(), name.casefold()) for name in one.editions)
    )


PROGRAMS = st.builds(
    program,
    st.sampled_from([example.name for rule in shipped.matcher().catalogue.rules
                     for example in rule.examples]) | st.text(max_size=40),
    st.from_regex(r"v?[0-9]{1,3}(\.[0-9]{1,5}){0,3}[a-z]?", fullmatch=True) | st.text(max_size=9),
)  # fmt: skip


def strange(item: Software) -> bool:
    """Check whether nothing is known of the support of a program that is judged alone."""
    now = Today(day=TODAY, compiled=shipped.matcher().compiled)
    found = shipped.matcher().match(item.name, item.version, item.vendor, now=now)
    return not found.part and found.state is Known.UNKNOWN


@given(st.lists(PROGRAMS, max_size=8))
def test_an_inventory_with_a_program_that_no_line_names_never_passes(items: list[Software]) -> None:
    unheard = [item for item in items if strange(item)]
    verdict = judged(GOOD, *items)
    if unheard:
        assert verdict.state in {State.PARTIAL, State.FAIL}
        assert verdict.coverage.missed >= len(unheard)
        assert "software.undated" in verdict.coverage.gaps
    if verdict.state is State.PASS:
        assert not unheard
        assert verdict.coverage.whole


@given(st.lists(PROGRAMS, max_size=5))
def test_without_a_known_system_nothing_passes(items: list[Software]) -> None:
    assert judged(system("Unheard", "1"), *items).state in {State.UNKNOWN, State.FAIL}
    if items:
        assert judged(*items).state in {State.UNKNOWN, State.FAIL}


ENDED_OR = [
    ("Python 3.8.10 (64-bit)", "3.8.10150.0", "Python 3.8 (2024-10-07)"),
    ("Python 3.8 (user)", "3.8.10", "Python 3.8 (2024-10-07)"),
    ("Python 2.7.13", "2.7.13150", "Python 2.7 (2020-01-01)"),
    ("Python 3.3.3 (32-bit)", "3.3.3150", "Python 3.3 (2017-09-29)"),
    ("Python 3.1.4", "3.1.4", "Python 3.1 (2012-04-09)"),
    ("Python 3.13.1 (64-bit)", "3.13.1150.0", "pass"),
    ("Python Launcher", "3.13", "pass"),
    (
        "Microsoft Office Professional Plus 2016",
        "16.0.4266.1001",
        "Microsoft Office 2016 (2025-10-14)",
    ),
    ("Microsoft Office Enterprise 2007", "12.0.6612.1000", "Microsoft Office 2007 (2017-10-10)"),
    ("Microsoft Visio Professional 2013", "15.0.4569.1506", "Microsoft Visio 2013 (2023-04-11)"),
    ("Microsoft Visio Viewer 2016", "16.0", "partial"),
    ("Microsoft Project Professional 2016 - en-us", "16.0", "Microsoft Project 2016 (2025-10-14)"),
    ("Microsoft 365 Apps for enterprise - en-us", "16.0.18129", "partial"),
    ("Office 365 ProPlus - de-de", "16.0.10730", "partial"),
    ("Security Update for Microsoft Office Standard 2016 (KB1)", "1", "pass"),
    ("Node.js", "18.20.4", "Node.js 18 (2025-04-30)"),
    ("Node.js", "v18.20.4", "Node.js 18 (2025-04-30)"),
    ("Node.js", "12.13.1", "Node.js 12 (2022-04-30)"),
    ("Node.js", "21.7.3", "Node.js 21 (2024-06-01)"),
    ("Node.js", "", "partial"),
    ("nodejs", "18.20.4", "partial"),
    ("Mozilla Firefox (x64 en-US)", "115.0", "Firefox 115"),
    ("Mozilla Firefox (x64 en-US)", "154.0", "partial"),
    ("Mozilla Firefox ESR (x64 en-US)", "102.15", "Firefox ESR 102"),
    ("Mozilla Firefox 78.0 ESR (x64 en-US)", "78.0", "Firefox ESR 78"),
    ("Mozilla Firefox ESR (x64 de)", "115.30.0", "pass"),
    ("Mozilla Firefox ESR (x64 en-US)", "153.1.0", "pass"),
    ("Google Chrome", "66.0.3359.181", "Google Chrome 66"),
    ("Google Chrome", "160.0.1", "pass"),
    ("Microsoft Edge", "142.0.3595.94", "Microsoft Edge (2026-02-26)"),
    ("Microsoft Edge Dev", "142.0.3595.94", "partial"),
    ("Internet Explorer 11", "11.0", "Internet Explorer 11 (2022-06-14)"),
    ("LibreOffice 7.6.7.2", "7.6.7.2", "LibreOffice 7.6 (2024-06-12)"),
    ("LibreOffice 5.4.6.2", "5.4.6.2", "LibreOffice 5.4"),
    ("PostgreSQL 13 ", "13.9-1", "PostgreSQL 13 (2025-11-13)"),
    ("PostgreSQL 9.5", "9.5", "PostgreSQL 9.5 (2021-02-11)"),
    ("OpenSSL 1.1.1w (64-bit)", "1.1.1", "OpenSSL 1.1.1 (2023-09-11)"),
    ("OpenSSL 1.1.1w Light (64-bit)", "", "OpenSSL 1.1.1 (2023-09-11)"),
    ("Eclipse Temurin JDK with Hotspot 8u402-b06 (x64)", "8.0.402.6", "pass"),
    ("virtualbox-7.0", "7.0.26", "VirtualBox 7.0 (2025-03-31)"),
    ("Oracle VM VirtualBox 5.2.26", "5.2.26", "VirtualBox 5.2 (2020-07-31)"),
    ("Java(TM) 6 Update 31", "6.0.310", "Oracle JDK 6 (2018-12-31)"),
    ("Java 8 Update 211 (64-bit)", "8.0.2110.9", "Oracle JDK 8 (2022-03-31)"),
    ("Java(TM) SE Development Kit 17.0.10 (64-bit)", "17.0.10.0", "Oracle JDK 17 (2026-09-30)"),
    ("Java(TM) SE Development Kit 21.0.2 (64-bit)", "21.0.2.0", "pass"),
    ("Amazon Corretto (x64)", "17.0.20.10", "pass"),
    ("Amazon Corretto (x64)", "16.0.2.7", "Amazon Corretto 16 (2021-10-19)"),
    ("Azul Zulu JDK 13.54.17.0 (13.0.14), 64-bit", "", "Azul Zulu 13 (2023-03-31)"),
    ("Azul Zulu JDK 8.82.0.21 (8u432), 64-bit", "", "pass"),
    ("Zulu 3.5.1", "3.5.1", "partial"),
    ("Microsoft Build of OpenJDK with Hotspot 11.0.10+9 (x64)", "11.0.10.9", "pass"),
    ("Liberica JDK 14 (64-bit)", "", "Bellsoft Liberica JDK 14 (2020-09-16)"),
    ("Microsoft .NET Framework 4.5.2", "4.5.51209", "Microsoft .NET Framework 4.5.2 (2022-04-26)"),
    ("Microsoft .NET Framework 4.5.2 Multi-Targeting Pack", "4.5", "pass"),
    ("Microsoft .NET SDK 6.0.428 (x64)", "6.4.2824", "Microsoft .NET 6 (2024-11-12)"),
    (
        "Microsoft Visual C++ 2010  x86 Redistributable - 10.0.40219",
        "10.0.40219",
        "Microsoft Visual C++ runtime 2010 (2020-07-14)",
    ),
    (
        "Microsoft Visual C++ 2013 Redistributable (x64) - 12.0.30501",
        "12.0.30501.0",
        "Microsoft Visual C++ runtime 2013 (2024-04-09)",
    ),
    ("Microsoft Visual C++ 2015-2022 Redistributable (x86) - 14.44.35211", "14.44.35211.0", "pass"),
    ("Microsoft Teams", "1.6.00.6754", "Microsoft Teams classic (2024-07-01)"),
    ("Microsoft Teams", "26213.1006", "Microsoft Teams (2026-11-19)"),
    ("Teams Machine-Wide Installer", "1.7.0.17051", "Microsoft Teams classic (2024-07-01)"),
    ("Skype version 8.64", "8.64", "Skype (2025-05-05)"),
    ("Adobe Reader X (10.1.4)", "10.1.4", "Adobe Reader X"),
    ("Adobe Acrobat 2017", "17.011.30262", "Adobe Acrobat 2017 (2022-06-06)"),
    ("Adobe Acrobat 2020", "20.005", "Adobe Acrobat 2020 (2025-11-30)"),
    ("Cisco AnyConnect Secure Mobility Client", "4.3.02039", "Cisco AnyConnect 4 (2024-03-31)"),
    ("OpenVPN 2.5.4-I601 amd64", "2.5.023", "OpenVPN 2.5 (2025-07-31)"),
    ("Wireshark 3.2.5 64-bit", "", "Wireshark 3.2 (2021-11-22)"),
    ("Adobe AIR", "1.5", "partial"),
    ("QuickTime 7", "7.76.80.95", "QuickTime for Windows"),
    ("Zoom", "5.17.1", "Zoom (2024-10-23)"),
    ("Slack", "4.1.0", "partial"),
    ("7-Zip 16.04 (x64 edition)", "", "partial"),
    ("google-chrome-stable", "120.0.6099.109-1", "Google Chrome 120"),
    ("org.mozilla.firefox", "120.0", "Firefox 120"),
    ("Apache Tomcat 8.5 Tomcat8 (remove only)", "8.5.100", "Apache Tomcat 8.5 (2024-03-31)"),
    ("GlobalProtect", "5.1.2", "Palo Alto Networks GlobalProtect App 5.1 (2024-12-31)"),
    ("Citrix Receiver 4.12", "14.12.0.18020", "Citrix Receiver"),
    ("Microsoft SQL Server 2012 (64-bit)", "", "Microsoft SQL Server 2012 (2022-07-12)"),
    ("Webex", "44.1.0", "partial"),
]  # fmt: skip
"""Names as Windows shows them with what is known of them on 2026-11-25."""

UNHEARD = [
    "Adobe Acrobat Reader DC",
    "Adobe AIR",
    "Citrix Workspace 2207",
    "VMware Horizon Client",
    "Omnissa Horizon Client",
    "VMware Workstation",
    "Cisco Secure Client - AnyConnect VPN",
    "Cisco Jabber",
    "Avaya one-X Agent",
    "Avaya Workplace Client for Windows",
    "Genesys Cloud",
    "Five9",
    "FortiClient VPN",
    "Pulse Secure 5.3",
    "7-Zip 16.04 (x64 edition)",
    "PuTTY release 0.74 (64-bit)",
    "TeamViewer 14",
    "AnyDesk",
    "Slack",
    "8x8 Work",
    "Microsoft SQL Server 2012 Native Client",
]
"""Programs of contact centres for which the catalogue has no date yet: never fine."""


@pytest.mark.parametrize(("name", "version", "told"), ENDED_OR)
def test_real_programs_are_told_as_they_are(name: str, version: str, told: str) -> None:
    assert shown(GOOD, program(name, version)).startswith(told)


@pytest.mark.parametrize("name", UNHEARD)
def test_programs_without_a_line_are_not_fine(name: str) -> None:
    assert shown(GOOD, program(name, "5.1")) == "partial"


@pytest.mark.parametrize(
    ("edition", "version", "told"),
    [
        ("debian", "11", "Debian 11 (2026-08-31)"),
        ("debian", "13", "pass"),
        ("debian", "", "unknown"),
        ("debian", "14", "unknown"),
        ("ubuntu", "20.04", "Ubuntu 20.04 LTS (2025-05-31)"),
        ("ubuntu", "24.04", "pass"),
        ("ubuntu", "25.10", "Ubuntu 25.10 (2026-07-01)"),
        ("fedora", "42", "Fedora 42 (2026-05-27)"),
        ("rhel", "9.4", "pass"),
        ("centos", "7", "CentOS Linux 7 (2024-06-30)"),
        ("arch", "", "unknown"),
        ("gentoo", "2.15", "unknown"),
    ],
)
def test_distributions_are_judged_by_their_id_and_version(edition, version, told) -> None:
    assert shown(system(edition, version)) == told


def test_what_is_being_attacked_outranks_what_has_ended() -> None:
    told = judged(GOOD, program("WinRAR 5.90 (64-bit)", ""), program("Skype version 8.64", "8.64"))
    assert told.state is State.FAIL
    assert told.message is not None
    assert told.message.id == "software.exploited"
    assert told.message.params["products"] == "WinRAR"


def test_a_long_inventory_is_judged_in_a_moment() -> None:
    items = [program(f"lib-something-{n}", f"{n}.2.3") for n in range(5000)]
    begun = process_time()
    assert judged(GOOD, *items).state is State.PARTIAL
    assert process_time() - begun < 2
