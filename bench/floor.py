"""The floor: the same rows by one hand-written statement each, in a bare WSGI app. No sign-in, no walls, no template.

Reads and writes as the owner, so that no policy is asked; one connection, kept. What a page costs above this is what
Django, the two nets, the ledger and the frame around every page cost together. Whether a ground stands is not asked:
in the bench database all of them do, so the rows are the same.
"""

import os
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs

import psycopg

LIST = """
select c.number, p.name, s.state, u.name, l.from_on, c.updated_at from cases_case c join cases_person p on p.id = c.person_id
    cross join lateral (select state from cases_casestate s where s.case_id = c.id order by from_at desc, id desc limit 1) s
    left join lateral (select from_on from cases_spell l where l.case_id = c.id order by from_on desc, id desc limit 1) l on true
    left join cases_assignment a on a.case_id = c.id and a.unit_id = c.unit_id and a.until_at is null
    left join parties_membership m on m.id = a.member_id left join parties_user u on u.id = m.user_id
where c.unit_id = %(unit)s and s.state <> 'closed' order by c.updated_at desc, c.id desc limit 51
"""
RECEIVED = """
select c.number, p.name, u.name, d.at from cases_disclosure d join cases_case c on c.id = d.case_id
    join cases_person p on p.id = c.person_id join parties_unit u on u.id = c.unit_id
where d.to_unit_id = %(unit)s and d.item_id is null and d.ended_at is null order by d.at desc, d.id desc limit 51
"""
CASE = (
    """select c.number, c.opened_on, p.name, p.sex, p.home_municipality, u.name from cases_case c
    join cases_person p on p.id = c.person_id join parties_unit u on u.id = c.unit_id where c.number = %(number)s""",
    """select state from cases_casestate s join cases_case c on c.id = s.case_id where c.number = %(number)s
    order by from_at desc limit 1""",
    """select l.from_on, l.to_on, l.degree, l.benefit from cases_spell l join cases_case c on c.id = l.case_id
    where c.number = %(number)s order by l.from_on desc limit 1""",
    """select u.name from cases_assignment a join cases_case c on c.id = a.case_id join parties_membership m on m.id = a.member_id
    join parties_user u on u.id = m.user_id where c.number = %(number)s and a.until_at is null""",
    """select i.type, i.kind, i.heading, i.happened_on, u.name from cases_item i join cases_case c on c.id = i.case_id
    join parties_unit u on u.id = i.unit_id where c.number = %(number)s and i.type not in ('question', 'answer') order by i.id desc""",
    """select d.kind, d.basis, d.at, u.name from cases_disclosure d join cases_case c on c.id = d.case_id
    join parties_unit u on u.id = d.to_unit_id where c.number = %(number)s and d.ended_at is null""",
    """select l.kind, l.purpose, l.until_at, u.name from cases_consentline l join cases_case c on c.id = l.case_id
    join parties_unit u on u.id = l.to_unit_id where c.number = %(number)s and l.ended_at is null""",
    """select q.category, q.due_on, q.asked_at from inquiries_inquiry q join cases_case c on c.id = q.case_id
    where c.number = %(number)s order by q.id desc""",
)
FOUND = """
select c.number, p.name, u.name, c.updated_at from cases_person p join cases_case c on c.person_id = p.id
    join parties_unit u on u.id = c.unit_id where p.unit_id = %(unit)s and {} order by c.updated_at desc limit 51
"""
LOGGED = (
    """insert into cases_person (number_kind, number_key, number_cipher, name, sex, home_municipality, protected, unit_id, party_id)
    values ('personnummer', decode(%(key)s, 'hex'), decode(%(key)s, 'hex'), %(name)s, 'female', 'Provby', false, %(unit)s, %(party)s)""",
    """insert into cases_case (number, opened_on, unit_id, person_id)
    values (%(number)s, current_date, %(unit)s, currval(pg_get_serial_sequence('cases_person', 'id')))""",
    "insert into cases_caselock values (currval(pg_get_serial_sequence('cases_case', 'id')))",
    """insert into cases_casestate (state, reason, by_id, case_id, unit_id)
    values ('open', '', %(member)s, currval(pg_get_serial_sequence('cases_case', 'id')), %(unit)s)""",
    """insert into cases_assignment (member_id, unit_id, case_id)
    values (%(member)s, %(unit)s, currval(pg_get_serial_sequence('cases_case', 'id')))""",
    """insert into audit_entry (kind, member, unit, party, persons, "case", basis, note) values ('case.opened', %(member)s, %(unit)s,
    %(party)s, array[currval(pg_get_serial_sequence('cases_person', 'id'))],
    currval(pg_get_serial_sequence('cases_case', 'id')), '', '')""",
)

_connection = psycopg.connect(
    os.environ["DATABASE_OWNER_URL"], options="-c portal.maintenance=on", autocommit=True
)


def _table(rows: Iterable[tuple]) -> str:
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def _page(statements: Iterable[str], asked: dict[str, str]) -> str:
    return "".join(_table(_connection.execute(statement, asked).fetchall()) for statement in statements)


def _log(asked: dict[str, str]) -> str:
    with _connection.transaction():
        for statement in LOGGED:
            _connection.execute(statement, asked)
    return "logged"


PAGES: dict[str, Callable[[dict[str, str]], str]] = {
    "/list": lambda asked: _page([LIST], asked),
    "/received": lambda asked: _page([RECEIVED], asked),
    "/case": lambda asked: _page(CASE, asked),
    "/number": lambda asked: _page([FOUND.format("p.number_key = decode(%(key)s, 'hex')")], asked),
    "/name": lambda asked: _page([FOUND.format("p.name ilike '%%' || %(name)s || '%%'")], asked),
    "/log": _log,
}


def application(environ: dict, start_response: Callable) -> list[bytes]:
    """One page an address; what is asked for stands in the query."""
    asked = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    body = f"<!doctype html><title>Floor</title>{PAGES[environ['PATH_INFO']](asked)}".encode()
    start_response(
        "200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    )
    return [body]
