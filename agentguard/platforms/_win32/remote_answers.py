"""What Windows and the makers of remote desktops say of a session, and of the clipboard's history.

Sources: Microsoft, WTSQuerySessionInformation (WTSClientProtocolType), the policies "Do not allow
Clipboard redirection" (fDisableClip), "Do not allow drive redirection" (fDisableCdm), "Restrict
clipboard transfer from server to client" (SCClipLevel) and "Allow Clipboard History"; Omnissa,
ViewClient_Protocol; HP, pcoip.server_clipboard_state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agentguard.model.machine import ClipboardHistorySeen, RemoteSessionSeen
from agentguard.model.moments import Moment
from agentguard.platforms._win32.software_answers import word

Row = Mapping[str, object]

RDP, CITRIX, REMOTE = "RDP", "Citrix", "remote"
PCOIP = "PCOIP"
_PROTOCOLS = {1: CITRIX, 2: RDP}
_CLOSED_OUT = frozenset({"0", "2"})  # in both directions; into the session alone
_OPEN_OUT = frozenset({"1", "3"})


def protocol(kind: int | None, *, remote: bool, views: Iterable[Row]) -> str:
    """Name what shows this session elsewhere; empty for the computer's own screen.

    `kind` is WTSClientProtocolType, `remote` SM_REMOTESESSION, `views` what Horizon tells of its
    sessions: it shows the computer's own screen, so Windows itself takes it for one.
    """
    told = (word(view, "ViewClient_Protocol") for view in views)
    if viewed := next(filter(None, told), ""):
        return viewed.upper()
    known = _PROTOCOLS.get(kind or 0, "")
    return known or (REMOTE if remote else "")


def session(
    name: str, policies: Iterable[Row], listener: Row, pcoip: Iterable[Row], at: Moment
) -> RemoteSessionSeen:
    """Return what goes out of a session of a protocol.

    `policies` are those of the machine and of the user: the stricter counts. `listener` holds what
    is set without a policy, `pcoip` the settings of PCoIP, those first that stand above others. Of
    others than these two nobody documents where the settings are.
    """
    if name == RDP:
        rules = tuple(policies)
        return RemoteSessionSeen(
            at=at,
            protocol=name,
            clipboard=not (
                _closed("fDisableClip", rules, listener) or _is_in("SCClipLevel", rules, 0)
            ),
            drives=not _closed("fDisableCdm", rules, listener),
        )
    clipboard = _by_pcoip(pcoip) if name == PCOIP else None
    return RemoteSessionSeen(at=at, protocol=name, clipboard=clipboard)


def _closed(value: str, policies: tuple[Row, ...], listener: Row) -> bool:
    """Check whether it is closed: a policy stands above what the listener has."""
    if any(value in rules for rules in policies):
        return _is_in(value, policies, 1)
    return listener.get(value) == 1


def _is_in(value: str, policies: tuple[Row, ...], wanted: int) -> bool:
    return any(rules.get(value) == wanted for rules in policies)


def _by_pcoip(pcoip: Iterable[Row]) -> bool | None:
    """Return whether text may leave; without a setting each product has another default."""
    name = "pcoip.server_clipboard_state"
    said = next((str(rules[name]).strip() for rules in pcoip if name in rules), "")
    if said in _CLOSED_OUT:
        return False
    return True if said in _OPEN_OUT else None


def history(policies: Iterable[Row], user: Row, at: Moment) -> ClipboardHistorySeen:
    """Tell Windows' own history (Windows+V) and its cloud: on by the user, unless a policy forbids.

    `policies` are group policy and device management; either may forbid.
    """
    rules = tuple(policies)
    kept = user.get("EnableClipboardHistory") == 1 and not _is_in("AllowClipboardHistory", rules, 0)
    allowed = not _is_in("AllowCrossDeviceClipboard", rules, 0)
    sent = user.get("EnableCloudClipboard") == 1 and allowed
    products = ("Windows",) if kept or sent else ()
    return ClipboardHistorySeen(at=at, kept=kept, sent=sent, products=products)
