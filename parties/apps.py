from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "parties"

    def ready(self) -> None:
        from audit import words
        from errands import drafts, notices
        from parties.access import address_of, names_of, staff_of, units_of
        from parties.freetext import mask_numbers

        drafts.made_safe.append(mask_numbers)
        notices.address_of.append(address_of)
        words.names_of.append(names_of)
        words.units_of.append(units_of)
        words.staff_of.append(staff_of)
