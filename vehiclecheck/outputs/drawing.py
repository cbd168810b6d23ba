"""What pictures for reports are drawn with: texts that are measured and wrapped, squares, a page of SVG.

SVG needs nothing besides: no library, no font. Widths of texts are estimated, rather too wide than too narrow.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple
from xml.sax.saxutils import escape

FONTS = "Arial, 'Helvetica Neue', Helvetica, 'Liberation Sans', 'Noto Sans', 'DejaVu Sans', sans-serif"
INK = "#1B1F23"
QUIET = "#565D64"
RULE = "#C4C9CE"
OUTLINE = "#8D959C"
PAPER = "#FFFFFF"

#: What XML 1.0 cannot hold even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: From this lightness on (relative luminance), a tile needs an outline to be seen on white paper.
_PALE = 0.6


class Type(NamedTuple):
    """Size and line height of a text."""

    size: float
    line: float
    bold: bool = False

    def times(self, factor: float) -> Type:
        """The same, larger or smaller."""
        return Type(self.size * factor, self.line * factor, self.bold)


class Page:
    """The parts of a drawing, one a line."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def add(self, part: str) -> None:
        """One element more."""
        self._parts.append(part)

    def block(
        self,
        x: float,
        top: float,
        lines: Iterable[str],
        look: Type,
        *,
        ink: str = INK,
        anchor: str = "start",
    ) -> float:
        """Lines of text under one another; the y below the last."""
        weight = ' font-weight="bold"' if look.bold else ""
        side = f' text-anchor="{anchor}"' if anchor != "start" else ""
        for line in lines:
            if line:
                self.add(
                    f'<text x="{coord(x)}" y="{coord(baseline_of(top, look.line, look.size))}" '
                    f'font-size="{coord(look.size)}" fill="{ink}"{weight}{side}>{escaped(line)}</text>'
                )
            top += look.line
        return top

    def document(self, width: float, height: float, title: str, description: str) -> str:
        """All parts in an SVG document of that size."""
        size = f'width="{coord(width)}" height="{coord(height)}"'
        return "\n".join(
            [
                '<?xml version="1.0" encoding="UTF-8"?>',
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {coord(width)} {coord(height)}" {size} role="img" '
                f'font-family="{FONTS}">',
                f"<title>{escaped(title)}</title>",
                f"<desc>{escaped(description)}</desc>",
                f'<rect {size} fill="{PAPER}"/>',
                *self._parts,
                "</svg>",
                "",
            ]
        )


def square(x: float, y: float, size: float, colour: str | None) -> str:
    """A tile or a swatch; without a colour it is an empty one with a broken outline."""
    if colour is None:
        look = f'fill="{PAPER}" stroke="{OUTLINE}" stroke-width="0.8" stroke-dasharray="2.2 2"'
    elif _luminance(colour) >= _PALE:
        look = f'fill="{colour}" stroke="{OUTLINE}" stroke-width="0.8"'
    else:
        look = f'fill="{colour}" stroke="{colour}" stroke-width="0.8"'
    return (
        f'<rect x="{coord(x)}" y="{coord(y)}" width="{coord(size)}" height="{coord(size)}" rx="2.5" {look}/>'
    )


def baseline_of(top: float, height: float, size: float) -> float:
    """Where capitals of a size stand so that they are in the middle of a height."""
    # said as a number, for not every program knows other baselines than the usual one
    return top + height / 2 + 0.36 * size


def _luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 (black) to 1 (white), as WCAG defines it."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ink_on(colour: str) -> str:
    """Black or white, whichever is read more easily on a colour; the contrast is never below 4.5."""
    luminance = _luminance(colour)
    return "#000000" if (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) else "#FFFFFF"


def coord(number: float) -> str:
    """A coordinate, without digits that nobody sees."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def legal(text: str) -> str:
    """The text with a replacement for each character that no XML document may hold."""
    return _NO_XML.sub("\ufffd", text)


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(legal(text).split())


def escaped(text: str) -> str:
    """The text as the content of an element."""
    return escape(legal(text), {'"': "&quot;"})


_NARROW = frozenset("iIjltfr.,:;'|!()[]/ -")
_BROAD = frozenset("mwMW@%—…&")


def text_width(text: str, look: Type) -> float:
    """About how wide a text is: rather too much than too little, since the font is not known."""
    ems = 0.0
    for letter in text:
        if letter in _NARROW:
            ems += 0.37
        elif letter in _BROAD:
            ems += 0.97
        elif unicodedata.east_asian_width(letter) in "WF":
            ems += 1.0
        elif not unicodedata.combining(letter):
            ems += 0.7 if letter.isupper() else 0.62
    return ems * look.size * (1.08 if look.bold else 1.0)


def wrapped(text: str, width: float, look: Type) -> list[str]:
    """The text in lines that fit a width. A word that is wider by itself (an address) is cut."""
    lines: list[str] = []
    for paragraph in legal(text).splitlines() or [""]:
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if text_width(longer, look) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            *cut, line = _cut(word, width, look)
            lines += cut
        lines.append(line)
    return lines


def balanced(text: str, width: float, look: Type) -> list[str]:
    """The text in as few lines as fit a width, of about the same length: no last word alone on its line."""
    lines = wrapped(text, width, look)
    longest_word = max((text_width(word, look) for word in legal(text).split()), default=width)
    while len(lines) > 1 and width - look.size >= longest_word:
        narrower = wrapped(text, width - look.size, look)
        if len(narrower) > len(lines):
            break
        lines, width = narrower, width - look.size
    return lines


def _cut(word: str, width: float, look: Type) -> list[str]:
    """A word in pieces that fit a width."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, look) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
