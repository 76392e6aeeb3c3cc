"""The demo's people: every role with a login, all invented, shown on the login page in demo mode only."""


from parties.models import Membership

PASSWORD = "samverkan-demo"
DOMAIN = "samverkan.example"


def logins() -> list[tuple[str, str, str, str]]:
    """(e-mail, name, role, unit) of each demo user's first membership, in the order they were made."""
    seen: dict[str, tuple[str, str, str, str]] = {}
    for m in (
        Membership.objects.current()
        .filter(user__email__endswith=f"@{DOMAIN}")
        .select_related("user", "unit")
        .order_by("user_id", "from_at", "id")
    ):
        seen.setdefault(m.user.email, (m.user.email, m.user.name, str(m.role_label), m.unit.name))
    return list(seen.values())
