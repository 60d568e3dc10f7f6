"""`python -m tests.contract.kubernetes`: deploy/k8s/rendered anew, and what goes into it. Needs kubectl."""

from tests.contract.kubernetes.rendering import render

render()
