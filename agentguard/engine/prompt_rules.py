"""Prompts, the inbox and deadlines: nobody is interrupted in a call, and nothing is lost.

A lesson is offered on its day, before it is due and never after; the rest is attention's.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine import attention, causes, memory, records
from agentguard.engine.action_outcome import SHOWN, await_end
from agentguard.engine.attention_book import Waiting
from agentguard.engine.plan import Bound
from agentguard.engine.state import Decision, Held, Key, State, without
from agentguard.model.actions import ActionKind
from agentguard.model.events import AppFocused, LessonOffered
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.prompts import Notice, OnSilence, Prompt, PromptKind
from agentguard.model.verdicts import OTHERS, Finding, Severity

MOST = 6
HOUR = 3600.0
DAY = 86_400.0


def may_ask(decision: Decision, group: str, at: Moment) -> tuple[Decision, bool]:
    """Count a question, or tell once an hour that there were too many."""
    gate = decision.state.gate
    asked = tuple(boot for boot in gate.asked if at.boot - boot < HOUR)
    if len(asked) < MOST:
        counted = replace(gate, asked=(*asked, at.boot), hidden=at.boot)
        return decision.then(replace(decision.state, gate=counted)), True
    if gate.spared is not None and at.boot - gate.spared < HOUR:
        return decision, False
    noted = records.plain("gate.spared", at, group=group, count=len(asked))
    spared = replace(gate, asked=asked, spared=at.boot)
    return decision.then(replace(decision.state, gate=spared), records=(noted,)), False


TRAINING = "training"
PROOF_SECONDS = 120.0
QUICK = 2.0
"""Seconds below which a card was sent away unread."""
BURST = 600.0  # notices of one check that follow within it make one entry of the inbox
LATER = "later"
SILENCE = "silence"


def ask(
    decision: Decision,
    bound: Bound,
    finding: Finding,
    how: ActionKind,
    at: Moment,
    *,
    doing: ActionKind | None = None,
) -> Decision:
    """Ask for a proof, or let a notice or coaching wait; `doing` is what is done about it.

    A lesson is offered before it is due; one that is overdue stands in To do and asks nobody. What
    only others can mend is neither a task nor a lesson for the person, who sees it in the
    window. A notice is in the inbox at once; `attention` tells when its card is shown.
    """
    asked = how is ActionKind.PROVE or doing is not None
    if finding.check == TRAINING or (not asked and bound.owner(finding.message) in OTHERS):
        return decision
    prompt = _make(decision, bound, finding, how, at)
    if how is ActionKind.NOTIFY and doing in SHOWN:
        prompt = replace(prompt, advice=say(f"prompt.doing-{doing}"))
    decision = decision.then(replace(decision.state, count=decision.state.count + 1))
    if how is ActionKind.PROVE:
        return _hold(decision, prompt) if decision.state.in_call else _show(decision, prompt)
    told, coach = how is ActionKind.NOTIFY, how is ActionKind.COACH and bool(bound.check.lessons)
    if told:
        notice = _entry(decision.state.inbox, prompt)
        decision, prompt = to_inbox(decision, notice), replace(prompt, notice=notice.id)
        decision = await_end(decision, finding.key, notice.id, doing)
    if not (told or (coach and attention.teaches(decision.state, finding.check, at))):
        return decision
    fresh = Waiting(
        prompt=prompt,
        cause=causes.cause_of(prompt),
        since=at,
        severity=finding.severity,
        told=told,
        coach=coach,
    )
    return attention.add(decision, fresh)


def tell(decision: Decision, prompt: Prompt) -> Decision:
    """Put a notice that belongs to no finding into the inbox, and let it wait to be shown."""
    notice = _entry(decision.state.inbox, prompt)
    decision, prompt = to_inbox(decision, notice), replace(prompt, notice=notice.id)
    waiting = Waiting(
        prompt=prompt,
        cause=causes.cause_of(prompt),
        since=prompt.asked,
        severity=Severity.LOW,
        told=True,
    )
    return attention.add(decision, waiting)


def _make(
    decision: Decision, bound: Bound, finding: Finding, how: ActionKind, at: Moment
) -> Prompt:
    proof, said, lessons = how is ActionKind.PROVE, finding.message.params, bound.check.lessons
    lesson = said.get("lesson", next(iter(lessons), ""))
    return Prompt(
        id=f"{int(at.wall)}-{decision.state.count + 1}",
        kind=PromptKind.PROOF if proof else PromptKind.NOTICE,
        check=finding.check,
        subject=finding.subject,
        title=say("prompt.proof-title") if proof else None,
        body=finding.message,
        asked=at,
        deadline=at.boot + PROOF_SECONDS if proof else None,
        on_silence=OnSilence.LOCK if proof else OnSilence.RECORD,
        topic=str(said.get("group", finding.subject) if proof else lesson),
        window=_window(decision) if proof else 0,
    )


def _window(decision: Decision) -> int:
    front = decision.state.facts.get(AppFocused)
    return front.window if front is not None else 0


def _show(decision: Decision, prompt: Prompt) -> Decision:
    """Show a question for proof; a second takes the place of the first."""
    decision, may = may_ask(decision, prompt.topic, prompt.asked)
    if not may:
        return decision
    same = [p.id for p in decision.state.prompts.values() if p.kind is prompt.kind]
    prompts = {**without(decision.state.prompts, *same), prompt.id: prompt}
    return decision.then(replace(decision.state, prompts=prompts), records=(records.asked(prompt),))


def _hold(decision: Decision, prompt: Prompt) -> Decision:
    return decision.then(replace(decision.state, held=(Held(prompt=prompt),)))


def _entry(inbox: tuple[Notice, ...], prompt: Prompt) -> Notice:
    """Return the entry that tells of it: a new one, or the unread one of the same burst."""
    before = next((n for n in inbox if _of_burst(n, prompt)), None)
    return Notice(
        id=before.id if before else prompt.id,
        title=prompt.title,
        body=prompt.body,
        at=prompt.asked,
        check=prompt.check,
        count=before.count + 1 if before else 1,
        advice=prompt.advice,
        place=prompt.place,
    )


def _of_burst(notice: Notice, prompt: Prompt) -> bool:
    """Judge by both clocks: after a restart of the computer the boot times do not compare."""
    if notice.read or notice.check != prompt.check:
        return False
    since = (prompt.asked.boot - notice.at.boot, prompt.asked.wall - notice.at.wall)
    return all(abs(seconds) <= BURST for seconds in since)


def to_inbox(decision: Decision, notice: Notice) -> Decision:
    """Put an entry on top of the inbox, in the place of an older one with its id."""
    inbox = (notice, *(n for n in decision.state.inbox if n.id != notice.id))
    dropped = {f"{memory.NOTICE}{n.id}": None for n in inbox[memory.INBOX_LIMIT :]}
    return decision.then(
        replace(decision.state, inbox=inbox[: memory.INBOX_LIMIT]),
        memory={f"{memory.NOTICE}{notice.id}": memory.notice_json(notice), **dropped},
    )


def release(decision: Decision, at: Moment) -> Decision:
    """Ask for the proof that was held, once the call and the time after it are over."""
    if decision.state.in_call or not decision.state.held:
        return decision
    due = [h for h in decision.state.held if h.until is None or at.boot >= h.until]
    rest = tuple(h for h in decision.state.held if h not in due)
    decision = decision.then(replace(decision.state, held=rest))
    for one in due:
        decision = _show(decision, _renewed(one.prompt, at))
    return decision


def _renewed(prompt: Prompt, at: Moment) -> Prompt:
    """Return it as it is asked now: what is journaled is when the person saw it."""
    return replace(prompt, asked=at, deadline=at.boot + PROOF_SECONDS)


def answer(decision: Decision, prompt_id: str, button: str, at: Moment) -> Decision:
    """Take a card away because it was answered; one that is put off comes back when it was said."""
    prompt = decision.state.prompts.get(prompt_id)
    if prompt is None or prompt.kind is PromptKind.PROOF:
        return decision
    later, until = button.startswith(LATER), None
    prompts = without(decision.state.prompts, prompt_id)
    decision = decision.then(replace(decision.state, prompts=prompts))
    if later:
        decision, until = attention.put_off(decision, prompt, button, at)
    quick = not later and at.since(prompt.asked) < QUICK
    decision = attention.answered(decision, prompt, quick=quick, later=later)
    decision = decision.then(records=(records.answered(prompt, button, at, until),))
    if later:
        return decision
    if prompt.coach:
        person = decision.state.attention.person
        decision = attention.learned(decision, prompt, at)
        decision = decision.then(records=(records.coached(prompt, person, at),))
    return read(decision, prompt.notice) if prompt.notice else decision


def read(decision: Decision, notice_id: str) -> Decision:
    """Mark an entry of the inbox as read; an empty id means all."""
    marked = {
        n.id: replace(n, read=True)
        for n in decision.state.inbox
        if not n.read and notice_id in {"", n.id}
    }
    inbox = tuple(marked.get(n.id, n) for n in decision.state.inbox)
    return decision.then(
        replace(decision.state, inbox=inbox),
        memory={f"{memory.NOTICE}{k}": memory.notice_json(n) for k, n in marked.items()},
    )


def refuse(decision: Decision, group: str, message: Message) -> Decision:
    """Tell in the proof's prompt why the code was not accepted."""
    prompts = {
        k: replace(p, reply=message) if (p.kind, p.topic) == (PromptKind.PROOF, group) else p
        for k, p in decision.state.prompts.items()
    }
    return decision.then(replace(decision.state, prompts=prompts))


