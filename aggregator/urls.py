"""URLs as text: which links may be used at all, and when two of them are the same address.

Pure. Never opens, resolves or judges a host (addresses are checked where connections are made, in `fetch`).
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

MAX_LENGTH = 8192
"""Characters of a URL; a longer one is refused."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_BLANKS = "".join(map(chr, range(0x21))) + "\x7f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "\u200b"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UP_TO_HOST = re.compile(r"[^/?#]*(?://[^/?#]*)?")
_UNSAFE = re.compile(r"[ \"<>\\^`{|}]")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_\-]{0,61}[a-z0-9_])?\Z")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = _UNRESERVED | frozenset("!$&'()*+,;=:@/%")
_QUERY_SAFE = _PATH_SAFE | frozenset("?[]")

_HOST_VARIANTS = frozenset({"www", "m", "mobile", "amp", "wap", "3g"})
_AMP_PATH = re.compile(r"(?:/amp(?:\.html?)?|\.amp)\Z|\.amp(?=\.html?\Z)|(?:/amp)(?=/\Z)", re.IGNORECASE)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_AMP_CACHE = re.compile(r"/(?:c|v|amp)/(?:s/)?((?:[a-z0-9\-]+\.)+[a-z]{2,})(/.*)?\Z", re.IGNORECASE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TRACKING = _words(
    """
    gclid gclsrc dclid gbraid wbraid fbclid msclkid yclid ymclid twclid ttclid li_fat_id igshid igsh srsltid epik
    mc_cid mc_eid mkt_tok vero_id oly_anon_id oly_enc_id wickedid s_cid cmpid icid ncid ocid cvid spm scm scm_id pvid
    _hsenc _hsmi __hstc __hssc __hsfp hsctatracking _ga _gl _openstat xtor at_medium at_campaign at_custom1 at_custom2
    ref_src ref_url referrer referer refsrc share_token share_source share_medium share_from share_id share_tag sharer
    shareid sharefrom sharesource share_sharer_id sharer_shareid sharer_sharetime isappinstalled wxfrom wxshare_count
    nsukey chksm scene srcid mpshare sessionid_wx exportkey pass_ticket wx_header tdsourcetag hmsr hmpl hmcu hmkw hmci
    from_source from_spmid from_isappinstalled isfromapp vd_source seid bsource bxsign smid smtyp guccounter
    guce_referrer guce_referrer_sig sr_share trk trackingid trk_contact trk_msg __twitter_impression amp_js_v usqp
    outputtype_amp feedtype fromrss rss_id wt.mc_id wt.rss_f wt.rss_a cm_mmc cm_ven ito campaign_id sponsored
    trackid tracking_id traffic_source traffic_source_id mkwid pcrid _branch_match_id branch_match_id
    """
)
"""Parameters that never identify a page."""
_TRACKING_PREFIXES = (
    "utm_",
    "utm-",
    "pk_",
    "piwik_",
    "mtm_",
    "matomo_",
    "hsa_",
    "stm_",
    "itm_",
    "ga_",
    "share_",
    "_hs",
)
_SOFT = _words(
    "from ref source src via medium channel partner feature f fr s si sr share origin refer entry platform campaign"
)
"""Parameters that tell where a reader came from on some sites and identify a page on others: dropped by their value only."""
_CHANNELS = _words(
    """
    rss rss1 rss2 rss1.0 rss2.0 feed feeds atom xml jsonfeed feedburner feedly inoreader newsblur wechat weixin wx weibo qq
    qzone timeline singlemessage groupmessage moments singlemessages twitter x facebook fb linkedin telegram tg whatsapp
    reddit hn hackernews producthunt bilibili zhihu douyin toutiao xiaohongshu email mail newsletter news.google
    google bing baidu share shared sharing social app appshare ios android iphone pc h5 web mobile wap m amp
    desktop home homepage
    index search list syndication partner copy copylink link push notification widget sidebar related recommend
    rec hot top footer header
    """
)
_WORD = re.compile(r"[A-Za-z][A-Za-z._\-]*\Z")
_SOFT_WORDS = ("from", "ref", "source", "src", "via", "medium", "channel", "partner", "origin", "refer", "campaign")


@lru_cache(maxsize=4096)
def http_url(url: str | None, base: str = "") -> str | None:
    """Return an absolute http(s) URL, or None for anything that may not be linked or fetched.

    Relative references are resolved against `base`; `//host` and `www.host` without a base become https. Refused: every
    other scheme, control characters in scheme or host, backslashes or user info in the authority, invalid ports and
    hosts. The host comes back in lower case and as punycode (RFC 5891), unsafe characters of the rest percent-encoded.
    """
    if not url or len(url) > MAX_LENGTH:
        return None
    text = url.strip(_BLANKS)
    if _CONTROLS.search(_UP_TO_HOST.match(text)[0]):  # type: ignore[index]  # it matches any text
        return None
    if text.startswith(("/\\", "\\")):
        return None
    text = _CONTROLS.sub("", text)
    if text.casefold().startswith("www."):
        text = "https://" + text
    elif text.startswith("//"):
        text = (urlsplit_or_none(base) or ("https",))[0] + ":" + text if base else "https:" + text
    elif not text or not _is_absolute(text):
        if not base or _SCHEME.match(text):
            return None
        try:
            text = urljoin(base, text)
        except ValueError:
            return None
    return _checked(text)


def urlsplit_or_none(url: str) -> tuple[str, str, str, str, str] | None:
    """Split a URL into scheme, authority, path, query and fragment; None where it cannot be split."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.scheme, parts.netloc, parts.path, parts.query, parts.fragment


def host_shown(url: str) -> str:
    """Return the host of a URL as it is safe to show: lower case, punycode for every non-ASCII label; "" if none."""
    good = http_url(url)
    return (_split_authority(urlsplit(good).netloc) or ("", ""))[0] if good else ""


@lru_cache(maxsize=8192)
def canonical_url(url: str) -> str:
    """Return the form in which two addresses of one page are equal (idempotent; what is no http(s) URL stays as it is).

    https for http; host without www., m., mobile., amp., wap.; no default port, fragment (but routes `#/…`, `#!…`),
    trailing slash, AMP suffix, session id or tracking parameter; percent-encoding normalised (RFC 3986, 6.2.2), dot
    segments removed, parameters sorted.
    """
    current = url.strip(_BLANKS)
    for _ in range(8):
        following = _canonical_once(current)
        if following == current:
            break
        current = following
    return current


def fragment_of(url: str) -> str:
    """Return the fragment where it names a part that is a thing of its own (`#v1.2`, `#2026-02-12`), else ""."""
    fragment = url.partition("#")[2].casefold()
    if not re.search(r"\d", fragment) or len(fragment) < 3:
        return ""
    if fragment.startswith((":~:", "comment", "respond", "disqus", "xtor", "utm_", "rss", "page", "p=", "fig", "h-")):
        return ""
    return fragment[:200]


# ------------------------------------------------------------------------------------------------ parts


def _is_absolute(text: str) -> bool:
    match = _SCHEME.match(text)
    return match is not None and text[match.end() : match.end() + 2] == "//"


def _checked(text: str) -> str | None:
    """The absolute URL with a checked authority, or None."""
    parts = urlsplit_or_none(text)
    if parts is None or parts[0] not in ("http", "https"):
        return None
    scheme, authority, path, query, fragment = parts
    split = _split_authority(authority)
    if split is None:
        return None
    host, port = split
    result = f"{scheme}://{host}{':' + port if port else ''}{_UNSAFE.sub(_encode_match, path)}"
    if query:
        result += "?" + _UNSAFE.sub(_encode_match, query)
    if fragment:
        result += "#" + _UNSAFE.sub(_encode_match, fragment)
    return result if len(result) <= MAX_LENGTH else None


@lru_cache(maxsize=4096)
def _split_authority(authority: str) -> tuple[str, str] | None:
    """Host (punycode) and port of an authority without user info; None if any of it is invalid."""
    if not authority or any(char in authority for char in "@\\% \t<>\"'`{}|^"):
        return None
    if authority.startswith("["):
        inside, bracket, rest = authority[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            return None
        try:
            host = f"[{ipaddress.IPv6Address(inside)}]"
        except ValueError:
            return None
        port = rest[1:]
    else:
        name, _, port = authority.partition(":")
        host = _host(name) or ""
    if not host or (port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536 and len(port) < 7)):
        return None
    return host, port.lstrip("0")


def _host(name: str) -> str | None:
    """A host name in lower case and punycode, without a trailing dot; None if it is none."""
    name = name.casefold() if name.isascii() else name
    name = name.rstrip(".") if name.endswith(".") and not name.endswith("..") else name
    if not name.isascii():
        import idna  # 20 ms of start-up, and hardly any link needs it

        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError, ValueError, IndexError):
            return None
        name = name.rstrip(".")
    if not name or len(name) > 253 or not all(_LABEL.match(label) for label in name.split(".")):
        return None
    return name


def _encode_match(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8"))


def _canonical_once(url: str) -> str:
    good = http_url(url)
    if good is None:
        return url
    parts = urlsplit_or_none(good)
    split = parts and _split_authority(parts[1])
    if not parts or not split:
        return url
    host, port = split
    path, query = parts[2], parts[3]
    if host.endswith(".cdn.ampproject.org") or (host in ("www.google.com", "google.com") and path.startswith("/amp/")):
        cached = _AMP_CACHE.match(path)
        if cached:
            return f"https://{cached[1].lower()}{cached[2] or ''}" + (f"?{query}" if query else "")
    port = "" if port in ("80", "443") else port
    path = _canonical_path(path)
    query = _canonical_query(query, path)
    result = f"https://{_canonical_host(host)}{':' + port if port else ''}{path}"
    if query:
        result += "?" + query
    fragment = parts[4]
    if fragment.startswith(("/", "!")) and len(fragment) > 1:
        result += "#" + _normalise(fragment, _QUERY_SAFE)
    return result


def _canonical_host(host: str) -> str:
    labels = host.split(".")
    while len(labels) > 2 and labels[0] in _HOST_VARIANTS and not labels[-1].isdigit():
        labels = labels[1:]
    if len(labels) > 3 and labels[1] == "m":  # en.m.wikipedia.org
        labels = [labels[0], *labels[2:]]
    return ".".join(labels)


def _canonical_path(path: str) -> str:
    path = _normalise(_SESSION.sub("", path), _PATH_SAFE)
    if "/." in path:
        path = _without_dots(path)
    while True:
        path = path.rstrip("/")
        shorter = _AMP_PATH.sub("", path)
        if shorter == path:
            return path
        path = shorter


def _without_dots(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept)


def _normalise(text: str, safe: frozenset[str]) -> str:
    """Percent-encoding in one form: unreserved characters bare, everything unsafe as upper-case UTF-8 octets."""
    if "%" in text:
        text = _PERCENT.sub(_decode_unreserved, text)
        text = re.sub(r"%(?![0-9A-F]{2})", "%25", text)
    if not all(char in safe for char in text):
        text = "".join(char if char in safe else _encode(char) for char in text)
    return text


def _encode(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))


def _decode_unreserved(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _canonical_query(query: str, path: str) -> str:
    if not query:
        return ""
    pairs = [_normalise(pair, _QUERY_SAFE) for pair in query.split("&") if pair]
    named = any(not _says_where_from(pair) for pair in pairs) or path.count("/") >= 2 or any(c.isdigit() for c in path)
    return "&".join(sorted(pair for pair in pairs if not _is_tracking(pair, named)))


def _says_where_from(pair: str) -> bool:
    name = pair.partition("=")[0].casefold()
    return name in _SOFT or name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _is_tracking(pair: str, named: bool) -> bool:
    """Whether a parameter only tells how the reader came; `named` says that the rest of the URL names a page already."""
    name, _, value = pair.partition("=")
    name, value = name.casefold(), value.casefold()
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    if name in ("amp", "rss", "isamp") and value in ("", "1", "true", "yes"):
        return True
    if name in ("output", "outputtype", "view", "format", "_format") and value == "amp":
        return True
    if name not in _SOFT:
        return False
    if value == "" or value in _CHANNELS or value.split(".")[-1] in ("com", "org", "net", "cn", "io", "ai", "fr"):
        return True
    if not _WORD.match(value):
        return False
    words = re.split(r"[._\-]", value)
    return any(word in _CHANNELS for word in words) or (named and name in _SOFT_WORDS)
