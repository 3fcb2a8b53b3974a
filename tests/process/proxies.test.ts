import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isPostgresInstalled, startPostgres } from "../postgres";
import { answer, everyMs } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";
import { command } from "./command";
import { freePort, readAll, type Server, type Settings, startServer, Visitor } from "./server";

const isInstalled = (program: string, word: string) => spawnSync(program, [word]).status === 0;
const DEPLOY = fileURLToPath(new URL("../../deploy", import.meta.url));

let upstream: Upstream;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
});

afterAll(async () => {
  for (const end of ends) await end();
  await upstream.close();
});

/** A folder with a certificate for localhost in it, `privkey.pem` and `fullchain.pem`. */
function folderWithCertificate(): string {
  const folder = mkdtempSync(join(tmpdir(), "platen-process-"));
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const subject = ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", join(folder, "privkey.pem"), "-out", join(folder, "fullchain.pem")];
  execFileSync("openssl", ["req", "-x509", ...curve, ...subject, ...files], { stdio: "ignore" });
  return folder;
}

function startProxy(program: string, words: readonly string[], folder: string): void {
  const env = { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const proxy = spawn(program, words, { stdio: "ignore", env });
  const exited = new Promise((resolve) => proxy.once("exit", resolve));
  ends.unshift(() => {
    proxy.kill("SIGQUIT");
    proxy.kill("SIGTERM");
    return exited;
  });
}

/** nginx with one of our files in a folder of its own; `adapt` puts this machine's ports and names into it. */
function startNginx(name: string, adapt: (site: string, folder: string) => string): string {
  const folder = folderWithCertificate();
  mkdirSync(join(folder, "temporary"));
  writeFileSync(join(folder, "site.conf"), adapt(readFileSync(join(DEPLOY, name), "utf8"), folder));
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder}/temporary/${kind};`,
  );
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {}
     http { access_log off; gzip on; ${places.join(" ")} include ${folder}/site.conf; }`,
  );
  startProxy("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")], folder);
  return join(folder, "fullchain.pem");
}

/** The same for Caddy, which would get a certificate of its own on a real server. */
function startCaddy(adapt: (site: string) => string): string {
  const folder = folderWithCertificate();
  const site = adapt(readFileSync(join(DEPLOY, "Caddyfile"), "utf8"));
  const certificate = `tls ${folder}/fullchain.pem ${folder}/privkey.pem`;
  const options = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n";
  writeFileSync(join(folder, "Caddyfile"), options + site.replace("request_body", `${certificate}\n\trequest_body`));
  startProxy("caddy", ["run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")], folder);
  return join(folder, "fullchain.pem");
}

async function started(settings: Settings): Promise<Server> {
  const server = await startServer({ ANTHROPIC_BASE_URL: upstream.url, ...settings });
  ends.push(() => server.end("SIGTERM"));
  return server;
}

/** That a proxy in front, as `start` sets it up, neither buffers nor hides who asks, nor lets anybody forge it. */
async function proveProxy(start: (port: number, server: Server) => string): Promise<void> {
  const port = await freePort();
  const settings = {
    APP_ORIGIN: `https://localhost:${port}`,
    TRUSTED_PROXY_HOPS: "1",
    ACCESS_CODES: "friends:a-code-of-ours",
    DAILY_BUDGET_USD: "1",
  };
  const server = await started(settings);
  const certificate = start(port, server);
  const found = await command("doctor", {
    ...settings,
    ANTHROPIC_BASE_URL: upstream.url,
    DATA_DIR: server.dataDir,
    NODE_EXTRA_CA_CERTS: certificate,
  });
  expect(found.output).toContain("streams: five frames");
  expect(found.output).toContain("TRUSTED_PROXY_HOPS is 1, as many");
  expect(found.code).toBe(0);
}

describe.skipIf(!isInstalled("caddy", "version"))("through Caddy, as deploy/ sets it up", () => {
  test("on a plain server words arrive as they are written, the address is known, and nobody can forge it", () =>
    proveProxy((port, server) =>
      startCaddy((site) =>
        site
          .replace("127.0.0.1:3000", `127.0.0.1:${server.port}`)
          .replaceAll("chat.example.org {", `https://localhost:${port} {`),
      ),
    ));
});

describe.skipIf(!isInstalled("nginx", "-v"))("through nginx, as deploy/ sets it up", () => {
  test("on a plain server words arrive as they are written, the address is known, and nobody can forge it", () =>
    proveProxy((port, server) =>
      startNginx("nginx.conf", (site, folder) =>
        site
          .replace(/server \{\s+listen 80;[^}]*\}/, "")
          .replace("127.0.0.1:3000", `127.0.0.1:${server.port}`)
          .replace("listen 443 ssl", `listen ${port} ssl`)
          .replace(/listen \[::\]:443.*/, "")
          .replaceAll("chat.example.org", "localhost")
          .replaceAll("/etc/letsencrypt/live/localhost", folder),
      ),
    ));

  test.skipIf(!isPostgresInstalled())("three instances answer as one, and one stops what another began", async () => {
    const postgres = await startPostgres();
    ends.push(() => postgres.stop());
    const shared = { DATABASE_URL: await postgres.createDatabase(), SESSION_SECRET: "a-secret-of-the-deployment" };
    const servers = await Promise.all([started(shared), started(shared), started(shared)]);
    const port = await freePort();
    startNginx("nginx-scale.conf", (site) =>
      site
        .replace(/resolver .*/, "")
        .replace("server instance:3000 resolve;", servers.map((one) => `server 127.0.0.1:${one.port};`).join("\n"))
        .replace("listen 80", `listen ${port}`),
    );
    const visitor = new Visitor({ ...(servers[0] as Server), url: `http://127.0.0.1:${port}` });
    await expect
      .poll(
        () =>
          visitor.meet().then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    upstream.script(answer("On and on. ".repeat(2000), { pace: everyMs(5) }));
    for (let round = 0; round < 6; round++) {
      const { id, response } = await visitor.ask("Never stop.");
      const reader = readAll(response);
      await reader.begun;
      expect((await visitor.stop(id)).status).toBe(200);
      await reader.ended;
      expect(reader.events.at(-1)?.event).toMatchObject({ type: "generation_end", outcome: { type: "stopped" } });
    }
    // One that goes down refuses, and nginx asks the next.
    upstream.script(answer("Done."));
    const going = servers[0]?.end("SIGTERM");
    for (let round = 0; round < 6; round++) {
      const { response } = await visitor.ask("Are you there?");
      const reader = readAll(response);
      await reader.ended;
      expect(reader.events.at(-1)?.event).toMatchObject({ outcome: { type: "done" } });
    }
    await going;
  });
});
