"""Networks broken in one way each: the first finding names it. Healthy ones: nobody is blamed."""

from functools import cache

import numpy as np
import pytest
from broken_networks import CASES, CONTROLS, FORUM
from zoo_training import loss_of

from hinges.diagnosis import diagnose

RIGHT = 0.9  # least share of the broken networks whose first finding is the injected fault
HELPS = 5.0  # mending the injected fault alone divides the loss by at least this


def by_name(samples):
    return pytest.mark.parametrize("sample", samples, ids=lambda sample: sample.name)


@cache
def diagnosis_of(sample):
    network, data, options = sample.make()
    return diagnose(network, data, try_remedies=False, **options)


def missed(samples):
    """Give a line for each sample whose first finding is not what it should be."""
    lines = []
    for sample in samples:
        found = [f"{finding.kind} ({finding.severity})" for finding in diagnosis_of(sample).findings]
        if diagnosis_of(sample).findings[0].kind not in sample.kinds:
            lines.append(f"{sample.name}: {', '.join(found)}, and not {' or '.join(sample.kinds)}. {sample.how}")
    return lines


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


def test_the_fault_that_was_put_in_is_the_first_finding():
    lines = missed(CASES)
    assert len(lines) <= (1 - RIGHT) * len(CASES), "\n".join(["", *lines])


def test_questions_from_forums_get_the_answer_of_an_expert():
    lines = missed(FORUM)
    assert len(lines) <= (1 - RIGHT) * len(FORUM), "\n".join(["", *lines])
