"""Takes commands: decides by the rules of the domain, and writes state and event in one transaction."""
