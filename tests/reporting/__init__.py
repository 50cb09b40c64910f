"""HR's desk, its files, and the firewall around it."""
