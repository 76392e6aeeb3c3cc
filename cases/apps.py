from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        from cases import listing
        from cases import seams as own
        from cases.actions.case import party_left
        from initiatives import seams

        seams.on_party_left.append(party_left)
        own.worklist.append(listing.given_to_read)
