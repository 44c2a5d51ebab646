#!/bin/sh
# Writes the digest of each image behind its tag, in the Dockerfile and the compose files: what was
# read today is what is built and run from then on. Needs Docker with buildx and the registries.
#
#   docker/pin.sh            # after a change of a tag: again; git diff shows what has changed
set -eu
cd "$(dirname "$0")"

if ! docker buildx version >/dev/null 2>&1; then
  echo "docker/pin.sh needs Docker with buildx, and neither was found or runs. Nothing was written." >&2
  exit 1
fi

# Images of others: after FROM and `image:`, with a tag; ours and the stages of the Dockerfile have none.
sed -nE 's/^(FROM|[[:space:]]*image:)[[:space:]]+([^@[:space:]]+:[^@[:space:]]+)(@sha256:[0-9a-f]+)?([[:space:]].*)?$/\2/p' \
  Dockerfile compose*.yaml | sort -u > .images
trap 'rm -f .images .digests' EXIT

# All are read before one is written.
: > .digests
while read -r image; do
  digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}') || exit 1
  case $digest in
    sha256:*) echo "$image $digest" >> .digests ;;
    *) echo "docker/pin.sh: no digest of $image was found. Nothing was written." >&2; exit 1 ;;
  esac
done < .images

while read -r image digest; do
  for file in Dockerfile compose*.yaml; do
    sed -E "s#^(FROM|[[:space:]]*image:)([[:space:]]+)$image(@sha256:[0-9a-f]+)?([[:space:]]|\$)#\1\2$image@$digest\4#" \
      "$file" > .pinned && { cmp -s .pinned "$file" || cat .pinned > "$file"; }
    rm -f .pinned
  done
  echo "$image@$digest"
done < .digests
