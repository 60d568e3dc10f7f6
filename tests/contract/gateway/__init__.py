"""Who answers what where both APIs live on one address: every gateway's configuration against one table."""
