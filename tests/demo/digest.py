"""The demo in short: a digest of each table's telling columns, rows in order, numbers of rows left out.

Left out is also what the day's own verbs write, whose times and consent numbers are of the moment.
"""

from datetime import date
from hashlib import sha256
from typing import Any

from django.db import connections

COLUMNS = {
    "parties": "select u.name, p.name, p.kind, o.name, u.phone, u.phone_hours from parties_unit u"
    " join parties_party p on p.id = u.party_id join parties_organisation o on o.id = p.organisation_id"
    " order by u.id",
    "members": "select u.email, u.name, m.role, n.name, m.from_at, m.until_at from parties_membership m"
    " join parties_user u on u.id = m.user_id join parties_unit n on n.id = m.unit_id order by m.id",
    "persons": "select name, sex, home_municipality, protected, number_kind, encode(number_key, 'hex')"
    " from cases_person"
    " order by id",
    "cases": "select c.number, c.opened_on, u.name, i.name from cases_case c join parties_unit u on u.id"
    " = c.unit_id"
    " left join initiatives_initiative i on i.id = c.initiative_id order by c.id",
    "states": "select c.number, s.state, s.from_at, s.reason from cases_casestate s join cases_case c on"
    " c.id = s.case_id"
    " order by c.id, s.from_at",
    "items": "select c.number, i.type, i.kind, i.at, i.heading, i.text, i.facts::text from cases_item i"
    " join cases_case c on c.id = i.case_id where i.at < %(midnight)s order by i.id",
    "consents": "select c.number, n.number, n.form, n.valid_from, n.valid_to, n.registered_at from"
    " cases_consent n"
    " join cases_case c on c.id = n.case_id where n.registered_at < %(midnight)s order by n.id",
    "disclosures": "select c.number, d.kind, d.basis, f.name, t.name, d.at, d.until_at, d.ended_at,"
    " d.ended_how"
    " from cases_disclosure d join cases_case c on c.id = d.case_id join parties_unit f on f.id ="
    " d.from_unit_id"
    " join parties_unit t on t.id = d.to_unit_id where d.at < %(midnight)s order by d.id",
    "inquiries": "select i.mode, i.category, i.channel, i.asked_at, i.due_on, i.minutes, u.name from"
    " inquiries_inquiry i"
    " join parties_unit u on u.id = i.asker_unit_id where i.asked_at < %(midnight)s order by i.id",
    "steps": "select s.state, s.at, u.name from inquiries_inquirystate s join parties_unit u on u.id ="
    " s.unit_id"
    " where s.at < %(midnight)s order by s.id",
    "activities": 'select i.name, a."on", a.kind, a.title, a.state from initiatives_activity a'
    " join initiatives_initiative i on i.id = a.initiative_id order by a.id",
    "time": 'select i.name, t."on", t.kind, t.minutes from initiatives_timeentry t'
    " join initiatives_initiative i on i.id = t.initiative_id order by t.id",
    "figures": "select r.year, r.quarter, f.key, f.value::text from reports_frozenfigure f"
    " join reports_report r on r.id = f.report_id order by f.id",
}


def rows(query: str, **values: Any) -> list[tuple]:
    """What the owner reads: the whole house at once, which no member may."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def digest(anchor: date) -> dict[str, str]:
    """By table, so that a difference says where it is."""
    midnight = f"{anchor} 00:00 Europe/Stockholm"
    return {
        name: sha256(repr(rows(query, midnight=midnight)).encode()).hexdigest()
        for name, query in COLUMNS.items()
    }
