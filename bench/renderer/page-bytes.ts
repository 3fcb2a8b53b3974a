import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { shown, table } from "../server/figures";
import { type Kind, startServer } from "../server/servers";
import { launch } from "./browser";

const here = dirname(fileURLToPath(import.meta.url));
const project = dirname(dirname(here));
const work = join(project, "bench", ".work", "empty-page");
const QUIET_MS = 1000;

/** gzip bytes. */
export type PageBytes = { scripts: number; styles: number; fonts: number; files: number };

export type ComparedBytes = { chat: PageBytes; empty: PageBytes; beyondScripts: number };

/** What the page of a new conversation loads before its first answer, and what an empty page of the same Next does. */
export async function comparePageBytes(): Promise<ComparedBytes> {
  const chat = await bytesOf("platen", "");
  const empty = await bytesOf("next", buildEmptyPage());
  return { chat, empty, beyondScripts: chat.scripts - empty.scripts };
}

export function pageBytesTable({ chat, empty, beyondScripts }: ComparedBytes): string {
  const row = (name: string, { scripts, styles, fonts }: PageBytes) =>
    [name, scripts, styles, fonts].map((cell) => (typeof cell === "number" ? shown(cell / 1000) : cell));
  return table(
    ["gzip kB before the first answer", "scripts", "styles", "fonts"],
    [
      row("a new conversation", chat),
      row("an empty page of the same Next", empty),
      ["beyond it", shown(beyondScripts / 1000), "", ""],
    ],
  );
}

async function bytesOf(kind: Kind, bareNextScript: string): Promise<PageBytes> {
  // The page asks the model for nothing before the first question.
  const server = await startServer(kind, "http://127.0.0.1:9", { bareNextScript });
  const browser = await launch("paced");
  try {
    const page = await browser.newPage();
    const bytes: PageBytes = { scripts: 0, styles: 0, fonts: 0, files: 0 };
    const counting: Promise<void>[] = [];
    page.on("requestfinished", (request) => {
      const count = async () => {
        const type = { script: "scripts", stylesheet: "styles", font: "fonts" }[request.resourceType()];
        if (type === undefined) return;
        const body = (await (await request.response())?.body()) ?? Buffer.alloc(0);
        // Faces are compressed as they are.
        bytes[type as "scripts"] += type === "fonts" ? body.length : gzipSync(body, { level: 9 }).length;
        bytes.files += 1;
      };
      counting.push(count());
    });
    await page.goto(`http://127.0.0.1:${server.port}/`, { waitUntil: "networkidle" });
    await page.waitForTimeout(QUIET_MS);
    await Promise.all(counting);
    return bytes;
  } finally {
    await browser.close();
    await server.close();
  }
}

function buildEmptyPage(): string {
  const standalone = join(work, ".next", "standalone", "bench", ".work", "empty-page");
  const script = join(standalone, "server.js");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  cpSync(join(here, "empty-page"), work, { recursive: true });
  writeFileSync(join(work, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const next = join(project, "node_modules", "next", "dist", "bin", "next");
  const env = { ...process.env, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  const { stdout, stderr } = spawnSync(process.execPath, [next, "build"], { cwd: work, encoding: "utf8", env });
  if (!existsSync(script)) throw new Error(`the empty page cannot be built:\n${stdout}${stderr}`);
  cpSync(join(work, ".next", "static"), join(standalone, ".next", "static"), { recursive: true });
  return script;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${pageBytesTable(await comparePageBytes())}\n`);
}
