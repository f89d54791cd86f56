"""Complete variants per second on one core, and where the time goes.

    python -m tests.benchmarks.variants [TEMPLATE…] [--seeds N] [--profile]

A complete variant is drawn, solved by the reference, checked for collisions, rendered and encoded
as a JSON line, refused draws included. Beside it: a loop that only solves the very inputs that
were drawn, the refused draws, the time of a solver call, and the time to grade one response
(the key, and what each live misconception gives). Process time is counted, so that other programs
on the machine disturb little. Goals: 10,000 per second for closed forms (no array among the
inputs or answers), 2,000 for small tensors; under 100 µs to grade a response of a closed form.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import solvers
from quizapp.content import bank
from quizapp.content.model import Template
from quizapp.export.variants import json_line, record
from quizapp.marking.grading import grade
from quizapp.solving import here
from quizapp.variants import Variant, fresh, one_draw
from quizapp.variants.drawing import Stream
from quizapp.variants.text import as_asked

GOALS = {"closed": 10_000, "tensor": 2_000}


class Timed(NamedTuple):
    """Figures of one template."""

    template: str
    form: str  # closed or tensor
    per_second: float  # complete variants
    solving: float  # solver calls per second, on the inputs of the variants
    draws: float  # draws for one variant
    grading: float  # µs for one response


def timed(template: Template, seeds: int) -> Timed:
    """Measure one template; the first seed warms it up."""
    variants = [here(fresh(template, seed)) for seed in range(min(seeds, 50))]
    return Timed(
        template.id,
        _form(variants[0]),
        seeds / _seconds(lambda: [_complete(template, seed) for seed in range(seeds)]),
        len(variants) / _seconds(lambda: [_solve(variant) for variant in variants]),
        statistics.mean(_draws(template, seed) for seed in range(50)),
        _grading(variants),
    )


def _complete(template: Template, seed: int) -> bytes:
    return json_line(record(here(fresh(template, seed))))


def _solve(variant: Variant) -> object:
    assert variant.solution is not None
    return solvers.find(variant.question.solver).solve(variant.solution.inputs)


def _draws(template: Template, seed: int) -> int:
    stream = Stream(template.id, seed)
    count = 1
    while not isinstance(here(one_draw(template, stream, seed)), Variant):
        count += 1
    return count


def _grading(variants: list[Variant]) -> float:
    responses = []
    for variant in variants[:10]:
        for part in variant.question.parts:
            if part.ask and variant.solution is not None:
                values = [variant.key(part), *(w.value for w in variant.live(part))]
                responses += [(variant, {part.id: as_asked(part, value)}) for value in values]
    seconds = _seconds(lambda: [here(grade(variant, told)) for variant, told in responses])
    return 1e6 * seconds / len(responses)


def _form(variant: Variant) -> str:
    asked = [variant.key(part) for part in variant.question.parts if part.ask]
    kinds = {part.kind for part in variant.question.parts}
    arrays = any(isinstance(value, list) for value in (*variant.given.values(), *asked))
    return "tensor" if arrays and kinds != {"shape"} else "closed"


def _seconds(work: Callable[[], object]) -> float:
    """Process seconds of the best of three runs."""
    gc.collect()
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("templates", nargs="*")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    known = bank.templates()
    chosen = [t for t in known.templates if not args.templates or t.id in args.templates]
    if args.profile:
        _profile(chosen, args.seeds)
        return
    print(f"{'template':<48} {'form':<7}{'per s':>8}{'solve/s':>9}{'draws':>7}{'grade µs':>10}")
    done = []
    for template in chosen:
        one = timed(template, args.seeds)
        done.append(one)
        print(
            f"{one.template:<48} {one.form:<7}{one.per_second:>8,.0f}{one.solving:>9,.0f}"
            f"{one.draws:>7.2f}{one.grading:>10.0f}",
            flush=True,
        )
    for form, goal in GOALS.items():
        _summary(form, goal, [one for one in done if one.form == form])


def _summary(form: str, goal: int, done: list[Timed]) -> None:
    if not done:
        return
    overall = statistics.harmonic_mean([one.per_second for one in done])
    median = statistics.median(one.per_second for one in done)
    reached = sum(one.per_second >= goal for one in done)
    grading = statistics.median(one.grading for one in done)
    print(
        f"{form}: {len(done)} templates, overall {overall:,.0f} per second, median {median:,.0f};"
        f" {reached} reach {goal:,}; grading median {grading:.0f} µs"
    )


def _profile(templates: list[Template], seeds: int) -> None:
    profile = cProfile.Profile()
    profile.enable()
    for template in templates:
        for seed in range(seeds):
            _complete(template, seed)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    main()
