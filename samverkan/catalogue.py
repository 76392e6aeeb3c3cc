"""The Swedish catalogue: one .po per room under locale/parts, merged and compiled without gettext's tools."""

from pathlib import Path

import polib
from django.conf import settings

PARTS = Path(settings.BASE_DIR) / "locale" / "parts"
COMPILED = Path(settings.BASE_DIR) / "locale" / "sv" / "LC_MESSAGES" / "django.mo"


class CatalogueProblem(Exception):
    """Two rooms translate one message differently, or a part is no catalogue."""


def merged() -> polib.POFile:
    """All parts in one catalogue. Raises CatalogueProblem where two parts disagree on one message."""
    whole = polib.POFile()
    whole.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "sv",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    seen: dict[tuple, polib.POEntry] = {}
    for path in sorted(PARTS.glob("*.po")):
        for entry in polib.pofile(str(path), encoding="utf-8"):
            if entry.obsolete:
                continue
            key = (entry.msgctxt, entry.msgid)
            before = seen.get(key)
            if before is None:
                seen[key] = entry
                whole.append(entry)
            elif (before.msgstr, before.msgstr_plural) != (entry.msgstr, entry.msgstr_plural):
                raise CatalogueProblem(f"{path.name}: {entry.msgid!r} is translated differently in another part")
    return whole


def is_stale() -> bool:
    """True when a part is newer than the compiled catalogue, or there is none."""
    parts = list(PARTS.glob("*.po"))
    return not COMPILED.exists() or any(p.stat().st_mtime > COMPILED.stat().st_mtime for p in parts)


def compile_catalogue() -> int:
    """Writes the compiled catalogue, aside and renamed; returns how many messages it holds."""
    whole = merged()
    COMPILED.parent.mkdir(parents=True, exist_ok=True)
    aside = COMPILED.with_suffix(".mo.aside")
    whole.save_as_mofile(str(aside))
    aside.rename(COMPILED)
    return len(whole)
