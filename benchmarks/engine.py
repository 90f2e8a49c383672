"""People, 42 days of doses and hourly outputs go in; points a second of this engine and others, and how they differ, come out.

Run: python benchmarks/engine.py. A point is one person at one output time. Others solve the same equations (plasma and spinal
fluid) with adaptive steps; this engine is exact, so the difference is theirs. ns: what a point takes of one thread's processor
time, which other work on the machine changes less than the seconds. `engine.py one` measures on one core alone.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import diffrax
import numpy as np
import roadrunner

from openbaclofen.body.oral import BODY, Body, rates
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import UNITS, Observe, Parameters, observe, settled_days, simulate
from openbaclofen.compilers import prepare
from openbaclofen.facts import load
from openbaclofen.infer import typical
from openbaclofen.patient.kidney import KidneyFunction
from openbaclofen.patient.person import Patient
from openbaclofen.population import people
from openbaclofen.traced import Array, jax, jnp
from openbaclofen.units import AbsoluteGFR, Age, Weight

DAYS, MG, SECONDS = 42, 20.0, 3
HOURS = np.arange(DAYS * 24 + 1.0)
AT = (np.arange(DAYS)[:, None] * 24 + np.array([9.0, 14.0, 21.0])).ravel()
TID = Doses(AT, np.full(len(AT), MG))
PLASMA = Observe(("plasma",))
PART = BODY.part(("central",))


@dataclass(frozen=True)
class Timed:
    """What was run, by whom, for how many people; seconds, and of the processor, of the best run; its plasma concentrations."""

    what: str
    people: int
    seconds: float
    processor: float
    plasma: np.ndarray
    compare: bool = True

    def line(self, reference: np.ndarray) -> str:
        """One row of the table; the difference is over points above a thousandth of the reference's peak."""
        off = "-"
        if self.compare:
            few = min(len(reference), len(self.plasma))
            expected, found = reference[:few], self.plasma[:few]
            seen = expected > expected.max() / 1000
            off = f"{np.max(np.abs(found[seen] / expected[seen] - 1)):.1e}"
        points = self.people * len(HOURS)
        rate, ns = points / self.seconds, self.processor / points * 1e9
        return f"{self.what:58s} {self.people:6d} {self.seconds:9.4f} {rate:10.2e} {ns:9.1f} {off:>10s}"


def virtual(number: int) -> Parameters:
    """Adults of 70 kg with a creatinine clearance of 100 mL/min, who differ as people do."""
    kidney = KidneyFunction(cockcroft_gault=AbsoluteGFR(100.0))
    return people(typical(Patient(age=Age(40), weight=Weight(70)), kidney, load()), number, seed=1)


def timed(what: str, number: int, run: Callable[[], np.ndarray], repeats: int = 10, compare: bool = True) -> Timed:
    """The best of some runs, after one that compiles, and for some seconds: other tenants of a machine come and go."""
    plasma, best, least, until = run(), np.inf, np.inf, time.perf_counter() + (SECONDS if repeats > 1 else 0)
    done = 0
    while done < repeats or time.perf_counter() < until:
        done += 1
        start, began = time.perf_counter(), time.process_time()
        plasma = run()
        best, least = min(best, time.perf_counter() - start), min(least, time.process_time() - began)
    return Timed(what, number, best, least, plasma, compare)


def ours(number: int) -> list[Timed]:
    """This engine: plasma only and the whole cascade; the same doses for all, other hours for each, any time for each."""
    who, random = virtual(number), np.random.default_rng(0)
    mg = np.full((number, len(AT)), MG)
    clock, anyhow = (Doses(AT[None] + random.uniform(-2, 2, (number, n)), mg) for n in (1, len(AT)))

    def plasma(doses: Doses) -> Callable[[], np.ndarray]:
        return lambda: observe(who, doses, HOURS, PLASMA)["plasma"]

    def cascade(doses: Doses) -> Callable[[], np.ndarray]:
        return lambda: simulate(who, doses, HOURS).plasma_ng_per_ml

    return [
        timed("openbaclofen, plasma, TID", number, plasma(TID)),
        timed("openbaclofen, plasma, each their own hours", number, plasma(clock), compare=False),
        timed("openbaclofen, plasma, each any time", number, plasma(anyhow), compare=False),
        *(
            timed(f"openbaclofen, whole cascade ({len(UNITS)} quantities), {name}", number, cascade(doses), 3, doses is TID)
            for name, doses in (("TID", TID), ("own hours", clock), ("any time", anyhow))
        ),
    ]


