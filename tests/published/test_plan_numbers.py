"""Ordinary cases go in; what plans predict has to lie where published figures do."""

from __future__ import annotations

from tests import examples
from tests.people_like import KB

from openbaclofen.decide.records import Expected, Plan


def planned(name: str) -> Plan:
    return examples.planned(name)[1]


def block(plan: Plan, words: str) -> dict[str, Expected]:
    return {e.quantity: e for b in plan.if_wrong if words in b.event for e in b.predicted}


def test_withdrawal_after_a_high_dose_begins_within_one_to_three_days() -> None:
    abrupt = next(way for way in planned("abrupt-stop-80mg").ways_out if not way.days)
    rows = {e.quantity: e for e in abrupt.predicted}
    assert 1 <= rows["noticed from day, in those who notice it"].middle <= 3
    assert 1 <= rows["worst on day"].middle <= 4
    assert {e.grade for e in abrupt.predicted} == {"assumed"}


def test_drinking_gains_what_the_pooled_trials_gained() -> None:
    pooled = KB.evidence["outcomes:Cochrane2023_AUD:%_days_abstinent"]
    rows = [e for name, e in block(planned("alcohol-use-france"), "alcohol use disorder").items() if "days" in name]
    assert len(rows) == 2
    for row in rows:
        assert row.against is not None
        assert pooled.low is not None
        assert pooled.high is not None
        assert pooled.low < row.middle - row.against < pooled.high


def test_leaving_for_a_side_effect_is_rare_on_placebo_and_more_than_doubles_at_most() -> None:
    proposal = planned("ms-adult").proposal
    assert proposal is not None
    leaving = next(e for e in proposal.steps[-1].settled if e.quantity.startswith("leaves"))
    assert leaving.against is not None
    assert leaving.against < leaving.middle < 3 * leaving.against


def test_six_hundred_milligrams_bring_coma_and_ventilation_for_about_a_day() -> None:
    rows = block(planned("overdose-600mg"), "swallowed")
    assert rows["deep coma"].middle > 0.5
    assert rows["ventilation"].middle > 0.5
    assert 12 < rows["hours in deep coma, of those who fall into it"].middle < 48
