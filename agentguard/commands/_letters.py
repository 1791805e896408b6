"""Whether the windows can draw the letters of the language that this person chose."""

from __future__ import annotations

from agentguard.base import letters, paths, settings, translations
from agentguard.base.languages import chosen
from agentguard.platforms import font_packages, have_letters, languages, machine_layers


def missing() -> str:
    """Return a sentence, in English, that tells what to install; empty where nothing is missing.

    What nobody can tell is not said to be missing.
    """
    wish = settings.at_start(paths.data_folder(), machine_layers()).settings.language
    language = chosen(wish, languages())
    if language not in letters.TYPEFACES or have_letters(language) is not False:
        return ""
    return translations.load().say("ui.language.no-letters", font=font_packages(language))
