"""`python -m vehiclecheck`."""

from vehiclecheck.cli import main

main()
