from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        from cases.actions.case import party_left
        from initiatives import seams

        seams.on_party_left.append(party_left)
