"""Fitting FSRS to a learner whose forgetting is known: the real optimizer, in its own process."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import fsrs
import pytest

from quizapp.errors import QuizappError
from quizapp.study import fitting, settings
from quizapp.study.memory import Memory, Model, Rating
from quizapp.study.progress import Progress

# Forgets faster than most: smaller first stabilities, slower growth.
FORGETFUL = tuple(
    w * {0: 0.6, 1: 0.35, 2: 0.3, 3: 0.3, 8: 0.75}.get(at, 1.0)
    for at, w in enumerate(fsrs.Scheduler().parameters)
)


def studied(progress: Progress, now: datetime, reviews: int) -> datetime:
    """A learner of these parameters reviews what is due; returns the last day."""
    rng = random.Random(3)
    truth, model = Model(parameters=FORGETFUL, tz=UTC), Model(tz=UTC)
    really: dict[str, Memory] = {}
    rated = 0
    while rated < reviews:
        now += timedelta(days=1)
        fresh = [f"card-{len(really) + number}" for number in range(6)]
        for card in [*progress.due(now, UTC)[:30], *fresh]:
            memory = really.get(card)
            chance = truth.recall(memory, now.date()) if memory else 0.5
            rating = Rating.GOOD if rng.random() < chance else Rating.AGAIN
            really[card] = truth.rated(memory, rating, now)
            progress.rate(card, rating, suggested=None, model=model, now=now)
            rated += memory is not None
    return now


async def test_too_few_ratings(progress: Progress, now: datetime) -> None:
    assert fitting.offer(progress) == ""
    studied(progress, now, 50)
    assert fitting.offer(progress) == ""
    with pytest.raises(QuizappError, match="are too few to fit the forgetting curve to you"):
        await fitting.fit(progress, now, UTC)
    assert settings.parameters(progress) == ()


@pytest.mark.long
async def test_the_curve_of_a_forgetful_learner_is_found(progress: Progress, now: datetime) -> None:
    pytest.importorskip("pandas")
    end = studied(progress, now, 1_500)
    assert "ratings are enough to fit the forgetting curve to you" in fitting.offer(progress)
    before = progress.memories()
    sentence = await fitting.fit(progress, end, UTC)
    assert sentence.startswith("The forgetting curve is fitted to you: ")
    own = settings.parameters(progress)
    assert len(own) == 21
    # The optimizer takes few steps for so few ratings, but in the right direction.
    usual = fsrs.Scheduler().parameters
    assert [own[at] < usual[at] for at in (0, 2, 8)] == [True] * 3
    assert progress.model(end).parameters == own
    assert progress.memories() == before  # what was rated stays; what follows is better foretold
    assert fitting.offer(progress) == ""  # until there are half as many again


def test_the_screen_never_imports_the_optimizer() -> None:
    program = (
        "import sys\n"
        "import quizapp.study.fitting as fitting\n"
        "assert fitting.installed() in (True, False)\n"
        "for name in ('torch', 'pandas', 'fsrs.optimizer'):\n"
        "    assert name not in sys.modules, name\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
