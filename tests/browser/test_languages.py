"""Every page in two made-up languages: each word of the console's own is one of its sentences.

What the console says stands between ⟦ and ⟧ there. What is left is what somebody wrote, which
stands in an element of its own (`bdi`), so that it turns no sentence around; or it is argued below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agentguard.base import paths, translations
from agentguard.base.translations import Plural, Texts
from tests.browser import driving, scene
from tests.browser.barriers import WAYS, violations
from tests.browser.driving import PASSWORD
from tests.browser.test_pages import MAY
from tools.gallery.pseudo import pseudo

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(900)]

STANDS_FOR = {"es": ("en", "wide"), "ar": ("ar", "phone")}
"""The languages in whose place the made-up ones stand, by whose rules, and in which window."""
OWN = "bdi, code, time, option[lang], .brand, .secret, [dir=auto], textarea, script, style"
"""Elements of what is written by people, of what reads the same in every language, and of times."""
FILLED = re.compile(r"(~{8})(?=~)")
"""What makes a sentence longer: in words, as those of a language are."""
LEFT = """own => {
  const found = new Set();
  const plain = text => text.replace(/⟦[^⟧]*⟧/g, " ").trim();
  const keep = (where, text) => {
    if (/[A-Za-z]{2}/.test(plain(text))) found.add(where + ": " + plain(text));
  };
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (!parent.closest(own)) keep(parent.tagName.toLowerCase(), walk.currentNode.textContent);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt", "data-label"])
    for (const one of document.querySelectorAll(`[${name}]`))
      if (!one.closest("time, code, bdi")) keep("@" + name, one.getAttribute(name));
  return [...found];
}"""


def written(texts: Texts) -> Iterator[str]:
    """Give a line of TOML for each sentence of a language."""
    for id_, text in texts.sentences.items():
        forms = {"by": text.by, **text.forms} if isinstance(text, Plural) else None
        value = (
            json.dumps(text, ensure_ascii=False)
            if forms is None
            else "{ %s }"  # noqa: UP031
            % ", ".join(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in forms.items())
        )
        yield f"{json.dumps(id_)} = {value}\n"


@pytest.fixture(scope="module", autouse=True)
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have two languages say made-up sentences."""
    here, own = paths.resources(), tmp_path_factory.mktemp("resources")
    for one in here.iterdir():
        if one.name != "text":
            (own / one.name).symlink_to(one)
    (own / "text").mkdir()
    for one in (here / "text").iterdir():
        if one.name not in STANDS_FOR:
            (own / "text" / one.name).symlink_to(one)
    for language, (rules, _) in STANDS_FOR.items():
        folder: Path = own / "text" / language
        folder.mkdir()
        said = "".join(written(pseudo(translations.load(), rules)))
        said = FILLED.sub(r"\1 ", said)
        (folder / "all.toml").write_text(said, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "resources", lambda: own)
        translations._loaded.cache_clear()
        yield
    translations._loaded.cache_clear()


ARGUED = re.compile(
    r"((span|details|summary|li|td): )?(CVE-\d+-\d+(, )?)+(, …)?"  # what faults are known by
    r"|td: (Apache-2\.0|CC0|MIT)"  # licences
    r"|(a|caption|h1|h2|option): ((PCI DSS|ISO 27001|NIST CSF|CIS)( [\d.]+)?|Measure)"
    r"|a: [A-Z]{2}\.[A-Z]{2}-\d+"
    r"|@placeholder: (UTC|[A-Z][a-z]+/[A-Z]\w+)"  # names of clocks
    r"|title: .*· AgentGuard"  # it has no elements; what it names stands in the page's headline
    # the tables of requirements (resources/requirements), which are kept as their sources are
    r"|(p|span): .*(AgentGuard's own judgement|NIST CSWP 29|Annex A|ten measures)[^⟦]*"
    r"|span: It does not show [^⟦]*"
)
"""What is in English on a page, and why."""

WIDER = """() => {
  const wide = innerWidth, page = document.documentElement.scrollWidth;
  if (page <= wide) return "";
  const over = [...document.body.querySelectorAll("*")].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && (box.right > wide + 1 || box.left < -1);
  });
  const names = over.map(one => one.tagName.toLowerCase() + "." + one.className);
  return `${page}: ${[...new Set(names)].slice(0, 12).join(" ")}`;
}"""
"""How wide a page is that a window of this width would have to scroll sideways, and what is."""


def every_page(centre: Any, page: Any) -> tuple[str, ...]:
    """Return where each page that an administrator sees stands."""
    page.goto("/")
    menu = {one.get_attribute("href") for one in page.locator(".menu nav a").all()}
    desk, person = f"/desk/{centre.shown}", f"/people/{centre.person}"
    more = (desk, f"{desk}/held", f"{desk}/software", person, "/account", "/no-such-page")
    return tuple(dict.fromkeys((*MAY["admin"], *sorted(menu), *more)))


@dataclass(frozen=True, kw_only=True)
class Walked:
    """What was seen on the way through every page in one language."""

    language: str
    others: dict[str, str | None]
    """Pages that say that they are in another language."""
    left: dict[str, list[str]]
    """What is no sentence of the language, and on which pages."""
    amiss: list[str]
    wider: dict[str, str]
    """Pages that are wider than a phone, and what makes them so."""


def look(page: Any, path: str, walked: Walked, *, phone: bool) -> None:
    """Open a page and note what is wrong with it, lastly in a window as narrow as a phone's."""
    page.goto(path)
    said = page.locator("html").get_attribute("lang")
    if said != walked.language:
        walked.others[path] = said
    for one in page.evaluate(LEFT, OWN):
        walked.left.setdefault(one, []).append(path)
    walked.amiss.extend(violations(page))
    if not phone:
        page.set_viewport_size(WAYS["phone"]["viewport"])
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    if wider := page.evaluate(WIDER):
        walked.wider[path] = wider
    if not phone:
        page.set_viewport_size(WAYS["wide"]["viewport"])


@pytest.fixture(scope="module", params=STANDS_FOR)
def walked(filled: Any, chrome: Any, made_up: None, request: pytest.FixtureRequest) -> Walked:
    """Go once through every page in a language, for all that is asked about it."""
    language: str = request.param
    way = STANDS_FOR[language][1]
    filled.time.at = scene.START
    filled.admin.add_user("sam", PASSWORD, "admin")
    found = Walked(language=language, others={}, left={}, amiss=[], wider={})
    with driving.visit(chrome, filled, locale=language, **WAYS["phone"]) as context:
        page = context.new_page()
        page.goto("/sign-in")
        if wider := page.evaluate(WIDER):
            found.wider["/sign-in"] = wider
    sharp = {**WAYS[way], "device_scale_factor": WAYS["phone"]["device_scale_factor"]}
    with driving.visit(chrome, filled, "sam", locale=language, **sharp) as context:
        page = context.new_page()
        for path in every_page(filled, page):
            look(page, path, found, phone=way == "phone")
    return found


def test_row_392_no_page_of_a_long_language_is_wider_than_a_phone(walked: Walked) -> None:
    assert walked.wider == {}


def test_row_358_each_page_says_the_persons_language_and_nothing_else(walked: Walked) -> None:
    assert walked.others == {}
    left = {text: at for text, at in walked.left.items() if not ARGUED.fullmatch(text)}
    assert left == {}
    assert walked.amiss == []
