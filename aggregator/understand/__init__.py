"""What reading names and words needs below the rules: folding, matching, vocabularies, tails of names, peers, patterns."""
