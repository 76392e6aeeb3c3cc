"""What holds for every template and every file that the browser gets."""

import hashlib
import re
from pathlib import Path

import polib
import pytest
from django.conf import settings

from samverkan.templatetags import frame

BASE = Path(settings.BASE_DIR)
STATIC = BASE / "static"
TEMPLATES = sorted((BASE / "templates").rglob("*.html"))
ON_SCREEN = [t for t in TEMPLATES if "pdf" not in t.parts and "print" not in t.parts]


def named(path: Path) -> str:
    return str(path.relative_to(BASE))


@pytest.mark.parametrize("template", ON_SCREEN, ids=named)
def test_nothing_inline_that_the_content_security_policy_would_refuse(template):
    text = template.read_text()
    assert not re.search(r"<[^>]*\sstyle=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", text)
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", text))


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_a_short_comment_ends_with_its_line(template):
    # Django prints a {# … #} that spans lines.
    assert not [line for line in template.read_text().splitlines() if line.count("{#") != line.count("#}")]


@pytest.mark.parametrize("template", ON_SCREEN, ids=named)
def test_every_icon_named_in_a_template_exists(template):
    assert set(re.findall(r'{% icon "([^"]+)"', template.read_text())) <= frame.ICONS
    assert set(re.findall(r'(?:_icon|icon_name)="([^"]+)"', template.read_text())) <= frame.ICONS


@pytest.mark.parametrize("template", ON_SCREEN, ids=named)
def test_bootstraps_script_is_fetched_where_it_is_asked_for(template):
    text = template.read_text()
    assert "data-bs-" not in text or "bootstrap.bundle.min.js" in text


def test_the_sprite_holds_the_named_icons_and_no_other():
    sprite = (STATIC / "icons.svg").read_text()
    assert sorted(re.findall(r'<symbol id="([^"]+)"', sprite)) == sorted(frame.ICONS)
    assert set(frame.CHIP_ICONS.values()) <= frame.ICONS


def test_every_chip_kind_has_its_colours():
    css = (STATIC / "css" / "samverkan.css").read_text()
    assert {kind for kind in frame.CHIP_ICONS if f".sv-chip-{kind}" not in css} == set()


def test_every_class_of_the_house_that_a_template_uses_is_drawn():
    css = "".join(path.read_text() for path in (STATIC / "css").glob("*.css"))
    drawn = set(re.findall(r"\.(sv-[a-z0-9-]+)", css))
    used = {
        name
        for template in ON_SCREEN
        for names in re.findall(r'class="([^"]*)"', template.read_text())
        for name in re.findall(r"\bsv-[a-z0-9-]*[a-z0-9]\b", re.sub(r"{[{%].*?[%}]}", " ", names))
    }
    assert used - drawn == set()


SCHEMES = [":root {", "@media (prefers-color-scheme"]


def _colours(scheme: str) -> dict[str, str]:
    css = (STATIC / "css" / "samverkan.css").read_text()
    block = css[css.index(scheme) :].split("\n}\n")[0]
    return dict(re.findall(r"--sv-([a-z0-9-]+): (#[0-9a-f]{6})", block))


def test_every_colour_has_its_dark_twin():
    light, dark = (set(_colours(scheme)) for scheme in SCHEMES)
    assert light
    assert light == dark


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


TEXT = [
    *[(i, g) for i in ("ink", "ink-2", "petrol", "amber", "red") for g in ("paper", "field", "sunk")],
    *[(i, "petrol-tint") for i in ("ink", "petrol-deep", "petrol")],
    *[(i, "amber-tint") for i in ("ink", "amber")],
    *[(i, "red-tint") for i in ("ink", "red")],
    ("on-petrol", "petrol"),
    ("on-petrol", "petrol-deep"),
    ("on-red", "red"),
    ("on-red", "red-deep"),
]
SEEN = [(line, "paper") for line in ("line-strong", "focus", "data-1", "data-2")] + [("line-strong", "field")]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SEEN, 3)], ids=["text", "borders and bars"])
def test_text_reads_on_every_ground_and_borders_of_controls_are_seen(scheme, pairs, least):
    colours = _colours(scheme)
    found = {pair: _contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < least} == {}


def test_what_others_made_is_what_the_table_says():
    table = (STATIC / "vendor" / "README.md").read_text()
    rows = re.findall(r"^\| (\S+/\S+) \|.*`([0-9a-f]{64})` \|$", table, re.M)
    have = {
        str(path.relative_to(STATIC / "vendor")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (STATIC / "vendor").rglob("*")
        if path.is_file() and path.name not in {"LICENSE", "README.md"}
    }
    assert have == dict(rows)
    assert all((path / "LICENSE").is_file() for path in (STATIC / "vendor").iterdir() if path.is_dir())


def test_no_file_for_the_browser_calls_out():
    for path in [*(STATIC / "css").glob("*.css"), *(STATIC / "js").glob("*.js")]:
        outside = set(re.findall(r"https?://[^\s'\")]+", path.read_text())) - {"http://www.w3.org/2000/svg"}
        assert outside == set(), path.name


FRAME = [
    "base.html",
    "plain.html",
    "[45]*.html",
    "unsent.html",
    "parts/*.html",
    "registration/*.html",
    "bootstrap5/**/*.html",
]


def test_every_message_of_the_frame_is_in_its_catalogue_and_the_other_way_round():
    texts = "".join(path.read_text() for pattern in FRAME for path in (BASE / "templates").glob(pattern))
    said = set(re.findall(r'{% translate "((?:[^"\\]|\\.)*)"', texts))
    for opening, body in re.findall(r"{% blocktranslate([^%]*)%}(.*?){% endblocktranslate %}", texts, re.S):
        body = re.sub(r"{{ (\w+) }}", r"%(\1)s", body)
        said |= set(body.split("{% plural %}")) if "count" in opening else {body}
    words = polib.pofile(str(BASE / "locale" / "parts" / "frame.po"))
    known = {text for entry in words for text in (entry.msgid, entry.msgid_plural) if text}
    assert said - known == set()
    assert known - said == set()
    assert all(entry.translated() for entry in words)
