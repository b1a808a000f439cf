"""Licences and openness: what a repository's card says, and what it lets people do with the weights.

`licence` reads any hub's way to write a licence and says whether the OSI approves it and whether commercial use is
allowed; `open_of` says what one repository shows of its line's openness. Evidence only, never a lab's own words:
`open-source` needs published training code and data. Pure; the tables below are the only knowledge.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from aggregator.model import ArtifactName, Repository
from aggregator.names.repository import has_weights


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence: its `text` as written, the SPDX identifier if it has one, whether the OSI approves it (None: unknown),
    and commercial use: "yes", "conditions" (allowed below limits or with duties of its own), "no" or "unknown"."""

    text: str
    spdx: str | None
    osi: bool | None
    commercial: str


@dataclass(frozen=True, slots=True)
class Openness:
    """What one repository shows: `openness` (open-source, open-weights, unknown), `weights` (yes, gated, no, unknown).

    `training_code` and `training_data` are None where the repository does not show them.
    """

    openness: str
    weights: str
    licence: Licence
    osi: bool | None
    training_code: bool | None = None
    training_data: bool | None = None


_APPROVED = """
    0BSD AAL AFL-1.1 AFL-1.2 AFL-2.0 AFL-2.1 AFL-3.0 AGPL-3.0 AGPL-3.0-only AGPL-3.0-or-later Apache-1.1 Apache-2.0
    APL-1.0 APSL-2.0 Artistic-1.0 Artistic-1.0-Perl Artistic-2.0 BlueOak-1.0.0 BSD-1-Clause BSD-2-Clause
    BSD-2-Clause-Patent BSD-3-Clause BSD-3-Clause-LBNL BSL-1.0 CAL-1.0 CATOSL-1.1 CDDL-1.0 CECILL-2.1 CERN-OHL-P-2.0
    CERN-OHL-S-2.0 CERN-OHL-W-2.0 CNRI-Python CPAL-1.0 CPL-1.0 CUA-OPL-1.0 ECL-1.0 ECL-2.0 EFL-2.0 EPL-1.0 EPL-2.0
    EUDatagrid EUPL-1.1 EUPL-1.2 Fair Frameworx-1.0 GPL-2.0 GPL-2.0-only GPL-2.0-or-later GPL-3.0 GPL-3.0-only
    GPL-3.0-or-later HPND ICU IPA IPL-1.0 ISC Jam LGPL-2.0 LGPL-2.1 LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0
    LGPL-3.0-only LGPL-3.0-or-later LiLiQ-P-1.1 LiLiQ-R-1.1 LiLiQ-Rplus-1.1 LPL-1.02 LPPL-1.3c MirOS MIT MIT-0
    MIT-Modern-Variant Motosoto MPL-1.0 MPL-1.1 MPL-2.0 MS-PL MS-RL MulanPSL-2.0 Multics NASA-1.3 NCSA NGPL Nokia
    NPOSL-3.0 NTP OFL-1.1 OGTSL OLDAP-2.8 OLFL-1.3 OSET-PL-2.1 OSL-1.0 OSL-2.1 OSL-3.0 PHP-3.01 PostgreSQL PSF-2.0
    Python-2.0 QPL-1.0 RPL-1.5 RPSL-1.0 SimPL-2.0 Sleepycat SISSL UCL-1.0 Unicode-3.0 Unicode-DFS-2016 Unlicense
    UPL-1.0 VSL-1.0 W3C Watcom-1.0 Xnet Zlib ZPL-2.0 ZPL-2.1
    """
_OSI = {identifier.casefold(): identifier for identifier in _APPROVED.split()}
"""SPDX identifiers of licences that the OSI approves, by their folded form."""

_ALIASES = {
    "apache": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apache2.0": "Apache-2.0",
    "apachelicense": "Apache-2.0",
    "apachelicense2.0": "Apache-2.0",
    "apachelicense2": "Apache-2.0",
    "apachelicensev2.0": "Apache-2.0",
    "apachelicenseversion2.0": "Apache-2.0",
    "apachev2": "Apache-2.0",
    "mitlicense": "MIT",
    "themitlicense": "MIT",
    "expat": "MIT",
    "bsd": "BSD-3-Clause",
    "bsdlicense": "BSD-3-Clause",
    "bsd2": "BSD-2-Clause",
    "bsd3": "BSD-3-Clause",
    "newbsd": "BSD-3-Clause",
    "simplifiedbsd": "BSD-2-Clause",
    "gpl": "GPL-3.0",
    "gpl2": "GPL-2.0",
    "gpl3": "GPL-3.0",
    "gplv2": "GPL-2.0",
    "gplv3": "GPL-3.0",
    "gnugeneralpubliclicensev3.0": "GPL-3.0",
    "gnugeneralpubliclicense3.0": "GPL-3.0",
    "gnugeneralpubliclicensev2.0": "GPL-2.0",
    "agpl": "AGPL-3.0",
    "agpl3": "AGPL-3.0",
    "agplv3": "AGPL-3.0",
    "gnuafferogeneralpubliclicensev3.0": "AGPL-3.0",
    "lgpl": "LGPL-3.0",
    "lgpl3": "LGPL-3.0",
    "lgplv3": "LGPL-3.0",
    "mpl": "MPL-2.0",
    "mpl2": "MPL-2.0",
    "mozillapubliclicense2.0": "MPL-2.0",
    "epl": "EPL-2.0",
    "eclipsepubliclicense2.0": "EPL-2.0",
    "theunlicense": "Unlicense",
    "mulanpsl2": "MulanPSL-2.0",
    "mulanpslv2": "MulanPSL-2.0",
    "mulan": "MulanPSL-2.0",
    "boostsoftwarelicense1.0": "BSL-1.0",
    "ofl": "OFL-1.1",
    "postgresqllicense": "PostgreSQL",
    "isclicense": "ISC",
    "zliblicense": "Zlib",
    "artistic2": "Artistic-2.0",
    "eupl": "EUPL-1.2",
}

