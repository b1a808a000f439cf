"""`python -m aggregator.storage`: print the schema as the migrations make it (for storage/schema.sql)."""

from aggregator.storage.store import schema_sql

print(schema_sql(), end="")
