#!/bin/sh
# One service and what it needs, installed into a virtual environment: install.sh SERVICE ENVIRONMENT
#
# What images are made with; a test runs the same in an empty folder. Third-party packages come from the service's lock
# and nowhere else, the workspace's own from the sources here: what is in neither is not found, and fails the build.
# uv and the build backend are looked for on PATH, as in requirements/build.txt.
set -eu

service=$1
environment=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT

python3 -m venv --without-pip "$environment"
export VIRTUAL_ENV="$environment"
uv pip sync --quiet --require-hashes "$root/requirements/$service.txt"
for package in "$root"/libs/* "$root/services/$service"; do
  uv build --quiet --wheel --no-build-isolation --out-dir "$wheels" "$package"
done
uv pip install --quiet --no-index --find-links "$wheels" "$service"
