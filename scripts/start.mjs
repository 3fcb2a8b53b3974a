import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import nextEnv from "@next/env";
import typescript from "typescript";
import { buildIfStale, root, standalone } from "./build.mjs";

// Above the idle timeout of the load balancers we know, so that they close a connection first.
const KEEP_ALIVE_MS = 75_000;

process.env.NODE_ENV = "production";
nextEnv.loadEnvConfig(root, false, { info: () => {}, error: console.error });
await checkEnvironment();
buildIfStale();

process.env.DATA_DIR = resolve(root, process.env.DATA_DIR?.trim() || "data");
process.env.KEEP_ALIVE_TIMEOUT ??= String(KEEP_ALIVE_MS);
// The app drains by itself at SIGTERM (lib/server/instance.ts).
process.env.NEXT_MANUAL_SIG_HANDLE = "1";
// Some shells export the machine's name here, and the server would listen on that address alone.
delete process.env.HOSTNAME;
createRequire(import.meta.url)(join(standalone, "server.js"));

/** Says what is wrong before half a minute is spent on a build; the server checks again for who starts it directly. */
async function checkEnvironment() {
  const source = readFileSync(join(root, "lib", "server", "env.ts"), "utf8");
  const { outputText } = typescript.transpileModule(source, {
    compilerOptions: { module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ES2022 },
  });
  const { environment } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
  environment();
}
