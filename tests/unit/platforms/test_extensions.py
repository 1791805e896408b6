"""Extensions of browsers, from recorded profiles and from hostile ones."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.facts import Kind
from agentguard.platforms._bounded_reads import Reads, UnreadError
from agentguard.platforms._chromium_extensions import EXTENSIONS, PROFILES, Browser
from agentguard.platforms._extensions import Extensions, Places, extensions
from agentguard.platforms._shown_words import maker, permissions

VECTORS = Path("tests/vectors/browsers")
HELPER = "hgekkdohpacgpjhjcmgmeedjmdnkcgln"
SOURCE_OF_HELPER = "/tmp/cx/ext"
MANIFEST = {
    "manifest_version": 3, "name": "__MSG_appName__", "version": "1.2.3", "default_locale": "de",
    "permissions": ["storage", "tabs", "cookies"], "host_permissions": ["https://crm.example/*"],
    "content_scripts": [{"matches": ["<all_urls>"], "js": ["c.js"]}], "author": "Acme",
}  # fmt: skip


def profile(home: Path, name: str = "Default", host: str = "chrome") -> Path:
    made = home / host / name
    made.mkdir(parents=True)
    (made / "Preferences").write_text("{}")
    return made


def found(home: Path, *, host: str = "chrome", firefox: bool = False) -> Extensions:
    browsers = (Browser(host=host, folder=home / host),)
    roots = (home / "firefox",) if firefox else ()
    return extensions(Places(home=home, browsers=browsers, firefox=roots))


def settings(**entries: Any) -> str:
    return json.dumps({"extensions": {"settings": entries}})


def entry(**more: Any) -> dict[str, Any]:
    manifest = {"name": "Helper", "version": "1.0", "permissions": ["tabs"]}
    return {"location": 1, "path": f"{HELPER}/1.0_0", "manifest": manifest, **more}


def unpacked(home: Path, **messages: Any) -> Path:
    folder = home / "ext"
    (folder / "_locales/de").mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    (folder / "_locales/de/messages.json").write_text(json.dumps(messages), encoding="utf-8")
    return folder


def test_a_profile_that_chromium_wrote_is_read(tmp_path: Path) -> None:
    folder = unpacked(tmp_path, APPNAME={"message": "Wählhilfe 電話"})
    recorded = (VECTORS / "chromium-156-linux.json").read_text("utf-8")
    target = profile(tmp_path, host="chromium") / "Preferences"
    target.write_text(recorded.replace(SOURCE_OF_HELPER, folder.as_posix()), encoding="utf-8")
    told = found(tmp_path, host="chromium")
    (item,) = told.items  # the browser's own PDF viewer is none
    assert told.whole
    assert (item.name, item.version, item.vendor) == ("Wählhilfe 電話", "1.2.3", "Acme")
    assert (item.kind, item.ident, item.host) == (Kind.EXTENSION, HELPER, "chromium")
    assert (item.source, item.scope) == ("browser-folder", "user")
    assert item.permissions == ("all-sites", "cookies", "storage", "tabs")


def test_a_profile_of_windows_has_its_list_in_secure_preferences(tmp_path: Path) -> None:
    recorded = (VECTORS / "chrome-135-windows.json").read_text("utf-8")
    (profile(tmp_path) / "Secure Preferences").write_text(recorded, encoding="utf-8")
    told = found(tmp_path)
    assert told.whole
    assert {(one.name, one.version, one.source, one.vendor) for one in told.items} == {
        ("Tab Namer", "1.3", "chrome-web-store", ""),
        ("Company Sign-in", "2.0.1", "browser-policy", ""),
    }
    rights = {one.name: one.permissions for one in told.items}
    assert rights["Tab Namer"] == ("all-sites",)
    assert rights["Company Sign-in"] == ("identity", "some-sites", "tabs")


def test_no_site_that_a_person_goes_to_is_told(tmp_path: Path) -> None:
    recorded = (VECTORS / "chrome-135-windows.json").read_text("utf-8")
    (profile(tmp_path) / "Secure Preferences").write_text(recorded, encoding="utf-8")
    assert ".example" not in repr(found(tmp_path).items)


def test_the_same_extension_in_two_profiles_is_one_and_of_two_versions_both_are_named(
    tmp_path: Path,
) -> None:
    other = entry(manifest={"name": "Helper", "version": "2.0"})
    for name, one in (("Default", entry()), ("Profile 1", entry()), ("Profile 2", other)):
        (profile(tmp_path, name) / "Preferences").write_text(settings(**{HELPER: one}))
    assert [one.version for one in found(tmp_path).items] == ["1.0", "2.0"]


@pytest.mark.parametrize(
    ("entry_", "source"),
    [
        (entry(location=7), "browser-policy"),
        (entry(location=4), "browser-folder"),
        (entry(from_webstore=True), "chrome-web-store"),
        (entry(manifest={"update_url": "https://edge.microsoft.com/x"}), "edge-add-ons"),
        (entry(manifest={"update_url": "https://a/?https://edge.microsoft.com/"}), "browser-other"),
        (entry(location=3), "browser-other"),
    ],
)  # fmt: skip
def test_where_an_extension_is_from_is_told(tmp_path: Path, entry_: dict, source: str) -> None:
    (profile(tmp_path) / "Preferences").write_text(settings(**{HELPER: entry_}))
    (item,) = found(tmp_path).items
    assert item.source == source


def firefox(
    home: Path, ini: str = "[Profile0]\nName=default\nIsRelative=1\nPath=Profiles/a.x\n"
) -> Path:
    made = home / "firefox" / "Profiles" / "a.x"
    made.mkdir(parents=True)
    (home / "firefox" / "profiles.ini").write_text(ini, encoding="utf-8")
    return made / "extensions.json"


def test_firefoxs_extensions_are_read_and_what_it_brings_is_none(tmp_path: Path) -> None:
    firefox(tmp_path).write_bytes((VECTORS / "firefox-extensions.json").read_bytes())
    told = found(tmp_path, firefox=True)
    assert told.whole
    assert [(one.name, one.version, one.vendor, one.source) for one in told.items] == [
        ("uBlock Origin", "1.29.2", "Raymond Hill & contributors", "firefox-add-ons"),
        ("CRM helper", "2.0", "Acme", "firefox-profile"),
    ]
    blocker, helper = told.items
    assert (blocker.host, blocker.ident) == ("firefox", "uBlock0@raymondhill.net")
    assert (blocker.signer, helper.signer) == ("Mozilla", "")
    assert {"all-sites", "webRequestBlocking"} <= set(blocker.permissions)
    assert helper.permissions == ("some-sites", "storage")


def test_no_browser_at_all_is_a_whole_answer(tmp_path: Path) -> None:
    assert found(tmp_path, firefox=True) == Extensions()
    (tmp_path / "chrome").write_text("a file in the place of the folder")
    assert found(tmp_path) == Extensions()


DEEP = "[" * 100_000 + "]" * 100_000
DAMAGED = {
    "empty": b"",
    "cut": b'{"extensions": {"settings": {"' + HELPER.encode(),
    "no JSON": b"\x00\x01SQLite",
    "no text": b'{"addons": ["\xff"], "extensions": {"settings": {"%s": "\xff"}}}'
    % HELPER.encode(),
    "a list": b"[]",
    "deep": f'{{"x": {DEEP}}}'.encode(),
    "settings are none": b'{"extensions": {"settings": 7}}',
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_row_166_a_damaged_profile_is_told_and_the_others_are_read(
    tmp_path: Path, data: bytes
) -> None:
    (profile(tmp_path, "Profile 1") / "Preferences").write_bytes(data)
    (profile(tmp_path) / "Preferences").write_text(settings(**{HELPER: entry()}))
    told = found(tmp_path)
    assert ([one.name for one in told.items], told.whole) == (["Helper"], False)


@pytest.mark.parametrize(
    "data", [one for name, one in DAMAGED.items() if name != "settings are none"],
)  # fmt: skip
def test_row_166_a_damaged_list_of_firefoxs_is_told(tmp_path: Path, data: bytes) -> None:
    firefox(tmp_path).write_bytes(data)
    assert not found(tmp_path, firefox=True).whole


@pytest.mark.parametrize(
    "ini",
    ["[Profile0", "Path=x\n", "[Profile0]\nPath=../../other\n", "[Profile0]\nPath=/b\n", "\0\0"],
)
def test_row_166_a_list_of_profiles_that_leads_elsewhere_is_told(tmp_path: Path, ini: str) -> None:
    firefox(tmp_path, ini)
    told = found(tmp_path, firefox=True)
    assert (told.items, told.whole) == ((), False)


@pytest.mark.parametrize(
    "bad",
    [7, [], "x", {"location": 1, "path": "//server/share", "manifest": None},
     {"location": 1, "path": "\\\\server\\share"}, {"location": 4, "path": "../../../etc"},
     {"location": 4, "path": "/etc"}, {"location": 1, "path": 3}, {"location": 1, "path": "a\0b"},
     {"location": 1}],
    ids=str,
)  # fmt: skip
def test_row_166_a_damaged_entry_is_told_and_nothing_outside_is_opened(
    tmp_path: Path, bad: Any
) -> None:
    entries = {HELPER: entry(), "a" * 32: bad}
    (profile(tmp_path) / "Preferences").write_text(settings(**entries))
    told = found(tmp_path)
    assert "Helper" in {one.name for one in told.items}
    assert not told.whole
    assert {one.name for one in told.items} <= {"Helper", "a" * 32}


def test_row_166_an_extension_whose_folder_is_gone_is_named_by_its_id(tmp_path: Path) -> None:
    gone = {"location": 1, "path": f"{HELPER}/1.0_0"}
    (profile(tmp_path) / "Preferences").write_text(settings(**{HELPER: gone}))
    told = found(tmp_path)
    assert [(one.name, one.version) for one in told.items] == [(HELPER, "")]
    assert told.whole


def test_row_166_a_manifest_that_is_too_large_is_told_and_the_extension_is_named(
    tmp_path: Path,
) -> None:
    folder = profile(tmp_path)
    (folder / "Preferences").write_text(
        settings(**{HELPER: {"location": 1, "path": f"{HELPER}/1"}})
    )
    (folder / f"Extensions/{HELPER}/1").mkdir(parents=True)
    (folder / f"Extensions/{HELPER}/1/manifest.json").write_text(f'{{"name": "{"x" * (1 << 20)}"}}')
    told = found(tmp_path)
    assert ([one.name for one in told.items], told.whole) == ([HELPER], False)


@pytest.mark.parametrize(
    "messages", [{}, {"appName": 3}, {"appName": {"message": ["x"]}}, {"appname": {"message": ""}}]
)
def test_a_name_that_is_not_told_in_words_is_the_id(tmp_path: Path, messages: dict) -> None:
    folder = unpacked(tmp_path, **messages)
    one = {"location": 4, "path": folder.as_posix()}
    (profile(tmp_path) / "Preferences").write_text(settings(**{HELPER: one}))
    (item,) = found(tmp_path).items
    assert item.name == HELPER


def test_row_166_more_extensions_and_profiles_than_a_look_takes_are_told(tmp_path: Path) -> None:
    ids = ("".join(chr(97 + int(c, 16)) for c in f"{n:032x}") for n in range(EXTENSIONS + 5))
    (profile(tmp_path) / "Preferences").write_text(settings(**dict.fromkeys(ids, entry())))
    told = found(tmp_path)
    assert (len(told.items), told.whole) == (EXTENSIONS, False)
    other = tmp_path / "many"
    for number in range(PROFILES + 1):
        profile(other, f"Profile {number}")
    assert not found(other).whole


@pytest.mark.posix
def test_row_166_a_pipe_in_the_place_of_a_file_holds_nobody_up(tmp_path: Path) -> None:
    made = profile(tmp_path)
    os.mkfifo(made / "Secure Preferences")
    assert not found(tmp_path).whole


def test_row_166_a_look_reads_so_many_files_and_bytes_and_no_more(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"x" * 100)
    reads = Reads(files=2, size=150)
    assert reads.data(file, 100) == b"x" * 100
    with pytest.raises(UnreadError):
        reads.data(file, 100)  # 50 bytes are left
    assert Reads().data(tmp_path / "none", 5) is None
    with pytest.raises(UnreadError):
        Reads(files=0).data(file, 100)
    with pytest.raises(UnreadError):
        Reads().data(file, 99)
    with pytest.raises(UnreadError):
        Reads().data(Path("a\0b"), 99)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
WORDS = ("location", "path", "manifest", "state", "from_webstore", "name", "version", "author",
         "permissions", "host_permissions", "content_scripts", "default_locale", "update_url",
         "id", "type", "defaultLocale", "userPermissions", "signedState", "sourceURI")  # fmt: skip
ENTRY = st.dictionaries(
    st.sampled_from(WORDS),
    JSON
    | st.sampled_from(["extension", "__MSG_a__"])
    | st.dictionaries(st.sampled_from(WORDS), JSON),
)


@given(entries=st.lists(ENTRY, max_size=3))
def test_row_166_whatever_stands_in_a_profile_is_read_or_told(
    tmp_path_factory, entries: list[Any]
) -> None:
    home = tmp_path_factory.mktemp("home")
    ids = {chr(97 + at) * 32: one for at, one in enumerate(entries)}
    (profile(home) / "Preferences").write_text(settings(**ids), encoding="utf-8", errors="replace")
    addons = json.dumps({"addons": [{"type": "extension", "id": "x", **one} for one in entries]})
    firefox(home).write_text(addons, encoding="utf-8", errors="replace")
    told = found(home, firefox=True)
    for item in told.items:
        assert item.name
        assert item.ident
        assert item.kind is Kind.EXTENSION
        assert all(isinstance(one, str) for one in (item.version, item.vendor, *item.permissions))
        f"{item}".encode()


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ((["tabs", "tabs", "https://a.example/*"],), ("some-sites", "tabs")),
        (
            (["*://*/*"], ["x y", "", 3, None, {"fileSystem": ["write"]}]),
            ("all-sites", "fileSystem"),
        ),
        ((["http://*:*/x"], None, "tabs"), ("all-sites",)),
        ((), ()),
    ],
)
def test_permissions_are_names_and_whether_all_sites_are_seen(told: tuple, kept: tuple) -> None:
    assert permissions(*told) == kept


def test_a_maker_is_no_address_of_a_person() -> None:
    assert maker("Acme <jo@acme.example>") == "Acme"
    assert maker("jo@acme.example") == maker({"email": "jo@acme.example"}) == ""
