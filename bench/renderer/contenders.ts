import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import tailwind from "@tailwindcss/postcss";
import { build } from "esbuild";
import postcss from "postcss";

const here = dirname(fileURLToPath(import.meta.url));
const project = dirname(dirname(here));
const work = join(project, "bench", ".work");
const peerSources = join(here, "peers");
/** Outside the sources, so that the type checker does not read what is installed. */
const peers = join(work, "renderer-peers");

export type Contender = "floor" | "platen" | "streamdown" | "react-markdown" | "streaming-markdown" | "incremark";

export const CONTENDERS: readonly Contender[] = [
  "floor",
  "platen",
  "streamdown",
  "react-markdown",
  "streaming-markdown",
  "incremark",
];

export const TITLES: Record<Contender, string> = {
  floor: "floor: plain text in contained chunks",
  platen: "Platen",
  streamdown: "streamdown, all plugins",
  "react-markdown": "react-markdown, highlighting and mathematics",
  "streaming-markdown": "streaming-markdown (no highlighting, no mathematics)",
  incremark: "incremark",
};

/** Those of the wanted that can be built here: the peers need the npm registry, once. */
export function availableOf(wanted: readonly Contender[]): Contender[] {
  const hasPlaten = existsSync(join(here, "mount.tsx"));
  const needsPeers = wanted.some(isPeer);
  const hasPeers = needsPeers && installPeers();
  return wanted.filter((contender) => (isPeer(contender) ? hasPeers : contender === "floor" || hasPlaten));
}

/** Builds the page of a contender and returns the folder it is in. For a profile, names and lines are kept. */
export async function buildPage(contender: Contender, keepsNames = false): Promise<string> {
  const folder = join(work, "renderer", contender);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { source, styles } = await entryOf(contender, folder);
  const entry = [
    ...[join(here, "page.css"), ...styles].map((file) => `import ${JSON.stringify(file)};`),
    `import { mount } from ${JSON.stringify(source)};`,
    `import { start } from ${JSON.stringify(join(here, "page.ts"))};`,
    "start(mount);",
  ];
  await build({
    stdin: { contents: entry.join("\n"), resolveDir: isPeer(contender) ? peers : here, sourcefile: "index.ts" },
    outdir: join(folder, "site"),
    entryNames: "index",
    bundle: true,
    format: "esm",
    splitting: true,
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    minify: !keepsNames,
    define: { "process.env.NODE_ENV": '"production"' },
    loader: { ".woff": "file", ".woff2": "file", ".ttf": "file" },
    logLevel: "error",
  });
  const head = '<!doctype html><meta charset="utf-8"><title>bench</title><link rel="stylesheet" href="/index.css">';
  writeFileSync(join(folder, "site", "index.html"), `${head}<body><script type="module" src="/index.js"></script>`);
  return join(folder, "site");
}

/** Whether it is neither Platen nor the floor. */
export function isPeer(contender: Contender): boolean {
  return contender !== "floor" && contender !== "platen";
}

async function entryOf(contender: Contender, folder: string): Promise<{ source: string; styles: string[] }> {
  if (contender === "floor") return { source: join(here, "floor.ts"), styles: [...faces(), join(here, "floor.css")] };
  if (contender === "platen") return { source: join(here, "mount.tsx"), styles: await appStyles(folder) };
  return { source: join(peers, `${contender}.jsx`), styles: [] };
}

/** The style sheets and faces of the app, as its layout asks for them. */
async function appStyles(folder: string): Promise<string[]> {
  const from = join(project, "app", "globals.css");
  const { css } = await postcss([tailwind()]).process(readFileSync(from, "utf8"), { from });
  const globals = join(folder, "globals.css");
  writeFileSync(globals, css);
  return [...faces(), globals];
}

function faces(): string[] {
  const layout = readFileSync(join(project, "app", "layout.tsx"), "utf8");
  return [...layout.matchAll(/import "(@fontsource[^"]+)"/g)].map(([, face]) => face as string);
}

function installPeers(): boolean {
  const lock = readFileSync(join(peerSources, "package-lock.json"), "utf8");
  const stamp = join(peers, "node_modules", ".installed-lock.json");
  mkdirSync(peers, { recursive: true });
  for (const file of readdirSync(peerSources)) {
    if (file !== "node_modules") cpSync(join(peerSources, file), join(peers, file));
  }
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return true;
  process.stderr.write("Installing the renderers to compare with into bench/.work.\n");
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: peers,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    process.stderr.write("They cannot be installed here and are left out.\n");
    return false;
  }
  writeFileSync(stamp, lock);
  return true;
}
