"""The words of the pages, one file a language with the same keys; words of closed lists are the digest's."""

from aggregator.web.catalogue import en, fr, zh

CATALOGUES = {"en": en.WORDS, "fr": fr.WORDS, "zh": zh.WORDS}
