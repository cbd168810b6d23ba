"""What changed between two folders of packs: which provision, from what to what, since when.

Packs are compared as they hold, adoption and inheritance resolved: where a standard changes, the provisions of every
country that adopted it change too. What is only for people (notes, titles of sources) is not compared.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias, TypeVar

from vehiclecheck.scenarios.wording import asked_words, exemption_words, scope_words, sentence, span_words
from vehiclecheck.standards import Library, Pack, PackError, Provision, Reviewed, Version
from vehiclecheck.standards.library import pack_files
from vehiclecheck.standards.model import LeftOut
from vehiclecheck.standards.writing import inline
from vehiclecheck.vocabulary.places import data_root

_T = TypeVar("_T")
#: The parts that something is compared by: each with its value, and that in words.
_Keys: TypeAlias = Mapping[str, tuple[Callable[[_T], Any], Callable[[_T], str]]]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed. `since` is the start of the version it is about, as text; `before` and `after` are words,
    and None where there is nothing. `key` is empty where something whole came or went.
    """

    pack: str
    provision: str | None
    what: str
    since: str | None
    key: str | None
    before: str | None
    after: str | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "pack": self.pack,
            "provision": self.provision,
            "what": self.what,
            "since": self.since,
            "key": self.key,
            "before": self.before,
            "after": self.after,
        }


def changes(before: Library, after: Library) -> list[Change]:
    """Everything that changed, pack by pack in the order of their codes. PackError: a pack is not well formed."""
    found: list[Change] = []
    old, new = _packs(before), _packs(after)
    for code in sorted({*old, *new}):
        if code not in new:
            found.append(Change(code, None, "pack removed", None, None, _pack_words(old[code]), None))
        elif code not in old:
            found.append(Change(code, None, "pack added", None, None, None, _pack_words(new[code])))
        else:
            found += _pack_changes(old[code], new[code])
    return found


def _packs(library: Library) -> dict[str, Pack]:
    return {code: library.pack(code) for code in (*library.countries, *library.standards)}


def _pack_words(pack: Pack) -> str:
    count = len(pack.provisions)
    return f"{pack.name}: {count} provision{'' if count == 1 else 's'}"


def _pack_changes(old: Pack, new: Pack) -> Iterator[Change]:
    code = new.code
    if old.name != new.name:
        yield Change(code, None, "pack changed", None, "name", old.name, new.name)
    yield from _reviews(code, old.reviewed, new.reviewed)
    had, has = _by_id(old), _by_id(new)
    for ident, provision in has.items():
        if ident in had:
            yield from _provision_changes(code, had[ident], provision)
        else:
            words = _history_words(provision)
            yield Change(code, ident, "provision added", _first_day(provision), None, None, words)
    for ident, provision in had.items():
        if ident not in has:
            words = _history_words(provision)
            yield Change(code, ident, "provision removed", _first_day(provision), None, words, None)
    yield from _left_out(code, old.left_out, new.left_out)


def _by_id(pack: Pack) -> dict[str, Provision]:
    """The provisions by id. One that is adopted twice, for two spans of time, has the versions of both."""
    found: dict[str, Provision] = {}
    for provision in pack.provisions:
        before = found.get(provision.id)
        versions = (*before.versions, *provision.versions) if before else provision.versions
        found[provision.id] = replace(provision, versions=versions)
    return found


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _first_day(provision: Provision) -> str | None:
    return _iso(provision.versions[0].start) if provision.versions else None


def _version_words(version: Version) -> str:
    return f"{span_words(version)}: {sentence(version)}"


def _history_words(provision: Provision) -> str:
    return "\n".join(map(_version_words, provision.versions))


def _pairs(
    old: Sequence[_T], new: Sequence[_T], *alike: Callable[[_T], Any]
) -> list[tuple[_T | None, _T | None]]:
    """What became what: each way of being alike is tried on all that no stricter one has paired.

    Pairs and newcomers come in the order of `new`, what is gone behind them.
    """
    free, partners = list(old), dict[int, _T]()
    for key in alike:
        for place, item in enumerate(new):
            if place in partners:
                continue
            partner = next((one for one in free if key(one) == key(item)), None)
            if partner is not None:
                partners[place] = partner
                free.remove(partner)
    return [
        *((partners.get(place), item) for place, item in enumerate(new)),
        *((item, None) for item in free),
    ]


