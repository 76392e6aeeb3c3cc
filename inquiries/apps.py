from django.apps import AppConfig


class InquiriesConfig(AppConfig):
    name = "inquiries"

    def ready(self) -> None:
        from cases import seams
        from errands import drafts
        from inquiries import journal, plugs

        seams.on_consent_ended.append(plugs.PAUSE_INQUIRIES)
        seams.worklist.append(plugs.worklist)
        seams.case_panels.append(plugs.case_panel)
        seams.case_actions.append(plugs.case_actions)
        seams.open_matters.append(plugs.open_matters)
        seams.worked_on.append(plugs.worked_on)
        seams.journal.extend(journal.SOURCES)
        drafts.withheld.append(plugs.withheld_drafts)
        drafts.places["ask"] = drafts.Place(plugs.question_draft_words, plugs.question_draft_address)
        drafts.places["answer"] = drafts.Place(plugs.answer_draft_words, plugs.answer_draft_address)
