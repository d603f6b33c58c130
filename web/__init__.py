"""What people see: templates, the fragments that keep pages current, and static files."""
