"""The work of process 1, where the worker is the first process of a container.

The kernel gives it every orphan to bury, and no signal for which it has no handler. So the work is done by a child, and
this process only passes signals on and waits: no init has to be in the image or in the engine. It knows nothing of the
work.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType

PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


def under_first_process(work: Callable[[], int], *, first: bool | None = None) -> int:
    """Do the work and return its exit status; as process 1 (or if `first` says so) in a child, whose status it is.

    A child that a signal ended counts as 1. Call it before any thread was started.
    """
    if not (os.getpid() == 1 if first is None else first):
        return work()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)  # none is lost between the fork and the handlers
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return work()

    def pass_on(number: int, frame: FrameType | None) -> None:
        os.kill(child, number)

    for number in PASSED_ON:
        signal.signal(number, pass_on)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    while True:
        buried, status = os.waitpid(-1, 0)
        if buried == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 1
