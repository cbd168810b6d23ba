"""What the words mean: categories, propulsion, conditions, days, countries, emission ladders.

Every other room speaks in these terms; this room imports none of them.
"""
