"""What the windows show, as plain frozen values; the widgets only paint them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.actions import Deed
from agentguard.model.incidents import IncidentCategory
from agentguard.model.posture import Overall
from agentguard.model.verdicts import Owner, Severity, State


class Page(StrEnum):
    """The pages of the status window, in their order."""

    OVERVIEW = "overview"
    TODO = "todo"
    INBOX = "inbox"
    LESSONS = "lessons"
    VAULT = "vault"
    FACTORS = "factors"
    SHIFT = "shift"
    INCIDENT = "incident"
    LEAVING = "leaving"
    ABOUT = "about"


class Help(StrEnum):
    """The one thing that a finding's button does."""

    OPEN_FOLDER = "open-folder"
    OPEN_LESSONS = "open-lessons"
    LOCK = "lock"
    LOOK_AGAIN = "look-again"
    OPEN_PAGE = "open-page"


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A moment in words: `exact` for evidence, `ago` for people."""

    exact: str
    ago: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The state of the desk in one look.

    `theirs` counts what is others' to mend where something is hers as well.
    """

    overall: Overall
    icon: str
    word: str
    headline: str
    report: str
    theirs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlView:
    """One control: what it is, how it stands, and since when; `rows` are a table behind it.

    `gaps` tell what could not be looked at, and why; `look` is the state as it is painted: what is
    others' to mend is `theirs`.
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
    look: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureView:
    """One of the ten measures with its controls; `word` sums them up."""

    number: int
    title: str
    state: State
    word: str
    controls: tuple[ControlView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One of the things that a card is about: its name, what it holds, and how far it is.

    `note` tells that it waits, is in work, or why it was not done; `failed` that it was not.
    """

    subject: str
    name: str
    place: str
    shown: str
    note: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkView:
    """What was asked for and is being done: `done` of `all` are; `batch` stops the rest."""

    word: str
    batch: str
    done: int
    all: int
    stops: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """A card of To do: what is wrong, by when and since when, and the one thing that mends it.

    All files of one folder that were found for one cause are one card, with `items` for each.
    `deeds` are what the agent can do about it, the main one first; without any, `help` is what the
    button does, `page` the system's own page that it opens. `if_not` is what happens if nothing is
    done, `problem` why the last try did not work, `work` what is being done about it. `responds` is
    the file with card data for which there is a guided response, empty without one. `exceptable`
    tells that the policy lets its control be excepted.
    """

    key: tuple[str, ...]
    check: str
    title: str
    severity: Severity
    severity_word: str
    wrong: str
    place: str
    shown: str
    advice: str
    since: When
    due: str
    urgent: bool
    if_not: str
    help: Help
    help_word: str
    folder: str
    items: tuple[ItemView, ...] = ()
    deeds: tuple[Deed, ...] = ()
    page: str = ""
    problem: str = ""
    work: WorkView | None = None
    forbidden: bool = False
    responds: str = ""
    exceptable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneView:
    """What was found and is no more: in words, and the ids of what can be brought back.

    `mended` tells that it was not brought back since.
    """

    key: str
    told: str
    found: str
    sealed: tuple[str, ...] = ()
    mended: bool = True
    today: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirView:
    """What somebody else is to mend, since when, and what can be done about it meanwhile.

    `wrong` is empty where the title says it all.
    """

    key: tuple[str, str]
    title: str
    wrong: str
    meanwhile: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirGroup:
    """All that one of the others is to mend, the worst first."""

    owner: Owner
    heading: str
    rows: tuple[TheirView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirsView:
    """What the person cannot mend, by who can; `told` says whether they know. Empty without any."""

    groups: tuple[TheirGroup, ...] = ()
    told: str = ""


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
class ModeView:
    """What holds now: `said` in a full sentence, `short` for the menu; `weight` is its loudness.

    `kind`, `form` and `about` tell one from another while its words change.
    """

    kind: str
    form: str
    weight: str
    said: str
    short: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptableView:
    """A control that the policy lets be excepted for `hours`; what is unguarded meanwhile."""

    control: str
    title: str
    hours: int
    unguarded: str
    bound: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndView:
    """A moment until which an exception can be asked for; `long` ones need a second person."""

    wall: float
    words: str
    long: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """An exception that was asked for, and what became of it."""

    id: str
    state: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuView:
    """The lines of the tray's menu that change."""

    state: str
    lessons: str
    inbox: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """Whom to call; `name` and `phone` are empty when the policy names nobody.

    `line` names them in a sentence, `menu` and `call` tell whom to call in the menu and the window.
    """

    name: str
    phone: str
    line: str
    menu: str
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A kind of incident that can be reported."""

    category: IncidentCategory
    title: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that is shown of one snapshot; `findings` are those that the person can mend.

    `badge` is the sign of the mode that the tray's icon bears, empty for none.
    """

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
    modes: tuple[ModeView, ...] = ()
    badge: str = ""
    history: tuple[DoneView, ...] = ()
    exceptable: tuple[ExceptableView, ...] = ()
    requests: tuple[RequestView, ...] = ()
