import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readEnvironment } from "@/lib/server/env";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** The variables that the server knows, by the source that reads them. */
const VARIABLES = new Set(
  [...read("lib/server/env.ts").matchAll(/read\.\w+\("([A-Z_]+)"/g)].map(([, name]) => name ?? ""),
);
/** What the platforms, or OpenTelemetry, define. */
const FOREIGN = new Set(["NODE_ENV", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRES_DB"]);

function drainSeconds(): number {
  const result = readEnvironment({});
  if ("faults" in result) throw new Error("the defaults are wrong");
  return result.environment.drainSeconds;
}

test("every variable is in .env.example and in the README's table", () => {
  expect(VARIABLES.size).toBeGreaterThan(20);
  for (const name of VARIABLES) {
    expect(read(".env.example")).toMatch(new RegExp(`^#${name}=`, "m"));
    expect(read("README.md")).toMatch(new RegExp(`^\\|.*\`${name}\`.*\\|`, "m"));
  }
});

test(".env.example, with every example taken, starts a server", () => {
  const lines = [...read(".env.example").matchAll(/^#([A-Z_]+)=([^#\n]*)/gm)];
  const { faults } = readEnvironment(Object.fromEntries(lines.map(([, name, value]) => [name, value]))) as {
    faults?: string[];
  };
  expect(faults ?? []).toEqual([]);
});

describe("each place gives a server that drains the time it takes, and five seconds", () => {
  test.each([
    ["deploy/platen.service", /TimeoutStopSec=(\d+)/],
    ["compose.yaml", /stop_grace_period: (\d+)s/],
    ["deploy/fly.toml", /kill_timeout = (\d+)/],
    ["deploy/render.yaml", /maxShutdownDelaySeconds: (\d+)/],
    ["deploy/railway.json", /"drainingSeconds": (\d+)/],
    ["deploy/kubernetes.yaml", /terminationGracePeriodSeconds: (\d+)/],
  ])("%s", (path, pattern) => {
    expect(Number(pattern.exec(read(path))?.[1])).toBeGreaterThanOrEqual(drainSeconds() + 5);
  });
});

test("what they set, the server reads", () => {
  const set = [
    "compose.yaml",
    ...readdirSync(join(ROOT, "deploy")).map((name) => `deploy/${name}`),
    "Dockerfile",
  ].flatMap((path) =>
    [...read(path).matchAll(/(?:name: |key: |^ +|^Environment=|ENV |\s)([A-Z]{4,}(?:_[A-Z]+)+)(?=[=:,\s]| =)/gm)].map(
      ([, name]) => `${path} ${name}`,
    ),
  );
  expect(set.length).toBeGreaterThan(20);
  expect(
    set.filter((found) => !VARIABLES.has(found.split(" ")[1] ?? "") && !FOREIGN.has(found.split(" ")[1] ?? "")),
  ).toEqual([]);
});

test("no proxy of ours buffers, or cuts a stream within Platen's 15 seconds of silence", () => {
  for (const path of ["deploy/nginx.conf", "deploy/nginx-scale.conf"]) {
    expect(read(path)).toContain("proxy_buffering off;");
    expect(Number(/proxy_read_timeout (\d+)s/.exec(read(path))?.[1])).toBeGreaterThan(15);
  }
  expect(read("deploy/kubernetes.yaml")).toContain('proxy-buffering: "off"');
  expect(read("deploy/Caddyfile")).toContain("flush_interval -1");
});

test("no secret has a default", () => {
  const compose = read("compose.yaml");
  expect(compose).toContain("POSTGRES_PASSWORD_FILE: /database/password");
  expect(compose).not.toMatch(/SESSION_SECRET|postgres:\/\/\w+:/);
  expect(compose.match(/\$\{\w*(PASSWORD|SECRET|KEY|CODE)\w*:-[^}]/)).toBeNull();
});

test("what makes the database's password in compose.yaml makes one, keeps it, and takes one that is given", () => {
  const [, script = ""] = /command:\n {6}- \|\n((?: {8}.*\n)+)/.exec(read("compose.yaml")) ?? [];
  const make = (folder: string, given: string) => {
    const here = script
      .replaceAll("$$", "$")
      .replaceAll("/database", `${folder}/database`)
      .replaceAll("/shared", `${folder}/shared`)
      .replace(/chown.*/, "");
    execFileSync("sh", ["-euc", here], { env: { ...process.env, GIVEN: given } });
    const file = join(folder, "shared", "pgpass");
    return { pgpass: readFileSync(file, "utf8"), mode: statSync(file).mode & 0o777 };
  };
  const folders = () => {
    const folder = mkdtempSync(join(tmpdir(), "platen-compose-"));
    for (const name of ["database", "shared"]) mkdirSync(join(folder, name));
    return folder;
  };
  const folder = folders();
  const made = make(folder, "");
  expect(made).toEqual({ pgpass: expect.stringMatching(/^postgres:5432:platen:platen:[0-9a-f]{64}\n$/), mode: 0o600 });
  expect(make(folder, "another")).toEqual(made);
  expect(make(folders(), "")).not.toEqual(made);
  expect(make(folders(), "own:word\\").pgpass).toBe("postgres:5432:platen:platen:own\\:word\\\\\n");
});

test("the image runs as nobody", () => {
  const users = [...read("Dockerfile").matchAll(/^USER (\d+)/gm)].map(([, user]) => user);
  expect(users.at(-1)).toBe("65532");
});
