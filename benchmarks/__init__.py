"""What claims of speed and memory rest on. Each file runs alone: `python -m benchmarks.NAME --help`."""
