"""One form for every page: the order of a field, and errors that lead to it."""

import re
from html.parser import HTMLParser

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.datastructures import MultiValueDict

CHOICES = [("a", "Åka"), ("b", "Bo")]


class Everything(forms.Form):
    """One field of each sort, each with an error text of its own."""

    mark_optional = True
    helper: FormHelper | None = None

    hidden = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "Det dolda saknas"})
    text = forms.CharField(label="Text", help_text="Ett <tips>", error_messages={"required": "Fyll i texten"})
    draft = forms.CharField(label="Svar", widget=forms.Textarea(attrs={"data-draft": True}), required=False)
    day = forms.DateField(label="Dag", error_messages={"invalid": "Skriv datumet som åååå-mm-dd"})
    one = forms.ChoiceField(label="En", choices=CHOICES, error_messages={"required": "Välj en"})
    radio = forms.ChoiceField(
        label="Hur", choices=CHOICES, widget=forms.RadioSelect, error_messages={"required": "Välj hur"}
    )
    many = forms.MultipleChoiceField(
        label="Vilka",
        choices=CHOICES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Kryssa för"},
    )
    tick = forms.BooleanField(label="Jag lovar", error_messages={"required": "Kryssa för att du lovar"})
    file = forms.FileField(label="Lista", error_messages={"required": "Välj en fil"})

    def clean(self):
        self.add_error(None, "Hela formuläret krockar")


class Ids(HTMLParser):
    """Which ids the page has, which of them may take focus, and in which order things come."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.controls: set[str] = set()
        self.targets: list[str] = []
        self.described: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        a = dict(attrs)
        if "id" in a:
            self.ids.append(a["id"])
            if tag in {"input", "select", "textarea"}:
                self.controls.add(a["id"])
        if tag == "a" and a.get("href", "").startswith("#"):
            self.targets.append(a["href"][1:])
        if "aria-describedby" in a:
            self.described += a["aria-describedby"].split()


def drawn(form: forms.Form, **more) -> str:
    with translation.override("sv"):
        return render_to_string("parts/form.html", {"form": form, "submit": "Spara", **more})


def wrong() -> Everything:
    return Everything(data={"day": "30/11 2026"}, files=MultiValueDict())


def test_every_error_leads_to_a_control_that_is_there():
    html = drawn(wrong())
    page = Ids(html)
    assert len(page.targets) == 7  # the seven visible fields that are wrong
    assert set(page.targets) <= page.controls
    assert "id_radio_0" in page.targets  # a group: its first box
    assert "id_many_0" in page.targets


def test_the_summary_says_what_concerns_the_whole_form_first_and_what_has_no_place_without_a_link():
    html = drawn(wrong())
    summary = html[html.index("sv-summary") : html.index("<form")]
    lines = re.findall(r"<li>(.*?)</li>", summary)
    assert lines[0] == "Hela formuläret krockar"
    assert lines[1] == "Det dolda saknas"
    assert lines[2] == '<a href="#id_text">Fyll i texten</a>'
    assert len(lines) == 9
    assert "9 saker behöver rättas. Det du har skrivit finns kvar." in summary


def test_one_error_is_one_thing_and_a_sound_form_has_no_summary():
    class Short(forms.Form):
        name = forms.CharField(error_messages={"required": "Fyll i namnet"})

    assert "En sak behöver rättas." in drawn(Short(data={}))
    assert "sv-summary" not in drawn(Short(data={"name": "Ek"}))
    assert "sv-summary" not in drawn(Short())


def test_ids_are_unique_and_every_description_points_at_text_that_is_there():
    page = Ids(drawn(wrong()))
    assert sorted(page.ids) == sorted(set(page.ids))
    assert page.described
    assert set(page.described) <= set(page.ids)


def test_label_control_error_hint_in_that_order():
    html = drawn(wrong())
    field = html[html.index('id="div_id_text"') : html.index('id="div_id_draft"')]
    places = [field.index(part) for part in ("<label", "<input", "id_text_error", 'id="id_text_helptext"')]
    assert field.index('id="id_text_error"') < field.index('id="id_text_helptext"')
    assert places[0] < places[1]
    assert "has-error" in html[html.index('id="div_id_text"') :][:60]
    assert "has-error" not in html[html.index('id="div_id_draft"') :][:60]


def test_a_group_is_a_fieldset_with_its_question_as_legend():
    html = drawn(wrong())
    group = html[html.index('id="div_id_radio"') : html.index('id="div_id_many"')]
    assert re.search(r"<legend>Hur\s*</legend>", group)
    assert 'aria-describedby="id_radio_error"' in group


def test_what_may_be_left_out_says_so_and_what_is_asked_for_does_not():
    html = drawn(Everything())
    assert re.search(r'Svar <span class="sv-optional">\(frivilligt\)</span>', html)
    assert html.count("sv-optional") == 1
    form = Everything()
    form.mark_optional = False
    assert "sv-optional" not in drawn(form)


def test_where_little_is_asked_for_it_is_the_duty_that_is_marked():
    class Mostly(forms.Form):
        name = forms.CharField(label="Namn")
        town = forms.CharField(label="Kommun", required=False)
        note = forms.CharField(label="Anteckning", required=False)
        sure = forms.BooleanField(label="Säkert")  # a box to tick is neither

    html = drawn(Mostly())
    assert re.search(r'Namn <span class="sv-optional">\(behövs\)</span>', html)
    assert html.count("sv-optional") == 1
    half = Mostly()
    del half.fields["note"]
    assert re.search(r"Kommun .*\(frivilligt\)", drawn(half))


def test_a_hint_is_text_and_never_markup():
    assert "Ett &lt;tips&gt;" in drawn(Everything())


def test_a_form_with_a_file_is_sent_as_one():
    assert 'enctype="multipart/form-data"' in drawn(Everything())
    assert "multipart" not in drawn(forms.Form())


def test_what_was_typed_is_kept_and_a_draft_says_from_when():
    html = drawn(wrong(), draft_url="/drafts/1/", draft_time="10.42")
    assert 'value="30/11 2026"' in html
    assert 'data-draft-url="/drafts/1/"' in html
    assert "Utkastet från 10.42 finns kvar." in html
    assert "data-draft-url" not in drawn(wrong())


def test_a_layout_orders_the_fields_but_the_form_is_written_once():
    form = Everything()
    form.helper = FormHelper()
    form.helper.layout = Layout(Fieldset("När", Div("day", css_class="sv-side")), "text")
    html = drawn(form)
    assert html.count("<form") == html.count("</form>") == html.count('type="submit"') == 1
    assert html.index("div_id_day") < html.index("div_id_text")
    assert 'class="sv-fieldset"' in html


def test_the_rows_of_a_formset_are_part_of_the_form_and_of_its_errors():
    class Share(forms.Form):
        percent = forms.IntegerField(label="Andel", error_messages={"required": "Fyll i andelen"})

    rows = forms.formset_factory(Share, extra=0, min_num=2, validate_min=True)
    data = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-percent": "60", "form-1-percent": ""}
    formset = rows(data=data)
    formset.is_valid()
    html = drawn(forms.Form(data={}), formset=formset, formset_legend="Förbund")
    assert 'name="form-TOTAL_FORMS"' in html
    assert '<a href="#id_form-1-percent">Fyll i andelen</a>' in html
    assert "id_form-0-percent" not in Ids(html).targets
