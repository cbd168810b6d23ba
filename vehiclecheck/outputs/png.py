"""Pictures as PNG, for programs that take no SVG."""

from __future__ import annotations

from vehiclecheck.outputs.errors import OutputError


def png_of(svg: str, width: int) -> bytes:
    """A picture of so many pixels across. OutputError where the package that draws it is not there.

    Texts are drawn in a sans-serif font of the machine.
    """
    try:
        import resvg_py
    except ImportError as error:
        raise OutputError(
            "a PNG needs the package resvg-py: pip install 'vehiclecheck[png]', or write .svg"
        ) from error
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width))