def _differences(one: _T, other: _T, keys: _Keys[_T]) -> Iterator[tuple[str, str | None, str | None]]:
    """The keys on which two differ, with both in words."""
    for key, (value, words) in keys.items():
        if value(one) != value(other):
            before, after = words(one), words(other)
            if before == after:  # two values may go by the same words
                before, after = f"{before} {inline(value(one))}", f"{after} {inline(value(other))}"
            yield key, before or None, after or None


# ---------------------------------------------------------------- provisions and their versions


def _provision_changes(code: str, old: Provision, new: Provision) -> Iterator[Change]:
    for key in ("kind", "direction", "title"):
        one, other = getattr(old, key), getattr(new, key)
        if one != other:
            yield Change(code, new.id, "provision changed", _first_day(new), key, one, other)
    for before, after in _pairs(old.versions, new.versions, lambda version: version.start, _law):
        if before is not None and after is not None:
            for key, said, says in _differences(before, after, _VERSION_KEYS):
                yield Change(code, new.id, "version changed", _iso(after.start), key, said, says)
        elif after is not None:
            yield Change(code, new.id, "version added", _iso(after.start), None, None, _version_words(after))
        elif before is not None:
            yield Change(
                code, new.id, "version removed", _iso(before.start), None, _version_words(before), None
            )


def _law(version: Version) -> tuple[Any, ...]:
    """What a version asks of whom: the same under another day is a day that was moved."""
    return version.kind, version.asks, version.scope, version.exempt, version.effect


def _start(version: Version) -> str:
    if version.start is None:
        return ""
    return f"{version.start}{'' if version.start == version.possible_start else ' (first seen)'}"


def _end(version: Version) -> str:
    if version.end is None:
        return ""
    return f"{version.end}{'' if version.end == version.possible_end else ' (last seen)'}"


def _source_ids(item: Version | LeftOut) -> str:
    return ", ".join(source.id for source in item.sources)


def _plainly(name: str) -> tuple[Callable[[Any], Any], Callable[[Any], str]]:
    """A field that is text, or nothing."""
    return attrgetter(name), lambda item: str(getattr(item, name) or "")


_VERSION_KEYS: _Keys[Version] = {
    "from": (_start, _start),
    "to": (_end, _end),
    "asks": (attrgetter("asks"), asked_words),
    "scope": (attrgetter("scope"), lambda version: scope_words(version.scope, version.subject)),
    "exempt": (
        attrgetter("exempt"),
        lambda version: "; ".join(exemption_words(version.exempt, version.subject)),
    ),
    "effect": _plainly("effect"),
    "decides": _plainly("decides"),
    "status": _plainly("status"),
    "grade": _plainly("grade"),
    "instrument": _plainly("instrument"),
    "sources": (_source_ids, _source_ids),
}


# ---------------------------------------------------------------- what was looked at, and what was left out


def _review_words(entry: Reviewed) -> str:
    named = " ".join([entry.subject, entry.direction, *entry.classes])
    return f"{named}: {entry.finding}, reviewed on {entry.on}"


_REVIEW_KEYS: _Keys[Reviewed] = {"on": _plainly("on"), "finding": _plainly("finding")}


def _reviews(code: str, old: Sequence[Reviewed], new: Sequence[Reviewed]) -> Iterator[Change]:
    same = attrgetter("subject", "direction", "classes")
    for before, after in _pairs(old, new, lambda entry: entry, same):
        if before is not None and after is not None:
            for key, said, says in _differences(before, after, _REVIEW_KEYS):
                yield Change(code, None, "review changed", after.on.isoformat(), key, said, says)
        elif after is not None:
            yield Change(code, None, "review added", _iso(after.on), None, None, _review_words(after))
        elif before is not None:
            yield Change(code, None, "review removed", _iso(before.on), None, _review_words(before), None)


def _left_out_words(item: LeftOut) -> str:
    return f"{item.what} ({item.reason}): {item.why}"


_LEFT_OUT_KEYS: _Keys[LeftOut] = {
    "reason": _plainly("reason"),
    "why": _plainly("why"),
    "subject": _plainly("subject"),
    "direction": _plainly("direction"),
    "topic": _plainly("topic"),
    "classes": (attrgetter("classes"), lambda item: " ".join(item.classes)),
    "from": _plainly("start"),
    "to": _plainly("end"),
    "instrument": _plainly("instrument"),
    "provision": _plainly("provision"),
    "sources": (_source_ids, _source_ids),
}


