"""Key checks: what to ask each provider, and what its answers say about a key. Pure; the key itself is never here."""

from trayapp.probes.probe import KeyAsk, Probe, Step, ask_for
from trayapp.probes.shapes import Hint, hint, is_impossible, shape_problems
from trayapp.probes.table import PROBES, probe_for
from trayapp.probes.verdict import classify

__all__ = [
    "PROBES",
    "Hint",
    "KeyAsk",
    "Probe",
    "Step",
    "ask_for",
    "classify",
    "hint",
    "is_impossible",
    "probe_for",
    "shape_problems",
]