def withdraw(decision: Decision, key: Key, *, keep_notice: bool) -> Decision:
    """Take away the prompts about a finding that is closed, as far as they are pointless now.

    A card that coaches stays, and one of a cause of which other findings are open.
    """

    def pointless(prompt: Prompt) -> bool:
        if prompt.kind is PromptKind.PROOF or prompt.check != key[0]:
            return (prompt.check, prompt.subject) == key
        stays = keep_notice or prompt.coach or prompt.kind is PromptKind.LESSON
        stays = stays or causes.tells_an_end(prompt)
        return not stays and not causes.outlived(decision.state, prompt)

    gone = [p.id for p in decision.state.prompts.values() if pointless(p)]
    held = tuple(h for h in decision.state.held if not pointless(h.prompt))
    prompts = without(decision.state.prompts, *gone)
    decision = decision.then(replace(decision.state, prompts=prompts, held=held))
    return attention.withdrawn(decision, key, keep=keep_notice)


def silent(decision: Decision, at: Moment) -> tuple[Decision, tuple[Prompt, ...]]:
    """Take away the prompts whose deadline has passed; in a call every deadline waits.

    A card stays while the pointer is on it, and while nobody is there to see it.
    """
    if decision.state.in_call:
        return decision, ()
    late = tuple(
        p
        for p in decision.state.prompts.values()
        if p.deadline is not None and at.boot > p.deadline and not _stays(decision.state, p)
    )
    if not late:
        return decision, ()
    prompts = without(decision.state.prompts, *(p.id for p in late))
    noted = tuple(records.answered(p, SILENCE, at) for p in late)
    return decision.then(replace(decision.state, prompts=prompts), records=noted), late


