"""Every message in Swedish: none missing, none left over, the same holes to fill, and the house's tone.

Collected per room, so that a missing translation names its message and the place where it stands.
"""

import ast
import gettext
import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

from samverkan import catalogue
from samverkan.catalogue import PARTS, ROOMS, messages_in_use

BASE = Path(settings.BASE_DIR)
PLACES = [*ROOMS, "templates"]

# In the catalogue though no call names them; each needs its reason beside it. None today: a message that
# reaches gettext as a variable is marked where its text stands (gettext_lazy), and is found there.
USED_WITHOUT_A_CALL: set[tuple[str | None, str]] = set()

# Words the screen never says; what it says instead. Whole words, in every form they take.
NEVER_SAID = {
    r"vänlig(?:en|t)?": "nothing at all: the sentence is polite without it",
    r"erhåll\w*|erhöll\w*": "få",
    r"gällande": "om, för",
    r"avseende": "om, för",
    r"tyvärr": "what can be done",
    r"återkalla\w*": "ta tillbaka",
    r"klient\w*": "patient, personen",
    # "Bevakning hos FK" and "enligt FK" are the trade's own; FK 7804 is the name of a form.
    r"(?<!hos )(?<!enligt )FK(?! 78\d\d)": "Försäkringskassan",
    r"avvisa\w*": "besvaras inte (a formal decision is another thing)",
}
_TONE = re.compile("|".join(rf"\b(?:{words})\b" for words in NEVER_SAID), re.IGNORECASE)

# %(name)s, %(n)d, %s, and the %% that is a per cent sign; "100 % av" is none.
_HOLE = re.compile(r"%(?:\(\w+\))?[-#0+]?\d*(?:\.\d+)?[a-zA-Z%]")


def holes(text: str) -> set[str]:
    return set(_HOLE.findall(text)) - {"%%"}


def swedish(entry: polib.POEntry) -> list[str]:
    """The entry's Swedish: one text, or one for each number."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def what_is_wrong(entry: polib.POEntry) -> list[str]:
    """What an entry fails by, in words; empty when it is good."""
    wrong = []
    texts = swedish(entry)
    if "fuzzy" in entry.flags:
        wrong.append("fuzzy")
    if not all(text.strip() for text in texts):
        wrong.append("empty")
    if entry.msgid_plural and sorted(entry.msgstr_plural) != [0, 1]:
        wrong.append("needs one form for one and one for many")
    # Where there are two forms, the one for one may say "en sak"; the form for many must have every hole.
    needed = holes(entry.msgid_plural or entry.msgid)
    allowed = holes(entry.msgid) | needed
    if texts and needed - holes(texts[-1]):
        wrong.append(f"lacks {needed - holes(texts[-1])}")
    for text in texts:
        if holes(text) - allowed:
            wrong.append(f"has {holes(text) - allowed} that nobody fills")
        if entry.msgid.endswith("…") != text.endswith("…") or text != text.strip():
            wrong.append("ends otherwise than the message")
        if re.search(r"[\"“‘]|\s[-]\s", re.sub(r"<[^>]*>", "", text)):
            wrong.append("writes quotes or dashes the English way: ”…” and –")
        if found := _TONE.search(text):
            wrong.append(f"says {found[0]!r}")
    return wrong


@pytest.fixture(scope="module")
def used() -> dict[tuple[str | None, str], str]:
    return messages_in_use()


@pytest.fixture(scope="module")
def entries() -> dict[tuple[str | None, str], polib.POEntry]:
    return {(e.msgctxt, e.msgid): e for e in catalogue.merged()}


@pytest.mark.parametrize("place", PLACES)
def test_every_message_has_its_swedish(place, used, entries):
    here = {key: where for key, where in used.items() if where.split("/")[0] == place}
    missing = [f"{where}: {key}" for key, where in here.items() if key not in entries]
    assert not missing, "\n" + "\n".join(missing)


@pytest.mark.parametrize("part", sorted(p.name for p in PARTS.glob("*.po")))
def test_every_translation_is_whole_and_in_the_houses_tone(part):
    wrong = [
        f"{entry.msgid!r}: {'; '.join(faults)}"
        for entry in polib.pofile(str(PARTS / part), encoding="utf-8")
        if not entry.obsolete and (faults := what_is_wrong(entry))
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_no_translation_is_left_over(used, entries):
    left = set(entries) - set(used) - USED_WITHOUT_A_CALL
    assert not left, "\n" + "\n".join(map(str, sorted(left, key=str)))
    assert not USED_WITHOUT_A_CALL & set(used)


_COUNTED = {"ngettext": 0, "ngettext_lazy": 0, "npgettext": 1, "npgettext_lazy": 1}


def counted_in(source: str) -> set[tuple[str | None, str, str]]:
    """(context, one, many) of every call that counts."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
        if name in _COUNTED:
            texts = [a.value if isinstance(a, ast.Constant) else None for a in node.args]
            skip = _COUNTED[name]
            found.add((texts[0] if skip else None, *texts[skip : skip + 2]))
    return found


