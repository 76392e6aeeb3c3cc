from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "parties"

    def ready(self) -> None:
        from errands import notices
        from parties.access import address_of

        notices.address_of.append(address_of)
