"""Installed software, read from recorded words of four package managers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from agentguard.model.facts import Kind, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.probes import _system, software
from agentguard.platforms._linux.probes._asked import Answer

VECTORS = Path("tests/vectors/probes")
AT = Moment(boot=10.0, wall=1_790_000_000.0)
ABSENT = Answer(unread="no-tool")
FILES = {
    "dpkg": "dpkg-query.txt",
    "rpm": "rpm.txt",
    "flatpak": "flatpak.txt",
    "snap": "snap.txt",
}


def read(*recorded: str, **others: Answer) -> SoftwareSeen:
    answers = dict.fromkeys(FILES, ABSENT)
    answers |= {name: Answer(text=(VECTORS / FILES[name]).read_text()) for name in recorded}
    return software.read_from(answers | others, AT)


def told(seen: SoftwareSeen) -> list[tuple[str, str, str, str]]:
    return [(item.name, item.version, item.vendor, item.source) for item in seen.items]


def test_dpkg_lists_what_is_installed_and_not_what_was() -> None:
    assert told(read("dpkg")) == [
        ("adduser", "3.152", "Debian Adduser Developers", "dpkg"),
        ("age", "1.2.1-1+b5", "Debian Go Packaging Team", "dpkg"),
        ("libssl3t64", "3.5.7-1~deb13u2", "Debian OpenSSL Team", "dpkg"),
        ("held-back", "1:2.3-4", "Debian Example", "dpkg"),
    ]


def test_rpm_lists_programs_and_no_keys() -> None:
    assert told(read("rpm")) == [
        ("bash", "5.2.32-1.fc41", "Fedora Project", "rpm"),
        ("zoom", "6.2.11.5069-1", "Zoom Video Communications, Inc.", "rpm"),
        ("local-tool", "1.0-1", "", "rpm"),
    ]


def test_flatpak_takes_the_vendor_from_the_name() -> None:
    assert told(read("flatpak")) == [
        ("org.mozilla.firefox", "145.0", "org.mozilla", "flatpak"),
        ("com.slack.Slack", "4.41.105", "com.slack", "flatpak"),
    ]


def test_snap_drops_its_heading_and_its_marks() -> None:
    assert told(read("snap")) == [
        ("core22", "20240904", "canonical", "snap"),
        ("firefox", "131.0.2-1", "mozilla", "snap"),
        ("local-thing", "0.1", "", "snap"),
    ]


def test_sources_that_are_not_installed_are_left_out() -> None:
    seen = read("dpkg", "snap")
    assert {item.source for item in seen.items} == {"dpkg", "snap"}
    assert seen.unread == ""


def test_a_source_that_fails_is_said_and_the_others_stay() -> None:
    seen = read("dpkg", snap=Answer(unread="no-answer"))
    assert len(seen.items) == 4
    assert seen.unread == "software-part"


@pytest.mark.parametrize("answer", [Answer(text=""), Answer(text="\n\n"), Answer(text="garbage")])
def test_nothing_at_all_is_no_answer(answer: Answer) -> None:
    seen = read(dpkg=answer)
    assert (seen.items, seen.unread) == ((), "no-answer")


def release(name: str) -> str:
    return (VECTORS / f"os-release-{name}.txt").read_text()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("debian", ("Debian GNU/Linux", "13", "debian")),
        ("ubuntu", ("Ubuntu", "24.04", "ubuntu")),
        ("fedora", ("Fedora Linux", "41", "fedora")),
        ("arch", ("Arch Linux", "", "arch")),
    ],
)
def test_the_distribution_is_named_by_its_id_and_version(name: str, shown) -> None:
    told = _system.system(release(name), "dpkg")
    assert told is not None
    assert (told.name, told.version, told.edition) == shown
    assert (told.kind, told.source) == (Kind.SYSTEM, "dpkg")


@pytest.mark.parametrize("words", ["", "NAME=x", 'ID="', "ID=", "garbage"])
def test_a_system_that_does_not_say_its_id_is_left_out(words: str) -> None:
    assert _system.system(words, "dpkg") is None


def test_a_system_without_a_name_is_called_by_its_id() -> None:
    told = _system.system("ID=tiny\nNAME='unclosed", "dpkg")
    assert told is not None
    assert told.name == "tiny"


def test_what_the_distribution_keeps_up_is_told_from_what_came_from_elsewhere() -> None:
    own = _system.names((VECTORS / FILES["dpkg"]).with_name("apt-own.txt").read_text())
    answers = {"dpkg": Answer(text=(VECTORS / FILES["dpkg"]).read_text())}
    seen = software.read_from(answers, AT, release("debian"), own)
    assert [(item.name, item.kind.value) for item in seen.items] == [
        ("Debian GNU/Linux", "system"),
        ("adduser", "part"),
        ("age", "program"),
        ("libssl3t64", "part"),
        ("held-back", "part"),
    ]


def test_an_rpm_is_of_the_distribution_by_its_vendor() -> None:
    answers = {"rpm": Answer(text=(VECTORS / FILES["rpm"]).read_text())}
    for system, kinds in (("fedora", ["system", "part", "program", "program"]),
                          ("arch", ["system", "program", "program", "program"])):  # fmt: skip
        seen = software.read_from(answers, AT, release(system))
        assert [item.kind.value for item in seen.items] == kinds


def test_snaps_and_flatpaks_are_never_the_distributions() -> None:
    answers = {n: Answer(text=(VECTORS / FILES[n]).read_text()) for n in ("snap", "flatpak")}
    own = frozenset({"firefox", "core22", "org.mozilla.firefox"})
    seen = software.read_from(answers, AT, release("ubuntu"), own)
    assert {item.kind for item in seen.items} == {Kind.SYSTEM, Kind.PROGRAM}


def test_os_release_is_read_where_it_is(tmp_path: Path) -> None:
    assert _system.release(tmp_path) == ""
    for place in reversed(_system.PLACES):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_text(f"ID={place}")
        assert _system.release(tmp_path) == f"ID={place}"


def test_apt_is_asked_only_for_archives_of_a_known_distribution() -> None:
    assert _system.own_packages("arch") == ""
    assert '?origin("^(linuxmint|Ubuntu)$")' in _system.own_packages("linuxmint")


def test_this_machines_own_system_is_named(any_policy: Policy) -> None:
    seen = software.read(AT, any_policy)
    (system,) = (item for item in seen.items if item.kind is Kind.SYSTEM)
    assert system.edition
    parts = {item.source for item in seen.items if item.kind is Kind.PART}
    assert parts <= {system.source}


def test_this_machines_own_inventory_is_read(any_policy: Policy) -> None:
    seen = software.read(AT, any_policy)
    assert seen.items
    assert all(item.name for item in seen.items)
    assert {item.source for item in seen.items} & set(FILES)


def test_an_architecture_a_scope_and_a_channel_are_told_where_the_manager_tells_them() -> None:
    def one(name: str, text: str) -> tuple[str, str, str, str]:
        (item,) = software.read_from({name: Answer(text=text)}, AT).items
        return item.ident, item.arch, item.scope, item.channel

    assert one("dpkg", "ii \tage\t1.2.1-1+b5\tDebian\tamd64\n") == ("age", "x64", "machine", "")
    assert one("dpkg", "ii \tadduser\t3.152\tDebian\tall\n") == ("adduser", "", "machine", "")
    assert one("rpm", "zoom\t6.2.11-1\tZoom\tx86_64\n") == ("zoom", "x64", "machine", "")
    slack = "com.slack.Slack"
    for place, scope in (("system", "machine"), ("user", "user"), ("extra", "")):
        told = one("flatpak", f"{slack}\t4.41.105\tstable\tx86_64\t{place}\n")
        assert told == (slack, "x64", scope, "stable")
    for told, channel in (("latest/stable", "stable"), ("24.04/beta", "24.04/beta"), ("-", ""),
                          ("latest/edge…", "edge")):  # fmt: skip
        assert one("snap", f"firefox 131.0 5091 {told} mozilla -\n")[1:] == ("", "machine", channel)


def test_packages_of_two_architectures_are_two() -> None:
    lines = "ii \tlibc6\t2.41\tDebian\tamd64\nii \tlibc6\t2.41\tDebian\ti386\n"
    seen = software.read_from({"dpkg": Answer(text=lines)}, AT)
    assert [item.arch for item in seen.items] == ["x64", "x86"]


WHOLE = SoftwareSeen(at=AT, items=read("dpkg").items)


def test_what_stands_in_a_persons_own_folders_is_added(tmp_path: Path) -> None:
    home, profile = tmp_path / "maria", tmp_path / "maria/.config/google-chrome/Default"
    profile.mkdir(parents=True)
    manifest = {"name": "Helper", "version": "1.0"}
    settings = {"a" * 32: {"location": 1, "path": "x", "manifest": manifest}}
    told = json.dumps({"extensions": {"settings": settings}})
    (profile / "Preferences").write_text(told)
    seen = software.with_home(WHOLE, home, tmp_path / "none")
    assert seen.unread == ""
    assert [(i.name, i.host) for i in seen.items if i.kind is Kind.EXTENSION] == [
        ("Helper", "chrome")
    ]
    (profile / "Preferences").write_text("{")
    assert software.with_home(WHOLE, home, tmp_path / "none").unread == "software-extensions"
    (profile / "Preferences").write_text(told)


def test_row_167_other_people_with_a_home_here_are_told_and_not_named(tmp_path: Path) -> None:
    home = tmp_path / "maria"
    home.mkdir()
    (tmp_path / "lost+found").mkdir()
    assert software.with_home(WHOLE, home, tmp_path).unread == ""
    (tmp_path / "jo.huber").mkdir()
    seen = software.with_home(WHOLE, home, tmp_path)
    assert seen.unread == "software-others"
    assert "jo.huber" not in repr(seen)
    assert _system.others(home, tmp_path / "none") is False
    (tmp_path / "file").touch()
    assert _system.others(home, tmp_path / "file") is True  # what cannot be told may be


def test_a_source_that_failed_weighs_more_than_who_was_not_seen(tmp_path: Path) -> None:
    (tmp_path / "jo.huber").mkdir()
    part = replace(WHOLE, unread="software-part")
    assert software.with_home(part, tmp_path / "maria", tmp_path).unread == "software-part"
    nothing = SoftwareSeen(at=AT, unread="no-answer")
    assert software.with_home(nothing, tmp_path / "maria", tmp_path).unread == "no-answer"
