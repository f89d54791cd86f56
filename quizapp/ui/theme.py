"""Two themes and the colours that mean something; another theme's own colours stand in for them."""

from __future__ import annotations

from textual.theme import Theme

ROLE_FALLBACKS = {
    "right": "success",
    "partly": "warning",
    "wrong": "error",
    "suggested": "primary",
    "flagged": "secondary",
}

DARK = Theme(
    name="quizapp-dark",
    primary="#B2CDE6",
    secondary="#D159D0",
    success="#32D989",
    warning="#EAE168",
    error="#DB6F35",
    foreground="#D8DCE3",
    background="#16181D",
    surface="#1D2026",
    panel="#2A2F38",
    dark=True,
    variables={
        "right": "#32D989",
        "partly": "#EAE168",
        "wrong": "#DB6F35",
        "suggested": "#B2CDE6",
        "flagged": "#D159D0",
        "quiet": "#9AA3B0",
    },
)

LIGHT = Theme(
    name="quizapp-light",
    primary="#1C354C",
    secondary="#A32CA1",
    success="#317D69",
    warning="#797411",
    error="#68200E",
    foreground="#1B1E23",
    background="#FFFFFF",
    surface="#F4F5F7",
    panel="#E3E6EA",
    dark=False,
    variables={
        "right": "#317D69",
        "partly": "#797411",
        "wrong": "#68200E",
        "suggested": "#1C354C",
        "flagged": "#A32CA1",
        "quiet": "#5A6472",
    },
)


def with_roles(variables: dict[str, str]) -> dict[str, str]:
    """Theme variables with every role present."""
    roles = {role: variables[other] for role, other in ROLE_FALLBACKS.items()}
    quiet = variables.get("foreground-muted", variables["foreground"])
    return {**roles, "quiet": quiet, **variables}
