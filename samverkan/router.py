"""Tables are made by their owner. The web and the workers sign in as portal_app and can make none."""


class OwnerMigrates:
    """`migrate --database=owner` is the only way a table comes into being."""

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == "owner"
