"""A text someone wrote and a name go in; whether the text means that name comes out, exactly or but for a slip of the pen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

_WORD = re.compile(r"[a-z0-9]+")
_TOKEN = re.compile(r"[a-z0-9]+|[/+&,;()\n]|\.(?=\s)")
_OTHER_LETTERS = re.compile(r"[^\W\d_]{2,}")
_JOINING = frozenset({"and", "with", "plus", "or"})
_LONG = 10  # letters from which a word may hold two slips
Words = tuple[str, ...]
_FORM = """
mg mcg ug microgram micrograms gram grams ml units unit iu percent strength dose doses tablet tablets tab tabs capsule
capsules cap caps caplet caplets lozenge drop drops eye ear nasal spray inhaler puff puffs patch patches plaster cream
ointment gel lotion suppository suppositories enema injection injections infusion depot implant pen syrup elixir
solution suspension liquid powder granules sachet sachets dispersible soluble effervescent chewable coated film enteric
oral topical rectal vaginal transdermal subcutaneous intravenous intramuscular inhaled sublingual buccal iv im sc po pr
sl modified prolonged extended sustained controlled slow fast immediate release mr xr xl er sr cr la ir odt long acting
"""
_SALT = """
hydrochloride hcl sodium potassium calcium phosphate sulfate sulphate acetate maleate fumarate tartrate citrate mesylate
mesilate besylate besilate succinate bromide chloride hydrobromide dihydrate monohydrate anhydrous bitartrate acid salt
"""
_SCHEDULE = """
once twice thrice three four one two half times time daily day days a an every each other hour hours hourly week weekly
weeks month monthly morning mornings noon afternoon evening evenings night nights nightly bedtime od bd bid tds tid qds
qid qd qhs qam qpm prn stat nocte mane am pm hs at in on before after food meals meal breakfast lunch dinner when as
needed required if per from since until for the of to by mouth my his her their only max maximum up low high
"""
_USE = """
pain back head headache headaches sleep spasm spasms spasticity blood pressure heart stomach cough cold allergy
allergies infection infections anxiety depression epilepsy seizures diabetes cholesterol thyroid bladder regular
regularly occasional occasionally sometimes often takes take taken taking using uses use medicine medication drug
tablets generic brand old new currently now also left right strong weak extra forte retard human rx otc not stopped
started mite and with plus or
"""
BESIDE_A_NAME = frozenset(f"{_FORM} {_SALT} {_SCHEDULE} {_USE}".split())  # words that say nothing about which medicine it is


@dataclass(frozen=True)
class Token:
    """A word of a text. part: which of the parts, as 'and', '+', '/' or a comma divide them."""

    word: str
    part: int


def words_of(text: str) -> Words:
    """Lower-case words without accents or punctuation."""
    return tuple(_WORD.findall(_plain(text)))


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def key_of(name: str) -> str:
    """A name as its words, one space between: what names are looked up by."""
    return name.lower() if name.isascii() and name.isalpha() else " ".join(words_of(name))


def tokens_of(text: str) -> list[Token]:
    """The words of a text in order, each with its part."""
    tokens, part = [], 0
    for found in _TOKEN.findall(_plain(text)):
        part += not found.isalnum() or found in _JOINING
        if found.isalnum():
            tokens.append(Token(found, part))
    return tokens


def unreadable(text: str) -> str:
    """The first word in another script than the Latin; a text without any letter or digit is one. '' where all can be read."""
    for word in _OTHER_LETTERS.findall(_plain(text)):
        if sum(not unicodedata.name(c, "").startswith("LATIN") for c in word) >= 2:
            return word
    return "" if any(c.isalnum() for c in text) else text


def contains(text: Words, name: Words) -> bool:
    """Whether the words of a name stand together in a text."""
    return bool(name) and any(text[i : i + len(name)] == name for i in range(len(text) - len(name) + 1))


def slip(written: str, name: str) -> bool:
    """Whether one word is another but for one slip (two in a long word): a letter wrong, missing, added or swapped."""
    allowed = 2 if len(name) >= _LONG else 1
    return len(name) > 4 and written[:1].isalpha() and OSA.distance(written, name, score_cutoff=allowed) <= allowed


def slips(written: str, names: Mapping[str, object]) -> list[str]:
    """The names nearest to a word, all with the same number of slips; none where no name is near enough."""
    near = process.extract(written, names.keys(), scorer=OSA.distance, score_cutoff=2, limit=None)
    alike = [(distance, name) for name, distance, _ in near if slip(written, name)]
    least = min((distance for distance, _ in alike), default=0)
    return sorted(name for distance, name in alike if distance == least)


def means(text: str, names: Iterable[str]) -> bool:
    """Whether a text names one of these: exactly, but for a slip, as it sounds, or with the ending of another language."""
    written = words_of(text)
    each = [words_of(name) for name in names]
    if any(contains(written, name) for name in each):
        return True
    heard = {*written, *(word.replace("ph", "f").replace("k", "c") for word in written)}
    single = [name[0] for name in each if len(name) == 1]
    return any(slip(word, name) or (len(name) > 4 and word.startswith(name)) for name in single for word in heard)
