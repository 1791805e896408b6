"""The calls whose recording was paused and not resumed yet, by the platform's own ids."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """Any thread may ask. An agent that was ended in between looks for the person's live calls."""

    _ids: list[str] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def remember(self, *calls: str) -> None:
        """Add calls."""
        with self._guard:
            self._ids.extend(one for one in calls if one not in self._ids)

    def known(self) -> tuple[str, ...]:
        """Return the calls."""
        with self._guard:
            return tuple(self._ids)

    def forget(self) -> None:
        """Forget them all."""
        with self._guard:
            self._ids.clear()
