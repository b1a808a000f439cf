"""Foreign text made harmless and comparable: markup out, entities unescaped once, invisible and control characters gone.

Pure. What comes out is plain text; it is not escaped for any output (whoever renders does that) and is never markup again.
"""

from __future__ import annotations

import html as _html
import re
import unicodedata

TITLE_LIMIT = 500
"""Characters of a title (CONTRACT, limits)."""
CONTENT_LIMIT = 256 * 1024
"""Bytes of UTF-8 of an item's content (CONTRACT, limits)."""
RAW_LIMIT = 4 * 1024 * 1024
"""Characters of markup that are looked at; what follows could not survive the limit above."""
EXCERPT_LIMIT = 280

_DROPPED = {
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "head",
    "title",
    "textarea",
    "select",
}
_BLOCKS = (
    "p|div|br|hr|li|ul|ol|dl|dt|dd|h[1-6]|tr|table|thead|tbody|tfoot|caption|blockquote|pre|section|article|header|footer|"
    "aside|main|nav|figure|figcaption|address|details|summary|form|fieldset|center|option"
)
_TAGS = (
    f"{_BLOCKS}|td|th|a|abbr|acronym|applet|area|audio|b|base|basefont|bdi|bdo|big|blink|body|button|canvas|cite|code|col|"
    "colgroup|command|data|datalist|del|dfn|dialog|dir|em|embed|font|frame|frameset|head|html|i|iframe|img|input|ins|kbd|"
    "label|legend|link|map|mark|marquee|math|menu|meta|meter|noscript|object|optgroup|output|param|picture|progress|q|rp|rt|"
    "ruby|s|samp|script|select|slot|small|source|span|strike|strong|style|sub|sup|svg|template|textarea|time|title|track|tt|"
    "u|var|video|wbr"
)
_ATTRIBUTES = r"(?:[\s/](?:[^<>\"']|\"[^\"<>]*\"|'[^'<>]*')*+)?>"
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCKS}){_ATTRIBUTES}", re.IGNORECASE)
_CELL_TAG = re.compile(rf"<(?:td|th){_ATTRIBUTES}", re.IGNORECASE)
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|acronym|b|bdi|big|body|cite|code|del|dfn|em|font|html|i|img|ins|kbd|label|mark|q|s|samp|small|span|strike|strong|"
    rf"sub|sup|tbody|td|th|time|tt|u|var|wbr){_ATTRIBUTES}",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"<[/!?A-Za-z][^<>]*>?")
_DROP_BEGINS = re.compile(r"<(?:(" + "|".join(sorted(_DROPPED)) + r")(?=[\s/>])|!--)", re.IGNORECASE)
_MANY_TAGS = 2000
"""Tags that the sanitiser is given at most: it takes quadratic time where they nest."""
_NO_TAG = re.compile(rf"<(?!(?:/?(?:{_TAGS})(?=[\s/>])|!--|!\[CDATA\[))", re.IGNORECASE)
_TAG_LIKE = re.compile(r"<[/!?A-Za-z]")

_ASCII_BAD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BAD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]+"
)
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_JOINED_REFERENCE = re.compile(
    r"&#(x[dD][89abAB][0-9a-fA-F]{2}|5[56]\d{3});&#(x[dD][c-fC-F][0-9a-fA-F]{2}|5[67]\d{3});"
)
_BLANK = r"\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_BLANKS = re.compile(rf"(?:[{_BLANK}]| (?=[ {_BLANK}]))[ {_BLANK}]*")
"""Blanks that are not a single space: most of a text's are, and stay."""
_LINES = re.compile(r"(?: ?\n ?)+")
_ZWJ = "\u200d"

_cleaner = None


def clean(html: str | None) -> str:
    """Return the plain text of a fragment of HTML (or of plain text): NFC, blocks on lines of their own, no blank lines.

    Tags go, with the whole of scripts, styles and the like; entities are unescaped exactly once. NUL, control, bidi,
    zero-width, tag and non-characters are removed (a joiner inside an emoji stays), lone surrogates become U+FFFD.
    """
    if not html:
        return ""
    text = _decodable(html[:RAW_LIMIT])
    if "<" in text and _TAG_LIKE.search(text):
        text = _strip(_without_common_tags(text))
    elif "&" in text:
        text = _html.unescape(_join_references(text))
    return _tidy(text)


