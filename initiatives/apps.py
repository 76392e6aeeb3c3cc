from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "initiatives"

    def ready(self) -> None:
        from django.urls import reverse
        from django.utils.translation import gettext as _

        from errands import drafts

        drafts.places["import_initiative"] = drafts.Place(
            words=lambda key: _("The files of an insats, read and waiting"),
            address=lambda key: reverse("import_initiative_check"),
        )
