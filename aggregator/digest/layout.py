"""A digest laid out: headings, lines and runs of words, the same for Markdown, plain text and HTML.

A run is some words with a role (a model's name, a lab, a link, …); the writers only decide how each role looks. The
page is folded until it fits what a reader has time for: at most WORDS words, whatever the day brought.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from aggregator import shapes, text
from aggregator.digest import sentences
from aggregator.digest.build import Digest, Entry, News
from aggregator.digest.links import Link
from aggregator.digest.phrases import Phrases, local_day, upper_first

WORDS = 600
"""Words of a digest at most, addresses of links not counted."""
_A_DAY = timedelta(hours=26)
"""Longer windows are named by their first and last day (a day has up to 25 hours, and a digest may come late)."""


@dataclass(frozen=True, slots=True)
class Run:
    """Some words. `role` is plain, name, lab, title, link, note, label or command; `url` (http or https) makes them a
    link; `language` is set where it is not the reader's."""

    words: str
    role: str = "plain"
    url: str | None = None
    language: str | None = None


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One entry: its first line, and the lines below it."""

    head: Line
    below: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its blocks. `full` sections show each model in full, others in a line each; `after` ends it."""

    key: str
    heading: str
    blocks: tuple[Block, ...]
    full: bool = False
    after: Line = ()


@dataclass(frozen=True, slots=True)
class Page:
    """All that a writer writes, from top to bottom."""

    language: str
    title: str
    window: str
    notice: str
    top: tuple[Line, ...]
    sections: tuple[Section, ...]
    account: Line
    colon: str = ": "


@dataclass(frozen=True, slots=True)
class Fold:
    """How much is written out: names in a line on top, models in full, with specifications, lines of each section."""

    names: int = 8
    full: int = 5
    specifications: bool = True
    lines: int = 12
    news: int = 10
    title: int = 120
    listed: int = 100


FOLDS = (
    Fold(),
    Fold(lines=8, title=90),
    Fold(names=6, lines=6, news=8, title=80, listed=80),
    Fold(names=6, lines=4, news=6, title=70, listed=60),
    Fold(names=5, specifications=False, lines=4, news=5, title=60, listed=50),
    Fold(names=4, specifications=False, lines=3, news=4, title=60, listed=40),
    Fold(names=4, full=3, specifications=False, lines=3, news=4, title=50, listed=25),
    Fold(names=3, full=2, specifications=False, lines=3, news=3, title=40, listed=12),
)
"""From everything to the least; the first that keeps to WORDS is taken."""


def lay_out(digest: Digest) -> Page:
    """The page of a digest, folded as little as WORDS allows."""
    say = Phrases(digest.language)
    for fold in FOLDS:
        page = _Layout(digest, say, fold).page()
        if count_words(page) <= WORDS:
            break
    return page


def count_words(page: Page) -> int:
    """Words that a reader sees: what stands between blanks; two Chinese characters count as one word."""
    lines = [(Run(page.title), Run(page.window), Run(page.notice)), *page.top, page.account]
    for section in page.sections:
        lines += [(Run(section.heading),), section.after]
        lines += [line for block in section.blocks for line in (block.head, *block.below)]
    return sum(words_in("".join(run.words for run in line)) if line else 0 for line in lines)


def words_in(text: str) -> int:
    """Words of one text: runs between blanks that hold a letter or digit; Chinese characters are half a word each."""
    han = sum("\u3400" <= char <= "\u9fff" for char in text)
    spaced = "".join(" " if "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef" else char for char in text)
    return (han + 1) // 2 + sum(any(char.isalnum() for char in word) for word in spaced.split())


def headline(digest: Digest, say: Phrases, names: int = 8) -> list[Line]:
    """The three lines on top: what is new, what opened its weights, what is only rumoured; one line on a quiet day."""
    if digest.empty:
        return [(Run(_window(digest, say, "nothing") + say("stop")),)]
    entries = (*digest.releases, *digest.also)
    groups = [
        ("top_new", [e for e in entries if e.change == "new"]),
        ("top_open", [e for e in entries if e.release.status == "open" and e.change in ("new", "status")]),
        ("top_rumoured", list(digest.rumours)),
    ]
    return [(Run(say(key), "label"), Run(say("colon") + _names(group, say, names))) for key, group in groups]


def merged(line: Iterable[Run]) -> Line:
    """The line with neighbours of the same look made one run, and without empty ones."""
    runs: list[Run] = []
    for run in line:
        if runs and (runs[-1].role, runs[-1].url, runs[-1].language) == (run.role, None, run.language):
            runs[-1] = replace(runs[-1], words=runs[-1].words + run.words)
        elif run.words:
            runs.append(run)
    return tuple(runs)


def plain(line: Iterable[Run]) -> str:
    """The words of a line without roles."""
    return "".join(run.words for run in line)


def title(digest: Digest, say: Phrases) -> str:
    """What the digest is, and of which day or days."""
    if digest.until - digest.since <= _A_DAY:
        day = say.day(digest.until_day, digest.timezone)
    else:
        day = say.days(local_day(digest.since, digest.timezone), local_day(digest.until_day, digest.timezone))
    return f"{say('title')}{say('dot')}{day}"


