# Builds with everything, runs with next to nothing: no shell, no package manager, nobody's rights.
# .ci/dockerfile.mjs carries these steps out where there is no container engine, so it must know each instruction used.

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && mkdir empty

FROM gcr.io/distroless/nodejs22-debian12:nonroot AS runtime
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/scripts ./scripts
COPY --from=build /app/.next/standalone ./.next/standalone
COPY --from=build --chown=65532:65532 /app/empty /data
ENV NODE_ENV=production PORT=3000 DATA_DIR=/data
EXPOSE 3000
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["/nodejs/bin/node", "scripts/healthy.mjs"]
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=32", "scripts/platen.mjs"]
CMD ["serve"]

# For platforms that mount volumes as root's (Fly): it takes the volume and then gives its rights away.
FROM runtime AS root-volume
USER 0:0

FROM runtime
USER 65532:65532
