"""The parts of understanding: folding, matching, vocabularies, subjects, facts. `aggregator.understanding` is their door."""