def _window(digest: Digest, say: Phrases, key: str) -> str:
    """The stretch of time covered, in whole days where it begins and ends at midnight."""
    since, until = (moment.astimezone(ZoneInfo(digest.timezone)) for moment in (digest.since, digest.until))
    if all((moment.hour, moment.minute, moment.second) == (0, 0, 0) for moment in (since, until)):
        days = say.days(since.date(), local_day(digest.until_day, digest.timezone))
        return say(f"{key}_days", days=days, zone=digest.timezone)
    return say(
        key,
        since=say.time(digest.since, digest.timezone),
        until=say.time(digest.until, digest.timezone),
        zone=digest.timezone,
    )


def _names(entries: Sequence[Entry], say: Phrases, most: int) -> str:
    names = [entry.release.line for entry in entries]
    if len(names) <= most:
        return say.list(names) or say("none")
    return say("comma").join(names[:most]) + say("space") + say("more_names", n=len(names) - most)


class _Layout:
    """Lays one digest out at one fold."""

    def __init__(self, digest: Digest, say: Phrases, fold: Fold) -> None:
        self.digest, self.say, self.fold = digest, say, fold

    def page(self) -> Page:
        digest, say = self.digest, self.say
        return Page(
            language=digest.language,
            title=title(digest, say),
            window="" if digest.empty else _window(digest, say, "window"),
            notice=digest.notice,
            top=tuple(headline(digest, say, self.fold.names)),
            sections=tuple(section for section in self._sections() if section.blocks or section.after),
            account=self._account(),
            colon=say("colon"),
        )

    def _sections(self) -> list[Section]:
        digest, say, fold = self.digest, self.say, self.fold
        told = (*digest.releases, *digest.also)
        new = [entry for entry in told if entry.change == "new"]
        main = [entry for entry in digest.releases if entry.change == "new"][: fold.full]
        changes = [entry for entry in told if entry.change != "new"]
        return [
            Section("new", say("new"), tuple(self._full(entry) for entry in main), full=True),
            self._listing("also", new[len(main) :], self._short),
            self._listing("changes", changes, self._changed),
            self._listing("peers", digest.peers, self._short),
            self._listing("rumours", digest.rumours, self._rumour),
            self._stories("news", digest.news, fold.news, digest.more_news, "stories"),
            self._stories("late", digest.late, fold.news // 2, digest.more_late, "items"),
        ]

    # -------------------------------------------------------------------------------------------- sections

    def _listing(self, key: str, entries: Sequence[Entry], write: Callable[[Entry], Block]) -> Section:
        """Entries one a line; those beyond the fold by name in one line, and those beyond that by number."""
        lines, listed = self.fold.lines, self.fold.listed
        rest = entries[lines:]
        after: list[Run] = []
        for entry in rest[:listed]:
            after += [Run(self.say("comma"))] if after else []
            after.append(Run(entry.release.line, "link", self._address(entry)))
        if len(rest) > listed:
            after.append(
                Run(self.say("dot") + self.say("more_models", n=len(rest) - listed) + self.say("colon"), "note")
            )
            after.append(self._command("releases"))
        return Section(key, self.say(key), tuple(write(entry) for entry in entries[:lines]), after=tuple(after))

    def _stories(self, key: str, news: Sequence[News], most: int, more: int, command: str) -> Section:
        more += max(0, len(news) - most)
        after: Line = ()
        if more:
            words = self.say("more_news" if key == "news" else "more_late", n=more) + self.say("colon")
            after = (Run(words, "note"), self._command(command))
        write = self._news if key == "news" else self._found_late
        return Section(key, self.say(key), tuple(write(one) for one in news[:most]), after=after)

    def _command(self, name: str) -> Run:
        since, until = shapes.moment(self.digest.since), shapes.moment(self.digest.until)
        return Run(f"aggregator {name} --since {since} --until {until}", "command")

    # -------------------------------------------------------------------------------------------- entries

    def _full(self, entry: Entry) -> Block:
        words = sentences.summary(entry, self.say, self.digest.timezone, full=self.fold.specifications)
        return Block((Run(entry.release.line, "name"), self._lab(entry)), self._below((Run(words),), entry))

    def _changed(self, entry: Entry) -> Block:
        words = sentences.summary(entry, self.say, self.digest.timezone, full=False)
        told: Line = (Run(words),)
        if 0 < len(entry.added) <= sentences.NAMES:
            told = self._added(entry, words)
        head = (Run(entry.release.line, "name"), self._lab(entry), Run(self.say("colon")), *told)
        return Block(head, (*self._words_of_others(entry), self._ways(entry)))

    def _added(self, entry: Entry, words: str) -> Line:
        """The words about repositories that came, with each name as a link."""
        runs: list[Run] = []
        for link in entry.added:
            before, name, words = words.partition(link.title)
            runs += [Run(before), Run(name, "link", link.url)]
        return (*runs, Run(words))

    def _rumour(self, entry: Entry) -> Block:
        words = sentences.summary(entry, self.say, self.digest.timezone)
        head = (Run(entry.release.line, "name"), self._lab(entry), Run(self.say("colon") + words))
        return Block(head, (*self._words_of_others(entry), self._ways(entry)))

    def _short(self, entry: Entry) -> Block:
        words = sentences.brief(entry.release, self.say)
        if entry.change != "new":
            words = self.say("clause").join([*sentences.change(entry, self.say, self.digest.timezone)[:1], words])
        tail = (Run(self.say("colon") + words),) if words else ()
        return Block((Run(entry.release.line, "name", self._address(entry)), self._lab(entry), *tail))

    def _below(self, words: Line, entry: Entry) -> tuple[Line, ...]:
        return (words, *self._words_of_others(entry), self._ways(entry))

    def _told(self, link: Link) -> list[Run]:
        """The headline that tells of an update or a rumour best, in the reader's language or marked."""
        title = self.say("quoted", words=text.excerpt(link.title, self.fold.title))
        run = Run(title, "title", link.url, self._foreign(link.language))
        return [run, self._from(link.source, link.language), Run(self.say("dot"), "note")]

    def _words_of_others(self, entry: Entry) -> tuple[Line, ...]:
        """Claims with their voice and disputes, each linked to where it stands."""
        told = [(words, one.link) for one, words in sentences.said(entry, self.say)]
        told += [(sentences.dispute(one, self.say), one.link) for one in entry.disputes]
        if not told:
            return ()
        runs: list[Run] = []
        for number, (words, link) in enumerate(told):
            if number:
                runs.append(Run(self.say("semicolon")))
            runs.append(
                Run(words if number else upper_first(words), "link" if link else "plain", link.url if link else None)
            )
        return ((*runs, Run(self.say("stop"))),)

    def _news(self, news: News) -> Block:
        notes = self.say.words("topic", news.topics)[:2] or self.say.words("kind", [news.kind])
        if news.sources > 1:
            notes.append(self.say("sources", n=news.sources))
        return self._headline(news, notes)

    def _found_late(self, news: News) -> Block:
        return self._headline(news, [self.say.day(news.at, self.digest.timezone)])

    def _headline(self, news: News, notes: Sequence[str]) -> Block:
        title = text.excerpt(news.title, self.fold.title)
        run = Run(title, "title", news.url, self._foreign(news.language))
        rest = "".join(self.say("dot") + note for note in notes)
        return Block(merged([run, self._from(news.source, news.language), Run(rest, "note")]))

    # -------------------------------------------------------------------------------------------- parts

    def _lab(self, entry: Entry) -> Run:
        return Run(self.say("dot") + entry.lab_name, "lab")

    def _address(self, entry: Entry) -> str | None:
        return entry.links[0].url if entry.links else None

    def _ways(self, entry: Entry) -> Line:
        """The links to the evidence, and how many sources there are."""
        runs = self._told(entry.news) if entry.news is not None else []
        shown = {link.url for link in entry.added} | ({entry.news.url} if entry.news is not None else set())
        for link in entry.links:
            article = link.kind in ("story", "rumour")
            if link.url in shown or (article and entry.news is not None and link.source == entry.news.source):
                continue
            words = link.source
            if not article:
                words = self.say.word("link", link.kind) + self.say("brackets", words=link.source)
            mark = [] if link.kind in ("weights", "code") else self._mark(link.language)
            runs += [Run(words, "link", link.url), *mark, Run(self.say("dot"), "note")]
        return merged([*runs, Run(self.say("sources", n=entry.sources), "note")])

    def _mark(self, language: str | None, *, bare: bool = False) -> list[Run]:
        """A mark behind what is not in the reader's language."""
        name = sentences.foreign_language(language, self.say)
        if not name:
            return []
        words = self.say("in_language", language=name)
        return [Run(words if bare else self.say("brackets", words=words), "note")]

    def _from(self, source: str, language: str | None) -> Run:
        """The source of a headline, and its language where that is not the reader's."""
        foreign = [run.words for run in self._mark(language, bare=True)]
        return Run(self.say("brackets", words=self.say("clause").join([source, *foreign])), "note")

    def _foreign(self, language: str | None) -> str | None:
        return language if language and language != self.digest.language else None

    def _account(self) -> Line:
        """How many sources were asked, and each that gave nothing, by name."""
        digest, say = self.digest, self.say
        parts = [say("polled", n=digest.polled)]
        for key, ids in (("failed", digest.failed), ("deferred", digest.deferred)):
            if ids:
                shown = say("comma").join(ids[: self.fold.lines])
                if len(ids) > self.fold.lines:
                    shown += say("space") + say("more_names", n=len(ids) - self.fold.lines)
                parts.append(say(key, n=len(ids)) + say("colon") + shown)
        return (Run(say("failures"), "label"), Run(say("colon") + say.sentence(parts, "semicolon")))
