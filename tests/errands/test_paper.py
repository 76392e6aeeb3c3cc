"""What every paper keeps to: own files only, a warning is an error, and pages that draw nothing do not load the machinery."""

import os
import subprocess
import sys

import pytest

from errands import paper


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/x.png",
        "http://127.0.0.1:8000/",
        "file:///etc/passwd",
        "ftp://example.org/x",
        paper.OWN + "../manage.py",
        paper.OWN + "%2e%2e/manage.py",
        paper.OWN + "css/missing.css",
    ],
)
def test_nothing_outside_our_own_files_is_read(address):
    with pytest.raises(paper.NotDrawable, match="own files"):
        paper.pdf_of(f'<html lang="sv"><title>x</title><img alt="x" src="{address}">', "x")


def test_own_files_and_data_addresses_are_read():
    fetch = paper.OwnFilesOnly().fetch
    assert b"@font-face" in fetch(paper.OWN + "css/report-print.css").read()
    assert fetch("data:text/plain,hello").read() == b"hello"


def test_a_warning_while_drawing_is_an_error():
    with pytest.raises(paper.NotDrawable):
        paper.pdf_of('<html lang="sv"><title>x</title><style>p { colour: red }</style><p>x</p>', "x")


def test_the_pages_do_not_load_the_machinery():
    """The addresses of the whole portal are read, views and all, and WeasyPrint is not among what came with them."""
    script = (
        "import sys, django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns;"
        " sys.exit('weasyprint' in sys.modules)"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "samverkan.settings"}
    assert subprocess.run([sys.executable, "-c", script], env=env, check=False).returncode == 0
