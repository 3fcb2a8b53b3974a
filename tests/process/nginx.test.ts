import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, everyMs } from "../upstream/scenario";
import { startUpstream } from "../upstream/server";
import type { Upstream } from "../upstream/upstream";
import { command } from "./command";
import { freePort, readAll, type Server, type Settings, startServer, Visitor } from "./server";

const isInstalled = spawnSync("nginx", ["-v"]).status === 0;
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

/** nginx with one of our files in a folder of its own; `adapt` puts this machine's ports and names into it. */
async function startNginx(name: string, adapt: (site: string, folder: string) => string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "platen-process-"));
  mkdirSync(join(folder, "temporary"));
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
      "-subj",
    ].concat(
      ["/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", join(folder, "privkey.pem")],
      ["-out", join(folder, "fullchain.pem")],
    ),
    { stdio: "ignore" },
  );
  writeFileSync(join(folder, "site.conf"), adapt(readFileSync(join(DEPLOY, name), "utf8"), folder));
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder}/temporary/${kind};`,
  );
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {}
     http { access_log off; gzip on; ${places.join(" ")} include ${folder}/site.conf; }`,
  );
  const nginx = spawn("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")], { stdio: "ignore" });
  const exited = new Promise((resolve) => nginx.once("exit", resolve));
  ends.unshift(() => {
    nginx.kill("SIGQUIT");
    nginx.kill("SIGTERM");
    return exited;
  });
  return join(folder, "fullchain.pem");
}

async function started(settings: Settings): Promise<Server> {
  const server = await startServer({ ANTHROPIC_BASE_URL: upstream.url, ...settings });
  ends.push(() => server.end("SIGTERM"));
  return server;
}

describe.skipIf(!isInstalled)("through nginx, as deploy/ sets it up", () => {
  test("on a plain server words arrive as they are written, the address is known, and nobody can forge it", async () => {
    const port = await freePort();
    const origin = `https://localhost:${port}`;
    const settings = {
      APP_ORIGIN: origin,
      TRUSTED_PROXY_HOPS: "1",
      ACCESS_CODES: "friends:a-code-of-ours",
      DAILY_BUDGET_USD: "1",
    };
    const server = await started(settings);
    const certificate = await startNginx("nginx.conf", (site, folder) =>
      site
        .replace(/server \{\s+listen 80;[^}]*\}/, "")
        .replace("127.0.0.1:3000", `127.0.0.1:${server.port}`)
        .replace("listen 443 ssl", `listen ${port} ssl`)
        .replace(/listen \[::\]:443.*/, "")
        .replaceAll("chat.example.org", "localhost")
        .replaceAll("/etc/letsencrypt/live/localhost", folder),
    );
    const found = await command("doctor", {
      ...settings,
      ANTHROPIC_BASE_URL: upstream.url,
      DATA_DIR: server.dataDir,
      NODE_EXTRA_CA_CERTS: certificate,
    });
    expect(found.output).toContain("streams: five frames");
    expect(found.output).toContain("TRUSTED_PROXY_HOPS is 1, as many");
    expect(found.code).toBe(0);
  });

  test("three instances answer as one, and an answer begun through one is stopped through another", async () => {
    const { startPostgres, isPostgresInstalled } = await import("../postgres");
    if (!isPostgresInstalled()) return;
    const postgres = await startPostgres();
    ends.push(() => postgres.stop());
    const shared = { DATABASE_URL: await postgres.createDatabase(), SESSION_SECRET: "a-secret-of-the-deployment" };
    const servers = await Promise.all([started(shared), started(shared), started(shared)]);
    const port = await freePort();
    await startNginx("nginx-scale.conf", (site) =>
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
