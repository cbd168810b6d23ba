"""Statistics of who sends what where, from the run that judged it."""

from vehiclecheck.flows.table import FlowKeys, FlowSums, finish_flows, merge_flows, partial_flows

__all__ = ["FlowKeys", "FlowSums", "finish_flows", "merge_flows", "partial_flows"]
