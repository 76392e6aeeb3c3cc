"""The house on your own machine: everything behind `make run`, `make test` and their small sisters.

    __main__     the door: which command, and with which Python
    setup        what must be installed first: system packages, .venv, locked packages (standard library only)
    places       where things lie: the checkout, the data folder outside it, locks between processes
    addresses    service addresses given from outside, or none
    postgres     the embedded PostgreSQL: made once, with its roles
    valkey       the embedded Valkey
    keeper       one process that holds both for as long as somebody uses them
    roles        the SQL that makes roles and database, for the embedded server and for a DBA
    keys         keys made once for this machine
    environment  what Django reads from the environment, put together from the above
    prepare      migrations, catalogue, static files, demo data, in one process
    supervisor   starts the processes of the portal, prefixes what they say, restarts what dies
    commands     run, test, manage, reset, doctor, roles, lock

Nothing here is used in production: there, `docker-compose.yml` or the operator's own tools start the same
processes.
"""