def counted_in_template(source: str) -> set[tuple[str | None, str, str]]:
    """The same of every counting blocktranslate; everything between the calls is dropped."""
    return counted_in("\n".join(re.findall(r"\bnp?gettext\(.+?,\s*count\)", templatize(source))))


def test_a_message_that_is_counted_has_two_forms(entries):
    counted = {}
    for room in ROOMS:
        for path in sorted((BASE / room).rglob("*.py")):
            counted |= dict.fromkeys(counted_in(path.read_text("utf-8")), path)
    for path in sorted((BASE / "templates").rglob("*.html")):
        counted |= dict.fromkeys(counted_in_template(path.read_text("utf-8")), path)
    assert {path.suffix for path in counted.values()} == {".py", ".html"}
    wrong = [
        f"{path.relative_to(BASE)}: {one!r} is counted as {many!r}"
        for (context, one, many), path in counted.items()
        if (context, one) in entries and entries[context, one].msgid_plural != many
    ]
    assert not wrong, "\n" + "\n".join(wrong)
    counted_messages = {key[:2] for key in counted}
    alone = [e.msgid for key, e in entries.items() if e.msgid_plural and key not in counted_messages]
    assert not alone, alone


def test_the_merged_catalogue_compiles_and_answers(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "COMPILED", tmp_path / "sv" / "django.mo")
    held = catalogue.compile_catalogue()
    with (tmp_path / "sv" / "django.mo").open("rb") as compiled:
        translations = gettext.GNUTranslations(compiled)
    assert held == len(catalogue.merged())
    assert translations.gettext("Withdraw the consent") == "Ta tillbaka samtycket"
    assert translations.ngettext("in %(n)s day", "in %(n)s days", 1) == "om %(n)s dag"
    assert translations.ngettext("in %(n)s day", "in %(n)s days", 2) == "om %(n)s dagar"
    assert translations.pgettext("case", "Closed") == "Avslutat"


def test_two_rooms_may_not_translate_one_message_differently(tmp_path, monkeypatch):
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (tmp_path / "one.po").write_text(f'{head}msgid "Case"\nmsgstr "Ärende"\n', "utf-8")
    (tmp_path / "two.po").write_text(f'{head}msgid "Case"\nmsgstr "Fall"\n', "utf-8")
    monkeypatch.setattr(catalogue, "PARTS", tmp_path)
    with pytest.raises(catalogue.CatalogueProblem):
        catalogue.merged()


@pytest.mark.parametrize(
    "entry",
    [
        polib.POEntry(msgid="Given %(at)s", msgstr="Lämnat"),
        polib.POEntry(msgid="Given %(at)s", msgstr="Lämnat %(when)s"),
        polib.POEntry(msgid="Given %(at)s", msgstr="Lämnat %(at)d"),
        polib.POEntry(
            msgid="%(n)s day", msgid_plural="%(n)s days", msgstr_plural={0: "%(n)s dag", 1: "dagar"}
        ),
        polib.POEntry(msgid="%(n)s day", msgid_plural="%(n)s days", msgstr_plural={0: "%(n)s dag"}),
        polib.POEntry(msgid="Save", msgstr=""),
        polib.POEntry(msgid="Save", msgstr=" "),
        polib.POEntry(msgid="Save", msgstr="Spara", flags=["fuzzy"]),
        polib.POEntry(msgid="Save", msgstr="Vänligen spara"),
        polib.POEntry(msgid="It did not work.", msgstr="Det gick tyvärr inte."),
        polib.POEntry(msgid="About the case", msgstr="Gällande ärendet"),
        polib.POEntry(msgid="Withdraw the consent", msgstr="Återkalla samtycket"),
        polib.POEntry(msgid="Ask Försäkringskassan", msgstr="Fråga FK"),
        polib.POEntry(msgid="They read: no.", msgstr='De läser: "nej".'),
    ],
    ids=lambda entry: entry.msgstr or "plural",
)
def test_a_translation_that_is_wrong_is_seen(entry):
    assert what_is_wrong(entry)


@pytest.mark.parametrize(
    "entry",
    [
        polib.POEntry(msgid="It applies until %(date)s.", msgstr="Det gäller till och med %(date)s."),
        polib.POEntry(
            msgid="One thing", msgid_plural="%(n)s things", msgstr_plural={0: "En sak", 1: "%(n)s saker"}
        ),
        polib.POEntry(msgid="Up to 100 % of it", msgstr="Upp till 100 % av det"),
        polib.POEntry(msgid="The form FK 7804", msgstr="Blanketten FK 7804"),
    ],
    ids=lambda entry: entry.msgstr or "plural",
)
def test_a_translation_that_is_right_is_left_alone(entry):
    assert what_is_wrong(entry) == []
