"""The words of each language: one module a language, each with the same keys (a test holds that).

A phrase is text with `{named}` places, or a pair (singular, plural) chosen by the language's own rule from `n`.
"""

from aggregator.digest.catalogue import en, fr, zh

Catalogue = dict[str, str | tuple[str, str]]

CATALOGUES: dict[str, Catalogue] = {"en": en.PHRASES, "fr": fr.PHRASES, "zh": zh.PHRASES}
