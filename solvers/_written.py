"""Numbers as they are written inside a formula."""

from __future__ import annotations

from collections.abc import Iterable


def number(x: float) -> str:
    """Six significant digits with a true minus sign; counts in full.

    >>> number(-0.5), number(3.0), number(23440896)
    ('−0.5', '3', '23440896')
    """
    text = str(x) if isinstance(x, int) else f"{x:.6g}"
    return text.replace("-", "−")


def factor(x: float) -> str:
    """A number that may follow a sign: negative ones in brackets.

    >>> factor(-2), factor(2)
    ('(−2)', '2')
    """
    return f"({number(x)})" if x < 0 else number(x)


def sum_of_products(xs: Iterable[float], ys: Iterable[float], most: int = 4) -> str:
    """The products of a dot product; the middle of a long one is left out.

    >>> sum_of_products([1, -2], [3, 4])
    '1·3 + (−2)·4'
    """
    products = [f"{factor(x)}·{factor(y)}" for x, y in zip(xs, ys, strict=True)]
    return _joined(products, " + ", most)


def sum_of(xs: Iterable[float], most: int = 6) -> str:
    """The terms of a sum; the middle of a long one is left out.

    >>> sum_of([1, -2, 3])
    '1 + (−2) + 3'
    """
    return _joined([factor(x) for x in xs], " + ", most)


def product_of(xs: Iterable[float], most: int = 6) -> str:
    """The factors of a product; the middle of a long one is left out.

    >>> product_of([1, -2, 3])
    '1·(−2)·3'
    """
    return _joined([factor(x) for x in xs], "·", most)


def _joined(parts: list[str], sign: str, most: int) -> str:
    if len(parts) > most:
        parts = [*parts[: most - 1], "…", parts[-1]]
    return sign.join(parts)
