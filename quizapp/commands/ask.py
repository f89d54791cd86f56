"""``quizapp ask``: questions in plain text, for screen readers and pipes.

A practice question has the numbers of the paper unless a seed is named; a template always has
fresh ones, and so has every card that is due.

Each part is asked, read from stdin and marked at once. Attempts are saved as a drill's are, those
of a review as a review's.
"""

from __future__ import annotations

import argparse
import secrets
from datetime import UTC, datetime

from quizapp.commands._lines import Pressed, complain, say
from quizapp.commands._question import Answered, ask
from quizapp.commands._review import Review, record
from quizapp.commands._store import opened
from quizapp.commands._templates import fresh_seed
from quizapp.commands.exam import seed
from quizapp.content import bank
from quizapp.content.model import Library, Question, Template
from quizapp.content.strict import nearest
from quizapp.errors import CannotSave, QuizappError, UnknownName, UsageError
from quizapp.solving import here
from quizapp.study import wording
from quizapp.study.cards import Deck, deck
from quizapp.study.memory import suggested
from quizapp.study.progress import Progress
from quizapp.variants import Variant, as_printed, fresh
from quizapp.variants.choices import offered
from quizapp.variants.drawing import Stream


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "question",
        nargs="?",
        metavar="QUESTION",
        help="id or number of a practice question, or id of a template or interview question",
    )
    parser.add_argument(
        "--seed", type=seed, metavar="S", help="fresh numbers; without QUESTION it chooses one too"
    )
    parser.add_argument(
        "--choices", action="store_true", help="with options to choose from instead of boxes"
    )
    cards = parser.add_mutually_exclusive_group()
    cards.add_argument(
        "--due", action="store_true", help="the cards that are due, with fresh numbers"
    )
    cards.add_argument(
        "--today",
        nargs="?",
        const=1,
        type=_whole,
        metavar="LINE",
        help="the cards of a line of today's plan, by default the first; see quizapp today",
    )
    parser.add_argument(
        "--count", type=_whole, metavar="N", help="of --due and --today: at most N cards"
    )


def _whole(text: str) -> int:
    if not (text.isdecimal() and len(text) < 6 and int(text)):
        raise argparse.ArgumentTypeError(f"a whole number from 1 is needed, not {text[:40]!r}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    if args.due or args.today is not None:
        if args.question is not None or args.seed is not None:
            raise UsageError("--due and --today take no question and no seed")
        return _review(args)
    if args.count is not None:
        raise UsageError("--count goes with --due or --today. See: quizapp ask --help")
    return _one(args)


# ------------------------------------------------------------------------- one question


def _one(args: argparse.Namespace) -> int:
    question = _chosen(bank.load(), args.question, args.seed)
    numbers = args.seed
    if numbers is None and isinstance(question, Template):
        numbers = fresh_seed()
    variant = here(as_printed(question) if numbers is None else fresh(question, numbers))
    form = offered(variant) if args.choices else None
    with opened() as progress:
        try:
            answered = ask(variant, form, lambda given: record(progress, variant, given, "drill"))
        except Pressed:
            say("", "Stopped. What was marked is saved.")
            return 0
        # Numbers that were asked for by their seed may have been seen before.
        if args.seed is None and (answered.in_words or answered.grade.points):
            _rate(progress, answered)
    say("", *_closing(variant, answered))
    return 0


def _chosen(library: Library, wanted: str | None, seed: int | None) -> Question:
    questions = library.exam.questions
    if not questions:
        raise QuizappError("there is no question to ask; quizapp lint says why")
    if wanted is None:
        count = len(questions)
        at = secrets.randbelow(count) if seed is None else Stream("ask", seed).below(count)
        return questions[at]
    if wanted.isdecimal() and len(wanted) < 6 and 1 <= int(wanted) <= len(questions):
        return questions[int(wanted) - 1]
    return _by_id(library, wanted)


def _by_id(library: Library, wanted: str) -> Question:
    fixed = {asked.id: asked.question for asked in library.interview}
    fixed |= {question.id: question for question in library.exam.questions}
    if wanted.lower() in fixed:
        return fixed[wanted.lower()]
    known = bank.templates()
    try:
        return known.template(wanted.lower())
    except KeyError:
        hint = nearest(wanted, [*fixed, *(template.id for template in known.templates)])
        raise UnknownName(f"no question {wanted[:60]!r}; {hint}") from None


def _rate(progress: Progress, answered: Answered) -> None:
    """A first try says how well its card is known, as in a drill."""
    now, grade = datetime.now(UTC), answered.grade
    rating = suggested(grade.points / grade.max_points)
    try:
        progress.rate(
            grade.question,
            rating,
            suggested=rating,
            model=progress.model(now),
            now=now,
            kind="drill",
        )
    except CannotSave as problem:
        complain(problem)


def _closing(variant: Variant, answered: Answered) -> list[str]:
    grade = answered.grade
    earned = f"{wording.points_text(grade.points)} of {wording.points_phrase(grade.max_points)}."
    seed = "" if variant.seed is None else f" --seed {variant.seed}"
    return [earned, f"Again: quizapp ask {variant.question.id}{seed}"]


# ------------------------------------------------------------------------------- a review


def _review(args: argparse.Namespace) -> int:
    library, templates = bank.load(), bank.templates()
    found = deck(library, templates)
    with opened() as progress:
        if args.due:
            now = datetime.now(UTC)
            cards = [card for card in progress.due(now) if found.card(card)]
            if not cards:
                say(wording.nothing_due(progress.due_counts(now, 8), "See: quizapp today"))
                return 0
        else:
            cards = _planned(library, found, progress, args.today)
        chosen = cards[: args.count]
        rest = f", {len(chosen)} of them now" if len(chosen) < len(cards) else ""
        say(f"{wording.count(len(cards), 'card')}{' due' * args.due}{rest}.")
        Review(progress, found, library, templates, choices=args.choices).run(chosen)
    return 0


def _planned(library: Library, found: Deck, progress: Progress, number: int) -> list[str]:
    """The cards of a line of today's plan; raises UsageError where it has none."""
    from quizapp.commands.today import does
    from quizapp.study.today import today

    lines = today(library, found, progress, now=datetime.now(UTC)).lines
    if number > len(lines):
        raise UsageError(
            f"today's plan has {wording.count(len(lines), 'line')}. See: quizapp today"
        )
    line = lines[number - 1]
    if not line.cards:
        raise UsageError(f"line {number} has no cards: {line.title} Type: {does(line, number)}")
    return list(line.cards)
