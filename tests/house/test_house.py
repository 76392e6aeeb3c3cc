"""Rules about the whole house, looked at all at once."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import connection, models
from django.urls import URLPattern, URLResolver, get_resolver

BASE = Path(settings.BASE_DIR)
# Bottom to top; a room imports only from rooms below it (house.md, the picture).
FLOORS = {
    "audit": 0,
    "errands": 0,
    "parties": 1,
    "initiatives": 2,
    "cases": 3,
    "inquiries": 4,
    "meetings": 4,
    "reports": 5,
}
FRAME = "samverkan"


def sources(room: str) -> list[Path]:
    return [p for p in sorted((BASE / room).rglob("*.py")) if "migrations" not in p.parts]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("room", FLOORS)
def test_imports_point_down(room):
    allowed = {other for other, floor in FLOORS.items() if floor < FLOORS[room]} | {room}
    for path in sources(room):
        wrong = (imports(path) & (set(FLOORS) | {FRAME, "tests", "local"})) - allowed
        assert not wrong, f"{path.relative_to(BASE)} imports {wrong}"


def test_no_room_for_everything():
    for name in ("core", "common", "utils", "helpers", "misc"):
        assert not list(BASE.glob(f"{name}*")) and not [
            p for room in FLOORS for p in (BASE / room).rglob(f"{name}.py")
        ], name


def test_every_module_says_its_rule():
    for room in [*FLOORS, FRAME]:
        for path in sources(room):
            if path.name in ("urls.py", "apps.py") or not path.read_text("utf-8").strip():
                continue
            if path.parent.name in ("management", "commands", "templatetags") and path.name == "__init__.py":
                continue
            assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), path.relative_to(BASE)


OPEN = {"health", "accessibility", "language", "login", "welcome", "invitation"}


def views(patterns=None, prefix="") -> list[tuple[str, str, object]]:
    out = []
    for p in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(p, URLResolver):
            out += views(p.url_patterns, prefix + str(p.pattern))
        elif isinstance(p, URLPattern):
            out.append((p.name, prefix + str(p.pattern), p.callback))
    return out


def test_every_address_is_locked_or_named_open(client, db):
    assert "django.contrib.auth.middleware.LoginRequiredMiddleware" in settings.MIDDLEWARE
    assert LoginRequiredMiddleware
    for name, route, view in views():
        is_open = not getattr(view, "login_required", True)
        assert is_open == (name in OPEN), (name, route)
    for _name, route, _view in views():
        path = "/" + re.sub(r"<(?:int:)\w+>", "1", route)
        path = re.sub(r"<[^>]+>", "x", path)
        answer = client.get(path)
        if _name not in OPEN:
            assert answer.status_code == 302 and answer["Location"].startswith("/login/"), (
                route,
                answer.status_code,
            )


def own_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if m._meta.app_label in FLOORS]


CLASSES = {"personal", "sensitive", "organisational"}


@pytest.mark.parametrize("model", own_models(), ids=lambda m: m._meta.label)
def test_every_field_is_classified(model):
    module = __import__(f"{model._meta.app_label}.models", fromlist=["CLASSIFIED"])
    stated = module.CLASSIFIED.get(model.__name__, {})
    fields = {f.name for f in model._meta.get_fields() if getattr(f, "concrete", False)}
    assert set(stated) == fields, set(stated) ^ fields
    assert set(stated.values()) <= CLASSES


# Pairs of "who" and "when" that a constraint must hold together.
@pytest.mark.parametrize("model", own_models(), ids=lambda m: m._meta.label)
def test_who_and_when_are_one_fact(model):
    names = {f.name for f in model._meta.get_fields() if getattr(f, "concrete", False)}
    for name in names:
        if name.endswith("_at") and f"{name[:-3]}_by" in names and model._meta.get_field(name).null:
            pair = {name, f"{name[:-3]}_by"}
            held = [
                c
                for c in model._meta.constraints
                if isinstance(c, models.CheckConstraint) and all(n in str(c.condition) for n in pair)
            ]
            assert held, f"{model._meta.label}: nothing holds {pair} together"


def test_constraints_are_sentences():
    for model in own_models():
        for c in model._meta.constraints:
            if isinstance(c, models.CheckConstraint):
                assert c.name.count("_") >= 2, c.name


WALLED = {
    "cases_person", "cases_case", "cases_casestate", "cases_caseoutcome", "cases_handover", "cases_journaltick", "cases_formernumber", "cases_spell", "cases_assignment", "cases_item", "cases_consent",
    "cases_consentline", "cases_disclosure", "cases_archive", "cases_declined", "cases_mistake", "cases_block", "cases_incident", "cases_incidentnote", "cases_statementlist", "cases_statementrow", "cases_listopening", "cases_match", "cases_tick", "inquiries_inquiry", "inquiries_inquirystate",
    "inquiries_inquiryanswer", "inquiries_declinereason", "audit_entry", "errands_draft", "errands_file", "errands_notice",
    "initiatives_timersetting", "cases_consentlengths", "cases_printedform", "cases_savedfilter", "cases_listcolumns",
    "cases_listexport", "cases_importrun", "cases_columnmapping",
}  # fmt: skip
# Tables of the rooms that touch people on sick leave, and yet stand without a wall; each with its reason.
WITHOUT_WALL = {"cases_caselock": "keys only: a row behind a wall would lock nothing for the other party"}


def test_every_table_about_people_stands_behind_the_wall(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname, relrowsecurity and relforcerowsecurity from pg_class where relkind = 'r'"
        )
        forced = {name for name, both in cursor.fetchall() if both}
    assert forced >= WALLED
    for model in own_models():
        if model._meta.app_label in ("cases", "inquiries", "meetings"):
            table = model._meta.db_table
            assert table in forced or table in WITHOUT_WALL, f"{table} stands without a wall"


def test_the_app_may_delete_nothing_it_should_keep(db):
    with connection.cursor() as cursor:
        for table in WALLED - {"errands_draft", "cases_savedfilter", "cases_listcolumns"}:
            cursor.execute("select has_table_privilege('portal_app', %s, 'delete')", [table])
            assert not cursor.fetchone()[0], table


BANNED = re.compile(r"\b(get_or_create|update_or_create|validate_constraints|ignore_conflicts)\b")
# On tables without a wall, where nothing is hidden and so nothing lies; and one's own draft, whose wall hides only others'.
ALLOWED = {
    "errands/jobs.py",
    "errands/notices.py",
    "errands/drafts.py",
    "parties/actions.py",
    "parties/demo.py",
}


@pytest.mark.parametrize("room", [*FLOORS, FRAME])
def test_the_banned_calls_are_not_made_on_walled_tables(room):
    for path in sources(room):
        name = str(path.relative_to(BASE))
        if name not in ALLOWED and room in ("cases", "inquiries", "meetings", "audit", "errands", FRAME):
            assert not BANNED.search(path.read_text("utf-8")), name


def test_no_superuser_and_no_admin():
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    names = {f.name for f in apps.get_model("parties", "User")._meta.get_fields()}
    assert not names & {"is_superuser", "is_staff", "groups", "user_permissions"}


def test_every_room_that_plugs_in_is_known():
    from cases import seams

    assert seams.on_consent_ended == ["pause_inquiries"]
    for part in (seams.worklist, seams.case_panels, seams.case_actions, seams.open_matters):
        assert [f.__module__ for f in part] == ["inquiries.plugs"]


def test_every_job_kind_has_a_verb_and_every_task_a_schedule_or_a_caller():
    from cases import seams
    from errands.jobs import performers
    from samverkan.celery import app

    assert set(seams.on_consent_ended) <= set(performers)
    app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in app.tasks
    assert {"errands.tasks.perform", "errands.tasks.sweep"} <= set(app.tasks)
    assert {p.queue for p in performers.values()} <= {"default", "reports"}


def test_no_inline_script_or_style_in_templates():
    for path in sorted((BASE / "templates").rglob("*.html")):
        text = path.read_text("utf-8")
        if path.name.endswith("pdf.html") or "pdf" in path.parts:
            continue
        assert not re.search(r"\sstyle=|<style|\son\w+=\"|<script(?![^>]*\bsrc=)", text), path.relative_to(
            BASE
        )


def test_every_kind_of_ledger_row_has_words():
    from audit.words import KINDS

    used = set()
    for room in [*FLOORS, FRAME]:
        for path in sources(room):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and getattr(node.func, "attr", "") in ("record", "record_read")
                    and node.args
                ):
                    first = node.args[0]
                    if isinstance(first, ast.Constant):
                        used.add(first.value)
    assert used <= set(KINDS), used - set(KINDS)


@pytest.mark.django_db
def test_migrations_are_complete():
    from io import StringIO

    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO(), verbosity=0)


def test_every_page_lights_an_entry_of_the_menu():
    from samverkan.navigation import MENUS, SECTION_OF

    names = {name for name, _route, _view in views()}
    assert set(SECTION_OF) <= names, set(SECTION_OF) - names
    entries = {entry[0] for groups in MENUS.values() for group in groups for entry in group} | {
        "import_cases",
        "consent_lengths",
        "statements",
    }
    assert set(SECTION_OF.values()) <= entries
