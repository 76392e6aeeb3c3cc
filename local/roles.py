"""The roles and the database: run once for each server, by `postgres` here and by the DBA elsewhere.

portal_app is who the web and the workers are: owns nothing, cannot pass the wall. portal_owner owns the
tables and migrates. portal_definer owns the few functions that see more than their caller; portal_stats is kept
for counting over views without identity, and nothing uses it yet. Neither of these two can log in or is inherited:
it is entered, for one transaction.
"""

STATEMENTS = (
    "create role portal_owner login createdb nosuperuser nocreaterole nobypassrls",
    "create role portal_app login nocreatedb nosuperuser nocreaterole nobypassrls",
    "create role portal_stats nologin nocreatedb nosuperuser nocreaterole nobypassrls",
    "create role portal_definer nologin nocreatedb nosuperuser nocreaterole nobypassrls",
    "grant portal_stats to portal_app with inherit false, set true",
    "grant portal_definer to portal_owner with inherit false, set true",
    "create database samverkan owner portal_owner encoding 'UTF8' template template0",
)


def for_a_dba() -> str:
    """The same statements as a script for psql, with what a DBA adds by hand as comments."""
    return "\n".join(
        [
            "-- Roles and database of Samverkan. Once for each server, as somebody who may create both.",
            "-- PostgreSQL 16 or later (grant … with inherit false).",
            *(f"{statement};" for statement in STATEMENTS),
            "-- Then give the two that log in a way in: \\password portal_owner, \\password portal_app.",
            "-- Where no tests run, portal_owner makes no databases: alter role portal_owner nocreatedb;",
        ]
    )
