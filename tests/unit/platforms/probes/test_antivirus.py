"""Antivirus and EDR products, told from folders, processes and signature files."""

from __future__ import annotations

from agentguard.model.facts import AntivirusSeen
from agentguard.model.moments import Moment
from agentguard.platforms._linux.probes import antivirus
from agentguard.platforms._linux.probes.antivirus import FRESH, Machine, stamp_of

AT = Moment(boot=10.0, wall=1_790_000_000.0)
DAILY = "/var/lib/clamav/daily.cld"


def read(
    *images: str, paths: tuple[str, ...] = (), built: dict[str, float | None] | None = None
) -> AntivirusSeen:
    there = (*paths, *(built or {}))
    machine = Machine(
        images=frozenset(images),
        exists=there.__contains__,
        built=(built or {}).get,
    )
    return antivirus.read_from(machine, AT)


def told(seen: AntivirusSeen) -> list[tuple[str, bool | None, bool | None]]:
    return [(p.product, p.on, p.current) for p in seen.products]


def test_clamav_with_fresh_signatures_is_on_and_current() -> None:
    seen = read("clamd", "bash", paths=("/usr/sbin/clamd",), built={DAILY: AT.wall - 3600})
    assert told(seen) == [("ClamAV", True, True)]


def test_clamav_with_old_signatures_is_stale() -> None:
    seen = read("clamd", built={DAILY: AT.wall - FRESH - 1})
    assert told(seen) == [("ClamAV", True, False)]


def test_the_newer_of_two_signature_files_counts() -> None:
    old = {"/var/lib/clamav/daily.cvd": AT.wall - 10 * FRESH, DAILY: AT.wall}
    assert told(read("clamd", built=old)) == [("ClamAV", True, True)]


def test_clamav_without_signatures_is_not_current_and_unreadable_ones_are_not_told() -> None:
    assert told(read("clamd")) == [("ClamAV", True, False)]
    assert told(read("clamd", built={DAILY: None})) == [("ClamAV", True, None)]


def test_an_installed_product_that_does_not_run_is_off() -> None:
    assert told(read("bash", paths=("/usr/bin/clamscan",))) == [("ClamAV", False, False)]
    assert told(read("bash", paths=("/opt/CrowdStrike",))) == [("CrowdStrike Falcon", False, None)]


def test_several_products_are_all_told() -> None:
    seen = read("wdavdaemon", "wazuh-agentd")
    assert told(seen) == [("Microsoft Defender", True, None), ("Wazuh", True, None)]


def test_a_product_that_judges_by_behaviour_is_current_while_it_runs() -> None:
    assert told(read("falcon-sensor")) == [("CrowdStrike Falcon", True, True)]


def test_no_product_is_an_answer_and_no_process_is_none() -> None:
    assert (read("bash").products, read("bash").unread) == ((), "")
    assert read().unread == "no-answer"


def test_the_build_time_stands_in_the_header_of_the_signatures() -> None:
    header = (
        b"ClamAV-VDB:18 Sep 2026 07-39 -0400:27032:2041029:90:"
        b"0123456789abcdef0123456789abcdef:signature:builder:1789731581   "
    )
    assert stamp_of(header) == 1_789_731_581.0
    assert stamp_of(b"") is None
    assert stamp_of(b"\x00\xff" * 200) is None
    assert stamp_of(b"ClamAV-VDB:a:b:c") is None
    assert stamp_of(header.replace(b"1789731581", b"yesterday")) is None
