"""The made-up language of the pictures keeps what a sentence is filled with."""

from __future__ import annotations

from agentguard.base import translations
from tools.gallery.pseudo import MADE_UP, lengthened, pseudo


def test_it_is_longer_in_brackets_and_keeps_its_placeholders() -> None:
    assert lengthened("Close {tool}.") == "⟦Clôšé {tool}.~~~~~⟧"
    assert lengthened("{{n}}").format() == "⟦{ñ}~~⟧"


def test_every_sentence_can_be_said_in_it() -> None:
    english = translations.load()
    made = pseudo(english, MADE_UP["pseudo-rtl"])
    assert made.right_to_left
    assert set(made.sentences) == set(english.sentences)
    assert made.say("ui.ago.minute", count=2) == "⟦2 mïñûtéš àgô~~~~~~~⟧"
    assert made.say("ui.ago.minute", count=1) == "⟦1 mïñûté àgô~~~~⟧"
