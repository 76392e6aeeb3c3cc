from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        from audit import words
        from cases import exports, plugs
        from cases.actions.case import party_left
        from errands import drafts
        from initiatives import seams
        from parties import access

        assert exports
        seams.on_party_left.append(party_left)
        access.told_of_a_member["portal.barred_cases"] = "portal.barred_cases_of"
        access.told_of_a_member["portal.barred_persons"] = "portal.barred_persons_of"
        words.known_to.append(plugs.known_to)
        words.case_numbered.append(plugs.case_numbered)
        drafts.places["consent"] = drafts.Place(plugs.consent_draft_words, plugs.consent_draft_address)
        drafts.places[drafts.UNSENT] = drafts.Place(plugs.unsent_words, plugs.nowhere)
        drafts.places[drafts.PAGE] = drafts.Place(plugs.page_words, drafts.page_address)
        drafts.withheld.append(plugs.withheld_drafts)
        drafts.places[plugs.DRAFT_FORM] = drafts.Place(plugs.draft_words, plugs.draft_address)