_KNOWN = {
    # (SPDX identifier or None, commercial): public licences that the OSI has not approved
    "cc0": ("CC0-1.0", "yes"),
    "cc01.0": ("CC0-1.0", "yes"),
    "wtfpl": ("WTFPL", "yes"),
    "pddl": ("PDDL-1.0", "yes"),
    "odcby": ("ODC-By-1.0", "yes"),
    "odbl": ("ODbL-1.0", "yes"),
    "gfdl": ("GFDL-1.3", "yes"),
    "cdlapermissive1.0": ("CDLA-Permissive-1.0", "yes"),
    "cdlapermissive2.0": ("CDLA-Permissive-2.0", "yes"),
    "cdlasharing1.0": ("CDLA-Sharing-1.0", "yes"),
    "bsd3clauseclear": ("BSD-3-Clause-Clear", "yes"),
    "busl1.1": ("BUSL-1.1", "conditions"),
    "elastic2.0": ("Elastic-2.0", "conditions"),
    "sspl1.0": ("SSPL-1.0", "conditions"),
    "ccbysa": ("CC-BY-SA-4.0", "yes"),
    "ccby": ("CC-BY-4.0", "yes"),
    "cc": (None, "unknown"),
    "openmdw": ("OpenMDW-1.0", "yes"),
    "openmdw1.0": ("OpenMDW-1.0", "yes"),
    "openmdw1.1": ("OpenMDW-1.1", "yes"),
    "etalab2.0": ("etalab-2.0", "yes"),
    "lgpllr": ("LGPLLR", "yes"),
}

_CUSTOM: tuple[tuple[str, str], ...] = (
    # (pattern of the folded name, commercial), first match wins: licences that labs wrote themselves
    (r"non-?commercial|noncommercial|\bnc\b|非商业|非商用|不可商用|research-?only|academic|仅供研究", "no"),
    (r"^(qwen-?research|tongyi-?qianwen-?research|.*-research(-license.*|-only)?|mnpl.*|mrl)$", "no"),
    (r"^apple-(amlr|ascl)|^c-uda|^fair-|^intel-research|^i-non|^stable-?cascade-nc|^cogagent|^deepfloyd-if", "no"),
    (r"^modified-?mit|^修改版?-?mit|^mit-modifi", "conditions"),
    (r"^(tongyi-?qianwen|qwen)", "conditions"),
    (r"^(glm|chatglm|cogvideox|cogvlm|codegeex|cogview|model-license)", "conditions"),
    (
        r"^(deepseek|kimi|moonshot|minimax|hunyuan|tencent|hy-|step|ernie|baidu|mimo|longcat|internlm|internvl)",
        "conditions",
    ),
    (
        r"^(yi-license|yi|baichuan|skywork|sensenova|openpangu|pangu|minicpm|general-model|bluelm|orion|xverse|seed)",
        "conditions",
    ),
    (
        r"^(llama|gemma|bigscience|bigcode|creativeml|openrail|open-rail|falcon|grok|nvidia|nemotron|mistral|gpt)",
        "conditions",
    ),
    (r"^(stabilityai|stable|flux|jamba|dbrx|health-ai|exaone|lfm|phi|aliyun|community|.*community)", "conditions"),
    (r"^(.*commercial.*)", "conditions"),
)
_CUSTOM_RULES = tuple((re.compile(pattern), commercial) for pattern, commercial in _CUSTOM)
_CREATIVE = re.compile(r"^cc-?by(?P<rest>(?:-?(?:nc|nd|sa))*)(?:-?(?P<version>[1-4]\.0))?(?:-?[a-z]{2})?$")
_PLACEHOLDERS = frozenset(
    ("", "other", "unknown", "none", "noassertion", "custom", "n/a", "其他", "未知", "proprietary", "license")
)
_LINKED = re.compile(
    r"(?:opensource\.org/licen[cs]es?|spdx\.org/licenses|choosealicense\.com/licenses)/([\w.+-]+?)(?:\.html|/)?$"
)
_LINKED_APACHE = re.compile(r"apache\.org/licenses/license-2\.0", re.IGNORECASE)
_JOINTS = re.compile(r"[\s_]+")
_SQUASH = re.compile(r"[\s\-_,()'\"“”]+")


