"""Where a digest goes: one file a channel. Each gets rendered bytes and says whether they arrived."""
