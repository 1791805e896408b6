"""Prompts, the inbox and deadlines: nobody is interrupted in a call, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine import memory, records
from agentguard.engine.action_outcome import SHOWN, await_end
from agentguard.engine.plan import Bound
from agentguard.engine.state import Decision, Held, Key, without
from agentguard.model.actions import ActionKind
from agentguard.model.events import AppFocused
from agentguard.model.findings import Finding
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.prompts import Notice, OnSilence, Prompt, PromptKind
from agentguard.model.verdicts import Owner

MOST = 6
HOUR = 3600.0


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


PROOF_SECONDS = 120.0
COACH_EVERY = 24 * 3600.0
SNOOZE = 600.0
BURST = 600.0  # notices of one check that follow within it make one entry of the inbox

_KINDS = {
    ActionKind.NOTIFY: (PromptKind.NOTICE, ""),
    ActionKind.COACH: (PromptKind.LESSON, "prompt.lesson-title"),
    ActionKind.PROVE: (PromptKind.PROOF, "prompt.proof-title"),
}


def ask(
    decision: Decision,
    bound: Bound,
    finding: Finding,
    how: ActionKind,
    at: Moment,
    *,
    doing: ActionKind | None = None,
) -> Decision:
    """Show a prompt about a finding, now or after the call; `doing` is what is done about it.

    What only the desktop team can mend is neither a task nor a lesson for the person, who sees it
    in the window.
    """
    asked = how is ActionKind.PROVE or doing is not None
    if not asked and bound.owner(finding.message) is Owner.TEAM:
        return decision
    if how is ActionKind.COACH and not _coach_due(decision, bound, at):
        return decision
    prompt = _make(decision, bound, finding, how, at)
    if how is ActionKind.NOTIFY and doing in SHOWN:
        prompt = replace(prompt, advice=say(f"prompt.doing-{doing}"))
    decision = decision.then(replace(decision.state, count=decision.state.count + 1))
    if how is ActionKind.NOTIFY:
        notice = _entry(decision.state.inbox, prompt)
        decision, prompt = to_inbox(decision, notice), replace(prompt, notice=notice.id)
        decision = await_end(decision, finding.key, notice.id, doing)
    if how is ActionKind.COACH:
        coached = {**decision.state.coached, finding.check: at.boot}
        decision = decision.then(replace(decision.state, coached=coached))
    return _hold(decision, prompt) if decision.state.in_call else _show(decision, prompt)


def _coach_due(decision: Decision, bound: Bound, at: Moment) -> bool:
    last = decision.state.coached.get(bound.check.id)
    return bool(bound.check.lessons) and (last is None or at.boot - last >= COACH_EVERY)


def _make(
    decision: Decision, bound: Bound, finding: Finding, how: ActionKind, at: Moment
) -> Prompt:
    kind, title = _KINDS[how]
    topic = ""
    if kind is PromptKind.LESSON:
        topic = str(finding.message.params.get("lesson", bound.check.lessons[0]))
    if kind is PromptKind.PROOF:
        topic = str(finding.message.params.get("group", finding.subject))
    return Prompt(
        id=f"{int(at.wall)}-{decision.state.count + 1}",
        kind=kind,
        check=finding.check,
        subject=finding.subject,
        title=say(title) if title else None,
        body=finding.message,
        asked=at,
        deadline=at.boot + PROOF_SECONDS if kind is PromptKind.PROOF else None,
        on_silence=OnSilence.LOCK if kind is PromptKind.PROOF else OnSilence.RECORD,
        topic=topic,
        window=_window(decision) if kind is PromptKind.PROOF else 0,
    )


def _window(decision: Decision) -> int:
    front = decision.state.facts.get(AppFocused)
    return front.window if front is not None else 0


def _show(decision: Decision, prompt: Prompt) -> Decision:
    """Show it; a second of the same check replaces the first instead of piling up."""
    if prompt.kind is PromptKind.PROOF:
        decision, may = may_ask(decision, prompt.topic, prompt.asked)
        if not may:
            return decision
    same = [
        p.id
        for p in decision.state.prompts.values()
        if p.kind is prompt.kind and p.check == prompt.check
    ]
    prompts = {**without(decision.state.prompts, *same), prompt.id: prompt}
    return decision.then(replace(decision.state, prompts=prompts), records=(records.asked(prompt),))


def _hold(decision: Decision, prompt: Prompt, until: float | None = None) -> Decision:
    proof = prompt.kind is PromptKind.PROOF
    others = (h for h in decision.state.held if not proof or h.prompt.kind is not prompt.kind)
    held = (*others, Held(prompt=prompt, until=until))
    return decision.then(replace(decision.state, held=held))


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
    """Show what was held, once the call is over and the snooze has passed."""
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
    late = None if prompt.deadline is None else at.boot + PROOF_SECONDS
    return replace(prompt, asked=at, deadline=late)


def answer(decision: Decision, prompt_id: str, button: str, at: Moment) -> Decision:
    """Take a prompt away because it was answered; `later` brings a notice back after a while."""
    prompt = decision.state.prompts.get(prompt_id)
    if prompt is None or prompt.kind is PromptKind.PROOF:
        return decision
    decision = decision.then(
        replace(decision.state, prompts=without(decision.state.prompts, prompt_id)),
        records=(records.answered(prompt, button, at),),
    )
    if button == "later":
        return _hold(decision, prompt, at.boot + SNOOZE)
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
    """Take away the prompts about a finding that is closed, as far as they are pointless now."""
    stays = {PromptKind.LESSON, *([PromptKind.NOTICE] if keep_notice else [])}

    def pointless(prompt: Prompt) -> bool:
        return (prompt.check, prompt.subject) == key and prompt.kind not in stays

    gone = [p.id for p in decision.state.prompts.values() if pointless(p)]
    held = tuple(h for h in decision.state.held if not pointless(h.prompt))
    prompts = without(decision.state.prompts, *gone)
    return decision.then(replace(decision.state, prompts=prompts, held=held))


def silent(decision: Decision, at: Moment) -> tuple[Decision, tuple[Prompt, ...]]:
    """Take away the prompts whose deadline has passed; in a call every deadline waits."""
    if decision.state.in_call:
        return decision, ()
    late = tuple(
        p
        for p in decision.state.prompts.values()
        if p.deadline is not None and at.boot > p.deadline
    )
    if not late:
        return decision, ()
    prompts = without(decision.state.prompts, *(p.id for p in late))
    noted = tuple(records.answered(p, "silence", at) for p in late)
    return decision.then(replace(decision.state, prompts=prompts), records=noted), late
