"""A form's field as the kind it was declared as. On the lowest floor, because the access log's filters set choices too."""

from typing import TypeVar

from django import forms

F = TypeVar("F", bound=forms.Field)


def field_of(form: forms.BaseForm, name: str, kind: type[F]) -> F:
    """The field by its name, for setting what only that kind has; TypeError when it was declared as another kind."""
    field = form.fields[name]
    if not isinstance(field, kind):
        raise TypeError(f"{name} is no {kind.__name__}")
    return field
