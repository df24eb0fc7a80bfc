"""One world for a module: built once, and put back after whatever changes it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.integration.access.world import World, build_world
from tests.support.databases import SqliteStore, Store


@pytest.fixture(scope="module")
def world(session_app: Flask, store: Store) -> Iterator[World]:
    assert isinstance(store, SqliteStore), "the matrix asks one world on SQLite"
    store.reset(session_app)
    shutil.rmtree(session_app.config["INSTANCE_DIR"] / "mail", ignore_errors=True)
    yield build_world(session_app, store)
    store.reset(session_app)
