"""What every page needs: the store, who is called how, and what was made since the database last changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aggregator.digest.links import title_of
from aggregator.model import LineHistory, SourceRecord
from aggregator.outlets import Outlet
from aggregator.web.words import Words, words_of

if TYPE_CHECKING:
    from aggregator.app import Application
    from aggregator.storage import Store

KEPT = 256
"""Things that are remembered until the database changes."""


@dataclass(slots=True)
class Site:
    """One running web: `base` is the address under which readers reach it, without a slash at its end."""

    application: Application
    base: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    caching: bool = True
    notices: dict[str, str] = field(default_factory=dict)
    """Said on the day's page, by language (the demo world says what it is)."""
    _watch: Any = None
    _file: int = 0
    _kept: OrderedDict[Hashable, tuple[Any, Any]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _making: threading.Lock = field(default_factory=threading.Lock)

    @property
    def store(self) -> Store:
        """The database."""
        return self.application.store

    @property
    def timezone(self) -> str:
        """The zone in which a day is a day."""
        return self.application.timezone

    def words(self, language: str) -> Words:
        """The interface's words in a language."""
        return words_of(language, self.timezone)

    def lab_name(self, lab: str) -> str:
        """What a reader calls a lab."""
        known = self.application.configuration.labs.get(lab)
        return known.name if known is not None else lab

    def source_title(self, source: str) -> str:
        """What a reader calls a source."""
        return title_of(source, self.application.configuration.sources)

    def close(self) -> None:
        """Let go of the database's file."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    # ------------------------------------------------------------------------- what is remembered

    def mark(self) -> Any:
        """Another value after each change of the database."""
        if self._watch is None:
            with self._lock:
                if self._watch is None:
                    self._watch = self.store.watch()
        mark = self._watch.mark()
        if mark[0] != self._file:
            if self._file:
                self.store.close()  # another file stands there (a restore): its connections are those of the former one
            self._file = mark[0]
        return mark

    def known(self, key: Hashable) -> Any | None:
        """What is remembered under a key and still true."""
        mark = self.mark()
        with self._lock:
            found = self._kept.get(key)
            if found is None or found[0] != mark or not self.caching:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def remembered(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What is remembered under a key, made anew if the database has changed since; made once, not by each reader."""
        found = self.known(key)
        if found is not None:
            return found
        with self._making:
            found = self.known(key)
            if found is not None:
                return found
            mark = self.mark()  # before reading: a change meanwhile makes this old at once
            made = make()
            with self._lock:
                self._kept[key] = (mark, made)
                self._kept.move_to_end(key)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return made

    def histories(self) -> list[LineHistory]:
        """How each release line came to be what it is."""
        return list(self.remembered("histories", self.store.histories))

    def records(self) -> list[SourceRecord]:
        """What each source was first with."""
        return list(self.remembered("records", self.store.source_records))

    def outlets(self) -> list[Outlet]:
        """How the rumours of each outlet ended."""
        return list(self.remembered("outlets", self.application.outlets))

    # ------------------------------------------------------------------------- addresses

    def page(self, language: str, *parts: str) -> str:
        """The path of a page."""
        return "/" + "/".join([language, *(quote(part, safe="") for part in parts)])

    def address(self, path: str) -> str:
        """The absolute address of a path."""
        return f"{self.base}{path}"

    def today(self) -> date:
        """The local date."""
        from zoneinfo import ZoneInfo

        return self.now().astimezone(ZoneInfo(self.timezone)).date()
