"""Fills a bench database with invented cases, as the owner of the tables: `python -m bench.load [--cases 100000]`.

The database is the one of DATABASE_URL and DATABASE_OWNER_URL, migrated and empty, and its name ends in `_bench`:
nothing else is touched. Of each case: a person (sealed number, name), state, sick leave, handler, one or two items,
two logged inquiries; of every third a consent, what it opened to Försäkringskassan, and a question asked there. The
numbers are of people born in 1880 and onwards, as nobody on sick leave is.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samverkan.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import connections, transaction  # noqa: E402

from cases.crypt import index_key, seal  # noqa: E402
from cases.law import LAW_VERSION  # noqa: E402
from parties.models import Membership, Organisation, Party, PartyKind, Role, Side, Unit, User  # noqa: E402

CLINICS, OFFICES = 40, 4
GIVEN = ("Alva", "Bo", "Cilla", "Dag", "Elsa", "Folke", "Gun", "Hilmer", "Iris", "Jarl", "Kaj", "Lova")
FAMILY = ("Bench", "Prov", "Mätare", "Tidsson", "Sekund", "Klockén", "Takt", "Varv", "Runda", "Steg")
PERSON = (
    "id, number_kind, number_key, number_cipher, name, sex, home_municipality, protected, unit_id, party_id"
)
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def digits_of(serial: int) -> str:
    """A twelve-digit number with a right check digit, another for each serial."""
    day = date(1880, 1, 1) + timedelta(days=serial // 900)
    nine = f"{day:%y%m%d}{100 + serial % 900}"
    total = sum(sum(divmod(int(c) * (2 - i % 2), 10)) for i, c in enumerate(nine))
    return f"{day:%Y%m%d}{100 + serial % 900}{-total % 10}"


def name_of(serial: int) -> str:
    """A name; the last word tells two apart, so that a search by name finds one."""
    return f"{GIVEN[serial % 12]} {FAMILY[serial // 12 % 10]} Nr{serial}"


def places(kind: PartyKind, organisation: str, units: int, role: Role) -> None:
    """A party's units, each with one member."""
    party = Party.objects.using("owner").create(
        organisation=Organisation.objects.using("owner").create(name=organisation),
        kind=kind,
        name=organisation,
    )
    for n in range(1, units + 1):
        unit = Unit.objects.using("owner").create(party=party, name=f"{organisation} {n}")
        user = User(email=f"{kind}{n}@bench.example", name=f"Mätare {n}", side=Side.CASE)
        user.password = make_password(None)
        user.save(using="owner")
        Membership.objects.using("owner").create(user=user, unit=unit, party=party, role=role, side=Side.CASE)


def persons(count: int) -> Iterator[tuple]:
    for n in range(1, count + 1):
        digits = digits_of(n)
        yield n, "personnummer", index_key(digits), seal(digits, n), name_of(n), "female", "Provby", False


def numbers(count: int) -> list[str]:
    chance = random.Random(1)  # noqa: S311 - the same numbers every time
    found: set[str] = set()
    while len(found) < count:
        found.add("".join(chance.choices(LETTERS, k=8)))
    return [f"{text[:4]}-{text[4:]}" for text in sorted(found)]


