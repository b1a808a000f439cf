"""Whether a decoded text reads like a language: which of several encodings that all decode a document is the right one.

Pure. A wrong single-byte encoding always decodes, and GBK bytes are often valid EUC-KR; only the outcome tells. The
measure is coarse on purpose: shares of the letters and characters that every text of a language is full of.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

GOOD, SURE, MUCH = 0.5, 0.85, 0.2
"""From GOOD on a text is believed to be what its encoding says, if no other encoding reads better by MUCH; from SURE
on without looking."""
_SAMPLE = 20_000
_SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当"
    "没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物"
    "手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认"
    "条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则"
    "听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运模型布京开源版语言训"
    "练参数推出今日人工智能"
)
_TRADITIONAL = (
    "這個們來為國說時會對過發後裡種經麼學現當動還進樣開從實軍無與長機關點業將兩間問並應戰頭體見產話給門兒東聲員論處義幾認條係氣題爾別變總電數報結務"
    "場計資書則聽達強難權設記類據邊張該規術領確傳師觀帶導爭運區萬讓識覺統隊參訓練語臺灣"
)
_KOREAN = frozenset(
    "이다는에의가을하고지기로한리사서도를인어자은시대해그아나만라수정보일제전부스주장원들적으성여과상국동구비공있년경위중신모소게조미안내델개발표"
)
_CHINESE = frozenset(_SIMPLIFIED + _TRADITIONAL)
_CYRILLIC = frozenset("оеаинтсрвлкмдпуія")
_GREEK = frozenset("αοιετσνηυρπκμλς")
_LATIN_COMMON = frozenset(
    "éèêàâçîïôûùëüöäßñóíáúãõøåæœąćęłńśźżěščřžýůďťňőűğışâîțșăÉÀÈÇÖÜÄÅØÓŚŁŠČŽİŞ¿¡’‘“”–—…«»°€ª º·\xa0"
)
_PUNCTUATION = re.compile(
    "[\u2010-\u2026\u2030\u2039\u203a\u20ac\u2116\u2122\u3000-\u303f\uff00-\uff65\uffe0-\uffe6\xa0\xab\xbb\xb7\xa9\xae\xb0]"
)
_BROKEN = re.compile("[\ufffd\x80-\x84\x86-\x9f\ue000-\uf8ff]")
_RUN = re.compile(r"[^\x00-\x7f]+")
_TOUCHING = re.compile(r"[A-Za-z][^\x00-\xbf\u2010-\u2122]|[^\x00-\xbf\u2010-\u2122][A-Za-z]")
_WORD = re.compile(r"[^\W\d_]+")
_FLIPPED = re.compile(r"[a-zß-öø-ÿа-яёα-ωά-ώ][A-ZÀ-ÖØ-ÞА-ЯЁΑ-Ω]")


def score(text: str, codec: str) -> float:
    """How much a decoded text looks like what its encoding is used for: 0 (junk) to 1. A text of ASCII alone is 1."""
    foreign = [char for char in text[: _SAMPLE * 20] if char > "\x7f"][:_SAMPLE]
    if not foreign:
        return 1.0
    if len(_BROKEN.findall("".join(foreign))) * 200 > len(foreign):
        return 0.0
    rest = [char for char in foreign if not _PUNCTUATION.match(char)]
    if not rest:
        return 0.6
    judge = next((judge for prefix, judge in _JUDGES.items() if codec.startswith(prefix)), _latin)
    return judge(rest, text[: _SAMPLE * 4])


def _share(chars: list[str], test: Callable[[str], bool]) -> float:
    return sum(1 for char in chars if test(char)) / len(chars)


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or char > "\U0001ffff"


def _is_kana(char: str) -> bool:
    return "\u3041" <= char <= "\u30ff"


def _chinese(chars: list[str], text: str) -> float:
    if _share(chars, _is_kana) > 0.1:
        return 0.0
    han = [char for char in chars if _is_han(char)]
    if not han:
        return 0.0
    return len(han) / len(chars) * min(1.0, _share(han, _CHINESE.__contains__) / 0.25)


def _japanese(chars: list[str], text: str) -> float:
    kana = _share(chars, _is_kana)
    return _share(chars, lambda c: _is_kana(c) or _is_han(c)) * min(1.0, kana / 0.2)


def _korean(chars: list[str], text: str) -> float:
    hangul = [char for char in chars if "\uac00" <= char <= "\ud7a3"]
    if not hangul:
        return 0.0
    return len(hangul) / len(chars) * min(1.0, _share(hangul, _KOREAN.__contains__) / 0.25)


def _cased(common: frozenset[str], block: tuple[str, str]) -> Callable[[list[str], str], float]:
    """A judge of an alphabet with capitals: its letters, mostly small, the frequent ones frequent."""

    def judge(chars: list[str], text: str) -> float:
        letters = [char for char in chars if block[0] <= char <= block[1]]
        if not letters:
            return 0.0
        small = _share(letters, str.islower)
        flips = len(_FLIPPED.findall(text)) / max(1, len(letters))
        told = _share(
            [c.lower() for c in letters], lambda c: c in common or unicodedata.normalize("NFD", c)[0] in common
        )
        return (
            (len(letters) / len(chars)) ** 3
            * min(1.0, small / 0.6)
            * min(1.0, told / 0.55)
            * max(0.0, 1 - 6 * flips)
            * _pure(text)
        )

    return judge


def _block(low: str, high: str) -> Callable[[list[str], str], float]:
    return lambda chars, text: _share(chars, lambda c: low <= c <= high) * _pure(text)


def _pure(text: str) -> float:
    """1 if no letter of the alphabet touches a Latin one, as accents that were misread do."""
    runs = len(_RUN.findall(text))
    touching = len(_TOUCHING.findall(text))
    return max(0.0, 1 - 2 * touching / max(1, runs))


def _latin(chars: list[str], text: str) -> float:
    """Accented letters are known ones, few in a word, and no sign stands inside a word."""
    known = _share(chars, lambda c: c in _LATIN_COMMON)
    signs = sum(
        1
        for m in re.finditer(r"(?<=[a-z])[^\x00-\x7f](?=[a-z])", text)
        if not m[0].isalpha() and m[0] not in "’‘–—·\xa0"
    )
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    dense = sum(1 for word in words if sum(c > "\x7f" for c in word) > max(1, len(word) // 2))
    flips = sum(1 for word in words if re.search(r"[a-z][À-ÖØ-Þ]", word))
    return known * max(0.0, 1 - 2 * (dense + flips) / max(1, len(words))) * max(0.0, 1 - 3 * signs / len(chars))


_cyrillic, _greek = _cased(_CYRILLIC, ("\u0400", "\u04ff")), _cased(_GREEK, ("\u0370", "\u03ff"))
_JUDGES: Mapping[str, Callable[[list[str], str], float]] = {
    "gb18030": _chinese, "cp950": _chinese, "big5": _chinese,
    "cp932": _japanese, "euc_jp": _japanese, "iso2022_jp": _japanese,
    "cp949": _korean,
    "koi8": _cyrillic, "cp1251": _cyrillic, "iso8859-5": _cyrillic,
    "cp1253": _greek, "iso8859-7": _greek,
    "cp1255": _block("\u05b0", "\u05ea"), "iso8859-8": _block("\u05d0", "\u05ea"),
    "cp1256": _block("\u0600", "\u06ff"), "iso8859-6": _block("\u0600", "\u06ff"),
    "cp874": _block("\u0e01", "\u0e5b"), "iso8859-11": _block("\u0e01", "\u0e5b"),
}  # fmt: skip

CANDIDATES = (
    "gb18030", "cp950", "cp932", "euc_jp", "cp949", "koi8-r", "cp1251", "iso8859-5", "cp1253", "cp874", "cp1255", "cp1256",
    "cp1252", "cp1250", "iso8859-2", "cp1254", "cp1257",
)  # fmt: skip


def best(body: bytes) -> tuple[float, str, str] | None:
    """The score, encoding and text under which a document reads best; None if it reads like nothing under any."""
    found: tuple[float, str, str] | None = None
    for codec in CANDIDATES:
        try:
            text = body.decode(codec)
        except UnicodeDecodeError:
            continue
        value = score(text, codec)
        if value > (found[0] + 0.02 if found else GOOD * 0.7):
            found = value, codec, text
    return found
