"""Allergies as someone wrote them go in; the same, with baclofen named where a code means it, and those unsaid come out."""

from __future__ import annotations

from openbaclofen.facts import KnowledgeBase
from openbaclofen.safety.datum import Datum, missing
from openbaclofen.safety.medicines import SUBSTANCE, Index, codes_in, index, named
from openbaclofen.safety.names import means, unreadable, words_of

ALLERGIES = "patient.allergies"
_NO = "no none nil nkda nka nkfa not never any"
_OF = "known drug drugs food foods allergy allergies allergic medicine medicines medication medications to or"
_UNSAID = """
unknown uncertain unclear unsure undocumented asked assessed recorded documented stated available obtained information data
record records history answer idea unable obtain be confirmed tbc tba pending awaiting n a na yes several multiple many some
see notes the of on file in unbekannt inconnu inconnue inconnus inconnues sconosciuto sconosciute
"""
_ABSENT, _NOT_KNOWN = frozenset(_NO.split()), {"not", "known"}
_NONE_OF_ANY = frozenset(f"{_NO} {_OF}".split())
_NOTHING_SAID = frozenset(f"{_NO} {_OF} {_UNSAID}".split())


def allergies(stated: tuple[str, ...] | None, kb: KnowledgeBase) -> Datum[tuple[str, ...]]:
    """What is stated, codes with the substance. need: entries that neither say what to nor that there is none."""
    if stated is None:
        return missing(ALLERGIES)
    read = [_with_name(text, kb) for text in stated]
    unsaid = [text for text in read if not means(text, (SUBSTANCE,)) and _says_nothing(text, kb)]
    return Datum(tuple(read), need=tuple(f"{ALLERGIES}: {text!r} does not say whether baclofen is meant" for text in unsaid))


def _with_name(text: str, kb: KnowledgeBase) -> str:
    """A code of baclofen with its name beside it."""
    coded = codes_in(text)
    return f"{text} ({SUBSTANCE})" if coded and index(kb).own_codes & set(coded) else text


def _says_nothing(text: str, kb: KnowledgeBase) -> bool:
    """Whether a text leaves open what the allergy is to: no word of it can be read, it says so, or it names a class of which
    baclofen is one."""
    words = set(words_of(text))
    if unreadable(text):
        return True
    if _ABSENT & words and words <= _NONE_OF_ANY and words != _NOT_KNOWN:
        return False
    return words <= _NOTHING_SAID or _is_a_class_of_it(text, index(kb))


def _is_a_class_of_it(text: str, of: Index) -> bool:
    groups = [code for name in named(text, of) if of.terms.get(name, {}).get("group") for code in of.terms[name].get("atc", [])]
    return any(own.startswith(code) for code in (*groups, *codes_in(text)) for own in of.own_codes)
