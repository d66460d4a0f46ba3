"""One small Spark session for all tests of a run: it takes ten seconds to start."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import engine_models as build
import pytest

from dunwell.engine import bulk

# Nothing leaves this machine; one core and one partition are the fastest for tables of a few rows.
SMALL = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    # A table of a few rows that Spark holds itself is worked out by another way than every real one.
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.ConvertToLocalRelation",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


@pytest.fixture(scope="session")
def spark() -> Iterator[build.Spark]:
    """This fixture will give the engine that answers through Spark, set as `bulk.SPARK` says."""
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17: apt install openjdk-17-jre-headless")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").appName("dunwell")
    for key, value in (SMALL | bulk.SPARK).items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield build.Spark(session)
    session.stop()
