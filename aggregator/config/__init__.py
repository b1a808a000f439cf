"""What a person set: sources.toml and the environment, checked whole. `opml` and `editing` are imported when needed.

Reads files and gives frozen values back; opens no connection and writes nothing (only `editing.write` does).
"""

from aggregator.config.environment import Environment, environment, secret_url
from aggregator.config.loading import load, parse

__all__ = ["Environment", "environment", "load", "parse", "secret_url"]
