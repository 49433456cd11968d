# The same image as `./cityos release build --oci` makes without Docker, for people who have Docker. Build the release first:
#
#   node scripts/build.ts                                    (or ./cityos release build; this takes dist/release)
#   docker build -t cityos:$(node -p "require('./dist/release/release.json').version.replace('+', '-')") .
#
# The control plane's image is the target `control-plane`; it takes the two programs of Pulumi from a folder `dist/pulumi`:
#
#   mkdir -p dist/pulumi && for folder in $(node tools/main.ts pulumi pulumi-kubernetes); do cp "$folder"/pulumi* dist/pulumi/; done
#   docker build --target control-plane -t cityos-control-plane:… .

FROM debian:bookworm-slim AS base
RUN apt-get update \
  && apt-get install -y --no-install-recommends libstdc++6 libgcc-s1 ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --gid 10001 cityos \
  && useradd --uid 10001 --gid 10001 --home-dir /var/lib/cityos --no-create-home --shell /usr/sbin/nologin cityos \
  && install -d -o 10001 -g 10001 -m 0750 /var/lib/cityos \
  && install -d /etc/cityos
COPY --from=node:24.21.0-bookworm-slim /usr/local/bin/node /usr/local/bin/node
ENV NODE_ENV=production
WORKDIR /opt/cityos
EXPOSE 8080
USER 10001:10001

FROM base AS control-plane
COPY dist/pulumi/pulumi dist/pulumi/pulumi-resource-kubernetes /usr/local/bin/
COPY dist/release /opt/cityos
CMD ["node", "/opt/cityos/control-plane.mjs"]

FROM base
COPY dist/release /opt/cityos
CMD ["node", "/opt/cityos/data-plane.mjs"]
