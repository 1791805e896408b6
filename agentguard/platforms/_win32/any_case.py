"""Values by name whatever its case, as the registry keeps them: what is in force is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


class AnyCase(Mapping[str, object]):
    """Values of a registry key; names that differ in case alone are the same name."""

    def __init__(self, values: Iterable[tuple[str, object]]) -> None:
        self._values = {name.casefold(): (name, value) for name, value in values}

    def __getitem__(self, name: str) -> object:
        return self._values[name.casefold()][1]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.casefold() in self._values

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._values.values())

    def __len__(self) -> int:
        return len(self._values)