def _stays(state: State, prompt: Prompt) -> bool:
    return prompt.kind is not PromptKind.PROOF and (state.attention.pointed or state.locked)


def offer_lesson(decision: Decision, event: LessonOffered) -> Decision:
    """Show the lesson as a prompt, now or when there is time for it."""
    prompt = Prompt(
        id=f"{int(event.at.wall)}-{decision.state.count + 1}",
        kind=PromptKind.LESSON,
        check=TRAINING,
        subject="",
        title=say("prompt.lesson-offer-title"),
        body=_said(event),
        asked=event.at,
        deadline=None,
        on_silence=OnSilence.RECORD,
        topic=event.lesson,
    )
    decision = decision.then(replace(decision.state, count=decision.state.count + 1))
    return tell(decision, prompt)


def lesson_done(decision: Decision, lesson: str) -> Decision:
    """Offer a lesson no more that was done."""

    def pointless(prompt: Prompt) -> bool:
        return prompt.kind is PromptKind.LESSON and prompt.topic == lesson

    state = decision.state
    prompts = {key: one for key, one in state.prompts.items() if not pointless(one)}
    waiting = tuple(one for one in state.attention.waiting if not pointless(one.prompt))
    attention = replace(state.attention, waiting=waiting)
    return decision.then(replace(state, prompts=prompts, attention=attention))


def _said(event: LessonOffered) -> Message:
    days = int((event.due - event.at.wall) // DAY)
    ways = _WITH_OTHERS if event.more else _ALONE
    return say(ways[min(days, len(ways) - 1)], title=event.title, days=days, more=event.more)


_ALONE = ("prompt.lesson-offer-today", "prompt.lesson-offer-tomorrow", "prompt.lesson-offer-days")
_WITH_OTHERS = (
    "prompt.lesson-offer-today-more",
    "prompt.lesson-offer-tomorrow-more",
    "prompt.lesson-offer-days-more",
)
