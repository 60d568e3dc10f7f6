"""deploy/k8s against the code that runs there, published schemas, the real engines, and who may talk to whom."""
