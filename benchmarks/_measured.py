"""Runs a command from a small process and tells its CPU time and peak memory, as JSON.

    python -I -S _measured.py LIMIT-SECONDS OUTPUT COMMAND...

A process of its own, because Linux counts the memory of the starting process as the peak of the
started one (`setmax_mm_hiwater_rss` at exec), and because `wait4` adds up the descendants.
"""

import json
import os
import resource
import signal
import sys


def main() -> None:
    """Run and tell."""
    limit, output, *command = sys.argv[1:]
    pid = os.fork()
    if pid == 0:
        os.setsid()
        target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(target, 1)
        os.dup2(quiet, 2)
        os.execvp(command[0], command)  # noqa: S606 - no shell is the point
    stopped = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopped
        stopped = True
        os.killpg(pid, signal.SIGKILL)

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(int(limit))
    _, status = os.waitpid(pid, 0)
    signal.alarm(0)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * 1024,
        "code": os.waitstatus_to_exitcode(status),
        "stopped": stopped,
    }
    sys.stdout.write(json.dumps(told))


main()