def title(raw: str | None) -> str:
    """Return a title as one line of plain text of at most 500 characters, entities unescaped once.

    Only names of HTML elements count as tags, so that `<think>` or `List<int>` stay.
    """
    if not raw:
        return ""
    text = _decodable(raw[: 20 * TITLE_LIMIT])
    if "<" in text:
        text = _NO_TAG.sub("&lt;", text)
        text = _strip(text) if "<" in text else _html.unescape(text)
    elif "&" in text:
        text = _html.unescape(_join_references(text))
    return cut(_tidy(text).replace("\n", " "), TITLE_LIMIT)


def tamed(html: str) -> str:
    """Return markup that `clean` makes the same text of (up to CONTENT_LIMIT bytes) in little time, whatever `html` is.

    For markup that may be long and hostile: to be called where taking long harms nobody.
    """
    return _html.escape(cut_bytes(clean(html), CONTENT_LIMIT), quote=False)


def scrub(text: str) -> str:
    """Remove what must never reach a key, a row, a mail or a terminal; lone surrogates become U+FFFD. Line breaks stay."""
    if text.isascii():
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return _ASCII_BAD.sub("", text)
    if not _BAD.search(text):
        return text
    text = _SURROGATE_PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    text = text.replace("\r\n", "\n")
    return _BAD.sub(_replace_bad, text)


