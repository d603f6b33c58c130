from tests.server.conftest import database_url, served

__all__ = ["database_url", "served"]
