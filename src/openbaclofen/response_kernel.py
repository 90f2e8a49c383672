"""Amounts of drug beside cord and brain over time go in; every quantity of `response` comes out, compiled, many people at once.

The equations are those of `response.respond`, rearranged for vectors: logarithms and exponentials are series, divisions share
one. All lanes are alike: nobody's numbers depend on the neighbours. Without drug everything rests to the last bit.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from openbaclofen.body.eight import EIGHT, load, stream
from openbaclofen.body.elementary import FAR, INSIDE, OPTIONS, clip, exp, joined, log2, over2, over4, split
from openbaclofen.receptor.adaptation import END, LATE, MIDDLE, TURN

L = LANES = 4**3  # people side by side
STATE = 2 * 4  # number, opponent, occupancy and effect of the spinal site, then of the brain

# Rows of the table: what people are like (in the order of `response_course.Own`), ...
_PLASMA_PER_MG, _INTO, _FROM, _PER_MG, _SPINAL_PER_MG, _BRAIN_PER_MG, _AFFINITY, _RECOVERY, *_MORE = range(100)
_LOSS, OPPONENT, _MAXIMUM, _EC50, _POWER, _LOG_EC50, _HILL, _SHUNT, _GAIN_POWER, _S_OPPONENT, _S_TONE, *_MORE = _MORE
_B_OPPONENT, _B_TONE, _LOG_HALF, _STEEP, _FALL, _FALL_SLOPE, _STEP2, _STEP3, _STEP4, _STEP5, _SPASMS, *_MORE = _MORE
_SPASM_SLOPE, _ODDS, _ODDS_SLOPE, _ODDS_HALF, _SENSITIVITY, _ADAPTING, *_MORE = _MORE
# ... the two sites; slopes of their drives; mg in spinal fluid, its slope and area, at the time before; ...
N, M, _O, _E, NB, MB, _OB, _EB, _DO, _DE, _DOB, _DEB, _CSF0, _D0, AREA0, *_MORE = _MORE
# ... those now and in the middle of the step (_..M), umol/L, shares bound at the presynaptic half concentration; ...
CSF, CENTRAL, AREA, _D, _MG, _KEEPING, _X, _XM, _Y, _YM, _DY, _NM, _YB, _YMB, _DYB, _NMB, *_MORE = _MORE
# ... calcium currents, their logarithms, what the conductance leaves; ...
_CURRENT, _CURRENT_B, _LC, _LCM, _LCB, _LCMB, _LEFT, _LEFT_M, _DG, *_MORE = _MORE
# ... and what is seen, in the order of `cascade.UNITS`.
PLASMA, _FLUID, _RELEASE, _CONDUCTANCE, _NUMBER, _GAIN, _ASHWORTH, _SPASM, _STRENGTH, _SEDATION, *_MORE = _MORE
_EXCITABILITY, _WITHDRAWAL, ROWS, *_MORE = _MORE

_TINY = 1e-30


@njit(**INSIDE)
def mean(first, last, middle, turn):
    """Mean of a drive over a step, as `mean_drive`; turn: h times the fall of its slope."""
    return clip((first + last) * END + middle * MIDDLE + turn * TURN)


@njit(**OPTIONS)
def levels(s, h):
    """What is there now, and in the middle of the step since, as the area under it demands."""
    per_h = 1 / h if h > 0 else 0.0
    for w in range(L):
        csf, area = s[CSF * L + w], s[AREA * L + w]
        slope = s[_INTO * L + w] * s[CENTRAL * L + w] - s[_FROM * L + w] * csf
        ends = (s[_CSF0 * L + w] + csf) * END + (s[_D0 * L + w] - slope) * h * TURN
        s[_MG * L + w] = max(((area - s[AREA0 * L + w]) * per_h - ends) * (1 / MIDDLE), 0.0)
        s[_D * L + w] = slope
        s[PLASMA * L + w], s[_FLUID * L + w] = s[CENTRAL * L + w] * s[_PLASMA_PER_MG * L + w], csf * s[_PER_MG * L + w]
        s[_CSF0 * L + w], s[_D0 * L + w], s[AREA0 * L + w] = csf, slope, area


@njit(**INSIDE)
def _number(s, h, w, per_mg, n, nm, o, do, y, ym, dy):
    """Occupancy and receptor number of one site; bound shares at the presynaptic half concentration."""
    affinity, half = s[_AFFINITY * L + w], s[_EC50 * L + w]
    scale = s[per_mg * L + w]
    x, xm, dx = s[CSF * L + w] * scale, s[_MG * L + w] * scale, s[_D * L + w] * scale
    at_k, at_km, at_half, at_half_m = over4(x + affinity, xm + affinity, x + half, xm + half)
    now, before = x * at_k, s[o * L + w]
    slope = affinity * at_k * at_k * dx
    recovering, losing = h * s[_RECOVERY * L + w], h * s[_LOSS * L + w]
    held = mean(before, now, xm * at_km, (s[do * L + w] - slope) * h)
    leaving = recovering + losing * held
    late = recovering + losing * clip(held + (now - before) * min(leaving * LATE, 0.5))
    aim = recovering / (late if late > 0 else 1.0)
    first = s[n * L + w]
    later = aim + (first - aim) * exp(-leaving)
    s[n * L + w], s[nm * L + w], s[o * L + w], s[do * L + w] = later, (first + later) * 0.5, now, slope
    s[y * L + w], s[ym * L + w], s[dy * L + w] = x * at_half, xm * at_half_m, half * at_half * at_half * dx
    return x, xm


@njit(**OPTIONS)
def numbers(s, h):
    """Occupancy and receptor number of both sites a step of h hours later."""
    for w in range(L):
        x, xm = _number(s, h, w, _SPINAL_PER_MG, N, _NM, _O, _DO, _Y, _YM, _DY)
        s[_X * L + w], s[_XM * L + w] = max(x, _TINY), max(xm, _TINY)
        _number(s, h, w, _BRAIN_PER_MG, NB, _NMB, _OB, _DOB, _YB, _YMB, _DYB)


@njit(**OPTIONS)
def _currents(s):
    """Calcium current of both sites, and its logarithm."""
    for w in range(L):
        most = s[_MAXIMUM * L + w]
        a = 1 - most * s[N * L + w] * s[_Y * L + w]
        b = 1 - most * s[_NM * L + w] * s[_YM * L + w]
        c = 1 - most * s[NB * L + w] * s[_YB * L + w]
        d = 1 - most * s[_NMB * L + w] * s[_YMB * L + w]
        (ea, ma), (eb, mb), (ec, mc), (ed, md) = split(a), split(b), split(c), split(d)
        ra, rb, rc, rd = over4(ma + 1, mb + 1, mc + 1, md + 1)
        s[_CURRENT * L + w], s[_CURRENT_B * L + w] = a, c
        s[_LC * L + w], s[_LCM * L + w] = joined(a, ea, ma, ra), joined(b, eb, mb, rb)
        s[_LCB * L + w], s[_LCMB * L + w] = joined(c, ec, mc, rc), joined(d, ed, md, rd)


@njit(**OPTIONS)
def keep(s, h):
    """What the opponent drives keep over a step of this length."""
    for w in range(L):
        s[_KEEPING * L + w] = exp(-h * s[OPPONENT * L + w])


@njit(**INSIDE)
def _opponent(s, h, w, m, e, de, effect, middle, slope):
    before = s[e * L + w]
    held = mean(before, effect, middle, (s[de * L + w] - slope) * h)
    aim = clip(held + (effect - before) * min(h * s[OPPONENT * L + w] * LATE, 0.5))
    later = aim + (s[m * L + w] - aim) * s[_KEEPING * L + w]
    s[m * L + w], s[e * L + w], s[de * L + w] = later, effect, slope
    return later


@njit(**OPTIONS)
def _hills(s):
    """Conductance of the motoneurone, and what it leaves of the synaptic drive."""
    for w in range(L):
        hill, shunt = s[_HILL * L + w], s[_SHUNT * L + w]
        x = s[_X * L + w]
        lx, lxm = log2(x, s[_XM * L + w])
        u = exp(min(-hill * (lx - s[_LOG_EC50 * L + w]), FAR / 2))
        um = exp(min(-hill * (lxm - s[_LOG_EC50 * L + w]), FAR / 2))
        free, free_m = over2(1 + u, 1 + um)
        g = s[N * L + w] * free
        s[_CONDUCTANCE * L + w] = g
        s[_LEFT * L + w], s[_LEFT_M * L + w] = 1 - shunt * g, 1 - shunt * s[_NM * L + w] * free_m
        s[_DG * L + w] = g * free * u * hill * s[_D * L + w] * s[_SPINAL_PER_MG * L + w]


@njit(**OPTIONS)
def _gains(s, h):
    """Release, the drive that opposes what the drug does to the stretch reflex, and the gain with it."""
    for w in range(L):
        power, k, lc, left, n = s[_POWER * L + w], s[_GAIN_POWER * L + w], s[_LC * L + w], s[_LEFT * L + w], s[N * L + w]
        ll, llm = log2(left, s[_LEFT_M * L + w])
        gain, gain_m = exp(k * (power * lc + ll)), exp(k * (power * s[_LCM * L + w] + llm))
        at_current, at_rest = over2(s[_CURRENT * L + w], left * s[_X * L + w])
        falls = power * s[_MAXIMUM * L + w] * n * s[_DY * L + w] * at_current
        slope = gain * k * (falls + s[_SHUNT * L + w] * s[_DG * L + w] * at_rest)
        m = _opponent(s, h, w, M, _E, _DE, 1 - gain, 1 - gain_m, slope)
        s[_RELEASE * L + w], s[_NUMBER * L + w] = exp(power * lc), n
        s[_GAIN * L + w] = gain * (1 + m * s[_S_OPPONENT * L + w] + (1 - n) * s[_S_TONE * L + w])


@njit(**OPTIONS)
def _brain(s, h):
    """What the drug does to the brain, the drive that opposes it, and drowsiness."""
    for w in range(L):
        power, most, n = s[_POWER * L + w], s[_MAXIMUM * L + w], s[NB * L + w]
        release, release_m = exp(power * s[_LCB * L + w]), exp(power * s[_LCMB * L + w])
        slope = release * power * most * n * s[_DYB * L + w] / s[_CURRENT_B * L + w]
        m = _opponent(s, h, w, MB, _EB, _DEB, 1 - release, 1 - release_m, slope)
        excited = release * (1 + m * s[_B_OPPONENT * L + w] + (1 - n) * s[_B_TONE * L + w])
        effect = max(1 - release, _TINY)
        felt = s[_FLUID * L + w] * s[_SENSITIVITY * L + w]
        felt = felt * (effect - s[_ADAPTING * L + w] * min(m, effect))
        half = s[_ODDS_HALF * L + w]
        odds = s[_ODDS * L + w] + s[_ODDS_SLOPE * L + w] * felt * half / (effect * half + felt)
        s[_EXCITABILITY * L + w], s[_SEDATION * L + w] = excited, 1 / (1 + exp(-odds))
        s[_WITHDRAWAL * L + w] = max(s[_GAIN * L + w] - 1, 0.0) + max(excited - 1, 0.0)


@njit(**OPTIONS)
def _outcomes(s):
    """Tone as rated, spasms and strength."""
    for w in range(L):
        more, g = s[_GAIN * L + w] - 1, s[_CONDUCTANCE * L + w]
        f = exp(min(s[_FALL * L + w] - more * s[_FALL_SLOPE * L + w], FAR / 3))
        e, m = split(g)
        a, at_m = over2(1 + f, m + 1)
        b, c = over2(1 + s[_STEP2 * L + w] * f, 1 + s[_STEP3 * L + w] * f)
        d, last = over2(1 + s[_STEP4 * L + w] * f, 1 + s[_STEP5 * L + w] * f)
        s[_ASHWORTH * L + w] = a + (b + c) * 0.5 + d + last
        s[_SPASM * L + w] = min(max(more * s[_SPASM_SLOPE * L + w] + s[_SPASMS * L + w], 0.0), 4.0)
        lost = exp(s[_STEEP * L + w] * (joined(g, e, m, at_m) - s[_LOG_HALF * L + w]))
        s[_STRENGTH * L + w] = 1 / (1 + lost)


@njit(**OPTIONS)
def fill(s, row, values, person):
    """A row of the people from this one on; the last stands in for those who are missing."""
    to, given = s[row * L : (row + 1) * L], values[person : person + L]
    for w in range(len(given)):
        to[w] = given[w]
    for w in range(len(given), L):
        to[w] = given[-1]


@njit(**OPTIONS)
def copy(s, row, to):
    """A row of the table to people."""
    given = s[row * L : (row + 1) * L]
    for w in range(len(to)):
        to[w] = given[w]


@njit(**OPTIONS)
def step(s, h, shown):
    """All of them a step of h hours later; shown: outcomes are wanted too."""
    levels(s, h)
    numbers(s, h)
    _currents(s)
    _hills(s)
    _gains(s, h)
    _brain(s, h)
    if shown:
        _outcomes(s)


@njit(**OPTIONS)
def follow(own, state, mg, hours, place, wanted, out, first, last):
    """People first to last: writes out (quantities, outputs, people), and the state (STATE, people) at the end over the first.

    own (fields of Own, people); mg (3, last - first, times): in spinal fluid, in the centre, and mg h under the first; hours
    (times,) since the time before, 0 for the first; place (times,): which output, -1 none; wanted: numbers of quantities.
    out is `on_lines`, people filled up to eights, of which `first` begins one. It is not read again soon, and passes by the
    caches: waiting for their lines would take as long as the step.
    """
    s = np.zeros(ROWS * L)
    for person in range(first, last, L):
        several, kept = min(L, last - person), -1.0
        for k in range(len(own)):
            fill(s, k, own[k], person)
        for k in range(STATE):
            fill(s, N + k, state[k], person)
        s[_DO * L : (AREA0 + 1) * L] = 0.0
        for t in range(len(hours)):
            for w in range(L):
                of = person - first + min(w, several - 1)
                s[CSF * L + w], s[CENTRAL * L + w], s[AREA * L + w] = mg[0, of, t], mg[1, of, t], mg[2, of, t]
            if hours[t] != kept:
                kept = hours[t]
                keep(s, kept)
            step(s, kept, place[t] >= 0)
            if place[t] >= 0:
                for q in range(len(wanted)):
                    row, to = (PLASMA + wanted[q]) * L, (q * out.shape[1] + place[t]) * out.shape[2] + person
                    for w in range(0, several, EIGHT):
                        stream(out, to + w, load(s, row + w))
        for k in range(STATE):
            copy(s, N + k, state[k, person : person + several])
