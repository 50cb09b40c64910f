"""The company's colour, fitted to both themes. Pure arithmetic on WCAG 2.2's relative luminance and contrast."""

from __future__ import annotations

import re

HEX = re.compile(r"#[0-9a-f]{6}")
LIGHT_PAPER, DARK_PAPER = "#ffffff", "#14171b"
DARK_INK, LIGHT_INK = "#06131a", "#ffffff"
LEAST, LEAST_DARK = 4.5, 7.0
"""WCAG 2.2, 1.4.3: what the house asks of interface parts; on dark paper a little more, where colours look duller."""


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of ``#rrggbb``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2), 0 to 1."""
    parts = [c / 255 for c in channels(colour)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2), 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def towards(colour: str, goal: str, share: float) -> str:
    """Mix a colour with another, in shares of 0 to 1."""
    return "#" + "".join(
        f"{round(a + (b - a) * share):02x}" for a, b in zip(channels(colour), channels(goal), strict=True)
    )


def fit(colour: str, paper: str, least: float) -> str:
    """The nearest shade of a colour that stands out on this paper; darker on light, lighter on dark."""
    goal = "#000000" if luminance(paper) > 0.5 else "#ffffff"
    return next(
        shade for step in range(0, 101, 4) if contrast(shade := towards(colour, goal, step / 100), paper) >= least
    )


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on this colour."""
    return max((LIGHT_INK, DARK_INK), key=lambda ink: contrast(ink, colour))


def stylesheet(brand: str) -> str:
    """The few custom properties that carry the company's colour."""
    brand = brand.lower() if HEX.fullmatch(brand.lower()) else "#0b5563"
    light, dark = fit(brand, LIGHT_PAPER, LEAST), fit(brand, DARK_PAPER, LEAST_DARK)
    day = f"--pv-brand:{light};--pv-brand-ink:{ink_on(light)}"
    night = f"--pv-brand:{dark};--pv-brand-ink:{ink_on(dark)}"
    return (
        f":root{{{day}}}@media(prefers-color-scheme:dark){{:root{{{night}}}}}"
        f":root[data-theme=light]{{{day}}}:root[data-theme=dark]{{{night}}}"
        f"@media print{{:root,:root[data-theme]{{{day}}}}}\n"
    )
