#!/bin/sh
# Makes the secrets that the compose files name, unless they are there. Run once, on one machine;
# the others get copies of what they need.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
for name in secret_key database_password redis_password s3_secret_access_key; do
  [ -e "secrets/$name" ] && continue
  head -c 36 /dev/urandom | base64 | tr -d '\n/+=' > "secrets/$name"
  # Containers run as another user; the folder keeps everybody else out.
  chmod 644 "secrets/$name"
  echo "made docker/secrets/$name"
done
