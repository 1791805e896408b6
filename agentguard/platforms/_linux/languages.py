"""The languages of a Linux session, as gettext takes them: `LANGUAGE`, else the locale's.

Source: gettext(3); locale(7). `LANGUAGE` is a list and counts only where a locale is set that is
not C.
"""

from __future__ import annotations

from collections.abc import Mapping

_PLAIN = ("", "C", "POSIX")


def preferred(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the languages of an environment, the one that is liked best first."""
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, names), "")
    if locale.partition(".")[0] in _PLAIN:
        return ()
    return (*filter(None, environment.get("LANGUAGE", "").split(":")), locale)
