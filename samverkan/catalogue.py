"""The Swedish catalogue: one .po per room under locale/parts, merged and compiled without gettext's tools."""

import ast
import re
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

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
                raise CatalogueProblem(
                    f"{path.name}: {entry.msgid!r} is translated differently in another part"
                )
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


ROOMS = [
    "samverkan",
    "audit",
    "errands",
    "parties",
    "initiatives",
    "cases",
    "inquiries",
    "meetings",
    "reports",
]
_FUNCTIONS = {
    "_": 0,
    "_now": 0,
    "gettext": 0,
    "gettext_lazy": 0,
    "ngettext": 0,
    "ngettext_lazy": 0,
    "pgettext": 1,
    "pgettext_lazy": 1,
    "npgettext": 1,
}


def messages_in_use() -> dict[tuple[str | None, str], str]:
    """Every (context, message) that code and templates ask for, and one place where it stands."""
    found: dict[tuple[str | None, str], str] = {}
    base = Path(settings.BASE_DIR)
    for room in ROOMS:
        for path in sorted((base / room).rglob("*.py")):
            if "migrations" not in path.parts:
                _from_code(path.read_text("utf-8"), str(path.relative_to(base)), found)
    for path in sorted((base / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            _from_code(_template_as_code(path.read_text("utf-8")), str(path.relative_to(base)), found)
    return found


def _from_code(source: str, place: str, found: dict) -> None:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in _FUNCTIONS:
            continue
        texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        skip = _FUNCTIONS[name]
        if len(texts) > skip and texts[skip]:
            found.setdefault((texts[0] if skip else None, texts[skip]), place)


def _template_as_code(source: str) -> str:
    """The calls of gettext that Django's own reading of a template finds; everything between them is dropped."""
    return "\n".join(_CALL.findall(templatize(source)))


_STRING = r"""(?:u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(?:n|p|np)?gettext\({_STRING}(?:,\s*{_STRING})*(?:,\s*count)?\s*\)")
