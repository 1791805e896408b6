"""The vendor register at the centre: kept by people or by a file, told before its days."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from agentguard.commands._policy_reader import READING
from agentguard.model.vendors import ProgramClass, Vendor
from agentguard.server.console import vendors as page
from agentguard.server.jobs import software
from agentguard.server.store.desks import policies
from agentguard.server.store.engine import leadership
from agentguard.server.store.outbox.happenings import decoded
from agentguard.server.store.records import audit
from agentguard.server.store.schema.feed_tables import feed_outbox
from agentguard.server.store.schema.software_tables import device_program, program, program_count
from agentguard.server.store.schema.vendor_tables import program_vendor, vendor_reminder
from agentguard.server.store.software import reminders, vendor_programs, vendors
from agentguard.server.store.software.counting import OF_ANOTHER
from agentguard.server.store.software.vendors import VendorRefused
from agentguard.software import classes, vendor_policy, vendor_sheet
from tests.server.conftest import START
from tests.server.test_roles import signed_in
from tests.unit.policy.signing import Said, chain, root
from tests.unit.software.test_vendor_sheet import FULL

__all__ = ["signed_in"]

TODAY = datetime.fromtimestamp(START, UTC).date()
NAMES = (
    "日本電信電話株式会社と関連会社一同",
    "شركة الاتصالات المتحدة",
    "<script>alert(1)</script>",
    "Ω" * 120,
    'He said "no"; =cmd|calc',
)


def day(ahead: int) -> str:
    """Give a day so many days from the endpoint's today."""
    return (TODAY + timedelta(days=ahead)).isoformat()


def run(running: Any, act: Any) -> Any:
    return running.admin._database.run(act)


def add(running: Any, *every: Vendor) -> list[int]:
    return [run(running, lambda c, one=one: vendors.add(c, one, "sam", START)) for one in every]


def kept(running: Any) -> tuple[Vendor, ...]:
    found: tuple[Vendor, ...] = run(running, vendors.register)
    return found


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def acts(running: Any) -> list[str]:
    """Give what the audit log has of vendors, the newest first."""
    found = run(running, lambda c: audit.list_acts(c, "", start=0, limit=100))[0]
    return [f"{one.act} {one.subject}" for one in found if one.act.startswith("vendor.")]


def install(running: Any, desk: str, *programs: tuple[str, str, str, str]) -> None:
    """Have a desk tell of programs: name, publisher, signer, the catalogue's product."""

    def put(connection: Any) -> None:
        for name, publisher, signer, product in programs:
            digest = hashlib.sha256(f"{name}{publisher}{signer}".encode()).digest()
            asked = select(program.c.id).where(program.c.digest == digest)
            id_ = connection.scalar(asked)
            if id_ is None:
                made = connection.execute(
                    insert(program).values(
                        digest=digest, name=name, version="1", publisher=publisher, signer=signer,
                        product=product, kind="program", first_seen=START, rank=0, since=START,
                    )
                )  # fmt: skip
                id_ = made.inserted_primary_key[0]
                connection.execute(insert(program_count).values(program=id_, desks=0))
            row = {"device": desk, "program": id_, "first_seen": START}
            connection.execute(insert(device_program).values(**row))
            more = {"desks": program_count.c.desks + 1}
            counted = update(program_count).where(program_count.c.program == id_)
            connection.execute(counted.values(**more))

    run(running, put)


def look(running: Any, now: float = START, *, told: bool = True) -> None:
    run(running, lambda c: software.look_at_vendors(c, now, 0.0, told=told))


@pytest.fixture
def send(browser: Any) -> Any:
    token = browser.token()

    def submit(path: str, files: Any = None, **fields: Any) -> Any:
        same = {"sec-fetch-site": "same-origin"}
        form = {"token": token, **fields}
        return browser.http.post(f"/vendors{path}", data=form, files=files, headers=same)

    return submit


def give(send: Any, raw: bytes, **fields: str) -> Any:
    """Give a file to the page that takes one over."""
    return send("/import", files={"file": ("vendors.csv", raw, "text/csv")}, **fields)


