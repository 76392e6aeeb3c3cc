from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        """Plugs into the import of an insats, and tells the errands who draws."""
        from initiatives.seams import FolderPart, folder_parts
        from reports import jobs, texts

        folder_parts[texts.NAME] = FolderPart(read=texts.read, keep=texts.keep)
        assert jobs.QUEUE
