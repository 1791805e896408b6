from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import text

EVIL = "<script>alert(1)</script>\"'&{{77777*7}}"
PAGES = ("/", "/floor/part", "/incidents", "/policies", "/codes", "/account")


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_the_floor_says_who_needs_a_word_worst_first(
    running: Any, new_desk: Any, browser: Any, control: Any
) -> None:
    new_desk(label="fine-1").send(controls=[control()])
    volumes = {"volumes": "C:"}
    disk = control("disk-encryption", "fail", detail="disk-encryption.clear", params=volumes)
    new_desk(label="bad-1").send(overall="act", controls=[disk], in_call=True)
    medium = control("software", "fail", severity="medium")
    new_desk(label="soso-1").send(overall="attention", controls=[medium])
    new_desk(label="never-1")
    said = text_of(browser.get("/").text)
    assert "1 Failing 1 Attention 1 Not reporting 1 OK" in said
    assert said.index("bad-1") < said.index("soso-1") < said.index("never-1") < said.index("fine-1")
    assert "Not encrypted: C:." in said
    assert "You can go on working. Do not leave the PC unattended." in said
    assert "In a call: wait" in said
    assert "1 h 13 min" in said


def test_what_could_not_be_read_is_never_shown_as_failing(
    desk: Any, browser: Any, control: Any
) -> None:
    desk.send(overall="blind", controls=[control("firewall", "unknown")])
    page = browser.get("/").text
    assert "Could not be read" in page
    assert "row-unknown" in page
    assert "row-failing" not in page


def test_a_desk_shows_the_settings_that_lock_its_screen(
    desk: Any, browser: Any, control: Any
) -> None:
    rows = [
        {"id": "screen-lock.row-first", "params": {"name": "GNOME", "after": "5 min"}},
        {"id": "screen-lock.row-unread", "params": {"name": "<b>KDE</b>"}},
        {"id": "of.a-newer-agent", "params": {}},
    ]
    desk.send(controls=[control(rows=rows)])
    page = browser.get(f"/desk/{desk.id}").text
    assert "GNOME: locks after 5 min. It comes first, so it decides." in text_of(page)
    assert "&lt;b&gt;KDE&lt;/b&gt;: could not be checked." in page
    assert "of.a-newer-agent" in page


def test_row_198_a_desk_shows_what_is_the_teams_to_mend(
    desk: Any, browser: Any, control: Any
) -> None:
    hers = control("patches", "fail", detail="patches.reboot", params={"days": 4})
    theirs = control("software", "fail", owner="team")
    desk.send(overall="act", controls=[hers, theirs])
    page = text_of(browser.get(f"/desk/{desk.id}").text)
    team = "not the person&#39;s at the desk."
    assert page.count(team) == 1
    assert page.index("A restart has been due for 4 days") < page.index(team)


def test_silence_overrules_the_last_good_posture(
    running: Any, desk: Any, browser: Any, control: Any
) -> None:
    desk.send(controls=[control()])
    assert "Nobody needs a word" in browser.get("/").text
    running.time.at += running.settings.limits.silent_after + 1
    page = text_of(browser.get("/").text)
    assert "1 Not reporting" in page
    assert "Nobody needs a word" not in page


def test_a_desk_shows_controls_findings_and_events(desk: Any, browser: Any, event: Any) -> None:
    found = event(
        1,
        check="pii-files",
        severity="critical",
        message="pii-files.found",
        params={"count": 2, "kinds": "PAN"},
        hits=[{"kind": "PAN", "count": 2, "masked": ["…4242"]}],
        place="Downloads, .csv",
    )
    firewall = {"check": "firewall", "measure": 5, "state": "not_applicable"}
    severity = {"severity": "high", "since": "2026-09-21T13:00:00+00:00"}
    desk.send(found, controls=[{**firewall, **severity}])
    said = text_of(browser.get(f"/desk/{desk.id}").text)
    for words in ("Critical", "PAN", "2", "…4242", "Downloads, .csv", "Does not apply"):
        assert words in said
    assert "Finding opened:" in said
    assert "What to say:" in said


def test_everything_that_an_agent_can_set_is_escaped(
    new_desk: Any, browser: Any, event: Any, control: Any
) -> None:
    desk = new_desk(team=f"T {EVIL}", label=EVIL)
    evil = {"check": EVIL, "severity": EVIL, "message": EVIL, "params": {"x": EVIL}}
    hits = [{"kind": EVIL, "count": 1, "masked": [EVIL]}]
    desk.send(
        event(1, check=EVIL, severity=EVIL, message=EVIL, place=EVIL, hits=hits),
        event(2, EVIL, **evil),
        event(3, "incident.reported", message=EVIL, text=EVIL),
        event(
            4, check="disk-encryption", message="disk-encryption.clear", params={"volumes": EVIL}
        ),
        overall="act",
        agent=EVIL,
        policy=EVIL,
        controls=[control(EVIL, EVIL, detail=EVIL), control("software", "fail", detail=EVIL)],
    )
    for path in (*PAGES, f"/desk/{desk.id}"):
        page = browser.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "544439" not in page.text
    assert "&lt;script&gt;" in browser.get("/").text


