"""A digest laid out: headings, lines and runs of words, the same for Markdown, plain text and HTML.

A run is some words with a role (a model's name, a lab, a link, …); the writers only decide how each role looks. The
page is folded until it fits what a reader has time for: at most WORDS words, whatever the day brought.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from aggregator import shapes, text
from aggregator.digest import sentences
from aggregator.digest.entries import Digest, Dispute, Entry
from aggregator.digest.links import Link
from aggregator.digest.news import AFFAIRS, News
from aggregator.digest.pages import (
    FOLDS,
    WORDS,
    WORDS_OF_PANORAMA,
    Block,
    Fold,
    Line,
    Page,
    Run,
    Section,
    count_words,
    merged,
)
from aggregator.digest.phrases import Phrases, local_day, upper_first

STYLES = ("brief", "panorama")
"""One screen, or a survey: by lab, then by theme."""
_A_DAY = timedelta(hours=26)
"""Longer windows are named by their first and last day (a day has up to 25 hours, and a digest may come late)."""


def lay_out(digest: Digest) -> Page:
    """The page of a digest, folded as little as WORDS allows."""
    say = Phrases(digest.language)
    most = WORDS_OF_PANORAMA if digest.style == "panorama" else WORDS
    for fold in FOLDS:
        page = _Layout(digest, say, fold).page()
        if count_words(page) <= most:
            break
    return page


def is_counted(digest: Digest) -> bool:
    """Whether the page only counts some of the models, since a reader's screen has no room for their names."""
    sections = lay_out(digest).sections
    return any(run.role == "command" and " releases " in run.words for one in sections for run in one.after)


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


def _linked(words: str, link: Link | None) -> Run:
    return Run(words, "claim" if link else "plain", link.url if link else None)


