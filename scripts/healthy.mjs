/** The image's health check: whether the process answers. Takes no notice of the store, since a restart would not mend it. */
const { ok } = await fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/api/health`).catch(() => ({ ok: false }));
process.exit(ok ? 0 : 1);
