"""What pictures of flows have in common: titles, notes, units in words, colours."""

from __future__ import annotations

from vehiclecheck.outputs.drawing import QUIET, Page, Type, balanced, one_line, wrapped
from vehiclecheck.trade.series import ANY, Choice
from vehiclecheck.vocabulary.countries import country_name

CLASS_WORDS = {"LDV": "light", "HDV": "heavy"}
WIDTH, MARGIN = 900.0, 30.0
TITLE, TEXT, SMALL = Type(23, 29, bold=True), Type(13.5, 18), Type(12, 16.5)
HEAD = Type(13.5, 18, bold=True)
#: Eight colours that the common kinds of colour blindness keep apart, after Okabe and Ito, darkened for white paper.
COLOURS = ("#0B3C78", "#C2571A", "#1F7A6B", "#7B3F8C", "#B8860B", "#4C9BC9", "#8C2D2D", "#5E6B73")


def caption(choice: Choice) -> str:
    """What a picture is about."""
    condition = "New and used" if choice.condition == ANY else choice.condition.capitalize()
    about = f"{condition} {CLASS_WORDS.get(choice.vehicle_class, choice.vehicle_class)} vehicles"
    when = "" if choice.years is None else f", {span_words(choice.years)}"
    return f"{about}{when}"


def span_words(years: tuple[int, int]) -> str:
    """A span of years."""
    return str(years[0]) if years[0] == years[1] else f"{years[0]}-{years[1]}"


def note_of(choice: Choice, cited: str, more: str = "") -> str:
    """The small print: whose reports, what is not told apart, where it comes from."""
    drawn = (
        f"As reported by {choice.reported_by}s. Light and heavy vehicles part at 3.5 t; what a commodity code does not "
        "tell apart is counted in the upper number only."
    )
    return f"{drawn} {more} {cited}".replace("  ", " ").strip()


def number(value: float) -> str:
    """A whole number with separators."""
    return f"{value:,.0f}"


def bounds_words(low: float, high: float | None) -> str:
    """Units as a number or a range; an open end is said to be open."""
    if high is None:
        return f"{number(low)} or more"
    return number(low) if round(low) == round(high) else f"{number(low)} to {number(high)}"


def name_of(code: str) -> str:
    """The name of a country; other words as they are."""
    return country_name(code) if len(code) == 2 and code.isupper() else code


def opened(title: str, choice: Choice) -> tuple[Page, float, str]:
    """A page with its title, the y below it, and the title."""
    page = Page()
    whole = f"{title}: {caption(choice)[:1].lower()}{caption(choice)[1:]}"
    y = page.block(MARGIN, MARGIN - 6, balanced(whole, WIDTH - 2 * MARGIN, TITLE), TITLE)
    return page, y, whole


def closed(page: Page, y: float, whole: str, note: str, described: str) -> str:
    """The document, with the note at the foot."""
    y = page.block(MARGIN, y + 16, wrapped(note, WIDTH - 2 * MARGIN, SMALL), SMALL, ink=QUIET)
    return page.document(WIDTH, y + MARGIN - 8, one_line(whole), described)
