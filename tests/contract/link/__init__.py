"""The link: what relay and readers agree on in Redis, as documents and as a service that joins."""
