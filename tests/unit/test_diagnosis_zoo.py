"""Networks broken in one way each: the first finding names it. Healthy ones: nobody is blamed."""

from functools import cache

import numpy as np
import pytest
from broken_networks import CASES, CONTROLS, FORUM
from zoo_training import loss_of

from hinges.diagnosis import diagnose

HELPS = 5.0  # mending the injected fault alone divides the loss by at least this
# The third of every kind, or the last before it (the first is often of one input); tests/evidence judges all of them.
KINDS = sorted({sample.kinds[0] for sample in CASES})
SOME = [[sample for sample in CASES if sample.kinds[0] == kind][:3][-1] for kind in KINDS]


def by_name(samples):
    return pytest.mark.parametrize("sample", samples, ids=lambda sample: sample.name)


@cache
def diagnosis_of(sample):
    network, data, options = sample.make()
    return diagnose(network, data, **options)


def test_there_are_enough_of_each():
    assert len(CASES) >= 40
    assert len(CONTROLS) >= 24
    names = [sample.name for sample in (*CASES, *CONTROLS, *FORUM)]
    assert len(set(names)) == len(names)


@by_name((*CASES, *CONTROLS, *FORUM))
def test_a_stored_network_has_the_loss_that_was_measured(sample):
    network, data, _ = sample.make()
    judge = data if sample.judge is None else sample.judge()
    np.testing.assert_allclose(loss_of(network, judge, sample.loss), sample.before, rtol=1e-9, atol=1e-25)


@by_name(CASES)
def test_the_fault_is_the_cause(sample):
    assert sample.factor >= HELPS


@by_name(CONTROLS)
def test_a_healthy_network_is_not_blamed(sample):
    diagnosis = diagnosis_of(sample)
    assert [str(finding) for finding in diagnosis.findings if finding.severity != "note"] == []
    assert diagnosis.healthy


@by_name([sample for sample in CONTROLS if sample.kinds])
def test_what_is_odd_about_a_healthy_network_is_noted(sample):
    assert {finding.kind for finding in diagnosis_of(sample).findings} & set(sample.kinds)


@by_name(SOME)
def test_the_fault_that_was_put_in_is_the_first_finding(sample):
    found = diagnosis_of(sample).findings
    assert found[0].kind in sample.kinds, [str(finding) for finding in found]
    assert found[0].blames
