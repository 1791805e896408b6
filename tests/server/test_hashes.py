"""What a password and a recovery code cost whoever tries them all."""

from __future__ import annotations

import argon2
from argon2.low_level import Type, hash_secret_raw

from agentguard.server.signin import passwords, recovery_codes

SALT = bytes(range(recovery_codes.SALT))


def test_a_password_costs_64_mib_and_three_passes() -> None:
    told = argon2.extract_parameters(passwords.hash_password("correct horse"))
    assert (told.type, told.memory_cost, told.time_cost) == (Type.ID, 64 * 1024, 3)
    assert told.parallelism == 4
    assert told.salt_len >= 16


def test_whoever_is_unknown_costs_as_much_as_whoever_is_known() -> None:
    known = argon2.extract_parameters(passwords.hash_password("correct horse"))
    passwords._nobody.cache_clear()
    assert argon2.extract_parameters(passwords._nobody()) == known


def test_a_recovery_code_costs_19_mib_and_two_passes() -> None:
    code = "0123456789"
    whole = hash_secret_raw(
        code.encode(), SALT, time_cost=2, memory_cost=19 * 1024, parallelism=1,
        hash_len=32, type=Type.ID,
    )  # fmt: skip
    assert recovery_codes.hash_code(code, SALT) == whole
