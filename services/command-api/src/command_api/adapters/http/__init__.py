"""Systems of others, asked over HTTP: slow, broken and lying until they have shown otherwise."""
