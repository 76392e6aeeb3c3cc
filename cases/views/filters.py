"""Choosing a filter for the list of own cases, keeping it under a name, and choosing the columns."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.fields import field_of
from cases import columns, filters, listing
from cases.access import case_worker, refuse
from cases.actions import saved_filter as verbs
from cases.filters import CaseFilter
from cases.models import SavedFilter
from cases.models.saved_filter import LONGEST_NAME, MOST_FILTERS
from parties.access import PortalRequest
from parties.models import Membership

ANY = _("Any")


class FilterForm(forms.Form):
    """One choice for each thing a filter may ask for; left empty it asks for nothing."""

    quiet = forms.IntegerField(
        label=_("Days without anything happening"), required=False, min_value=1, max_value=filters.LONGEST_QUIET,
        help_text=_("At least so many days since the case last changed"),
        widget=forms.NumberInput(attrs={"class": "w-date", "inputmode": "numeric"}),
        error_messages={
            "invalid": _("Write a number of days, 1–999."),
            "min_value": _("Write a number of days, 1–999."),
            "max_value": _("Write a number of days, 1–999."),
        },
    )  # fmt: skip
    field_order = ("show", "state", "whose", "initiative", "day", "consent", "quiet")

    def __init__(self, *args, by: Membership, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        colleagues = filters.colleagues_of(by).exclude(pk=by.pk).select_related("user")
        more = {
            "whose": [(str(m.pk), m.user.name) for m in colleagues.order_by("user__name", "pk") if m.is_case_role],
            "initiative": [(str(i.pk), i.name) for i in filters.initiatives_of(by).order_by("name")],
        }  # fmt: skip
        for name, known in filters.CHOICES.items():
            choices = [*known.items(), *more.get(name, [])]
            required = name == "show"
            self.fields[name] = forms.ChoiceField(
                label=str(filters.LABELS[name]),
                choices=choices if required else [("", ANY), *choices],
                required=required,
                error_messages={
                    "invalid_choice": _("Choose one that is in the list."),
                    "required": _("Choose one that is in the list."),
                },
            )
        self.order_fields(self.field_order)

    @property
    def chosen(self) -> CaseFilter:
        """The filter that the form asks for."""
        return CaseFilter(**{name: str(value or "") for name, value in self.cleaned_data.items()})


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the filter"), max_length=LONGEST_NAME,
        help_text=_("Only you see it. Write no name of a patient."),
        error_messages={
            "required": _("Give the filter a name."),
            "max_length": _("The name is too long: at most 60 characters."),
        },
    )  # fmt: skip

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class ColumnsForm(forms.Form):
    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose among the columns that are there.")},
        help_text=_("The case number always stands first. Names are shown when you have turned them on."),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        known = [(name, column.label) for name, column in columns.COLUMNS.items()]
        field_of(self, "columns", forms.MultipleChoiceField).choices = known


def _list(chosen: CaseFilter) -> HttpResponse:
    return redirect(f"{reverse('cases')}?{chosen.address}")


@require_http_methods(["GET", "POST"])
def case_filter(request: PortalRequest) -> HttpResponse:
    """Chooses what the list is narrowed to; what is chosen then stands in the list's address."""
    member = case_worker(request)
    chosen, _problems = filters.read(request.GET, member)
    form = FilterForm(request.POST or None, by=member, initial=vars(chosen))
    if form.is_valid():
        return _list(filters.read(vars(form.chosen), member)[0])
    return render(request, "cases/filter.html", {"form": form, "chosen": chosen})


@require_http_methods(["GET", "POST"])
def save_filter(request: PortalRequest) -> HttpResponse:
    """Keeps the filter of the address under a name."""
    member = case_worker(request)
    chosen, _problems = filters.read(request.GET, member)
    form = NameForm(request.POST or None)
    if not chosen.narrows:
        return redirect("case_filter")
    if form.is_valid():
        try:
            verbs.save_filter(by=member, name=form.cleaned_data["name"], chosen=chosen)
        except verbs.FilterNotKept as problem:
            form.add_error("name", problem.sentence)
        else:
            return _list(chosen)
    words = filters.in_words(chosen, member)
    return render(request, "cases/filter_name.html", {"form": form, "chosen": chosen, "words": words})


@require_safe
def saved_filters(request: PortalRequest) -> HttpResponse:
    """The member's own filters, with what each asks for."""
    member = case_worker(request)
    rows = [
        (kept, filters.in_words(filters.read(row.query, member)[0], member))
        for kept, row in zip(
            filters.kept_by(member, None, listing.PAGE),
            SavedFilter.objects.filter(member=member).order_by("name"),
            strict=True,
        )
    ]
    return render(request, "cases/filters.html", {"rows": rows, "most": MOST_FILTERS})


@require_http_methods(["GET", "POST"])
def rename_filter(request: PortalRequest, pk: int) -> HttpResponse:
    """Gives one of the member's own filters another name."""
    member = case_worker(request)
    saved = _own(request, member, pk)
    form = NameForm(request.POST or None, initial={"name": saved.name})
    if form.is_valid():
        try:
            verbs.rename_filter(by=member, saved=saved, name=form.cleaned_data["name"])
        except verbs.FilterNotKept as problem:
            form.add_error("name", problem.sentence)
        else:
            return redirect("saved_filters")
    return render(request, "cases/filter_rename.html", {"form": form, "saved": saved})


@require_POST
def remove_filter(request: PortalRequest, pk: int) -> HttpResponse:
    """Throws one of the member's own filters away."""
    member = case_worker(request)
    verbs.remove_filter(by=member, saved=_own(request, member, pk))
    messages.success(request, _now("The filter is thrown away."))
    return redirect("saved_filters")


@require_http_methods(["GET", "POST"])
def case_columns(request: PortalRequest) -> HttpResponse:
    """Which columns the member's list of own cases has, until they are chosen anew."""
    member = case_worker(request)
    if "standard" in request.POST:
        columns.choose(by=member, names=columns.STANDARD)
        return redirect("cases")
    form = ColumnsForm(request.POST or None, initial={"columns": columns.chosen_by(member)})
    if form.is_valid():
        columns.choose(by=member, names=form.cleaned_data["columns"])
        return redirect("cases")
    return render(request, "cases/columns.html", {"form": form})


def _own(request: PortalRequest, member: Membership, pk: int) -> SavedFilter:
    saved = SavedFilter.objects.filter(member=member, pk=pk).first()
    if saved is None:
        refuse(request, str(pk))
    return saved
