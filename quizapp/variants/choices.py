"""The multiple-choice form of a variant: what misconceptions give, offered beside the truth.

The options of a part are its key, the values of live misconceptions and, where these are too
few, values that look as likely; no two of them can be taken for each other. Choice and order are
fixed by the seed. Picking an option is the same as typing its text, so that marking, diagnosis
and follow-through are those of the open form.

>>> from quizapp.content.model import Part
>>> [as_asked(Part(id="a", points=1, kind="real", decimals=2), value) for value in (0.5, -0.001)]
['0.50', '0.00']
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, structs

from quizapp.content.model import Given, Option, Part
from quizapp.variants import NUMERIC, Variant
from quizapp.variants.answers import apart
from quizapp.variants.drawing import Stream
from quizapp.variants.text import as_asked

OFFERED = 4  # options of a part, the right one included


class Choice(Struct, frozen=True):
    """One option of a part."""

    id: str  # a, b, c, d
    text: str  # as shown, and as it could be typed
    value: Given
    misconception: str = ""  # whose value it is; "" for the key and for fillers


class Offered(Struct, frozen=True, kw_only=True):
    """A variant in its multiple-choice form."""

    variant: Variant  # the open form: what is marked
    choices: dict[str, tuple[Choice, ...]]  # of each numeric part

    def response(self, part_id: str, picked: str) -> str:
        """What picking an option stands for; anything but an option's letter stays as it is.

        A response in words has no letter, so a whole number is never taken for a place.
        """
        for choice in self.choices.get(part_id, ()):
            if choice.id == picked.strip().strip("().").casefold():
                return choice.text
        return picked

    def key(self, part_id: str) -> str:
        """The letter of the right option."""
        key = self.variant.key(self.variant.question.part(part_id))
        return next(c.id for c in self.choices[part_id] if c.value == key)

    def as_choice(self, part: Part) -> Part:
        """The part as one of kind choice."""
        if part.id not in self.choices:
            return part
        options = tuple(Option(id=c.id, text=c.text) for c in self.choices[part.id])
        return structs.replace(part, kind="choice", options=options, answer=(self.key(part.id),))


def offered(variant: Variant) -> Offered:
    """The multiple-choice form of a variant."""
    return Offered(
        variant=variant,
        choices={
            part.id: _choices(variant, part)
            for part in variant.question.parts
            if part.kind in NUMERIC and part.ask
        },
    )


def _choices(variant: Variant, part: Part) -> tuple[Choice, ...]:
    stream = Stream(f"{variant.question.id}/{part.id}/choices", variant.seed or 0)
    assert variant.solution is not None
    key = variant.key(part)
    chosen: list[tuple[Given, str]] = [(key, "")]
    for value, misconception in _candidates(variant, part, stream):
        if len(chosen) == OFFERED:
            break
        if _new(variant, part, value, (other for other, _ in chosen)):
            chosen.append((value, misconception))
    order = stream.shuffled(len(chosen))
    return tuple(
        Choice("abcdefgh"[place], as_asked(part, chosen[at][0]), *chosen[at])
        for place, at in enumerate(order)
    )


def _candidates(variant: Variant, part: Part, stream: Stream) -> Iterator[tuple[Given, str]]:
    """What misconceptions give, in an order drawn from the stream, then fillers."""
    assert variant.solution is not None
    wrong = variant.live(part)
    key = variant.key(part)
    for at in stream.shuffled(len(wrong)):
        # A list is no answer in a box for one number, where it could not be typed either.
        if isinstance(wrong[at].value, list) == isinstance(key, list):
            yield wrong[at].value, wrong[at].id
    for filler in _fillers(part, key):
        yield filler, ""


def _new(variant: Variant, part: Part, value: Given, others: Iterable[Given]) -> bool:
    """Whether a value is apart from the others, and is not written like one of them."""
    text = as_asked(part, value)
    return all(
        apart(part, value, other, variant.solution) and text != as_asked(part, other)
        for other in others
    )


# ------------------------------------------------------------------------------ fillers


def _fillers(part: Part, key: Given) -> Iterator[Given]:
    """Values that look as likely as the key."""
    if isinstance(key, list):
        yield from _arrays(part, key)
    elif isinstance(key, int) and part.kind == "integer":
        near = (2 * key, key + 1, key - 1, key + 2, key // 2, 3 * key, key + 10)
        yield from (value for value in near if value > 0 or key <= 0)
    elif isinstance(key, int | float):
        if part.proportion or 0 < key < 1:
            yield 1 - key
        near_real = (2 * key, key / 2, 1.5 * key, 0.75 * key, -key) if key else (1.0, 0.5, -1.0)
        yield from near_real


def _arrays(part: Part, key: list[Given]) -> Iterator[Given]:
    """The same entries in another order, and other entries in the same form."""
    yield key[::-1]
    yield key[1:] + key[:1]
    factors = (2, 3) if part.kind == "shape" else (2, 0.5, -1, 1.5)
    for factor in factors:
        yield _each(key, factor, 0)
    for added in (1, 2) if part.kind == "shape" else (1, -1, 0.5):
        yield _each(key, 1, added)


def _each(value: Given, factor: float, added: float) -> Given:
    if isinstance(value, list):
        return [_each(item, factor, added) for item in value]
    return value if isinstance(value, str) else value * factor + added