def _left_out(code: str, old: Sequence[LeftOut], new: Sequence[LeftOut]) -> Iterator[Change]:
    for before, after in _pairs(old, new, lambda item: item, attrgetter("what", "start"), attrgetter("what")):
        if before is not None and after is not None:
            for key, said, says in _differences(before, after, _LEFT_OUT_KEYS):
                what = f"left out changed: {after.what}"
                yield Change(code, after.provision, what, _iso(after.start), key, said, says)
        elif after is not None:
            words = _left_out_words(after)
            yield Change(code, after.provision, "left out added", _iso(after.start), None, None, words)
        elif before is not None:
            words = _left_out_words(before)
            yield Change(code, before.provision, "left out removed", _iso(before.start), None, words, None)


# ---------------------------------------------------------------- where packs come from


def library_of_folder(folder: Path) -> Library:
    """The packs of one folder, and no others of countries.

    The folder is a tree with `countries` (and `rules/standards`), or holds the packs itself (standards in `standards`), as
    for `--packs`. Standards that it lacks are the shipped ones, so that adoption can be resolved. PackError: no such folder,
    or no pack in it.
    """
    if not folder.is_dir():
        raise PackError(f"{folder}: is not a folder of packs")
    shipped = pack_files(data_root() / "rules" / "standards")
    if (folder / "countries").is_dir():
        countries = pack_files(folder / "countries")
        standards = pack_files(folder / "rules" / "standards") or shipped
    else:
        countries = pack_files(folder)
        own = pack_files(folder / "standards")
        if not countries and not own:
            raise PackError(f"{folder}: holds no packs")
        standards = shipped | own
    return Library(countries, standards)


def library_of_revision(repository: Path, revision: str, target: Path) -> Library:
    """The packs as a revision of a git repository had them, written into the folder `target`, each checked.

    The folders `countries` and `rules` are taken from the top of the repository. The schema is the present one, so an old
    pack may not pass. PackError: there is no git, repository, revision or folder `countries` in it, or a pack does not
    pass; it names the pack.
    """
    try:
        top = Path(_git(repository, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    except PackError as error:
        raise PackError(f"{revision!r} is no folder of packs, and as a revision: {error}") from error
    try:
        found = _git(top, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    except PackError as error:
        raise PackError(f"{revision!r} is no folder of packs, and no revision of {top}") from error
    commit = found.decode().strip()
    names = _git(top, "ls-tree", "-z", "--name-only", commit, "countries", "rules").decode().split("\0")
    folders = [name for name in ("countries", "rules") if name in names]
    if "countries" not in folders:
        raise PackError(f"the revision {revision!r} has no folder countries")
    _unpack(_git(top, "archive", "--format=tar", commit, *folders), target)
    library = library_of_folder(target)
    for code in (*library.countries, *library.standards):
        try:
            library.pack(code)
        except PackError as error:
            first, *more = str(error).split("\n")
            rest = f" (and {len(more)} more)" if more else ""
            raise PackError(
                f"the pack {code} of {revision!r} does not pass the present schema: {first}{rest}",
                error.problems,
            ) from error
    return library


def _git(folder: Path, *words: str) -> bytes:
    """What git prints. Nothing is asked of a person, and nothing is locked or fetched."""
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            capture_output=True,
            check=False,
            env={**os.environ, **quiet, "LC_ALL": "C"},
        )
    except OSError as error:
        raise PackError(f"git cannot be run: {error.strerror or error}") from error
    except ValueError as error:
        raise PackError("no revision has such a name") from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().split("\n")[0].removeprefix("fatal: ")
        raise PackError(f"git {words[0]} failed in {folder}: {said or f'status {done.returncode}'}")
    return done.stdout


def _unpack(archive: bytes, target: Path) -> None:
    """Writes the plain files of an archive below `target`; links and names that lead out of it are passed over."""
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for member in tar:
                place = PurePosixPath(member.name)
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or place.is_absolute() or ".." in place.parts:
                    continue
                path = target.joinpath(*place.parts)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())
    except OSError as error:
        raise PackError(f"{target}: cannot be written to: {error.strerror or error}") from error
