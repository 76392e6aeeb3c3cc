"""The demo's register: every role with a login, all invented, shown on the login page in demo mode only.

Names of units and logins are those of the project's domain notes. Telephone numbers come from the series
set aside for fiction. Staff without a login are there too: they write, answer and stand in, but nobody can
sign in as them.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from parties.models import (
    FORBUND_KINDS,
    Membership,
    Organisation,
    Party,
    PartyKind,
    Role,
    Side,
    Substitution,
    Unit,
    User,
)

SEED = 20261121
PASSWORD = "samverkan-demo"  # noqa: S105 - shown on the login page, in demo mode only
DOMAIN = "samverkan.example"
# The rest of the staff: addresses outside the domain of the logins, so that the login page leaves them out.
OTHERS_DOMAIN = "personal.example"
STOCKHOLM = ZoneInfo("Europe/Stockholm")

NORR = "Vuxenpsykiatrimottagning Ekelunda Norr"
SODER = "Vuxenpsykiatrimottagning Ekelunda Söder"
BJORKVALLA = "Vuxenpsykiatrimottagning Björkvalla"
STRANDAKER = "Vuxenpsykiatrimottagning Strandåker"
PSYKOS = "Psykosmottagningen Ekelunda"
CLINICS = (NORR, SODER, BJORKVALLA, STRANDAKER, PSYKOS)
FK_A = "Försäkringskassan Sydslätten A"
FK_B = "Försäkringskassan Sydslätten B"
LINDGARDEN = "Vårdcentralen Lindgården"
KVARNBACKEN = "Vårdcentralen Kvarnbacken"
SOLSIDAN = "Solsidan Vård AB"
AF = "Arbetsförmedlingen – kontor Ekelunda"
SOC_EKELUNDA = "Ekelunda kommun – socialförvaltning"
SOC_BJORKVALLA = "Björkvalla kommun – socialförvaltning"
SOC_STRANDAKER = "Strandåkers kommun – socialförvaltning"
EMP_EKELUNDA = "Ekelunda kommun – HR"
EMP_REGION = "Region Sydslätten – HR"
EMP_LIVS = "Björkvalla Livs AB"
EMP_LOGISTIK = "Nordslätt Logistik AB"
EMP_KLOCKAN = "Café Klockan HB"
ASS_EKELUNDA = "Samordningsförbundet Ekelunda"
ASS_BJORKVALLA = "Samordningsförbundet Björkvalla"
ASS_STRANDAKER = "Samordningsförbundet Strandåker"
EVALUATOR = "Sydslättens utvärderingsbyrå"

# Organisation, kind, party, units. The psychiatry and the primary care of a region are two parties of one
# organisation.
PARTIES: tuple[tuple[str, PartyKind, str, tuple[str, ...]], ...] = (
    ("Region Sydslätten", PartyKind.PSYCHIATRY, "Vuxenpsykiatrin, Region Sydslätten", CLINICS),
    (
        "Region Sydslätten",
        PartyKind.PRIMARY_CARE,
        "Primärvården, Region Sydslätten",
        (LINDGARDEN, KVARNBACKEN),
    ),
    ("Region Sydslätten", PartyKind.EMPLOYER, "Region Sydslätten som arbetsgivare", (EMP_REGION,)),
    ("Solsidan Vård AB", PartyKind.PRIVATE_PRIMARY_CARE, "Solsidan Vård AB", (SOLSIDAN,)),
    ("Försäkringskassan", PartyKind.FK, "Försäkringskassan", (FK_A, FK_B)),
    ("Arbetsförmedlingen", PartyKind.AF, "Arbetsförmedlingen", (AF,)),
    ("Ekelunda kommun", PartyKind.SOCIAL_SERVICES, "Socialtjänsten, Ekelunda kommun", (SOC_EKELUNDA,)),
    ("Ekelunda kommun", PartyKind.EMPLOYER, "Ekelunda kommun som arbetsgivare", (EMP_EKELUNDA,)),
    ("Björkvalla kommun", PartyKind.SOCIAL_SERVICES, "Socialtjänsten, Björkvalla kommun", (SOC_BJORKVALLA,)),
    (
        "Strandåkers kommun",
        PartyKind.SOCIAL_SERVICES,
        "Socialtjänsten, Strandåkers kommun",
        (SOC_STRANDAKER,),
    ),
    ("Björkvalla Livs AB", PartyKind.EMPLOYER, "Björkvalla Livs AB", (EMP_LIVS,)),
    ("Nordslätt Logistik AB", PartyKind.EMPLOYER, "Nordslätt Logistik AB", (EMP_LOGISTIK,)),
    ("Café Klockan HB", PartyKind.EMPLOYER, "Café Klockan HB", (EMP_KLOCKAN,)),
    (
        "Samordningsförbundet Ekelunda",
        PartyKind.ASSOCIATION,
        "Samordningsförbundet Ekelunda",
        (ASS_EKELUNDA,),
    ),
    (
        "Samordningsförbundet Björkvalla",
        PartyKind.ASSOCIATION,
        "Samordningsförbundet Björkvalla",
        (ASS_BJORKVALLA,),
    ),
    (
        "Samordningsförbundet Strandåker",
        PartyKind.ASSOCIATION,
        "Samordningsförbundet Strandåker",
        (ASS_STRANDAKER,),
    ),
    ("Sydslättens utvärderingsbyrå", PartyKind.EVALUATOR, "Sydslättens utvärderingsbyrå", (EVALUATOR,)),
)

# The logins, in the order of the login page: the part before the @, name, role, unit.
LOGINS: tuple[tuple[str, str, Role, str], ...] = (
    ("koordinator", "Maja Ståhlgren", Role.COORDINATOR, NORR),
    ("koordinator2", "Elif Aydin", Role.COORDINATOR, SODER),
    ("fk.utredare", "Karin Ekbrandt", Role.INVESTIGATOR, FK_A),
    ("fk.handlaggare", "Oskar Thunmark", Role.OFFICER, FK_A),
    ("fk.enhetb", "Leyla Rezai", Role.OFFICER, FK_B),
    ("vardcentral", "Ingela Forsvik", Role.COORDINATOR, LINDGARDEN),
    ("privat.vard", "Nadja Rosvall", Role.COORDINATOR, SOLSIDAN),
    ("af", "Anders Hemlin", Role.OFFICER, AF),
    ("soc", "Sonja Brattgård", Role.OFFICER, SOC_EKELUNDA),
    ("arbetsgivare", "Jens Tolvhage", Role.EMPLOYER_CONTACT, EMP_LIVS),
    ("chef", "Annika Tornfeldt", Role.MANAGER, NORR),
    ("projektledare", "Helena Brovik", Role.PROJECT_STAFF, NORR),
    ("styrgrupp", "Ulf Stenmark", Role.PROJECT_STAFF, SODER),
    ("forbund", "Pia Forsgård", Role.ASSOCIATION_OFFICER, ASS_EKELUNDA),
    ("utvarderare", "Edvin Kallström", Role.EVALUATOR, EVALUATOR),
    ("regionadmin", "Rut Sandelius", Role.ADMINISTRATOR, NORR),
    ("fkadmin", "Viktor Dahlvid", Role.ADMINISTRATOR, FK_A),
    ("revisor", "Gun Alvelid", Role.AUDITOR, NORR),
    ("registrator", "Inger Vallhage", Role.REGISTRAR, FK_A),
)
# Those one cannot sign in as.
STAFF: tuple[tuple[str, Role, str], ...] = (
    ("Jonas Werneby", Role.COORDINATOR, BJORKVALLA),
    ("Petra Lindhake", Role.COORDINATOR, STRANDAKER),
    ("Samir Halloum", Role.COORDINATOR, PSYKOS),
    ("Noor Hassani", Role.CLINICIAN, NORR),
    ("Karl Ekhammar", Role.CLINICIAN, SODER),
    ("Tiina Lahtela", Role.CLINICIAN, BJORKVALLA),
    ("Erik Solbacke", Role.CLINICIAN, STRANDAKER),
    ("Milena Jovicic", Role.CLINICIAN, PSYKOS),
    ("Mats Hedlind", Role.OFFICER, FK_B),
    ("Anita Sörving", Role.PROJECT_STAFF, FK_A),
    ("Birgitta Nylid", Role.PROJECT_STAFF, FK_B),
    ("Ove Rundberga", Role.COORDINATOR, KVARNBACKEN),
    ("Fatma Öztekin", Role.OFFICER, SOC_BJORKVALLA),
    ("Lars Idhage", Role.OFFICER, SOC_STRANDAKER),
    ("Kerstin Vallmark", Role.EMPLOYER_CONTACT, EMP_EKELUNDA),
    ("Dan Ringvall", Role.EMPLOYER_CONTACT, EMP_REGION),
    ("Susanne Lodhammar", Role.EMPLOYER_CONTACT, EMP_LOGISTIK),
    ("Yusuf Karahan", Role.EMPLOYER_CONTACT, EMP_KLOCKAN),
    ("Bo Annelund", Role.ASSOCIATION_OFFICER, ASS_BJORKVALLA),
    ("Märta Gylling", Role.ASSOCIATION_OFFICER, ASS_STRANDAKER),
)
# A role that has ended: the coordinator before Samir Halloum.
FORMER = ("Vera Lindholt", Role.COORDINATOR, PSYKOS)

PHONE_HOURS = (
    "måndag–fredag 8–9",
    "måndag–torsdag 13–14",
    "tisdag och torsdag 9–11",
    "måndag–fredag 10–11.30",
)


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


@dataclass
class Register:
    """What was founded, by name; users by e-mail; the current members of each unit in the order above."""

    parties: dict[str, Party] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    members: dict[str, list[Membership]] = field(default_factory=dict)

    def first(self, unit: str) -> Membership:
        """The first of the unit's members with a case role: who writes for the unit when nobody is named."""
        return self.case_workers(unit)[0]

    def case_workers(self, unit: str) -> list[Membership]:
        """Those of the unit who write on cases; a manager reads only."""
        return [m for m in self.members[unit] if m.is_case_role and m.role != Role.MANAGER]

    def login(self, name: str) -> Membership:
        """The membership of a login, by the part before the @."""
        user = self.users[f"{name}@{DOMAIN}"]
        return next(m for group in self.members.values() for m in group if m.user_id == user.pk)


