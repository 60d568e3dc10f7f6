"""Two databases, each owned by one service and used by another: tables, roles, migrations."""
