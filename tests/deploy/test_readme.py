"""README says what is so: its commands, names, settings and words are held against the code."""

import re
import shlex

import polib
import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class

from local import roles
from local.places import ROOT
from parties import demo
from parties.models import PartyKind
from tests.deploy import reading

README = reading.text_of("README.md")
DOCUMENTS = ("README.md", "CONTRIBUTING.md")


def _section(title: str) -> str:
    """What stands under a heading, to the next one of the same or a higher rank."""
    start = re.search(rf"^(#+) {re.escape(title)}$", README, re.MULTILINE)
    assert start, title
    rest = README[start.end() :]
    end = re.search(rf"^#{{1,{len(start[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def _rows(text: str) -> list[list[str]]:
    """The cells of the rows of the tables in a text, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [
        row
        for number, row in enumerate(rows)
        if not row[0].startswith("---")
        and not (number + 1 < len(rows) and rows[number + 1][0].startswith("---"))
    ]


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_and_pictures_lead_somewhere(document):
    text = reading.text_of(document)
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif "://" not in target:
            assert (ROOT / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_files_it_names_are_there(document):
    named = {
        name for name in re.findall(r"`([\w./-]+)`", reading.text_of(document)) if "/" in name.strip("/")
    }
    ours = {name for name in named if (ROOT / name.split("/")[0]).is_dir()}
    assert len(ours) >= 5
    assert not {name for name in ours if not (ROOT / name).exists()}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_targets_of_make_are_there(document):
    targets = set(re.findall(r"^([a-z]+):", reading.text_of("Makefile"), re.MULTILINE))
    # As code, or as a block of code.
    named = set(re.findall(r"(?:`|^ {4})make ([a-z]+)", reading.text_of(document), re.MULTILINE))
    assert {"run", "test"} <= named
    assert named <= targets


def _commands(text: str) -> list[list[str]]:
    """Every management command in a text, as words: after make manage, or after manage.py."""
    text = text.replace("\\\n", " ")
    found = re.findall(r"make manage CMD='([^'…]+)'", text) + re.findall(
        r"manage\.py ([a-z_]+ [^\n`]+)", text
    )
    return [shlex.split(words, comments=True) for words in found]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_its_management_commands_can_be_given_so(document):
    commands = _commands(reading.text_of(document))
    if document == "README.md":
        assert {words[0] for words in commands} == {
            "import_cases",
            "import_initiative",
            "draw_report",
            "first_administrator",
        }
    for name, *arguments in commands:
        command = load_command_class(get_commands()[name], name)
        command.create_parser("manage.py", name).parse_args(arguments)  # type: ignore[attr-defined]


def test_every_setting_is_told_and_no_other():
    read = reading.settings_read()
    told = {name: row[2] == "required" for row in _rows(_section("Settings")) for name in _quoted(row[0])}
    assert told == read


def test_every_login_of_the_demo_is_told():
    told = {name for row in _rows(_section("Logins of the demo")) for name in row[0].split(", ")}
    assert told == {login[0] for login in demo.LOGINS}
    assert f"the password is `{demo.PASSWORD}`" in README
    assert f"…@{demo.DOMAIN}`" in README


def test_every_service_is_told():
    told = {
        name for row in _rows(README.split("## In production")[1].split("###")[0]) for name in _quoted(row[0])
    }
    assert told == set(reading.services())


def test_who_reaches_what():
    told = {_quoted(row[0])[0]: row[2] for row in _rows(README.split("## In production")[1].split("###")[0])}
    networks = {name: service["networks"] for name, service in reading.services().items()}
    for name in ("web", "worker", "reports"):
        assert ("out" in told[name]) == (networks[name] != ["inside"])


def test_the_roles_of_the_database_are_told():
    told = set(re.findall(r"`(portal_\w+)`", _section("Roles in the database")))
    made = {statement.split()[2] for statement in roles.STATEMENTS if statement.startswith("create role")}
    assert told == made


def test_the_kinds_of_party_are_told():
    listed = re.search(r"Kinds: (.+?)\.\n", README, re.DOTALL)
    assert listed
    assert sorted(_quoted(listed[1])) == sorted(PartyKind.values)


def test_the_picture_has_every_room():
    picture = README.split("```")[1]
    rooms = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}
    assert rooms <= set(re.findall(r"\w+", picture))


def _patterns() -> list[re.Pattern[str]]:
    """The Swedish words on the screen; what is put in at the moment may be anything."""
    texts = {
        entry.msgstr
        for part in (ROOT / "locale" / "parts").glob("*.po")
        for entry in polib.pofile(str(part), encoding="utf-8")
        if entry.msgstr
    }
    return [
        re.compile(".+".join(re.escape(piece) for piece in re.split(r"%\(\w+\)[sd]", text))) for text in texts
    ]


def test_the_words_it_shows_stand_on_the_screen():
    text = _section("The main job in ten lines") + _section("Importing")
    labels = {label for bold in re.findall(r"\*\*([^*]+)\*\*", text) for label in bold.split(" → ")}
    labels |= set(re.findall(r"(?<!\*)\*([A-ZÅÄÖ][^*]+)\*(?!\*)", text))
    patterns = _patterns()
    assert len(labels) >= 12
    missing = {label for label in labels if not any(pattern.fullmatch(label) for pattern in patterns)}
    assert not missing


def test_the_version_of_the_licence():
    assert "Apache License" in reading.text_of("LICENSE")
    assert "Copyright 2026 The Samverkan developers" in reading.text_of("LICENSE")
    assert 'license = "Apache-2.0"' in reading.text_of("pyproject.toml")
