"""Work shared by many processes: PostgreSQL holds the queue (procrastinate), roles take their part of it.

    scheduler: due sources (leased to the queue) → one job a source        one leader; others stand by
    worker:    job → poll (the same as in one process) → stored            any number, on any hosts

The leader plans and sends digests too. What is due, who has it and what was sent are rows of the store; the queue holds
only what the next minute's polls are, so that it can be emptied at any time and nothing is lost.
"""

from aggregator.executors.queue.roles import ROLES, work

__all__ = ["ROLES", "work"]