def _by_theme(news: Iterable[News]) -> list[tuple[str, list[News]]]:
    """The stories of each theme of business and policy, in the order of themes."""
    found: dict[str, list[News]] = {}
    for one in news:
        if one.theme:
            found.setdefault(one.theme, []).append(one)
    order = (*AFFAIRS, "policy", "business")
    return sorted(found.items(), key=lambda pair: order.index(pair[0]))


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
        if digest.style == "panorama":
            return self._panorama()
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
            *self._news_sections(),
            self._stories("late", digest.late, fold.news // 2, digest.more_late, "items"),
        ]

    def _news_sections(self) -> list[Section]:
        """Business and policy by topic, then news of models; what is folded away is counted once, at the end."""
        told = self.digest.news[: self.fold.news]
        more = self.digest.more_news + len(self.digest.news) - len(told)
        models = tuple(self._news(one) for one in told if not one.theme)
        blocks = [self._topic(theme, stories) for theme, stories in _by_theme(told)]
        sections = [
            Section("affairs", self.say("affairs"), tuple(blocks)),
            Section("news", self.say("news"), models),
        ]
        if more:
            last = 1 if models or not blocks else 0
            words = self.say("more_news", n=more) + self.say("colon")
            sections[last] = replace(sections[last], after=(Run(words, "note"), self._command("stories")))
        return sections

    def _topic(self, theme: str, stories: Sequence[News]) -> Block:
        """The stories of one topic below its name."""
        name = self.say.word("topic", theme) or self.say.word("kind", theme)
        return Block((Run(upper_first(name), "label"),), tuple(self._news(one).head for one in stories))

    def _panorama(self) -> list[Section]:
        """By lab: what is new, what changed and what is rumoured; then by theme, peers, and what was found late."""
        digest = self.digest
        by_lab: dict[str, list[Entry]] = {}
        for entry in (*digest.releases, *digest.also, *digest.rumours):
            by_lab.setdefault(entry.lab_name, []).append(entry)
        sections = [
            Section(f"lab:{entries[0].release.lab}", name, tuple(self._survey(entry) for entry in entries))
            for name, entries in by_lab.items()
        ]
        return [
            *sections,
            *self._news_sections(),
            self._listing("peers", digest.peers, self._short),
            self._stories("late", digest.late, self.fold.news // 2, digest.more_late, "items"),
        ]

    def _survey(self, entry: Entry) -> Block:
        """An entry below the heading of its lab."""
        words = sentences.summary(entry, self.say, self.digest.timezone, full=self.fold.specifications)
        head = (Run(entry.release.line, "name"), Run(self.say("colon") + words))
        return Block(head, self._below((), entry)[1:])

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
        full = self.fold.specifications and entry.change != "artifacts"
        words = sentences.summary(entry, self.say, self.digest.timezone, full=full)
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
        home = sentences.at_home(entry, self.say, self.digest.timezone)
        own = ((Run(home),),) if home and self.fold.specifications else ()
        return (words, *own, *self._words_of_others(entry), self._ways(entry))

    def _told(self, link: Link) -> list[Run]:
        """The headline that tells of an update or a rumour best, in the reader's language or marked."""
        title = self.say("quoted", words=text.excerpt(link.title, self.fold.title))
        run = Run(title, "title", link.url, self._foreign(link.language))
        return [run, self._from(link.source, link.language), Run(self.say("dot"), "note")]

    def _words_of_others(self, entry: Entry) -> tuple[Line, ...]:
        """Claims with their voice and disputes, each linked to where it stands."""
        told: list[Line] = [(_linked(words, one.link),) for one, words in sentences.said(entry, self.say)]
        told += [self._dispute(one) for one in entry.disputes]
        if not told:
            return ()
        runs: list[Run] = []
        for number, line in enumerate(told):
            if number:
                runs.append(Run(self.say("semicolon")))
            first = line[0] if number else replace(line[0], words=upper_first(line[0].words))
            runs += [first, *line[1:]]
        return ((*runs, Run(self.say("stop"))),)

    def _dispute(self, dispute: Dispute) -> Line:
        """Who disputes a line, each name with where its word stands."""
        runs: list[Run] = []
        words = sentences.dispute(dispute, self.say)
        for name, link in zip(dispute.by, dispute.links or (), strict=False):
            before, found, rest = words.partition(name)
            if found and link is not None:
                runs += [Run(before), _linked(found, link)]
                words = rest
        return tuple(run for run in (*runs, Run(words)) if run.words)

    def _news(self, news: News) -> Block:
        foreign = sentences.foreign_language(news.language, self.say)  # then the kind leads the line
        notes = [] if news.theme or foreign or news.kind == "other" else self.say.words("kind", [news.kind])
        if news.sources > 1:
            notes.append(self.say("sources", n=news.sources))
        return self._headline(news, notes)

    def _found_late(self, news: News) -> Block:
        return self._headline(news, [self.say.day(news.at, self.digest.timezone)])

    def _headline(self, news: News, notes: Sequence[str]) -> Block:
        title = text.excerpt(news.title, self.fold.title)
        run = Run(title, "title", news.url, self._foreign(news.language))
        rest = "".join(self.say("dot") + note for note in notes)
        return Block(merged([*self._lead(news), run, self._from(news.source, news.language), Run(rest, "note")]))

    def _lead(self, news: News) -> list[Run]:
        """What a headline of another language is about, in the reader's."""
        if not sentences.foreign_language(news.language, self.say):
            return []
        names = [self.digest.names.get(lab, lab) for lab in news.labs]
        subject = self.say.list((news.lines or tuple(names))[:2])
        kind = upper_first(self.say.word("kind", news.kind))
        if subject and (news.theme or news.kind == "other"):
            words = self.say("about", subject=subject)
        else:
            words = self.say("clause").join(part for part in (kind, subject) if part)
        return [Run(words + self.say("colon"))] if words else []

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
        counted = [Run(self.say("sources", n=entry.sources), "note")] if entry.sources else []
        return merged([*runs, *counted])

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
        """How many sources were asked, and each that gave nothing, by name; what could not be delivered, by channel."""
        digest, say = self.digest, self.say
        parts = [say("polled", n=digest.polled)]
        for key, ids in (("failed", digest.failed), ("deferred", digest.deferred), ("held", digest.held)):
            if ids:
                shown = say("comma").join(ids[: self.fold.lines])
                if len(ids) > self.fold.lines:
                    shown += say("space") + say("more_names", n=len(ids) - self.fold.lines)
                parts.append(say(key, n=len(ids)) + say("colon") + shown)
        if digest.undelivered:
            names = say("comma").join(sorted(set(digest.undelivered)))
            parts.append(say("undelivered", n=len(digest.undelivered)) + say("colon") + names)
        return (Run(say("failures"), "label"), Run(say("colon") + say.sentence(parts, "semicolon")))
