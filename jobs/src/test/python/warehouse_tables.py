"""The tables of a warehouse, read without a JVM. Packages: deltalake==1.6.6 polars

By deltalake's own engine: its bridge to pyarrow aborts some processes at their end, and polars does not find files in a
directory with a space.
"""

import polars as pl
from deltalake import DeltaTable, QueryBuilder


def table(warehouse: str, name: str, version: int | None = None) -> pl.DataFrame:
    """A table's rows, now or as they were at a version."""
    found = DeltaTable(f"{warehouse}/{name}", version=version)
    return pl.DataFrame(QueryBuilder().register("rows", found).execute("select * from rows"))