def test_a_vendor_is_added_shown_changed_and_removed(running: Any, browser: Any, send: Any) -> None:
    answer = send(
        "/new",
        provider_name=" Acme  Ltd ",
        approved="yes",
        publishers="Acme*\r\nAcme, Inc.\r\n\r\n",
        classes=["VPN", "messaging"],
        contract_end=day(10),
        documents="https://dms.example/a?b=1",
    )
    assert answer.status_code == 303
    (one,) = kept(running)
    assert one.publishers == ("Acme*", "Acme, Inc.")
    assert one.classes == (ProgramClass.VPN, ProgramClass.MESSAGING)
    page = browser.get(answer.headers["location"]).text
    assert 'href="https://dms.example/a?b=1" rel="noopener noreferrer external"' in page
    assert "10 days left" in text_of(page)
    form = browser.get(answer.headers["location"] + "/edit").text
    assert "Acme, Inc." in form
    assert send("/1/edit", provider_name="Acme Ltd", approved="no").status_code == 303
    assert kept(running) == (Vendor(name="Acme Ltd", approved=False),)
    assert "Not approved" in text_of(browser.get("/vendors").text)
    assert "Approved No Approved for Nothing" in text_of(browser.get("/vendors/1").text)
    assert "No date is set Nothing" in text_of(browser.get("/vendors").text)
    assert send("/1/remove").status_code == 303
    assert kept(running) == ()
    assert acts(running) == [
        "vendor.removed Acme Ltd",
        "vendor.changed Acme Ltd",
        "vendor.added Acme Ltd",
    ]
    assert send("/1/edit", provider_name="x").status_code == 404
    assert browser.get("/vendors/1").status_code == 404


