"""aggregator: which AI models the Chinese labs really released, every morning, with evidence for every line."""

__version__ = "0.1.0"
