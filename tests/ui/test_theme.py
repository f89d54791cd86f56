"""Every theme Textual offers gives a colour to every role."""

from __future__ import annotations

import pytest
from textual.theme import BUILTIN_THEMES, Theme

from quizapp.ui import theme
from quizapp.ui.app import QuizApp
from quizapp.ui.screens.today import Today


@pytest.mark.parametrize("name", ["quizapp-light", *sorted(BUILTIN_THEMES)])
async def test_the_app_can_be_painted_in_any_theme(name: str) -> None:
    app = QuizApp()
    async with app.run_test() as pilot:
        app.theme = name
        await pilot.pause()
        assert isinstance(app.screen, Today)
        variables = app.get_css_variables()
        for role in (*theme.ROLE_FALLBACKS, "quiet"):
            assert variables[role]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("own", [theme.DARK, theme.LIGHT], ids=lambda t: t.name)
def test_every_role_can_be_read_on_the_background(own: Theme) -> None:
    assert own.background is not None
    for colour in own.variables.values():
        light, dark = sorted((luminance(colour), luminance(own.background)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, colour