# {cases} and {law} are put in; `clinic` and `office` are the units, numbered from 0, with party and member.
STEPS = """
set constraints all immediate;
insert into cases_case (id, number, opened_on, updated_at, unit_id, person_id)
    overriding system value
    select p.id, n.number, current_date - (p.id %% 700)::int, now() - p.id * interval '37 seconds', p.unit_id, p.id
    from cases_person p join bench_number n using (id);
insert into cases_caselock select id from cases_case;
insert into cases_casestate (state, from_at, reason, by_id, case_id, unit_id)
    select 'open', c.updated_at - interval '9 days', '', k.member, c.id, c.unit_id
    from cases_case c join clinic k on k.unit = c.unit_id;
insert into cases_casestate (state, from_at, reason, by_id, case_id, unit_id)
    select 'closed', c.updated_at, '', k.member, c.id, c.unit_id
    from cases_case c join clinic k on k.unit = c.unit_id where c.id / 40 %% 4 = 0;
insert into cases_spell (from_on, to_on, degree, benefit, by_id, case_id, unit_id)
    select current_date - (c.id %% 300)::int, null, (array[25, 50, 75, 100])[1 + c.id %% 4], 'sickness_benefit',
        k.member, c.id, c.unit_id
    from cases_case c join clinic k on k.unit = c.unit_id;
insert into cases_assignment (member_id, unit_id, case_id)
    select k.member, c.unit_id, c.id from cases_case c join clinic k on k.unit = c.unit_id;
insert into cases_item (type, kind, happened_on, heading, text, facts, author_id, case_id, unit_id)
    select 'plan', 'plan', current_date, 'En plan', repeat('Arbetsprövning två dagar i veckan. ', 6), '{{}}', k.member, c.id,
        c.unit_id
    from cases_case c join clinic k on k.unit = c.unit_id;
insert into cases_item (type, kind, happened_on, heading, text, facts, author_id, case_id, unit_id)
    select 'note', 'medical', current_date, 'En anteckning', repeat('Ringer efter lunch. ', 4), '{{}}', k.member, c.id, c.unit_id
    from cases_case c join clinic k on k.unit = c.unit_id where c.id %% 2 = 0;
alter table cases_consentline disable trigger user;
alter table cases_disclosure disable trigger user;
create temporary table opened on commit drop as
    select c.id as "case", c.unit_id as unit, k.party, k.member, o.unit as to_unit, o.party as to_party, o.member as to_member,
        c.updated_at as at
    from cases_case c join clinic k on k.unit = c.unit_id join office o on o.n = c.id / 3 %% {offices}
    where c.id %% 3 = 0;
insert into cases_consent (number, version, form, purpose, valid_from, valid_to, given_on, given_by, obtained_how,
        identity_check, excluded, informed, reopens_earlier, case_id, registered_by_id, unit_id)
    select 'S-' || lpad("case"::text, 8, '0'), 1, 'written', 'return_to_work', current_date - 30, current_date + 90,
        current_date - 30, 'person', '', '', '', true, false, "case", member, unit from opened;
insert into cases_consentline (kind, purpose, from_at, until_at, reopens_earlier, received_at, received_by_id, ended_how,
        case_id, consent_id, from_party_id, from_unit_id, to_party_id, to_unit_id, unit_id)
    select kind, 'return_to_work', now() - interval '30 days', now() + interval '90 days', false, now(), o.member, '',
        o."case", s.id, o.party, o.unit, o.to_party, o.to_unit, o.unit
    from opened o join cases_consent s on s.case_id = o."case" cross join (values ('existence'), ('plan')) as k (kind);
insert into cases_disclosure (kind, purpose, basis, law_version, confirmed, decided_by, at, until_at, ended_how, by_id,
        from_party_id, from_unit_id, to_party_id, to_unit_id, case_id, item_id)
    select 'existence', 'return_to_work', 'consent', '{law}', '{{}}', '', at, now() + interval '90 days', '', member,
        party, unit, to_party, to_unit, "case", null from opened;
insert into cases_disclosure (kind, purpose, basis, law_version, confirmed, decided_by, at, until_at, ended_how, by_id,
        from_party_id, from_unit_id, to_party_id, to_unit_id, case_id, item_id)
    select 'plan', 'return_to_work', 'consent', '{law}', '{{}}', '', o.at, now() + interval '90 days', '', o.member,
        o.party, o.unit, o.to_party, o.to_unit, o."case", i.id
    from opened o join cases_item i on i.case_id = o."case" and i.type = 'plan';
-- An office has opened what it was given, but for one case in a hundred.
update cases_disclosure d set opened_at = d.at, opened_by_id = o.member from office o
    where o.unit = d.to_unit_id and d.case_id / 3 %% 100 >= 1;
alter table cases_consentline enable trigger user;
alter table cases_disclosure enable trigger user;
insert into inquiries_inquiry (mode, category, channel, counterpart, asked_by_us, asked_at, minutes, documented,
        asker_unit_id, by_id, case_id)
    select 'log_only', 'planning', 'phone', 'fk', true, c.updated_at, 15, true, c.unit_id, k.member, c.id
    from cases_case c join clinic k on k.unit = c.unit_id cross join generate_series(1, 2);
insert into inquiries_inquirystate (state, at, by_id, inquiry_id, unit_id)
    select 'closed', asked_at, by_id, id, asker_unit_id from inquiries_inquiry;
create temporary table asked on commit drop as
    select o.*, nextval(pg_get_serial_sequence('cases_item', 'id')) as item,
        nextval(pg_get_serial_sequence('inquiries_inquiry', 'id')) as inquiry from opened o;
insert into cases_item (id, type, kind, happened_on, heading, text, facts, author_id, case_id, unit_id)
    overriding system value
    select item, 'question', 'plan', current_date, 'En fråga', 'Går planen att följa?', '{{}}', member, "case", unit from asked;
insert into inquiries_inquiry (id, mode, category, channel, counterpart, asked_by_us, asked_at, due_on, documented,
        asker_unit_id, to_unit_id, by_id, case_id, question_id)
    overriding system value
    select inquiry, 'case', 'planning', 'portal', '', true, at, current_date + 7, false, unit, to_unit, member, "case", item
    from asked;
insert into inquiries_inquirystate (state, at, by_id, inquiry_id, unit_id)
    select 'sent', at, member, inquiry, unit from asked;
-- Of a hundred questions 95 are done, 3 wait for the office and 2 for the clinic.
insert into inquiries_inquirystate (state, at, by_id, inquiry_id, unit_id)
    select 'answered', at + interval '1 day', to_member, inquiry, to_unit from asked where "case" / 3 %% 100 >= 3;
insert into inquiries_inquirystate (state, at, by_id, inquiry_id, unit_id)
    select 'closed', at + interval '2 days', member, inquiry, unit from asked where "case" / 3 %% 100 >= 5;
"""


