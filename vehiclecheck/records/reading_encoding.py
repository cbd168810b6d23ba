"""Text in the encodings customs offices send, brought to UTF-8 without loading the file.

The whole file is looked at, not its beginning: an accented name may first appear in line three million.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from vehiclecheck.records import reading_spool
from vehiclecheck.records.errors import InputError

CHUNK = 4 << 20
#: Encodings that are told apart by their content when a file is not UTF-8. The Latin ones of Western Europe
#: are read as
#: cp1252, of which Latin-1 is a part; others can be named by a layout (`encoding = "cp1250"`).
CANDIDATES = ("cp932", "cp949", "cp1251", "cp1252", "cp1256", "gb18030", "big5")
#: A file is UTF-8 with a few damaged lines if at least this share of its lines with other than ASCII is
#: valid UTF-8.
MOSTLY = 0.9
SAMPLE_LINES = 3000
#: Byte order marks, longest first (UTF-32's begins with UTF-16's).
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Text:
    """A text file in UTF-8: where it lies, the encoding it came in, bytes to skip at its start (a byte
    order mark).

    `replaced`: undecodable bytes of the original now stand as U+FFFD, so a line with that character is a
    damaged one.
    """

    path: Path
    encoding: str
    skip: int
    replaced: bool


def as_utf8(path: Path, stated: str | None = None) -> Text:
    """`path` as UTF-8 text; a file in another encoding is re-written to a temporary one, in chunks.

    `stated` is the encoding a layout names. InputError if the file is not text or its encoding cannot be
    told.
    """
    with path.open("rb") as file:
        head = file.read(1 << 16)
    name = reading_spool.name_of(path)
    for mark, encoding in MARKS:
        if head.startswith(mark):
            if encoding == "utf-8" and not _old_mac(head):
                return Text(path, "utf-8", len(mark), False)
            return _rewritten(path, "utf-8-sig" if encoding == "utf-8" else encoding)
    if b"\0" in head:
        utf16 = _utf16_without_mark(head)
        if utf16 is None:
            raise InputError(
                f"{name}: holds binary data, not text; known are CSV, JSON, Parquet and Excel files"
            )
        return _rewritten(path, utf16)
    if stated is not None and codecs.lookup(stated).name not in ("utf-8", "ascii", "utf-8-sig"):
        return _rewritten(path, stated)
    valid, damaged = _lines_beyond_ascii(path)
    if not damaged or (valid and valid / (valid + len(damaged)) >= MOSTLY) or stated is not None:
        return _rewritten(path, "utf-8") if _old_mac(head) else Text(path, "utf-8", 0, False)
    return _rewritten(path, _told_by_content(b"\n".join(damaged), name))


def _old_mac(head: bytes) -> bool:
    return b"\r" in head and b"\n" not in head


def _utf16_without_mark(head: bytes) -> str | None:
    """Text in ASCII letters has a zero in every second byte of UTF-16."""
    even, odd = head[0::2], head[1::2]
    if odd.count(0) > 0.5 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.5 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return None


def _lines_beyond_ascii(path: Path) -> tuple[int, list[bytes]]:
    """How many lines are valid UTF-8 beyond ASCII (counted where damage is near), and lines that are not
    UTF-8.

    A chunk that decodes as a whole counts as 100 valid lines at most: it is enough to know that there are
    many.
    """
    valid = 0
    damaged: list[bytes] = []
    carry = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            data = carry + chunk
            cut = data.rfind(b"\n") + 1
            if cut == 0 and len(data) < 8 * CHUNK:
                carry = data
                continue
            data, carry = (data[:cut], data[cut:]) if cut else (data, b"")
            valid += _look_at(data, damaged)
            if len(damaged) >= SAMPLE_LINES:
                return valid, damaged
    return valid + _look_at(carry, damaged), damaged


def _look_at(data: bytes, damaged: list[bytes]) -> int:
    if data.isascii():
        return 0
    try:
        data.decode("utf-8")
        return min(100, sum(not line.isascii() for line in data[:100_000].split(b"\n")) or 1)
    except UnicodeDecodeError:
        pass
    valid = 0
    for line in data.replace(b"\r", b"\n").split(b"\n"):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            valid += 1
        except UnicodeDecodeError:
            if len(damaged) < SAMPLE_LINES:
                damaged.append(line)
    return valid


def _told_by_content(sample: bytes, name: str) -> str:
    sample = sample[: 1 << 18]
    found = from_bytes(sample, cp_isolation=list(CANDIDATES)).best()
    if found is not None:
        return str(found.encoding)
    # a few accents among figures are too little to tell a language by: Western Europe is then the likely one
    try:
        sample.decode("cp1252")
        return "cp1252"
    except UnicodeDecodeError:
        pass
    if sum(byte >= 0xA0 for byte in sample) > sum(0x80 <= byte < 0xA0 for byte in sample):
        return "latin-1"
    raise InputError(
        f"{name}: the encoding cannot be told; it is none of UTF-8, UTF-16, {', '.join(CANDIDATES)}. "
        'Save it as UTF-8, or name the encoding in a layout (encoding = "…")'
    )


def _rewritten(path: Path, encoding: str) -> Text:
    """The file re-encoded. What does not decode becomes U+FFFD; more than a few such lines mean a wrong
    encoding.
    """
    name = reading_spool.name_of(path)
    target = reading_spool.fresh(".csv")
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    pending_return = False
    letters = broken = 0
    newline_seen = False
    try:
        with path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as out:
            while True:
                chunk = source.read(CHUNK)
                text = decoder.decode(chunk, final=not chunk)
                if pending_return:
                    text = "\r" + text
                pending_return = bool(chunk) and text.endswith("\r")
                if pending_return:
                    text = text[:-1]
                newline_seen = newline_seen or "\n" in text
                if not newline_seen:
                    text = text.replace("\r", "\n")
                letters += len(text)
                broken += text.count("\ufffd")
                out.write(text)
                if not chunk:
                    break
    except UnicodeError as error:
        raise InputError(f"{name}: is not text in {encoding} ({error})") from error
    except OSError as error:
        raise InputError(f"{name}: cannot be re-encoded ({error.strerror or error})") from error
    if broken > 20 and broken > letters / 50:
        raise InputError(f"{name}: is not text in {encoding}: {broken} characters cannot be decoded")
    return Text(target, encoding, 0, broken > 0)