def fold(text: str) -> str:
    """Return text for comparing: NFKC, case folded, one kind of dash, apostrophe and blank. Lengths may change."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", text).translate(_FOLDED)


_FOLDED = dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0x2043, 0x00AD), "-") | {
    0x2018: "'", 0x2019: "'", 0x02BC: "'", 0x201C: '"', 0x201D: '"', 0xA0: " ", 0x3000: " ", 0x202F: " ", 0x2007: " ",
}  # fmt: skip


def cut(text: str, n: int) -> str:
    """Return the longest beginning of at most `n` characters that ends at a grapheme boundary (UAX 29) and no blank."""
    if len(text) <= n:
        return text
    at = max(n, 0)
    while at > 0 and not _may_break(text, at):
        at -= 1
    return text[:at].rstrip()


def cut_bytes(text: str, n: int) -> str:
    """Return the longest beginning of at most `n` bytes of UTF-8 that ends at a grapheme boundary."""
    if len(text) * 4 <= n or len(text.encode("utf-8", "replace")) <= n:
        return text
    return cut(text, len(text.encode("utf-8", "replace")[:n].decode("utf-8", "ignore")))


def excerpt(text: str, n: int = EXCERPT_LIMIT) -> str:
    """Return the beginning of a text in one line: whole words, at most `n` characters with the `…` that marks a cut."""
    line = _BLANKS.sub(" ", text.replace("\n", " ")).strip()
    if len(line) <= n:
        return line
    short = cut(line, n - 1)
    blank = short.rfind(" ")
    if blank > n * 2 // 3 and not line[len(short) : len(short) + 1].isspace():
        short = short[:blank]
    return short.rstrip(" ,;:.-–—，、；：。") + "…"


# ------------------------------------------------------------------------------------------------ languages

_SCRIPTS = (
    ("kana", re.compile("[\u3041-\u3096\u30a1-\u30fa]")),
    ("hangul", re.compile("[\uac00-\ud7a3]")),
    ("cyrillic", re.compile("[\u0400-\u04ff]")),
    ("arabic", re.compile("[\u0620-\u06ff]")),
    ("han", re.compile("[\u3400-\u9fff\U00020000-\U0002ebe0]")),
)
_LATIN = re.compile("[a-zà-öø-ÿœ]+")
_WORDS = {
    "en": """the a an of and to in is are was were for with on at by from that this its it as be has have will after over
        into than their new how why what not but or more says says first open out up your we our
        you can now using us he they which amid all some every""",
    "fr": """le la les un une des du de et est en au aux pour avec sur dans par que qui se sa son ses ce cette ces plus il
        elle ne pas d l qu s c n j mais ou sont après avant entre selon chez dont vers sans leur leurs ont été va être
        ouvre à très premier nouveau""",
    "de": """der die das ein eine und ist von mit für auf dem den des im zu nicht sich auch wird sind als bei nach
        aus wie über""",
    "es": """el la los las un una de del y es en por para con que se su sus al más lo como pero ha son sobre entre según""",
}
_FUNCTION_WORDS = {name: frozenset(words.split()) for name, words in _WORDS.items()}
_ANY_FUNCTION_WORD = frozenset().union(*_FUNCTION_WORDS.values())


def language(text: str) -> str | None:
    """Guess the language by scripts and function words: zh, ja, ko, ru, ar, en, fr, de, es; None if nothing tells."""
    sample = text[:1000]
    if not sample.isascii():
        counts = {name: len(pattern.findall(sample)) for name, pattern in _SCRIPTS}
        words = len(_LATIN.findall(sample.lower()))
        for name, code in (("kana", "ja"), ("hangul", "ko"), ("cyrillic", "ru"), ("arabic", "ar")):
            if counts[name] >= 3 and counts[name] * 4 > counts["han"] and counts[name] > words:
                return code
        if counts["han"] >= 2 and (counts["han"] >= words or _best_latin(sample) is None):
            return "zh"
    return _best_latin(sample)


_POSSESSIVE = re.compile(r"(?<=\w)'s\b")
"""An English genitive: its s is no French pronoun (s'apprête)."""


def _best_latin(sample: str) -> str | None:
    plain = sample.replace("’", "'").lower()
    words = _LATIN.findall(_POSSESSIVE.sub("", plain) if "'s" in plain else plain)
    if not words:
        return None
    told = [*filter(_ANY_FUNCTION_WORD.__contains__, words)]
    scores = {name: sum(map(known.__contains__, told)) for name, known in _FUNCTION_WORDS.items()}
    accents = 0 if sample.isascii() else sum(sample.count(char) for char in "éèêàùçœîôûÉÈÀ")
    scores["fr"] += min(accents, 4)
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    if ranked[0][1] == 0 or ranked[0][1] == ranked[1][1]:
        return None
    return ranked[0][0]


# ------------------------------------------------------------------------------------------------ parts


def _decodable(text: str) -> str:
    """Text that a parser of HTML takes: no NUL, no surrogates."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if not text.isascii() and _SURROGATE.search(text):
        text = _SURROGATE_PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
        text = _SURROGATE.sub("\ufffd", text)
    return text


def _join_references(text: str) -> str:
    """`&#xD83D;&#xDE00;` is one character written as two surrogates."""
    if "&#" not in text:
        return text
    return _JOINED_REFERENCE.sub(_joined, text)


def _joined(match: re.Match[str]) -> str:
    high, low = (int(part[1:], 16) if part[0] == "x" else int(part) for part in match.groups())
    if 0xD800 <= high < 0xDC00 <= low < 0xE000:
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return match[0]


def _without_common_tags(text: str) -> str:
    """Take out the tags that only lay out text: blocks become line breaks, cells blanks, the rest nothing.

    Line breaks of the source are blanks in HTML. What is left is for the sanitiser, and mostly nothing is.
    """
    if ("\n" in text or "\r" in text) and "<pre" not in text and "<PRE" not in text:
        text = text.replace("\r", " ").replace("\n", " ")
    text = _BLOCK_TAG.sub("\n", text)
    if "<t" in text or "<T" in text:
        text = _CELL_TAG.sub(" ", text)
    return _INLINE_TAG.sub("", text)


def _strip(text: str) -> str:
    """Plain text of HTML: no tag, no script, entities unescaped once."""
    global _cleaner
    text = _join_references(text)
    if not _TAG_LIKE.search(text):
        return _html.unescape(text)
    if text.count("<") > _MANY_TAGS:
        return _html.unescape(_ANY_TAG.sub(" ", _without_dropped(text)))
    if _cleaner is None:
        import nh3  # loaded with the first markup that needs it: `--help` needs none

        _cleaner = nh3.Cleaner(tags=set(), attributes={}, clean_content_tags=_DROPPED, link_rel=None)
    text = _cleaner.clean(text)
    if "&" in text:
        # nh3 writes text nodes with these four escaped and nothing else
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&")
    return text


def _without_dropped(text: str) -> str:
    """Scripts, styles and comments out, in linear time; an unclosed one ends the text, as in a browser."""
    kept: list[str] = []
    at = 0
    folded = text.lower()
    if len(folded) != len(text):
        folded = text
    while True:
        begins = _DROP_BEGINS.search(text, at)
        if begins is None:
            kept.append(text[at:])
            return " ".join(kept)
        kept.append(text[at : begins.start()])
        closing = f"</{begins[1].lower()}" if begins[1] else "-->"
        at = folded.find(closing, begins.end())
        if at < 0:
            return " ".join(kept)
        at += len(closing)


def _tidy(text: str) -> str:
    text = scrub(text)
    if not text.isascii() or "  " in text or "\t" in text:
        text = _BLANKS.sub(" ", text)
    if "\n" in text:
        text = _LINES.sub("\n", text)
    text = text.strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _replace_bad(match: re.Match[str]) -> str:
    """What stays of a run of bad characters: a line break, a joiner between two emoji, or U+FFFD for a lone surrogate."""
    run = match[0]
    if run == _ZWJ:
        before, after = match.string[match.start() - 1 : match.start()], match.string[match.end() : match.end() + 1]
        return (
            _ZWJ
            if before and after and _is_pictograph(after) and (_is_pictograph(before) or before in "\ufe0f")
            else ""
        )
    kept = ""
    for char in run:
        if char in "\r\x0b\x0c\x85\u2028\u2029":
            kept += "\n"
        elif "\ud800" <= char <= "\udfff":
            kept += "\ufffd"
    return kept


_SYMBOLS = frozenset({0xA9, 0xAE, 0x203C, 0x2049, 0x2122, 0x2139, 0x3030, 0x303D, 0x3297, 0x3299})


def _is_pictograph(char: str) -> bool:
    code = ord(char)
    return (
        0x1F000 <= code <= 0x1FAFF or 0x2600 <= code <= 0x27BF or 0x2B00 <= code <= 0x2BFF
        or 0x2190 <= code <= 0x23FF or code in _SYMBOLS
        or 0x25A0 <= code <= 0x25FF
    )  # fmt: skip


def _may_break(text: str, at: int) -> bool:
    """Whether a grapheme boundary lies before `text[at]`; where the standard is finer than this, the answer is no."""
    before, after = text[at - 1], text[at]
    if (before < "\u0300" and after < "\u0300") or ("\u4e00" <= before <= "\u9fff" and "\u4e00" <= after <= "\u9fff"):
        return not (before == "\r" and after == "\n")
    code = ord(after)
    if after == _ZWJ or before == _ZWJ or code == 0x200C or 0xFF9E <= code <= 0xFF9F:
        return False
    if 0x1F3FB <= code <= 0x1F3FF or 0xE0000 <= code <= 0xE0FFF or 0xFE00 <= code <= 0xFE0F:
        return False
    category = unicodedata.category(after)
    if category in ("Mn", "Mc", "Me"):
        return False
    if 0x1F1E6 <= code <= 0x1F1FF and 0x1F1E6 <= ord(before) <= 0x1F1FF:
        return _flags_before(text, at) % 2 == 0
    if unicodedata.combining(before) == 9 or (0x0600 <= ord(before) <= 0x0605) or ord(before) in _PREPENDED:
        return False
    return not (_is_hangul(before) and _is_hangul(after))


_PREPENDED = frozenset({0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x0D4E, 0x110BD, 0x110C2, 0x110CD, 0x111C2, 0x111C3})


def _flags_before(text: str, at: int) -> int:
    count = 0
    while at - count > 0 and 0x1F1E6 <= ord(text[at - count - 1]) <= 0x1F1FF:
        count += 1
    return count


def _is_hangul(char: str) -> bool:
    return "\u1100" <= char <= "\u11ff" or "\ua960" <= char <= "\ua97c" or "\uac00" <= char <= "\ud7fb"
