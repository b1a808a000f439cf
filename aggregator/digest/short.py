"""A digest for where there is little room: the subject of a mail, and the short form for chats."""

from __future__ import annotations

from aggregator.digest import sentences
from aggregator.digest.entries import Digest, Entry
from aggregator.digest.layout import headline, title
from aggregator.digest.pages import plain
from aggregator.digest.phrases import Phrases

ENTRIES = 12
"""Entries that the short form names; beyond them it says how many more there are."""


def subject(digest: Digest, *, alert: bool = False) -> str:
    """One line: how many models are new, and what it is; an alert names its models instead."""
    say = Phrases(digest.language)
    entries = (*digest.releases, *digest.also, *digest.rumours)
    if alert:
        return say("alert") + say("colon") + say.list([entry.release.line for entry in entries][:4])
    new = sum(entry.change == "new" for entry in (*digest.releases, *digest.also))
    told = f"{say('subject_new', n=new)}{say('dot')}" if new else ""
    return told + title(digest, say)


def short(digest: Digest, *, alert: bool = False) -> str:
    """The lines on top, then a line for each model with the way to its evidence; plain text, ending in a newline."""
    say = Phrases(digest.language)
    lines = [] if alert else [plain(line) for line in headline(digest, say)]
    entries = (*digest.releases, *digest.also, *digest.rumours)
    if entries:
        lines += ["", *(_told(entry, say, digest.timezone) for entry in entries[:ENTRIES])]
    if len(entries) > ENTRIES:
        lines.append(say("more_models", n=len(entries) - ENTRIES))
    return "\n".join(lines).strip("\n") + "\n"


def _told(entry: Entry, say: Phrases, timezone: str) -> str:
    words = [] if entry.change == "new" else sentences.change(entry, say, timezone)[:1]
    words.append(sentences.brief(entry.release, say))
    told = f"• {entry.release.line}{say('dot')}{entry.lab_name}{say('colon')}{say('clause').join(filter(None, words))}"
    return f"{told}\n  {entry.links[0].url}" if entry.links else told