@pytest.mark.parametrize("path", [*PAGES, "/desk/x", "/nothing"])
def test_nothing_is_shown_without_a_sign_in(stranger: Any, path: str) -> None:
    answer = stranger.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_every_answer_carries_the_security_headers(stranger: Any, browser: Any) -> None:
    for answer in (stranger.get("/sign-in"), browser.get("/"), browser.get("/nothing")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["strict-transport-security"]
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_pages_hold_no_inline_script_or_style(browser: Any, desk: Any) -> None:
    for path in (*PAGES, f"/desk/{desk.id}"):
        page = browser.get(path).text
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page)
        assert "http://" not in page.replace("http://www.w3.org", "")


def test_a_page_that_is_not_there_is_told_in_plain_words(browser: Any) -> None:
    for path in ("/nothing", "/desk/unknown", "/static/../site.py", "/static/%2e%2e/site.py"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "Traceback" not in answer.text
    said = browser.get("/nothing").text
    assert "There is no such page for you" in said
    assert "belongs to another role" in said, "who may not see a page is not told that it is not"


def test_row_479_a_form_for_what_is_gone_or_too_much_is_not_told_as_a_page_that_is_not_there(
    browser: Any,
) -> None:
    stood = {"sec-fetch-site": "same-origin", "referer": f"{browser.address}/incidents/9"}
    fields = {"token": browser.token(), "reason": "It is not over."}
    gone = browser.http.post("/incidents/9/reopen", data=fields, headers=stood)
    assert gone.status_code == 404
    assert "Nothing was changed" in gone.text
    assert "mistyped" not in gone.text
    assert 'href="/incidents/9"' in gone.text
    much = browser.http.post("/vendors/new", data={"token": "x" * 70_000}, headers=stood)
    assert much.status_code == 413
    assert "larger than this page takes" in much.text
    assert "Try again" not in much.text


def test_an_incident_is_taken_up_and_closed_with_a_note(
    running: Any, desk: Any, browser: Any, event: Any
) -> None:
    params = {"category": "lost-device", "id": "i1"}
    desk.send(event(1, "incident.reported", params=params, text="My badge is gone"))
    page = browser.get("/incidents").text
    assert "My badge is gone" in page
    assert "Lost a device or a card" in page
    assert 'class="badge"' in page
    token, one = browser.token(), running.admin.incidents()[0].id
    assert browser.submit(f"/incidents/{one}/take", token=token).status_code == 303
    assert "With sam" in browser.get("/incidents").text
    browser.submit(f"/incidents/{one}/close", token=token, outcome="  ")
    assert len(running.admin.incidents()) == 1
    early = browser.submit(f"/incidents/{one}/close", token=token, outcome="Badge blocked")
    assert early.status_code == 409
    assert "Steps that may not be left out are open" in early.text
    assert "Badge blocked</textarea>" in early.text, "it is not written again"
    assert len(running.admin.incidents()) == 1, "what must be done with a lost device is open"
    for step in ("turn-away", "clock"):
        why = {"do": "skip", "note": "It opens nothing, and is blocked"}
        browser.submit(f"/incidents/{one}/steps/{step}", token=token, **why)
    browser.submit(f"/incidents/{one}/close", token=token, outcome="Badge blocked")
    assert running.admin.incidents() == []
    assert "Badge blocked" in browser.get("/incidents").text


def test_a_code_made_in_the_console_enrols_a_desk(
    running: Any, browser: Any, connect: Any, ask_to_enrol: Any
) -> None:
    from nacl.signing import SigningKey  # noqa: PLC0415 - only here

    page = browser.submit("/codes", token=browser.token(), team="  Night   shift ")
    code = re.search(r"<code>([A-Z2-7-]{19})</code>", page.text)
    assert code is not None
    with connect(running) as http:
        assert ask_to_enrol(http, SigningKey.generate(), code[1]).json()["team"] == "Night shift"
    listed = browser.get("/codes").text
    assert "Used by" in listed
    assert code[1] not in listed
    assert "Say which team" in browser.submit("/codes", token=browser.token(), team=" ").text


def test_a_database_that_does_not_answer_is_told_in_words(running: Any, browser: Any) -> None:
    def rename(old: str, new: str) -> None:
        running.admin._database.run(lambda c: c.execute(text(f"ALTER TABLE {old} RENAME TO {new}")))

    rename("session", "session_away")
    refused = browser.get("/")
    rename("session_away", "session")
    assert refused.status_code == 503
    assert refused.text.startswith("The endpoint's database did not answer. Nothing was changed.")
    assert refused.headers["content-security-policy"]
    assert browser.get("/").status_code == 200