def on_one_core() -> None:
    """Print what one core does; called in a process of its own, since threads are counted when libraries are loaded."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    prepare()
    for row in ours(1000)[2::3]:
        print(row.line(row.plasma).replace("openbaclofen,", "one core:    "), flush=True)


def by_diffrax(number: int, rtol: float) -> Timed:
    """diffrax, Tsit5, all people at once, steps ending at every dose."""
    body = virtual(number).body
    matrices = jnp.moveaxis(PART.matrix({name: jnp.asarray(rate) for name, rate in rates(body).items()}), -1, 0)
    days = HOURS[:-1].reshape(DAYS, 24)

    @jax.jit
    @jax.vmap
    def solve(matrix: Array) -> Array:
        term = diffrax.ODETerm(lambda t, y, a: a @ y)
        control = diffrax.PIDController(rtol=rtol, atol=rtol * MG)

        def to_dose(y: Array, start: Array, end: Array, seen: Array) -> tuple[Array, Array]:
            save = diffrax.SaveAt(subs=[diffrax.SubSaveAt(ts=seen), diffrax.SubSaveAt(t1=True)])
            moved = diffrax.diffeqsolve(
                term, diffrax.Tsit5(), start, end, None, y, matrix, saveat=save, stepsize_controller=control, max_steps=4096
            )
            assert moved.ys is not None
            return moved.ys[1][0], moved.ys[0][:, PART.index("central")]

        def day(y: Array, hours: Array) -> tuple[Array, Array]:
            found = []
            for i, (first, last) in enumerate(((0, 9), (9, 14), (14, 21), (21, 24))):
                y = y.at[0].add(MG) if i else y
                y, seen = to_dose(y, hours[0] + first, hours[0] + last, hours[first:last])
                found.append(seen)
            return y, jnp.concatenate(found)

        end, seen = jax.lax.scan(day, jnp.zeros(len(PART.compartments)), days)
        return jnp.concatenate([seen.ravel(), end[PART.index("central")][None]])

    volume = np.asarray(body.central_volume)[:, None]
    return timed(
        f"diffrax {diffrax.__version__}, plasma, TID, rtol {rtol:g}",
        number,
        lambda: np.asarray(solve(matrices)) / volume * 1000,
        1,
    )


def sbml() -> str:
    """The same equations as SBML; doses are added between calls."""
    names = PART.compartments
    species = "".join(
        f'<species id="{n}" compartment="c" initialAmount="0" hasOnlySubstanceUnits="true" '
        'boundaryCondition="false" constant="false"/>'
        for n in names
    )
    parameters = "".join(f'<parameter id="k{i}" value="1" constant="true"/>' for i in range(len(PART.flows)))

    def reaction(i: int, source: str, target: str) -> str:
        to = f'<speciesReference species="{target}" stoichiometry="1" constant="true"/>'
        products = f"<listOfProducts>{to}</listOfProducts>" if target in names else ""
        return (
            f'<reaction id="r{i}" reversible="false" fast="false"><listOfReactants>'
            f'<speciesReference species="{source}" stoichiometry="1" constant="true"/></listOfReactants>{products}'
            f'<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>k{i}</ci><ci>{source}</ci></apply>'
            "</math></kineticLaw></reaction>"
        )

    reactions = "".join(reaction(i, f.source, f.target) for i, f in enumerate(PART.flows))
    return (
        '<?xml version="1.0"?><sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">'
        '<model id="body">'
        '<listOfCompartments><compartment id="c" spatialDimensions="3" size="1" constant="true"/></listOfCompartments>'
        f"<listOfSpecies>{species}</listOfSpecies><listOfParameters>{parameters}</listOfParameters>"
        f"<listOfReactions>{reactions}</listOfReactions></model></sbml>"
    )


def by_roadrunner(number: int) -> Timed:
    """libRoadRunner, CVODE at rtol 1e-6, one person after another; faster dose by dose than with an event for each."""
    body: Body = virtual(number).body
    model, held = roadrunner.RoadRunner(sbml()), rates(body)
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-6, 1e-8
    volume = np.asarray(body.central_volume)

    def run() -> np.ndarray:
        found = np.empty((number, len(HOURS)))
        for person in range(number):
            model.resetToOrigin()
            for i, flow in enumerate(PART.flows):
                model[f"k{i}"] = float(np.asarray(held[flow.rate])[person])
            edges = [0.0, *AT, HOURS[-1]]
            for start, end in itertools.pairwise(edges):
                model["gut1"] = model["gut1"] + (MG if start else 0.0)
                hours = slice(int(start), int(end) + 1)
                found[person, hours] = model.simulate(0, end - start, int(end - start) + 1, ["time", "central"])[:, 1]
        return found / volume[:, None] * 1000

    return timed(f"libRoadRunner {roadrunner.__version__}, plasma, TID, rtol 1e-6", number, run, 1)


def main() -> None:
    """Print the table."""
    prepare()
    reference = observe(virtual(1000), TID, HOURS, PLASMA)["plasma"]
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before; {DAYS} days, 3 doses a day, hourly: {len(HOURS)} points"
    )
    print("a person; differs: largest relative difference to openbaclofen above a thousandth of the peak")
    print(f"{'':58s} {'people':>6s} {'seconds':>9s} {'points/s':>10s} {'ns':>9s} {'differs':>10s}")
    rows = [*ours(1000), *ours(10000)]
    for row in rows:
        print(row.line(reference), flush=True)
    subprocess.run([sys.executable, __file__, "one"], check=True)
    ratio = rows[0].people / rows[0].seconds
    for row in (by_diffrax(100, 1e-6), by_diffrax(10, 1e-10), by_roadrunner(20)):
        print(f"{row.line(reference)}  openbaclofen is {ratio * row.seconds / row.people:.0f} times as fast", flush=True)
    who, mg = virtual(500), np.random.default_rng(0).choice([0.0, 5.0, 10.0, 20.0], (200, 3))
    settled_days(who, np.array([9.0, 14.0, 21.0]), mg)
    start = time.perf_counter()
    settled_days(who, np.array([9.0, 14.0, 21.0]), mg)
    print(
        f"settled day of 200 regimens for 500 people, 48 points, {len(UNITS)} quantities: {time.perf_counter() - start:.3f} s"
    )


if __name__ == "__main__":
    on_one_core() if sys.argv[1:] == ["one"] else main()
