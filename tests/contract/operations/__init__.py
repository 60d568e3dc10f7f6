"""What operators are given, held against the services: alerts, dashboards, the handbook."""
