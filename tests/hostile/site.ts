import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { pageWalls } from "@/lib/server/door/headers";

const here = dirname(fileURLToPath(import.meta.url));

/** The renderer of answers on a page of its own, behind the walls that the app's pages have. */
export async function serveRenderer(): Promise<{ url: string; close(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "platen-hostile-"));
  await build({
    entryPoints: [join(here, "page.ts")],
    outdir: folder,
    bundle: true,
    format: "esm",
    splitting: true,
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    loader: { ".woff2": "file" },
    logLevel: "error",
  });
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (path !== "/") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync(join(folder, basename(path))));
      return;
    }
    const nonce = randomBytes(16).toString("base64");
    response
      .writeHead(200, { ...pageWalls(nonce), "content-type": "text/html; charset=utf-8" })
      .end(
        `<!doctype html><link rel="icon" href="data:,"><script type="module" nonce="${nonce}" src="/page.js"></script>`,
      );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
