#!/usr/bin/env node
// Carries out the Dockerfile's own steps where there is no container engine: each stage is a folder, RUN runs as nobody,
// and the last stage runs as its USER in a root of its own that cannot be written, but for its volume. Then it must be
// ready, healthy, answer once, take a backup, and end in order. Needs root for the walls; without, it says what it skips.
import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NOBODY = 65534;
const PORT = 3477;
const IMAGE_LIMIT_MB = 250;
/** What gcr.io/distroless/nodejs22-debian12 weighs, about; its Node alone is most of it. */
const BASE_MB = 150;

const isRoot = process.getuid() === 0;
const work = mkdtempSync(join(tmpdir(), "platen-image-"));
chmodSync(work, 0o755);
const started = new Set();
process.on("exit", () => {
  for (const child of started) child.kill("SIGKILL");
  rmSync(work, { recursive: true, force: true });
});

const stages = buildStages(readSteps(join(ROOT, "Dockerfile")));
const image = stages.at(-1);
checkContents(image);
await tryImage(image);
console.log("The Dockerfile's steps give an image that works.");
process.exit(0);

/** The instructions, continued lines joined. */
function readSteps(file) {
  return readFileSync(file, "utf8")
    .replace(/\\\n/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [instruction, ...rest] = line.split(/\s+/);
      return { instruction, text: rest.join(" ") };
    });
}

function buildStages(steps) {
  const made = [];
  for (const { instruction, text } of steps) {
    if (instruction === "FROM") made.push(newStage(text, made));
    else carryOut(made.at(-1), instruction, text, made);
  }
  return made;
}

function newStage(text, made) {
  const [, from, name] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(text);
  const parent = made.find((stage) => stage.name === from);
  if (parent !== undefined) return { ...parent, env: { ...parent.env }, name };
  const folder = join(work, `stage-${made.length}`);
  mkdirSync(folder);
  return { name, folder, workdir: "/", env: {}, user: "0:0", command: [], entrypoint: [] };
}

function carryOut(stage, instruction, text, made) {
  switch (instruction) {
    case "WORKDIR":
      stage.workdir = text;
      mkdirSync(join(stage.folder, text), { recursive: true });
      return own(join(stage.folder, text), NOBODY);
    case "COPY":
      return copy(stage, text, made);
    case "RUN":
      return run(stage, text);
    case "ENV":
      for (const [, key, value] of text.matchAll(/(\w+)=(\S+)/g)) stage.env[key] = value;
      return undefined;
    case "USER":
      stage.user = text;
      return undefined;
    case "ENTRYPOINT":
      stage.entrypoint = JSON.parse(text);
      return undefined;
    case "CMD":
      stage.command = JSON.parse(text);
      return undefined;
    case "HEALTHCHECK":
      stage.health = JSON.parse(/CMD\s+(\[.*\])/.exec(text)[1]);
      return undefined;
    case "VOLUME":
      stage.volume = text;
      return undefined;
    case "EXPOSE":
    case "STOPSIGNAL":
      return undefined;
  }
  fail(`the Dockerfile uses ${instruction}, which this script does not know`);
}

function copy(stage, text, made) {
  const words = text.split(/\s+/);
  const option = (name) => words.find((word) => word.startsWith(`--${name}=`))?.split("=")[1];
  const paths = words.filter((word) => !word.startsWith("--"));
  const target = paths.pop();
  const source = made.find(({ name }) => name === option("from"));
  const from = source === undefined ? ROOT : source.folder;
  const owner = Number(option("chown")?.split(":")[0] ?? (source === undefined ? NOBODY : 0));
  for (const path of paths) {
    const into = resolve("/", stage.workdir, target, target.endsWith("/") ? basename(path) : "");
    const destination = join(stage.folder, path === "." ? resolve("/", stage.workdir, target) : into);
    const isKept = source === undefined ? notIgnored() : () => true;
    cpSync(join(from, path), destination, { recursive: true, verbatimSymlinks: true, filter: isKept });
    own(destination, owner);
  }
}

