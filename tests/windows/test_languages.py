"""The languages in which Windows speaks, as Windows tells them."""

from __future__ import annotations

import re

from agentguard.base import languages
from agentguard.platforms import languages as told


def test_windows_names_the_languages_of_the_person() -> None:
    names = told()
    assert names
    assert all(re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", name) for name in names), names
    assert languages.chosen(languages.SYSTEM, names) in languages.SPOKEN
