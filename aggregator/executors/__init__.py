"""How work is run: in this process (`inprocess`), later by a queue. Both share everything below floor 5."""
