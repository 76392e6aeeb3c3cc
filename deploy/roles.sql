-- Roles and database of Samverkan. Once for each server, as somebody who may create both.
-- PostgreSQL 16 or later (grant … with inherit false).
create role portal_owner login createdb nosuperuser nocreaterole nobypassrls;
create role portal_app login nocreatedb nosuperuser nocreaterole nobypassrls;
create role portal_stats nologin nocreatedb nosuperuser nocreaterole nobypassrls;
create role portal_definer nologin nocreatedb nosuperuser nocreaterole nobypassrls;
grant portal_stats to portal_app with inherit false, set true;
grant portal_definer to portal_owner with inherit false, set true;
create database samverkan owner portal_owner encoding 'UTF8' template template0;
-- Then give the two that log in a way in: \password portal_owner, \password portal_app.
-- Where no tests run, portal_owner makes no databases: alter role portal_owner nocreatedb;