def test_a_form_that_is_wrong_is_told_by_field_and_keeps_what_was_written(
    running: Any, send: Any
) -> None:
    add(running, Vendor(name="Acme"))
    answer = send(
        "/new", provider_name="Zoom", next_review="2027-02-30", documents="javascript:alert(1)"
    )
    assert answer.status_code == 400
    assert 'value="Zoom"' in answer.text
    assert 'id="problem-next_review"' in answer.text
    assert 'id="problem-documents"' in answer.text
    twice = send("/new", provider_name="ACME")
    assert "in the register already" in text_of(twice.text)
    assert [one.name for one in kept(running)] == ["Acme"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_script_stand_everywhere_as_they_are(
    running: Any, browser: Any, send: Any, name: str
) -> None:
    assert send("/new", provider_name=name, owner=name).status_code == 303
    (one,) = kept(running)
    assert (one.name, one.owner) == (name, name)
    assert "<script>alert" not in browser.get("/vendors").text
    read = vendor_sheet.read(browser.get("/vendors/register.csv").content)
    assert read.vendors == (one,)


def test_a_file_goes_out_and_comes_in_as_it_was(running: Any, browser: Any, send: Any) -> None:
    add(running, FULL, *(Vendor(name=name) for name in NAMES))
    before, sheet = kept(running), browser.get("/vendors/register.csv").content
    assert give(send, sheet, whole="yes").status_code == 303
    assert kept(running) == before
    assert acts(running)[0] == "vendor.imported +0 ~0 -0"
    one = vendor_sheet.write((replace(FULL, approved=True), Vendor(name="New"))).encode()
    assert give(send, one).status_code == 303
    assert [v.name for v in kept(running)] == [FULL.name, *NAMES, "New"]
    assert acts(running)[0] == "vendor.imported +1 ~1 -0"
    assert give(send, one, whole="yes").status_code == 303
    assert [v.name for v in kept(running)] == [FULL.name, "New"]


def test_row_183_a_file_with_a_mistake_changes_nothing_and_tells_each_by_line(
    running: Any, send: Any
) -> None:
    add(running, Vendor(name="Acme"))
    answer = give(send, b"provider_name,approved\nNew,yes\nOther,perhaps\n,no\n", whole="yes")
    assert answer.status_code == 400
    said = text_of(answer.text)
    assert "Mistakes in the file: 2." in said
    assert "3 approved Write yes or no." in said
    assert "4 provider_name The vendor has no name." in said
    assert kept(running) == (Vendor(name="Acme"),)
    assert give(send, b"").status_code == 400


def test_a_register_that_is_full_takes_no_more(running: Any, send: Any) -> None:
    many = [Vendor(name=f"V{n}") for n in range(vendor_sheet.MOST)]
    assert give(send, vendor_sheet.write(many).encode()).status_code == 303
    assert "at most 1,000" in text_of(send("/new", provider_name="More").text)
    assert "at most 1,000" in text_of(give(send, b"provider_name\nMore").text)
    assert give(send, b"provider_name\nMore", whole="yes").status_code == 303
    assert kept(running) == (Vendor(name="More"),)
    with pytest.raises(VendorRefused):
        run(running, lambda c: vendors.change(c, 9, Vendor(name="x"), "sam", START))


def badge(browser: Any) -> int:
    """Give what waits behind the line of the menu."""
    found = re.search(r'<span>Vendors</span> <span class="badge".*?>(\d+)<', browser.get("/").text)
    return int(found.group(1)) if found else -1


def test_the_list_begins_with_what_needs_somebody(running: Any, browser: Any) -> None:
    add(
        running,
        Vendor(name="Calm", contract_until=day(400)),
        Vendor(name="Soon", review_by=day(5), owner="Telephony"),
        Vendor(name="Over", contract_until=day(-1)),
        Vendor(name="Last day", contract_until=day(0)),
        Vendor(name="Refused", approved=False, classes=(ProgramClass.VPN,)),
        Vendor(name="Timeless"),
    )

    def names(asked: str) -> list[str]:
        page = browser.get(f"/vendors{asked}").text
        return re.findall(r'href="/vendors/\d+"><bdi>(.*?)</bdi>', page)

    assert names("") == ["Refused", "Over", "Last day", "Soon", "Calm", "Timeless"]
    assert names("?sort=name") == ["Calm", "Last day", "Over", "Refused", "Soon", "Timeless"]
    assert names("?kind=due") == ["Last day", "Soon"]
    assert names("?text=teleph") == ["Soon"]
    assert names("?class=VPN") == ["Refused"]
    assert names("?class=spying&sort=x&kind=y") == names("")
    assert badge(browser) == 3, "over, on its last day, and within a week"
    assert "No vendor matches" in text_of(browser.get("/vendors?text=nobody").text)


def test_programs_find_their_vendor_and_pages_tell_on_which_desks(
    running: Any, browser: Any, new_desk: Any
) -> None:
    one, two = new_desk(label="desk-1"), new_desk(label="desk-2")
    zoom, remote = add(
        running,
        Vendor(name="Zoom", publishers=("Zoom*",), classes=(ProgramClass.MESSAGING,)),
        Vendor(name="Remote", signers=("AnyDesk*",), approved=False),
    )
    install(running, one.id, ("Zoom Workplace", "Zoom", "", "zoom"))
    install(running, one.id, ("helper", "", "AnyDesk GmbH", ""))
    install(running, two.id, ("Zoom Workplace", "Zoom", "", "zoom"), ("Otter", "?", "", ""))
    install(running, two.id, ("Paint", "?", "", ""), ("Update for Paint", "?", "", OF_ANOTHER))
    look(running)
    counted = {v.vendor.name: v.desks for v in run(running, vendors.list_kept)}
    assert counted == {"Zoom": 2, "Remote": 1}
    said = text_of(browser.get(f"/vendors/{zoom}").text)
    assert "desk-1 Billing 1 desk-2 Billing 1" in said
    assert "does not cover: Remote control" in said
    assert "helper" in browser.get(f"/vendors/{remote}").text
    shown = text_of(browser.get("/vendors").text)
    assert "Otter ? AI assistant Recording of calls and screens 1" in shown
    assert "In all, 2 programs are of no vendor" in shown
    assert "Paint" not in shown
    run(running, lambda c: vendors.remove(c, zoom, "sam", START))
    assert "Zoom Workplace Zoom Messaging" in text_of(browser.get("/vendors").text)


def test_an_extension_has_the_class_of_its_id_and_not_of_its_name(running: Any, desk: Any) -> None:
    install(running, desk.id, ("Zoom", "", "", ""), ("Sider", "", "", ""))
    ids = {"Zoom": "a" * 32, "Sider": "difoiogjjojoaoomphldepapgpbgkhkb"}

    def mark(connection: Any) -> None:
        for name, ident in ids.items():
            one = update(program).where(program.c.name == name)
            connection.execute(one.values(kind="extension", ident=ident))

    run(running, mark)
    look(running)
    found = run(running, vendor_programs.strangers)
    assert [(one.name, one.classes) for one in found] == [("Sider", (ProgramClass.AI_ASSISTANT,))]


def test_versions_are_matched_once_and_anew_when_the_register_changes(
    running: Any, desk: Any
) -> None:
    install(running, desk.id, ("Acme Dialler", "Acme", "", ""))
    known = classes.shipped()

    def match(on: int = 0) -> int:
        return int(run(running, lambda c: vendor_programs.match(c, known, day(on))))

    assert [match(), match()] == [1, 0]
    (id_,) = add(running, Vendor(name="Acme", publishers=("acme",)))
    assert [match(), match()] == [1, 0]
    assert run(running, lambda c: c.scalar(select(program_vendor.c.vendor))) == id_
    assert [match(1), match(1)] == [1, 0], "the catalogue may know it by another day"
    for table in (device_program, program_count, program):
        run(running, lambda c, table=table: c.execute(table.delete()))
    assert match() == 0
    assert run(running, lambda c: c.scalar(select(program_vendor.c.vendor))) is None


def test_what_waits_to_be_matched_is_taken_up_again_at_once(running: Any, desk: Any) -> None:
    install(running, desk.id, *((f"Tool {n}", "Acme", "", "") for n in range(5)))
    add(running, Vendor(name="Acme", publishers=("acme",)))
    matched, many = [], select(func.count()).select_from(program_vendor)
    for _ in range(4):
        due = run(
            running, lambda c: leadership.due(c, software.VENDORS, software.VENDORS_EVERY, START)
        )
        if due is not None:
            run(running, lambda c: software.look_at_vendors(c, START, START, told=False, most=2))
        matched.append(run(running, lambda c: c.scalar(many)))
    assert matched == [2, 4, 5, 5]


def told(running: Any) -> list[tuple[str, str, str, str]]:
    """Give what the feeds are to tell: state, which day, whose, how bad."""
    asked = select(feed_outbox.c.body).order_by(feed_outbox.c.id)
    found = [decoded(row) for row in run(running, lambda c: list(c.scalars(asked)))]
    return [
        (one.state, one.kind, str(one.params["vendor"]), one.severity)
        for one in found
        if one.what == "vendor"
    ]


def test_row_180_each_mark_of_a_day_is_told_once_and_before_it(running: Any) -> None:
    add(running, Vendor(name="Acme", contract_until=day(61), review_by="2027-02-31"))
    seen = []
    for ahead in range(64):
        at = START + ahead * 86_400
        for _ in range(2):
            run(running, lambda c, at=at: reminders.remind_of_vendors(c, at, at))
        new = told(running)[len(seen) :]
        seen += [(ahead, *one) for one in new]
    assert seen == [
        (1, "due", "contract", "Acme", "low"),
        (31, "due", "contract", "Acme", "low"),
        (54, "due", "contract", "Acme", "medium"),
        (62, "overdue", "contract", "Acme", "high"),
    ]


def test_after_a_silence_the_nearest_mark_alone_is_told_and_no_clock_that_leapt(
    running: Any,
) -> None:
    add(running, Vendor(name="Acme", review_by=day(5)))
    ahead = START + 30 * 86_400
    assert run(running, lambda c: reminders.remind_of_vendors(c, ahead, START - 86_400)) == 1
    assert told(running) == [("due", "review", "Acme", "medium")]
    assert run(running, lambda c: reminders.remind_of_vendors(c, START, START)) == 0
    run(running, lambda c: vendors.remove(c, 1, "sam", START))
    assert run(running, lambda c: c.scalar(select(vendor_reminder.c.mark))) is None


def test_nothing_is_kept_where_no_feed_hears(running: Any) -> None:
    add(running, Vendor(name="Acme", review_by=day(5)))
    look(running, told=False)
    assert told(running) == []
    look(running)
    assert len(told(running)) == 1


MINE = (Vendor(name="Acme", contract_until="2027-12-31"), Vendor(name="Mine"))


def test_another_register_in_the_published_policy_is_shown(running: Any, browser: Any) -> None:
    running.admin.policies.publish_roots(chain(root()))

    def shown(version: int, *theirs: Vendor) -> str:
        rules = vendor_policy.piece(theirs)
        said = Said(version=version, loosens=True, rules=rules)
        made = running.admin.policies.judged(said.signed(), "site", READING)
        running.admin.policies.publish(said.signed(), made.label, 100)
        return text_of(browser.get("/vendors").text)

    theirs = (Vendor(name="Acme"), Vendor(name="Theirs"))
    assert "has another register" not in shown(1, *theirs), "none is kept at the centre"
    run(running, lambda c: vendors.take(c, MINE, "sam", START, whole=True))
    differs = shown(2, *theirs)
    for words in (
        "The policy site 2 has another register",
        "What differs (3)",
        "Acme : contract_until",
        "Mine : only in the register of the centre",
        "Theirs : only in the policy",
    ):
        assert words in differs
    assert "has another register" not in shown(3, *MINE)
    piece = browser.get("/vendors/register.yaml")
    assert piece.text == vendor_policy.piece(MINE)
    assert piece.headers["content-disposition"] == 'attachment; filename="vendors.yaml"'


def test_a_policy_that_cannot_be_read_and_an_endpoint_that_reads_none_say_nothing() -> None:
    label_ = policies.Label(digest="d", name="site", epoch=1, version=1, team="")
    one = vendors.Kept(id=1, key="", vendor=Vendor(name="A"), desks=0, set_by="", set_at=0.0)
    read = page._Read(every=[one], strangers=[], unmatched=0, published=[(label_, b"policy: [")])
    assert page.different(read, READING) == []
    assert page.different(read, None) == []


def test_who_may_read_and_who_may_keep_the_register(running: Any, signed_in: Any) -> None:
    add(running, Vendor(name="Acme"))
    for role, reads, keeps in (
        ("viewer", 404, 404),
        ("supervisor", 404, 404),
        ("auditor", 200, 404),
        ("officer", 200, 200),
        ("admin", 200, 200),
    ):
        browser = signed_in(f"p-{role}", role)
        for path in ("", "/1", "/register.csv", "/register.yaml"):
            assert browser.get(f"/vendors{path}").status_code == reads, (role, path)
        for path in ("/new", "/1/edit", "/import"):
            assert browser.get(f"/vendors{path}").status_code == keeps, (role, path)
        assert ('href="/vendors/new"' in browser.get("/vendors").text) is (keeps == 200)
