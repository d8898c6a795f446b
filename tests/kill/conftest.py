from tests.deploy.conftest import real_engine

__all__ = ["real_engine"]
