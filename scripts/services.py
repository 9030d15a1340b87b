"""Find a PostgreSQL that may create databases, and a Redis; print both as shell variables.

`TEST_DATABASE_URL` and `TEST_REDIS_URL` name them; without these the local servers are tried.
"""

import getpass
import os
import sys

import psycopg2
import redis

HERE = "127.0.0.1:5432/postgres"


def usable_database() -> str | None:
    """Return the address of the first PostgreSQL where this user may create databases."""
    given = os.environ.get("TEST_DATABASE_URL")
    tried = (
        [given]
        if given
        else [f"postgres://{getpass.getuser()}@{HERE}", f"postgres://postgres@{HERE}"]
    )
    for url in tried:
        try:
            connection = psycopg2.connect(url, connect_timeout=3)
        except psycopg2.OperationalError as error:
            print(f"{url.rpartition('@')[2]}: {str(error).strip()}", file=sys.stderr)
            continue
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            )
            (may_create,) = cursor.fetchone() or (False,)
        connection.close()
        if may_create:
            return url
    return None


def usable_redis() -> str | None:
    """Return the address of a Redis database that tests may empty."""
    url = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
    try:
        redis.Redis.from_url(url, socket_connect_timeout=3).ping()
    except redis.RedisError as error:
        print(f"Redis: {error}", file=sys.stderr)
        return None
    return url


if __name__ == "__main__":
    database, broker = usable_database(), usable_redis()
    if not (database and broker):
        sys.exit(1)
    print(f"TEST_DATABASE_URL='{database}' TEST_REDIS_URL='{broker}'")
