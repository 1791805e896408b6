"""Which Windows it is, how it is managed, and whether a restart is due."""

from __future__ import annotations

from agentguard.platforms.recorder.questions import Wmi, call, keys, together, wmi
from agentguard.platforms.recorder.shapes import (
    FLAG,
    NUMBER,
    SWITCH,
    VARYING,
    Digits,
    fields,
    known,
)

EDITIONS = known(
    "Core", "CoreN", "CoreSingleLanguage", "CoreCountrySpecific", "Professional", "ProfessionalN",
    "ProfessionalEducation", "ProfessionalWorkstation", "Education", "EducationN", "Enterprise",
    "EnterpriseN", "EnterpriseS", "EnterpriseSN", "EnterpriseSEval", "EnterpriseEval",
    "IoTEnterprise", "IoTEnterpriseS", "IoTEnterpriseK", "ServerRdsh", "CloudEdition", "Cloud",
    "ServerStandard", "ServerDatacenter", "ServerDatacenterACor", "ServerStandardACor",
    "ServerAzureCor", "ServerTurbine", "ServerStandardEval", "ServerDatacenterEval",
)  # fmt: skip
_FAMILIES = (
    "Microsoft Windows XP", "Windows 7", "Windows 8.1", "Windows 10", "Windows 11",
    "Windows Server 2012 R2", "Windows Server 2016", "Windows Server 2019", "Windows Server 2022",
    "Windows Server 2025",
)  # fmt: skip
_ENDINGS = (
    "", " Home", " Pro", " Professional", " Pro Education", " Pro for Workstations", " Education",
    " Enterprise", " Enterprise LTSC 2019", " Enterprise LTSC 2021", " Enterprise LTSC 2024",
    " Enterprise 2015 LTSB", " Enterprise 2016 LTSB", " Enterprise multi-session",
    " IoT Enterprise", " IoT Enterprise LTSC", " SE", " Standard", " Datacenter",
    " Standard Evaluation", " Datacenter Evaluation",
)  # fmt: skip
PRODUCTS = known(*(f"{family}{ending}" for family in _FAMILIES for ending in _ENDINGS))
BUILD = Digits(varies=True)

VERSION = keys(
    "system.version",
    "HKLM",
    r"SOFTWARE\Microsoft\Windows NT\CurrentVersion",
    ProductName=PRODUCTS,
    CurrentBuild=BUILD,
    CurrentBuildNumber=BUILD,
    CurrentVersion=known("5.1", "6.0", "6.1", "6.2", "6.3"),
    CurrentMajorVersionNumber=NUMBER,
    CurrentMinorVersionNumber=NUMBER,
    UBR=VARYING,
    EditionID=EDITIONS,
    InstallationType=known("Client", "Server", "Server Core", "Nano Server"),
    DisplayVersion=known("20H2", "21H1", "21H2", "22H2", "23H2", "24H2", "25H2", "26H1", "26H2"),
    ReleaseId=BUILD,
)
_CURRENT = r"SOFTWARE\Microsoft\Windows\CurrentVersion"
RESTARTS = keys(
    "system.restart-due",
    "HKLM",
    _CURRENT,
    r"WindowsUpdate\Auto Update\RebootRequired",
    r"Component Based Servicing\RebootPending",
)
QUESTIONS = (
    VERSION,
    together("system.windows", VERSION),
    RESTARTS,
    keys(
        "system.dotnet", "HKLM", r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full",
        Release=VARYING, Install=NUMBER,
    ),
    keys(
        "system.auto-logon", "HKLM", r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon",
        AutoAdminLogon=SWITCH, DefaultUserName=SWITCH, ForceAutoLogon=SWITCH,
        AutoLogonCount=SWITCH,
    ),
    keys(
        "system.management", "HKLM", "",
        r"SOFTWARE\Microsoft\PolicyManager\current\device",
        r"SYSTEM\CurrentControlSet\Control\CloudDomainJoin\JoinInfo",
        r"SOFTWARE\Microsoft\CCM",
    ),
    wmi(
        "system.wmi",
        Wmi(
            space=r"root\cimv2",
            table="Win32_OperatingSystem",
            named={
                "BuildNumber": BUILD,
                "OperatingSystemSKU": NUMBER,
                "ProductType": NUMBER,
                "OSLanguage": VARYING,
            },
        ),
    ),
    call("system.joined", "NetGetJoinInformation", fields(status=NUMBER)),
    call(
        "system.up",
        "GetTickCount64, GetSystemMetrics",
        fields(seconds=VARYING, remote=FLAG, ending=FLAG, screens=VARYING),
    ),
    keys(
        "system.long-paths", "HKLM", r"SYSTEM\CurrentControlSet\Control\FileSystem",
        LongPathsEnabled=NUMBER,
    ),
)  # fmt: skip