def seed(rng: Random, anchor: date) -> Register:
    """Founds organisations, parties and units, and gives everyone above their role since about three years
    back.
    """
    register = Register()
    _found(register, rng)
    _employ(register, rng, anchor)
    _stand_in(register, anchor)
    return register


def _found(register: Register, rng: Random) -> None:
    names = dict.fromkeys(organisation for organisation, *_rest in PARTIES)
    organisations = {
        o.name: o for o in Organisation.objects.bulk_create(Organisation(name=name) for name in names)
    }
    parties = Party.objects.bulk_create(
        Party(organisation=organisations[organisation], kind=kind, name=name)
        for organisation, kind, name, _units in PARTIES
    )
    register.parties = {party.name: party for party in parties}
    named = [(register.parties[party], unit) for *_rest, party, units in PARTIES for unit in units]
    units = Unit.objects.bulk_create(
        Unit(party=party, name=name, phone=f"040-628 04 {ordinal:02}", phone_hours=rng.choice(PHONE_HOURS))
        for ordinal, (party, name) in enumerate(named, start=10)
    )
    register.units = {unit.name: unit for unit in units}


def _employ(register: Register, rng: Random, anchor: date) -> None:
    # Slow on purpose, therefore once: everyone has the same password.
    secret = make_password(PASSWORD)
    posts = [(f"{login}@{DOMAIN}", name, role, unit, secret) for login, name, role, unit in LOGINS]
    posts += [
        (_address(name), name, role, unit, make_password(None)) for name, role, unit in (*STAFF, FORMER)
    ]
    users = User.objects.bulk_create(
        User(email=email, name=name, side=_side(register.units[unit]), password=password)
        for email, name, _role, unit, password in posts
    )
    register.users = {user.email: user for user in users}
    members = Membership.objects.bulk_create(
        Membership(
            user=user,
            unit=register.units[unit],
            party=register.units[unit].party,
            role=role,
            side=user.side,
            # The registrar came with the archive; no die for that post, so that the others fall as they did.
            from_at=_morning(
                anchor - timedelta(days=1000 if role == Role.REGISTRAR else 1100 + rng.randrange(0, 200))
            ),
            until_at=_morning(anchor - timedelta(days=240)) if name == FORMER[0] else None,
        )
        for user, (_email, name, role, unit, _password) in zip(users, posts, strict=True)
    )
    for member in members:
        if member.until_at is None:
            register.members.setdefault(member.unit.name, []).append(member)


def _stand_in(register: Register, anchor: date) -> None:
    """One officer is away and a colleague stands in; one coordinator's post is vacant, and that is said
    openly.
    """
    away = next(m for m in register.members[FK_B] if m.user.name == "Mats Hedlind")
    vacant = next(m for m in register.members[STRANDAKER] if m.user.name == "Petra Lindhake")
    Substitution.objects.bulk_create(
        [
            Substitution(
                absent=away,
                substitute=register.login("fk.enhetb"),
                from_at=_morning(anchor - timedelta(days=2)),
                until_at=_morning(anchor + timedelta(days=12)),
            ),
            Substitution(
                absent=vacant,
                substitute=None,
                from_at=_morning(anchor + timedelta(days=20)),
                until_at=_morning(anchor + timedelta(days=80)),
            ),
        ]
    )


def _side(unit: Unit) -> Side:
    return Side.FORBUND if unit.party.kind in FORBUND_KINDS else Side.CASE


def _address(name: str) -> str:
    plain = name.lower().translate(str.maketrans("åäöéü", "aaoeu"))
    return f"{plain.replace(' ', '.')}@{OTHERS_DOMAIN}"


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), tzinfo=STOCKHOLM)
