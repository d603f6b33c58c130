"""Figures of one node for Prometheus, served at /metrics. They count acts and times, never people or words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from domain.refusals import Refusal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_COMMITS = (1, 2, 5, 10, 20, 50, 100, 256)


class Metrics:
    """What a node counts, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._command_seconds = Histogram(
            "onetext_command_seconds",
            "From a command's arrival to its durable outcome; outcome: recorded, a refusal's code, or fault.",
            ["outcome"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.batch_commits = Histogram(
            "onetext_batch_commits",
            "Commits that became durable in one transaction.",
            buckets=_COMMITS,
            registry=self._registry,
        )
        self.connections = Gauge("onetext_connections", "Open live sockets.", registry=self._registry)
        self.slow_disconnects = Counter(
            "onetext_slow_disconnects", "Live sockets cut off because they read too slowly.", registry=self._registry
        )
        self._projection_lag = Gauge(
            "onetext_projection_lag_events",
            "Events handed on by the tail whose read models are not written yet.",
            registry=self._registry,
        )

    def measure_lag(self, lag: Callable[[], int]) -> None:
        """Ask for the projections' lag, in events, whenever the figures are read."""
        self._projection_lag.set_function(lag)

    @contextmanager
    def timing_command(self) -> Iterator[None]:
        """Time a command from here to its outcome."""
        started, outcome = time.perf_counter(), "fault"
        try:
            yield
            outcome = "recorded"
        except Refusal as refusal:
            outcome = refusal.code
            raise
        finally:
            self._command_seconds.labels(outcome).observe(time.perf_counter() - started)

    def described(self) -> list[tuple[str, str, str]]:
        """(name, type, meaning) of every figure, counters with the ending under which they are written."""
        return [
            (f"{family.name}{'_total' if family.type == 'counter' else ''}", family.type, family.documentation)
            for family in self._registry.collect()
        ]

    def written(self) -> bytes:
        """The figures in Prometheus' text format."""
        return generate_latest(self._registry)
