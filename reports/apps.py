from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        """Plugs into the import of an insats, says which quarters it has told, and tells the errands who draws."""
        from initiatives.seams import FolderPart, folder_parts, told_quarters
        from reports import jobs, texts, told

        folder_parts[texts.NAME] = FolderPart(read=texts.read, keep=texts.keep)
        told_quarters.append(told.quarters)
        assert jobs.QUEUE
