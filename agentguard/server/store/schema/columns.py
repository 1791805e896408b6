"""Kinds of columns that several tables have."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String

SERIAL = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database gives, or that names such a one."""


def text(name: str, length: int) -> Column[str]:
    """Return a column of short text, empty where nothing is told."""
    return Column(name, String(length), nullable=False, server_default="")
