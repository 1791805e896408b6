"""What the windows show, as plain frozen values; the widgets only paint them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.incidents import IncidentCategory
from agentguard.model.posture import Overall
from agentguard.model.verdicts import Severity, State


class Page(StrEnum):
    """The pages of the status window, in their order."""

    OVERVIEW = "overview"
    TODO = "todo"
    INBOX = "inbox"
    LESSONS = "lessons"
    VAULT = "vault"
    FACTORS = "factors"
    INCIDENT = "incident"
    LEAVING = "leaving"
    ABOUT = "about"


class Help(StrEnum):
    """The one thing that a finding's button does."""

    OPEN_FOLDER = "open-folder"
    CLEAR_CLIPBOARD = "clear-clipboard"
    OPEN_LESSONS = "open-lessons"
    LOCK = "lock"
    LOOK_AGAIN = "look-again"


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A moment in words: `exact` for evidence, `ago` for people."""

    exact: str
    ago: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The state of the desk in one look; `payment` is empty when no payment is taken."""

    overall: Overall
    icon: str
    word: str
    headline: str
    report: str
    payment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlView:
    """One control: what it is, how it stands, and since when; `rows` are a table behind it.

    `gaps` tell what could not be looked at, and why.
    """

    check: str
    title: str
    state: State
    word: str
    detail: str
    since: When
    proves: str
    rows: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureView:
    """One of the ten measures with its controls; `word` sums them up."""

    number: int
    title: str
    state: State
    word: str
    controls: tuple[ControlView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """What is wrong, since when, what to do, and the button that helps."""

    key: tuple[str, str]
    title: str
    severity: Severity
    severity_word: str
    wrong: str
    place: str
    shown: str
    advice: str
    since: When
    help: Help
    help_word: str
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirsView:
    """What only the desktop team can mend: a heading, and a line for each; empty without any."""

    heading: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """An entry of the inbox."""

    id: str
    title: str
    body: str
    at: When
    read: bool
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuView:
    """The lines of the tray's menu that change."""

    state: str
    lessons: str
    inbox: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """Whom to call; empty texts when the policy names nobody."""

    name: str
    phone: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A kind of incident that can be reported."""

    category: IncidentCategory
    title: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that is shown of one snapshot; `findings` are those that the person can mend."""

    header: Header
    tooltip: str
    menu: MenuView
    measures: tuple[MeasureView, ...]
    findings: tuple[FindingView, ...]
    theirs: TheirsView
    inbox: tuple[NoticeView, ...]
    unread: int
    lessons_due: int
    contact: ContactView
    sensors: tuple[str, ...]
    policy: str
