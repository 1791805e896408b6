"""This machine's own clock."""

from __future__ import annotations

import threading
import time

import psutil

from agentguard import platforms

STEP = 1 / 64
"""Seconds by which Windows counts the time since the start."""


def test_boot_time_is_that_of_the_kernel() -> None:
    since = time.time() - psutil.boot_time()
    assert abs(platforms.system_clock().now().boot - since) < 3  # which is told in whole seconds


def test_wall_time_is_seconds_since_1970() -> None:
    assert abs(platforms.system_clock().now().wall - time.time()) < 1


def test_a_wait_lasts_as_long_as_was_asked() -> None:
    clock = platforms.system_clock()
    before = clock.now()
    assert clock.wait(threading.Event(), 0.05) is False
    assert clock.now().since(before) >= 0.05 - STEP


def test_a_stop_ends_the_wait() -> None:
    stop = threading.Event()
    stop.set()
    assert platforms.system_clock().wait(stop, 60) is True


def test_a_wait_of_nothing_still_tells_of_a_stop() -> None:
    stop = threading.Event()
    assert platforms.system_clock().wait(stop, 0) is False
    stop.set()
    assert platforms.system_clock().wait(stop, -1) is True


def test_the_boot_id_stays_the_same() -> None:
    assert platforms.boot_id()
    assert platforms.boot_id() == platforms.boot_id()
