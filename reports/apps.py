from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        """Plugs into the import of an insats, says which quarters it has told, and tells the errands who draws."""
        from errands import drafts
        from initiatives.seams import FolderPart, folder_parts, told_quarters
        from reports import jobs, plugs, texts, told

        folder_parts[texts.NAME] = FolderPart(read=texts.read, keep=texts.keep)
        told_quarters.append(told.quarters)
        assert jobs.QUEUE
        drafts.places["report_text"] = drafts.Place(plugs.draft_words, plugs.draft_address)
