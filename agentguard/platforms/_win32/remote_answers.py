"""What Windows and the makers of remote desktops say of a session, and of the clipboard's history.

Sources: Microsoft, WTSQuerySessionInformation (WTSClientProtocolType), "Detecting the Remote
Desktop Services environment" (GlassSessionId), the policies "Do not allow
Clipboard redirection" (fDisableClip), "Do not allow drive redirection" (fDisableCdm), "Restrict
clipboard transfer from server to client" (SCClipLevel) and "Allow Clipboard History"; Omnissa,
ViewClient_Protocol; HP, pcoip.server_clipboard_state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agentguard.model.machine import ClipboardHistorySeen, RemoteSessionSeen
from agentguard.model.moments import Moment
from agentguard.platforms._win32.software_answers import word

Row = Mapping[str, object]

RDP, CITRIX, REMOTE = "RDP", "Citrix", "remote"
PCOIP = "PCOIP"
CLOUD = "Azure Virtual Desktop"
_PROTOCOLS = {1: CITRIX, 2: RDP}
_CLOSED_OUT = frozenset({"0", "2"})  # in both directions; into the session alone
_OPEN_OUT = frozenset({"1", "3"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What tells where this session is shown.

    `kind` is WTSClientProtocolType, `citrix` the answer of Citrix' own library, `metric`
    SM_REMOTESESSION. `session` is our session and `glass` the one at the computer's own screen
    (GlassSessionId); `active` is False while the session is in front of nobody. `views` is what
    Horizon tells of its sessions, `cloud` whether the computer belongs to Azure Virtual Desktop.
    None is what nobody told.
    """

    kind: int | None = None
    citrix: int | None = None
    metric: bool = False
    session: int = 0
    glass: object = None
    active: bool | None = None
    views: tuple[Row, ...] = ()
    cloud: bool = False

    @property
    def elsewhere(self) -> bool:
        """Whether Windows shows the session elsewhere, also where a graphics card hides it.

        A session that is in front of nobody is shown nowhere (Microsoft, "Detecting the Remote
        Desktop Services environment").
        """
        at_glass = not isinstance(self.glass, int) or self.glass == self.session
        return self.metric or (not at_glass and self.active is not False)


def protocol(signs: Signs) -> str:
    """Name what shows this session elsewhere; empty for the computer's own screen.

    Horizon and Citrix show the computer's own screen, so Windows itself takes them for that; each
    tells of itself.
    """
    told = (word(view, "ViewClient_Protocol") for view in signs.views)
    if viewed := next(filter(None, told), ""):
        return viewed.upper()
    known = _PROTOCOLS.get(signs.kind or 0) or _PROTOCOLS.get(signs.citrix or 0, "")
    name = known or (REMOTE if signs.elsewhere else "")
    return CLOUD if signs.cloud and name in {RDP, REMOTE} else name


def session(
    name: str, policies: Iterable[Row], listener: Row, pcoip: Iterable[Row], at: Moment
) -> RemoteSessionSeen:
    """Return what goes out of a session of a protocol.

    `policies` are those of the machine and of the user: the stricter counts. `listener` holds what
    is set without a policy, `pcoip` the settings of PCoIP, those first that stand above others. In
    Azure Virtual Desktop the host pool may close more than the policies, and nobody tells. Of
    others nobody documents where the settings are.
    """
    if name in {RDP, CLOUD}:
        rules, beside = tuple(policies), listener if name == RDP else {}
        clipboard = _closed("fDisableClip", rules, beside) or _is_in("SCClipLevel", rules, 0)
        open_ = True if name == RDP else None
        return RemoteSessionSeen(
            at=at,
            protocol=name,
            clipboard=False if clipboard else open_,
            drives=False if _closed("fDisableCdm", rules, beside) else open_,
        )
    told = _by_pcoip(pcoip) if name == PCOIP else None
    return RemoteSessionSeen(at=at, protocol=name, clipboard=told)


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
