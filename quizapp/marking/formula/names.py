"""The names of a formula and the many ways to spell them: `W_i^Q`, `W_{i}^{Q}`, `WiQ`, `w_q`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import permutations

from quizapp.content.model import Formula, Name
from quizapp.marking.formula.tree import Index, Own, Ref

_SCRIPT = re.compile(r"[_^]\{?([^_^{}]+)\}?")
_COUNTERS = ("i", "j")
MAX_NAME = 40
MAX_RUN = 24  # letters of names written without a blank

FUNCTIONS = {
    **{name: name for name in ("softmax", "relu", "exp", "sqrt", "sin", "cos", "tan", "tanh")},
    **{name: name for name in ("sigmoid", "abs", "floor", "ceil", "transpose", "diag")},
    **{"ln": "log", "log": "log", "σ": "sigmoid", "sigma": "sigmoid", "smax": "softmax"},
    **{"inv": "inverse", "inverse": "inverse", "pinv": "inverse", "matmul": "matmul"},
    **{"mm": "matmul", "bmm": "matmul", "dot": "matmul", "degree": "degree", "deg": "degree"},
    **{"max": "max", "rowsum": "rowsum", "rowsums": "rowsum", "rsqrt": "rsqrt"},
}


def flat(text: str) -> str:
    """Letters, marks, digits and + alone: what two spellings of one name have in common."""
    plain = unicodedata.normalize("NFD", text)
    kept = re.sub(r"[^\w\u0300-\u036f^~+]|_", "", plain)
    return re.sub(r"\^(?=.)", "", kept)


class Names:
    """Looks up what the learner wrote among the names of a formula."""

    def __init__(self, formula: Formula) -> None:
        self.formula = formula
        self._known: dict[str, tuple[str, Index]] = {}
        self._own: set[str] = set()
        self.functions = {**FUNCTIONS, **formula.functions}
        self.hidden = {name.otherwise for name in formula.names.values()}
        for key, name in formula.names.items():
            if key in self.hidden:
                continue
            for spelling in (key, *name.also):
                for form, index in _forms(spelling, name):
                    self._known.setdefault(flat(form), (key, index))
        self._folded = _unique_when_folded(self._known)

    def define(self, names: Iterable[str]) -> None:
        """Take up names that the learner defines, where they are not ours."""
        self._own |= {name for name in names if name and self.find(name) is None}

    def find(self, written: str, *, fold: bool = True) -> Ref | Own | None:
        """The name that is written so, or None."""
        form = flat(written[:MAX_NAME])
        if form in self._own:
            return Own(form)
        if form in self._known:
            return Ref(*self._known[form])
        if fold and form.casefold() in self._folded:
            return Ref(*self._folded[form.casefold()])
        return self._own_member(form)

    def _own_member(self, form: str) -> Own | None:
        """A member of a family that the learner defined: head_1 of head_i."""
        for counter in _COUNTERS:
            stem = re.sub(r"(\d+|[hijn])$", "", form)
            if stem and stem != form and stem + counter in self._own:
                last = form[len(stem) :]
                return Own(stem + counter, int(last) if last.isdigit() else last)
        return None

    def function(self, word: str) -> str:
        """The function with this name, or ""."""
        return (
            self.functions.get(word)
            or self.functions.get(word.lower())
            or self._folded_function(word)
        )

    def _folded_function(self, word: str) -> str:
        folded = word.casefold()
        return next((f for name, f in self.functions.items() if name.casefold() == folded), "")

    def split(self, word: str, ending: str = "") -> list[str] | None:
        """A run of names, `QK` or `DAXW`, cut into names; `T` after a name is a transpose.

        The last name may go on with ``ending``, a script. None when no cut works.
        """
        if len(word) > MAX_RUN:
            return None
        best: dict[int, list[str]] = {len(word): []}  # by the place from which it is cut
        for start in range(len(word) - 1, -1, -1):
            for end in range(len(word), start, -1):
                piece = word[start:end]
                if end in best and self._is_piece(piece, start, ending if end == len(word) else ""):
                    best[start] = [piece, *best[end]]
                    break
        return best.get(0)

    def _is_piece(self, piece: str, start: int, ending: str) -> bool:
        if unicodedata.combining(piece[0]):
            return False
        if piece == "T" and start > 0 and not ending:
            return True
        return self.find(piece + ending, fold=False) is not None

    def listed(self) -> str:
        """`Q, K, V, d_k, n`: for the sentence about an unknown name."""
        return ", ".join(key for key in self.formula.names if key not in self.hidden)


def _forms(spelling: str, name: Name) -> Iterator[tuple[str, Index]]:
    """Every order of the scripts; of a family, with every index."""
    base = re.split(r"[_^](?=.)", spelling, maxsplit=1)[0]
    scripts = _SCRIPT.findall(spelling)
    if not name.family:
        yield spelling, ""
        for order in permutations(scripts):
            yield base + "".join(order), ""
        return
    others = [script for script in scripts if script != "i"]
    indices: list[Index] = [*_COUNTERS, "h", *range(1, 10)]
    for index in indices:
        for order in permutations([*others, str(index)]):
            yield base + "".join(order), "i" if index == "j" else index
    yield base + "".join(others), ""
    yield base + "".join(others) + "s", ""


def _unique_when_folded(known: dict[str, tuple[str, Index]]) -> dict[str, tuple[str, Index]]:
    folded: dict[str, set[tuple[str, Index]]] = {}
    for form, meaning in known.items():
        folded.setdefault(form.casefold(), set()).add(meaning)
    return {form: meanings.pop() for form, meanings in folded.items() if len(meanings) == 1}