def load(count: int) -> None:
    owner = connections["owner"]
    database = owner.settings_dict["NAME"]
    if not database.endswith("_bench") or settings.DATABASES["default"]["NAME"] != database:
        sys.exit(f"Both addresses must name one database whose name ends in _bench; this is {database}.")
    if Unit.objects.using("owner").exists():
        sys.exit(f"{database} is not empty.")
    started = time.perf_counter()
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        places(PartyKind.PSYCHIATRY, "Region Mätprov", CLINICS, Role.COORDINATOR)
        places(PartyKind.FK, "Kassan Mätprov", OFFICES, Role.INVESTIGATOR)
        for table, kind in (("clinic", PartyKind.PSYCHIATRY), ("office", PartyKind.FK)):
            cursor.execute(
                f"create temporary table {table} on commit drop as select row_number() over (order by m.id) - 1 as n,"  # noqa: S608
                " m.unit_id as unit, m.party_id as party, m.id as member"
                " from parties_membership m join parties_party p on p.id = m.party_id where p.kind = %s",
                [kind],
            )
        cursor.execute("select unit, party from clinic order by n")
        clinics = cursor.fetchall()
        cursor.execute("create temporary table bench_number (id bigint, number text) on commit drop")
        with cursor.cursor.copy("copy bench_number from stdin") as copy:
            for n, number in enumerate(numbers(count), 1):
                copy.write_row((n, number))
        # COPY goes round no wall, so it is refused on a table that has one.
        cursor.execute("create temporary table bench_person (like cases_person) on commit drop")
        with cursor.cursor.copy(f"copy bench_person ({PERSON}) from stdin") as copy:
            for row in persons(count):
                copy.write_row((*row, *clinics[row[0] % CLINICS]))
        cursor.execute(
            f"insert into cases_person ({PERSON}) overriding system value select {PERSON} from bench_person"  # noqa: S608
        )
        for step in STEPS.format(law=LAW_VERSION, offices=OFFICES).replace("%%", "%").split(";\n"):
            if step.strip():
                cursor.execute(step)
        for table in ("cases_person", "cases_case"):
            cursor.execute("select setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, count])
    owner.connection.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute("vacuum analyze")
    print(f"{count} cases in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    load(parser.parse_args().cases)
