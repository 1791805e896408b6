"""The keeper as the service manager knows it, the installation, and what guards processes."""

from __future__ import annotations

from agentguard.platforms.recorder.questions import Keys, call, of_keys
from agentguard.platforms.recorder.shapes import (
    FLAG,
    LENGTH_ALONE,
    NUMBER,
    Each,
    Fields,
    Number,
    fields,
    known,
)

SERVICE = "AgentGuardKeeper"
RIGHTS = (
    "terminate", "create-thread", "vm-operation", "vm-read", "vm-write", "duplicate", "suspend",
    "write-dac", "write-owner", "query-limited", "wait",
)  # fmt: skip
"""Rights of a process that are asked for; the first nine are to be refused, the last two given."""
WHO = known("SY", "BA", "BU", "AU", "WD", "IU", "NU", "CO", "OW", "me", "service", "another")
"""Who stands in a list of rights, as SDDL abbreviates the system's own; nobody else is named."""
ENTRY = fields(kind=NUMBER, flags=NUMBER, mask=Number(), who=WHO)
LIST = fields(there=FLAG, owner=WHO, guarded=FLAG, entries=Each(ENTRY))
ASKED = Fields(dict.fromkeys(RIGHTS, NUMBER))
_LOGS = r"SYSTEM\CurrentControlSet\Services\EventLog"

QUESTIONS = (
    call(
        "service.configuration",
        "QueryServiceConfigW",
        fields(
            there=FLAG,
            kind=NUMBER,
            start=NUMBER,
            account=known("LocalSystem"),
            quoted=FLAG,
            spaced=FLAG,
            path=LENGTH_ALONE,
        ),
        row=21,
    ),
    call(
        "service.failure-actions",
        "QueryServiceConfig2W SERVICE_CONFIG_FAILURE_ACTIONS",
        fields(reset=NUMBER, actions=Each(fields(kind=NUMBER, pause=NUMBER))),
        row=4,
    ),
    call(
        "service.failure-flag",
        "QueryServiceConfig2W SERVICE_CONFIG_FAILURE_ACTIONS_FLAG",
        fields(also_without_crash=FLAG),
        row=20,
    ),
    call(
        "service.state",
        "QueryServiceStatusEx",
        fields(state=NUMBER, exit=NUMBER, specific=NUMBER),
    ),
    of_keys(
        "eventlog.source",
        Keys(
            root="HKLM",
            path=_LOGS,
            below=("AgentGuard", r"AgentGuard\AgentGuard", r"Application\AgentGuard"),
            named={
                "EventMessageFile": LENGTH_ALONE,
                "TypesSupported": NUMBER,
                "MaxSize": NUMBER,
                "Retention": NUMBER,
                "CustomSD": LENGTH_ALONE,
            },
        ),
    ),
    call(
        "eventlog.messages",
        "LoadLibraryExW, FindResourceW RT_MESSAGETABLE",
        fields(there=FLAG, messages=FLAG),
        row=6,
    ),
    call(
        "installed.entry",
        r"registry Uninstall, by both views",
        fields(count=NUMBER, version=LENGTH_ALONE, modify=FLAG, icon=FLAG),
        row=10,
    ),
    call(
        "installed.folders",
        "GetFileSecurityW",
        fields(shared=LIST, private=LIST),
        row=3,
    ),
    call(
        "pipe.guarded",
        "CreateNamedPipeW, GetKernelObjectSecurity, CreateFileW",
        fields(second=NUMBER, read_back=FLAG, refused=NUMBER, allowed=NUMBER),
        row=19,
    ),
    call(
        "pipe.client",
        "GetNamedPipeClientProcessId, ...SessionId, ImpersonateNamedPipeClient",
        fields(process=FLAG, session=FLAG, person=FLAG),
    ),
    call(
        "process.guarded",
        "CreateProcessW with a descriptor, OpenProcess",
        ASKED,
    ),
    call(
        "process.owner-rights",
        "CreateProcessW with OWNER RIGHTS in its descriptor, OpenProcess",
        ASKED,
    ),
    call(
        "process.thread",
        "CreateProcessW with a descriptor of its thread, OpenThread",
        fields(terminate=NUMBER, suspend=NUMBER, context=NUMBER, write_dac=NUMBER),
    ),
    call(
        "process.own-thread",
        "SetKernelObjectSecurity of GetCurrentThread, OpenThread",
        fields(set=FLAG, terminate=NUMBER, suspend=NUMBER, context=NUMBER),
    ),
    call(
        "token.default-list",
        "SetTokenInformation, GetTokenInformation TokenDefaultDacl",
        fields(set=FLAG, same=FLAG),
    ),
    call(
        "token.own",
        "GetTokenInformation TokenElevation, TokenIntegrityLevel, TokenPrivileges",
        fields(elevated=FLAG, integrity=NUMBER, debug=FLAG),
    ),
    call("events.global", "CreateEventW Global", fields(made=FLAG)),
    call("job.limits", "CreateJobObjectW, SetInformationJobObject", fields(set=FLAG)),
)
