"""What vehicles give off: estimates in tonnes, as bounds, from records or from flow tables.

    records -> profiles (what bears on exhaust, as one number) -> whole units by group and profile -> added up
    profiles -> bounds of one vehicle a year -> tonnes

Only whole numbers are added up along the way, so no result depends on how a file was cut; factors come in at the end, for
the few profiles that occur.
"""

from vehiclecheck.air.assumptions import Assumptions
from vehiclecheck.air.estimate import Estimate, estimate
from vehiclecheck.air.flow_tables import estimate_flows
from vehiclecheck.air.sums import AirSums, Groups, partial_sums

__all__ = ["AirSums", "Assumptions", "Estimate", "Groups", "estimate", "estimate_flows", "partial_sums"]
