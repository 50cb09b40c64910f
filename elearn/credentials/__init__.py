"""What people have earned: fulfilled requirements, credentials, and their proof."""
