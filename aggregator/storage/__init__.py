"""Where everything is kept: items, releases, states, in one database. `Store` is the whole door; rows stay inside.

Importing it is slow (SQLAlchemy, SQLModel): commands import it when they need it.
"""

from aggregator.storage.rules import Rules
from aggregator.storage.store import Store

__all__ = ["Rules", "Store"]
