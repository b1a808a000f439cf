"""The schema's versions, oldest first. A new one is a file in `versions/` and its name here; a test compares the two.

Nothing here is imported by Alembic; it lets the store see without Alembic whether there is anything to do.
"""

VERSIONS = ("0001", "0002", "0003", "0004")
