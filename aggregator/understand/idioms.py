"""Turns of attribution beyond verbs of saying: `by X's reckoning`, `X is adamant`, `aux dires de X`, `用X的话说`, `(X)`.

They stand beside a speaker as `attribution.BEFORE` and `AFTER` do. All for texts folded by `folding.low`; tables only.
"""

from __future__ import annotations

import re

_A = re.ASCII
_ARTICLES = r"(?:\s?(?:the|a|an|its|their|le|la|les|l'|un|une|des|son|ses|leurs?))*\s?[\"']?$"
_OF = r"(?:de|du|d'|des)"

BEFORE = re.compile(
    r"(?:\bhat tips? to|\bh/t|\bcourtesy of|\bon the (?:word|authority|say-so|strength) of|\bto hear"
    r"|\btak(?:e|ing) the word of"
    r"|\bin the (?:words|view|eyes|opinion|telling|account|estimation|judg(?:e)?ment) of"
    r"|\bas (?:told|relayed|put|seen) by"
    r"|\b(?:claim|contention|assertion|allegation|admission|insistence|boast|verdict|finding"
    r"|estimate|warning|complaint)s?"
    r" (?:by|from|of)"
    rf"|\baux (?:dires|yeux) {_OF}|\bde l'(?:aveu|avis)(?: meme)? {_OF}|\bsi l'on en croit"
    rf"|\ba (?:lire|entendre|ecouter|suivre)"
    rf"|\bdixit|\bdu point de vue {_OF}|\b(?:informations?|revelations?|exclusivite|scoop"
    rf"|enquete) {_OF}|\bdans la bouche {_OF}"
    rf"|\bpar la voix {_OF}|\bfoi {_OF}|\bd'apres les (?:mots|termes|chiffres|calculs) {_OF}|\bau dire {_OF}"
    rf"|\b(?:affirmations?|allegations?|promesses?|aveux?|verdict|constat|estimations?|accusations?|plaintes?) {_OF}"
    rf"|\b(?:notes?|missives?|mises? en demeure) (?:internes? )?{_OF}|\bc'est|\bit (?:is|was)|转引自?|来源:)"
    + _ARTICLES,
    _A,
)
"""What stands before a speaker."""

_NOUN = (
    r"(?:reckoning|count|view|telling|contention|assertion|allegations?|insistence|admission|verdict"
    r"|version|estimates?|boast"
    r"|claims?|numbers|figures|tally|opinion|eyes|findings?|arithmetic|word|accusations?|warning"
    r"|judg(?:e)?ment|calculations?)"
)
_CERTAIN = (
    r"(?:adamant|convinced|certain|sure|confident|categorical|clear|positive|persuaded|quoted|cited|on record"
    r"|insistent)"
)
_GAP = r"(?: (?!(?:the|an?|its|their|new|models?|and|but)\b)[a-z'-]+){0,3}?"
AFTER = re.compile(
    rf"'s? (?:own |latest |internal )?{_NOUN}\b"
    rf"|,? (?:is|are|was|were|remains?|seems?|sounds?) (?:also |quite |equally |still )?{_CERTAIN}\b"
    r"|,? ma(?:kes?|de) (?:it )?(?:clear|plain|known|no secret)\b|,? ha(?:s|ve|d) it\b"
    r"|,? (?:is|are) to be believed\b|(?: in \w+)? (?:tells?|puts?|sees?|told) it\b"
    r"|,? would have (?:it|us|you|readers)\b"
    r"|,? (?:takes? the view|goes? on (?:the )?record|leaves? no doubt|stands? by|sticks? to|swears?"
    r"|reckons?|thinks?|holds?"
    r"|figures?|vouch(?:es)?|complains?|bets?|bristles?|counters?|retorts?|shoots? back|argues?"
    r"|wants?|refuses?|asks?)\b"
    r"|,? qui l'(?:affirme|ecrit|assure|revele|annonce|dit)\b|,? (?:veu(?:t|lent)|refuse(?:nt)?"
    r"|chiffre(?:nt)?|demande(?:nt)?"
    r"|reclame(?:nt)?|range(?:nt)?)\b"
    # any verb with a clause of its own (`X wagers that`, `X parie que`); not `X sells models that`
    rf"|{_GAP} [a-z]{{2,}}(?:s|ed|d)(?: \w+ly)? that\b(?! (?:is|are|was|were|beats?|can|has|have"
    rf"|runs?|does|do|will|would"
    r"|could|may|competes?|costs?|needs?|scores?|speaks?)\b)"
    rf"|{_GAP} (?!(?:plus|moins|autant|aussi|mieux|meilleure?|alors|parce|tels?|telle|ainsi|avant"
    rf"|apres|des|sans|pour|modeles?"
    r"|puces?)\b)[a-z]{2,}(?:e|t|ent|it|ait)(?: \w+)? qu(?:e |')(?!(?:bat|depasse|coute|parle|peut)\b)"
    r"|,? (?:est|sont|reste(?:nt)?|se (?:dit|disent|montre)) (?:formel|categorique|convaincu|persuade|certain|sur d)\w*"
    r"|,? n'en demor\w+|,? en (?:est|sont) (?:sur|convaincu|certain)\w*|,? y voi(?:t|ent)\b"
    r"|,? on (?:jure|assure|affirme|dit"
    r"|explique|promet)\b|,? (?:table(?:nt)? sur|mise(?:nt)? sur|parie(?:nt)?|mart[ea]le(?:nt)?|se (?:defend|plaint))\b"
    r"|的(?:话(?:说|来说)?|说法|口径|统计|测算|表述|看法|估计|判断|结论|指控)|看来|口[中里]|眼[里中]"
    r"|[^,。;:]{0,10}?(?:咬定|信誓旦旦|放话|喊话|刊文|撰文|发文|放风|直指|保证|自称|自认|表态|扬言|申明|重申|反驳|驳斥|坚信|看好|拍胸脯|不认同|叫屈|喊冤"
    r"|打包票|盛赞|点名批评|下结论|定性)",
    _A,
)
"""What stands behind one."""

COLON = re.compile(
    r"(?:'s? [a-z]+|(?: (?!(?:and|et|launch\w*|releas\w*|lance|publie|sort|unveil\w*)\b)[\w'-]+){1,4}) ?:", _A
)
"""A speaker with a few words and a colon begins the sentence: what follows is its word (`Disney n'en démord pas : …`)."""
COLON_ZH = re.compile(r"(?!发布|推出|开源|上线)[^,。;:a-z0-9]{1,8}:", _A)

SIGNED_BEFORE = re.compile(r"(?:[(\[]\s?(?:sources? ?: ?|via |by |par |avec |d'apres |据)?|\s-\s?)$", _A)
SIGNED_BEHIND = re.compile(r"\s?(?:[)\]]|[.\"']*\s*$)", _A)
"""A name in brackets, or behind a dash at the end: who is quoted signs."""
