"""Where secrets of this computer may be kept; a place may be closed now and open later."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One secret in a place: `id` is made of the secret, `file` is where it would lie in plain."""

    id: str
    file: Path


class SecretPlace(Protocol):
    """A place that keeps secrets better than a plain file does; it answers within seconds.

    Every method may raise SecretError. It never asks the person for anything.
    """

    @property
    def name(self) -> str:
        """The place's id, such as `secret-service`; reported, so it never changes meaning."""
        ...

    def load(self, slot: Slot, *, sure: bool = False) -> bytes | None:
        """Return the secret; None only when the place is open and does not hold it.

        Where it is `sure` that it was put there, a place that sleeps is woken.
        """
        ...

    def save(self, slot: Slot, secret: bytes) -> None:
        """Keep the secret durably before returning."""
        ...

    def forget(self, slot: Slot) -> None:
        """Remove the secret, if it is there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The places of a system, best first: for what is this computer's, and for what is a person's.

    The device's key may be lost with the computer, since it can be enrolled again; the key of the
    vault goes where its files go. `machine` is for a service, which has no person's keyring.
    """

    device: tuple[SecretPlace, ...] = ()
    vault: tuple[SecretPlace, ...] = ()
    machine: tuple[SecretPlace, ...] = ()
