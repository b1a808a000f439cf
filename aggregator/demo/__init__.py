"""The demo world and the loopback server that speaks for it; nothing here is imported by the job itself."""
