"""What `diagnose` names first in networks broken in one way each, in healthy ones, and in forum questions."""

import time
from functools import cache

import numpy as np
from broken_networks import CASES, CONTROLS, FORUM

from hinges.diagnosis import diagnose


@cache
def diagnosed(sample):
    """Give the diagnosis, and the processor seconds that it took."""
    network, data, options = sample.make()
    start = time.process_time()
    result = diagnose(network, data, **options)
    return result, time.process_time() - start


def missed(samples):
    """Give the names of those whose first finding is another, with what was found."""
    return [
        f"{sample.name}: {[str(finding) for finding in diagnosed(sample)[0].findings]}, not {sample.kinds}"
        for sample in samples
        if diagnosed(sample)[0].findings[0].kind not in sample.kinds
    ]


def test_the_fault_that_was_put_in_comes_first(record):
    lines = missed(CASES)
    print("\n".join(lines))  # noqa: T201 -- pytest shows it if the bar is missed
    record(
        f"{len(CASES)} broken networks: share whose first finding is the fault", 1 - len(lines) / len(CASES), ">= 0.9"
    )


def test_the_least_share_of_a_kind(record):
    """No kind of fault is missed altogether."""
    missing = {line.split(":")[0] for line in missed(CASES)}
    kinds = {sample.kinds[0] for sample in CASES}
    shares = [np.mean([s.name not in missing for s in CASES if s.kinds[0] == kind]) for kind in sorted(kinds)]
    record(f"{len(kinds)} kinds of faults: smallest share of one that is right", min(shares), ">= 0.5")


def test_nobody_is_blamed(record):
    blamed = [sample.name for sample in CONTROLS if not diagnosed(sample)[0].healthy]
    blamed += [s.name for s in CONTROLS if any(finding.severity != "note" for finding in diagnosed(s)[0].findings)]
    print(blamed)  # noqa: T201 -- as above
    record(f"{len(CONTROLS)} healthy networks: those with a finding that blames", len(set(blamed)), "== 0")


def test_questions_from_forums(record):
    lines = missed(FORUM)
    print("\n".join(lines))  # noqa: T201 -- as above
    share = 1 - len(lines) / len(FORUM)
    record(f"{len(FORUM)} forum questions: share whose first finding is what an expert would say", share, ">= 0.9")


def test_the_time_it_takes(record):
    took = [diagnosed(sample)[1] for sample in (*CASES, *CONTROLS, *FORUM)]
    record("diagnosis with remedies tried: median processor seconds", float(np.median(took)), "<= 3")
