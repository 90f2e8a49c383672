"""Facts, age and height go in; typical spinal fluid of people like that, with its spread, and virtual people come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from openbaclofen.body.spine import Place, Spine
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.typical import known_of
from openbaclofen.normals import normals
from openbaclofen.population import Known, log_sd

CALIBRATED = {  # parameter of Spine -> (calibrated fact, effect by which people differ)
    "area": ("spine.area", "spine_area"),
    "cranial_volume": ("spine.cranial_volume", "spine_cranial_volume"),
    "mixing": ("spine.mixing", "spine_mixing"),
    "cranial_exchange": ("spine.cranial_exchange", "spine_mixing"),
    "spinal_clearance": ("spine.clearance", "spine_clearance"),
    "cranial_clearance": ("spine.cranial_clearance", "spine_clearance"),
}
EFFECTS = ("spine_length", "spine_area", "spine_cranial_volume", "spine_mixing", "spine_clearance")
CORRELATION = "spine.correlation"
SEGMENTS = {"legs": "spine.legs", "trunk": "spine.trunk", "arms": "spine.arms", "lumbar": "spine.lumbar"}
Values = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class SpineTypical:
    """Typical spinal fluid: known by field of `Spine`; effects: log-scale deviations between people, independent of each other.

    together: names among `known` that were calibrated together, and the correlation of what is not known about them.
    """

    known: Mapping[str, Known]
    effects: Mapping[str, float]
    together: tuple[tuple[str, ...], np.ndarray]

    def middle(self) -> Spine:
        """The typical person alone."""
        return Spine(**{name: np.array([k.value]) for name, k in self.known.items()})

    def people(self, number: int, seed: int) -> Spine:
        """People who differ as people do, about the typical values as they are."""
        return Spine(**self._differ({name: np.full(number, k.value) for name, k in self.known.items()}, seed))

    def draws(self, number: int, seed: int) -> Spine:
        """The typical person under draws of what is not known well."""
        return Spine(**self._not_known(number, seed))

    def likenesses(self, number_of_draws: int, each: int, seed: int) -> tuple[Spine, np.ndarray]:
        """`each` different people under each draw of what is not known, and the draw (number from 0) that each has."""
        draw = np.repeat(np.arange(number_of_draws), each)
        drawn = {name: value[draw] for name, value in self._not_known(number_of_draws, seed).items()}
        return Spine(**self._differ(drawn, seed)), draw

    def _differ(self, values: Values, seed: int) -> dict[str, np.ndarray]:
        number = len(next(iter(values.values())))
        z = normals(seed, [f"between {name}" for name in self.effects], number)
        effect = {name: np.exp(sd * of) for (name, sd), of in zip(self.effects.items(), z, strict=True)}
        return {name: value * effect[e] if (e := self.known[name].effect) else value for name, value in values.items()}

    def _not_known(self, number: int, seed: int) -> dict[str, np.ndarray]:
        z = dict(zip(self.known, normals(seed, [f"ignorance spine {name}" for name in self.known], number), strict=True))
        names, correlation = self.together
        root = np.linalg.cholesky(correlation)
        mixed = {
            name: sum(w * z[other] for w, other in zip(row, names, strict=True)) for name, row in zip(names, root, strict=True)
        }
        return {name: k.drawn(np.asarray((z | mixed)[name])) for name, k in self.known.items()}


def spine_typical(kb: KnowledgeBase, age: float, height: float | None = None) -> SpineTypical:
    """Typical spinal fluid at an age (years) and height (cm; by age where None).

    Length grows with height, area with a power of it, clearance with a power of spinal volume; cranial fluid grows in old age.
    Errors: InputError for an age or height that is not above zero.
    """
    relative = relative_sizes(kb, age, height)
    known = {name: known_of(kb, fact, effect, relative[name]) for name, (fact, effect) in CALIBRATED.items()}
    known["length"] = Known(relative["length"], None, "spine_length")
    known |= {name: known_of(kb, f"spine.{name}") for name in ("injection_mixing", "nearest")}
    names = tuple(name for name, (fact, _) in CALIBRATED.items() if kb.facts[fact].ignorance)
    effects = {name: log_sd(kb.value(f"variability.{name}")) for name in EFFECTS}
    return SpineTypical({name: known[name] for name in Spine._fields}, effects, (names, _correlation(kb, names)))


def relative_sizes(kb: KnowledgeBase, age: float, height: float | None) -> dict[str, float]:
    """Length in cm; the other parameters of `Spine` as multiples of those of an adult of the reference height."""
    if not age >= 0 or (height is not None and not height > 0):
        raise InputError("age must not be negative and height must be above zero", "patient")
    tall = _tallness(kb, age) if height is None else height / kb.value("spine.reference_height")
    grown = min(1.0, tall)  # tall adults have a longer canal, not more of everything
    area = grown ** kb.value("spine.area_height_exponent")
    cleared = (area * tall) ** kb.value("spine.clearance_volume_exponent")
    older = max(0.0, age - kb.value("spine.cranial_growth_from"))
    return {
        "length": tall * sum(parts(kb).values()),
        "area": area,
        "cranial_volume": float(np.exp(kb.value("spine.cranial_growth") * older)),
        "mixing": 1.0,
        "cranial_exchange": area,
        "spinal_clearance": cleared,
        "cranial_clearance": 1.0,
    }


def parts(kb: KnowledgeBase, fact: str = "spine.regions") -> dict[str, float]:
    """A number for each region of the spine, top down. Errors: InputError where the fact holds none."""
    value = kb.facts[fact].value
    if not isinstance(value, dict):
        raise InputError(f"{fact} names no regions", fact)
    return value


def level(kb: KnowledgeBase, name: str) -> Place:
    """Where a vertebra ('T10', its middle) or a stretch of them ('T11-L1') lies. Errors: InputError where there is none."""
    first, _, last = name.strip().upper().partition("-")
    above, below = _vertebra(kb, first), _vertebra(kb, last or first)
    if not last:
        middle = (above[0] + above[1]) / 2
        return Place(middle, middle)
    if below[0] < above[0]:
        raise InputError(f"{name}: the upper vertebra comes first", "level")
    return Place(above[0], below[1])


def places(kb: KnowledgeBase, **more: str) -> dict[str, Place]:
    """The stretches and points that outcomes read: legs, trunk, arms, lumbar, and others by name (tip='T10')."""
    named = {name: str(kb.facts[fact].value) for name, fact in SEGMENTS.items()} | more
    return {name: level(kb, said) for name, said in named.items()}


def _vertebra(kb: KnowledgeBase, name: str) -> tuple[float, float]:
    """Upper and lower end as shares of the canal's length."""
    lengths, counts = parts(kb), parts(kb, "spine.vertebrae")
    region, number = name[:1], name[1:]
    if region not in counts or not number.isdecimal() or not 1 <= int(number) <= counts[region]:
        most = ", ".join(f"{r}1-{r}{n:g}" for r, n in counts.items())
        raise InputError(f"{name!r} is no vertebra beside the spinal fluid ({most})", "level")
    above = sum(lengths[r] for r in list(lengths)[: list(lengths).index(region)])
    each, total = lengths[region] / counts[region], sum(lengths.values())
    return (above + each * (int(number) - 1)) / total, (above + each * int(number)) / total


def _tallness(kb: KnowledgeBase, age: float) -> float:
    """Height over that of adults by age alone."""
    value = parts(kb, "spine.assumed_height")
    return min(1.0, value["birth"] + (1 - value["birth"]) * age / value["adult_from"])


def _correlation(kb: KnowledgeBase, names: tuple[str, ...]) -> np.ndarray:
    """Of what is not known about calibrated parameters, as the fit wrote it."""
    written = kb.facts[CORRELATION].value
    pairs = written if isinstance(written, dict) else {}
    facts = [CALIBRATED[name][0] for name in names]
    found = np.eye(len(names))
    for i, first in enumerate(facts):
        for j, second in enumerate(facts[:i]):
            found[i, j] = found[j, i] = pairs.get(f"{second} {first}", pairs.get(f"{first} {second}", 0.0))
    return found