def _fold(text: str) -> str:
    return _JOINTS.sub("-", unicodedata.normalize("NFKC", text).strip().casefold())


def _spdx(text: str) -> str | None:
    """The OSI-approved licence that a text names, or None. The whole text must be its name."""
    folded = _fold(text)
    if folded in _OSI:
        return _OSI[folded]
    squashed = _SQUASH.sub("", folded)
    if squashed in _ALIASES:
        return _ALIASES[squashed]
    short = re.sub(r"(?:licen[cs]e|许可证|协议)$", "", re.sub(r"^the", "", squashed))
    return _ALIASES.get(short) or _SQUASHED.get(short) or _SQUASHED.get(squashed)


_SQUASHED = {_SQUASH.sub("", key): value for key, value in _OSI.items()}


def _public(text: str) -> tuple[str | None, str] | None:
    """(SPDX identifier, commercial) of a public licence that the OSI has not approved, or None."""
    folded = _fold(text).replace("creative-commons-", "cc-").replace("attribution", "by")
    match = _CREATIVE.fullmatch(folded)
    if match:
        rest = match["rest"].replace("-", "")
        parts = [rest[i : i + 2] for i in range(0, len(rest), 2)]
        name = "-".join(["CC-BY", *(p.upper() for p in parts), match["version"] or "4.0"])
        return name, "no" if "nc" in parts else "yes"
    squashed = _SQUASH.sub("", folded)
    return _KNOWN.get(squashed) or _KNOWN.get(re.sub(r"licen[cs]e$", "", squashed))


def _from_link(link: str | None) -> str | None:
    if not link:
        return None
    if _LINKED_APACHE.search(link):
        return "Apache-2.0"
    match = _LINKED.search(link.strip())
    return _spdx(match[1]) if match else None


@lru_cache(maxsize=2048)
def licence(text: str | None, name: str | None = None, link: str | None = None) -> Licence:
    """The licence of a card: `text` is its licence field, `name` and `link` what a card adds to the word `other`.

    `other` with a name that no table knows is a licence of the lab's own: not OSI-approved, commercial use unknown.
    `osi` is None only where nothing names a licence.
    """
    named = [part.strip() for part in (text, name) if part and _fold(part) not in _PLACEHOLDERS]
    shown = (name or "").strip() or (text or "").strip() if not named else named[-1] if _is_other(text) else named[0]
    for part in [*named[::-1]] if _is_other(text) else named:
        found = _spdx(part)
        if found:
            return Licence(shown, found, True, "yes")
        public = _public(part)
        if public:
            return Licence(shown, public[0], None if public[0] is None else False, public[1])
        for rule, commercial in _CUSTOM_RULES:
            if rule.search(_fold(part)):
                return Licence(shown, None, False, commercial)
    linked = _from_link(link)
    if linked and not named:
        return Licence(shown or linked, linked, True, "yes")
    if named or _is_other(text):
        return Licence(shown, None, False if named or _fold(text or "") == "other" else None, "unknown")
    return Licence(shown, None, None, "unknown")


def _is_other(text: str | None) -> bool:
    return text is not None and _fold(text) in ("other", "custom", "noassertion", "其他")


_CODE = frozenset(("training-code", "fully-open", "open-source-training"))


def open_of(repo: Repository, artifact: ArtifactName | None = None) -> Openness:
    """What a repository shows of its line's openness.

    Weights are "yes" (anybody can download them), "gated" (after accepting terms), "no" (a listing without weight
    files, a private or access-denied repository) or "unknown" (the hub listed no files and says nothing else).
    A card that names its training data set shows the data, never the code: `open-source` is left to more evidence.
    `osi` is False for a repository with weights and without any licence: none that the OSI approves was given.
    """
    held = has_weights(repo)
    tagged = bool({"safetensors", "gguf", "pytorch", "onnx"} & set(repo.tags)) or bool(repo.parameters)
    terms = licence(repo.licence, repo.licence_name, repo.licence_link)
    if repo.private:
        weights = "no"
    elif held or (held is None and (tagged or repo.hub in ("huggingface", "modelscope"))):
        weights = "gated" if repo.gated else "yes"
    else:
        weights = "no" if held is False else "unknown"
    openness = "open-weights" if weights in ("yes", "gated") else "unknown"
    code = True if _CODE & set(repo.tags) else None
    data = True if repo.datasets else None
    if openness == "open-weights" and code and data:
        openness = "open-source"
    osi = terms.osi
    if osi is None and openness != "unknown" and not terms.text:
        osi = False
    return Openness(openness, weights, terms, osi, code, data)
