from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography import x509
from sqlalchemy import MetaData, create_engine

from agentguard.base.errors import CannotError, StoreError
from agentguard.server import keys
from agentguard.server.admin.accounts import Admin
from agentguard.server.listener.certificate import make_certificate
from agentguard.server.run import LocalServer
from agentguard.server.settings import ServerSettings
from agentguard.server.store.schema.place_tables import PLACES
from agentguard.server.store.schema.tables import METADATA


def together(*some: MetaData) -> MetaData:
    """Return all tables of some in one."""
    whole = MetaData(naming_convention=METADATA.naming_convention)
    for table in (table for one in some for table in one.sorted_tables):
        table.to_metadata(whole)
    return whole


def is_known(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out the parts of a table, which PostgreSQL lists as tables, and its index of texts,
    which it makes where it can."""
    is_month = kind == "table" and re.fullmatch(r"event_[0-9]{6}", name or "")
    return not is_month and (kind, name) != ("index", "ix_device_label")


def test_the_migrations_lead_to_the_tables_of_the_code(tmp_path: Path, address: str) -> None:
    settings = ServerSettings(data=tmp_path, database=address)
    Admin(settings, time.time).close()
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        every = MigrationContext.configure(connection, opts={"include_name": is_known})
        differences = compare_metadata(every, together(METADATA, PLACES))
    engine.dispose()
    assert differences == []


def test_opening_twice_changes_nothing(tmp_path: Path, address: str) -> None:
    settings = ServerSettings(data=tmp_path, database=address)
    with Admin(settings, time.time) as one:
        one.add_user("sam", "a long enough one")
    with Admin(settings, time.time) as again:
        assert again.users() == 1


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "server.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(StoreError, match="database is damaged"):
        Admin(ServerSettings(data=tmp_path), time.time)


def test_a_damaged_or_foreign_key_file_is_told_plainly(tmp_path: Path) -> None:
    file = tmp_path / "server.key"
    sealed = keys.load_or_make(file).seal("secret")
    assert keys.load_or_make(file).unseal(sealed) == "secret"
    with pytest.raises(StoreError, match="another key file"):
        keys.load_or_make(tmp_path / "other.key").unseal(sealed)
    file.write_bytes(b"short")
    with pytest.raises(StoreError, match="damaged"):
        keys.load_or_make(file)


def test_a_certificate_is_made_once_and_again_when_its_names_or_time_run_out(
    tmp_path: Path,
) -> None:
    certificate, key = make_certificate(tmp_path, ("127.0.0.1", "desk.example"), time.time)
    first = certificate.read_bytes()
    make_certificate(tmp_path, ("desk.example",), time.time)
    assert certificate.read_bytes() == first
    make_certificate(tmp_path, ("new.example",), time.time)
    second = certificate.read_bytes()
    assert second != first
    make_certificate(tmp_path, ("new.example",), lambda: time.time() + 350 * 86400)
    assert certificate.read_bytes() != second
    assert key.stat().st_mode & 0o077 == 0
    leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
    authority = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
    leaf.verify_directly_issued_by(authority)


def test_a_taken_port_is_told_plainly(tmp_path: Path) -> None:
    def never(_name: str, _run: object) -> None:
        raise AssertionError

    settings = ServerSettings(data=tmp_path)
    with pytest.raises(CannotError, match="cannot listen"):
        LocalServer(settings, time.time, never, host="192.0.2.1", port=8443)