/** .dockerignore, as far as ours goes: the last pattern that fits decides. */
function notIgnored() {
  const rules = readFileSync(join(ROOT, ".dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const pattern = line.replace(/^!/, "");
      const expression = pattern
        .replace(/[.+^$()|[\]]/g, "\\$&")
        .replace(/\*\*\//g, "(?:.*/)?")
        .replace(/(?<!\.)\*/g, "[^/]*");
      return { isKept: line.startsWith("!"), fits: new RegExp(`^${expression}(?:/|$)`) };
    });
  return (path) => {
    const relative = path.slice(ROOT.length + 1);
    return rules.reduce((isKept, rule) => (rule.fits.test(relative) ? rule.isKept : isKept), true);
  };
}

function own(path, user) {
  if (isRoot) spawnSync("chown", ["-R", `${user}:${user}`, path]);
}

function run(stage, text) {
  console.log(`RUN ${text}`);
  const home = join(work, "home");
  mkdirSync(home, { recursive: true });
  own(home, NOBODY);
  const env = { ...clean(), HOME: home, ...stage.env };
  const { status } = spawnSync("sh", ["-c", text], {
    cwd: join(stage.folder, stage.workdir),
    stdio: "inherit",
    env,
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  if (status !== 0) fail(`RUN ended with ${status}: ${text}`);
}

/** Of our environment only what finds programs and packages: neither keys nor settings. */
function clean() {
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(PATH|npm_config_.*|.*_proxy|NODE_EXTRA_CA_CERTS)$/i.test(name),
  );
  return Object.fromEntries(kept);
}

function checkContents({ folder }) {
  const kilobytes = Number(spawnSync("du", ["-sk", folder], { encoding: "utf8" }).stdout.split("\t")[0]);
  const megabytes = Math.round(kilobytes / 1024);
  console.log(`The app's layers have ${megabytes} MB; with the base about ${megabytes + BASE_MB} MB.`);
  if (megabytes + BASE_MB > IMAGE_LIMIT_MB) fail(`the image has more than ${IMAGE_LIMIT_MB} MB`);
  const app = join(folder, "app");
  for (const name of [".env", ".git", "node_modules"]) if (existsSync(join(app, name))) fail(`${name} is in the image`);
  const secrets = readdirSync(join(app, ".next", "standalone")).filter((name) => name.startsWith(".env"));
  if (secrets.length > 0) fail(`${secrets.join(", ")} is in the image`);
}

async function tryImage(stage) {
  const place = isRoot && canUnshare() ? newRoot(stage) : undefined;
  if (place === undefined) console.log("Not root, or no namespaces here: tried without a root of its own.");
  const server = launch(stage, place, [...stage.entrypoint, ...stage.command]);
  try {
    await untilReady(server);
    await mustSucceed(stage, place, stage.health, "the health check");
    await answerOnce();
    await mustSucceed(stage, place, [...stage.entrypoint, "doctor"], "the doctor");
    await mustSucceed(stage, place, [...stage.entrypoint, "backup", `${stage.volume}/backup.sqlite`], "the backup");
    server.child.kill("SIGTERM");
    const code = await server.exited;
    if (code !== 0) fail(`told to go, the server ended with ${code}`);
  } finally {
    console.log(server.output());
  }
  if (/EROFS|EACCES|EPERM/.test(server.output())) fail("the server tried to write where it may not");
}

function canUnshare() {
  return spawnSync("unshare", ["--mount", "true"]).status === 0;
}

/** A root with the image's own folders, Node, and this machine's libraries in place of the base's. */
function newRoot({ folder }) {
  const root = join(work, "root");
  mkdirSync(join(root, "nodejs", "bin"), { recursive: true });
  cpSync(process.execPath, join(root, "nodejs", "bin", "node"));
  for (const name of ["usr", "etc", "proc", "dev", "app", "data"]) mkdirSync(join(root, name), { recursive: true });
  for (const name of ["lib", "lib64"])
    if (lstatSync(`/${name}`).isSymbolicLink()) symlinkSync(`usr/${name}`, join(root, name));
  const readOnly = (from, to) => `mount --bind ${from} ${root}/${to} && mount -o remount,bind,ro ${root}/${to}`;
  return [
    readOnly("/usr", "usr"),
    readOnly("/etc", "etc"),
    readOnly(join(folder, "app"), "app"),
    `mount --rbind /dev ${root}/dev`,
    `mount --rbind /proc ${root}/proc`,
    // The only place that may be written; the root itself is root's.
    `mount --bind ${join(folder, "data")} ${root}/data`,
  ].join(" && ");
}

/** Runs a command of the image, as its user. */
function launch(stage, mounts, [program, ...parameters]) {
  const settings = { ...clean(), ...stage.env, PORT: String(PORT) };
  const [uid, gid] = stage.user.split(":");
  const child =
    mounts === undefined
      ? spawn(process.execPath, parameters, {
          cwd: join(stage.folder, stage.workdir),
          env: { ...settings, DATA_DIR: join(stage.folder, stage.volume) },
          ...(isRoot ? { uid: Number(uid), gid: Number(gid) } : {}),
        })
      : spawn("unshare", ["--mount", "sh", "-c", inRoot(stage, mounts, [program, ...parameters])], { env: settings });
  started.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (output += bytes));
  const exited = new Promise((done) => child.once("close", (code) => done(code)));
  exited.then(() => started.delete(child));
  return { child, exited, output: () => output };
}

function inRoot({ user, workdir }, mounts, command) {
  const [uid, gid] = user.split(":");
  const quoted = command.map((word) => `'${word}'`).join(" ");
  const become = `chroot --userspec=${uid}:${gid} ${join(work, "root")}`;
  return `${mounts} && exec ${become} /usr/bin/env -C ${workdir} ${quoted}`;
}

async function mustSucceed(stage, place, command, what) {
  const { exited, output } = launch(stage, place, command);
  const code = await exited;
  if (code !== 0) fail(`${what} ended with ${code}:\n${output()}`);
  console.log(`${what}: ${output().trim() || "ok"}`);
}

async function untilReady(server) {
  let hasEnded = false;
  server.exited.then(() => {
    hasEnded = true;
  });
  for (let tries = 0; tries < 240 && !hasEnded; tries++) {
    const ready = await fetch(`http://127.0.0.1:${PORT}/api/ready`).catch(() => undefined);
    if (ready?.ok) return;
    await new Promise((done) => setTimeout(done, 250));
  }
  fail(`the server did not become ready:\n${server.output()}`);
}

async function answerOnce() {
  const body = {
    conversationId: randomUUID(),
    parentId: null,
    message: { id: randomUUID(), content: [{ type: "text", text: "hello" }] },
  };
  const response = await fetch(`http://127.0.0.1:${PORT}/api/generations/${randomUUID()}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const stream = await response.text();
  if (!stream.includes('"type":"done"')) fail(`it did not answer: ${stream.slice(0, 500)}`);
}

function fail(why) {
  console.error(`.ci/dockerfile: ${why}`);
  process.exit(1);
}
