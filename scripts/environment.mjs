import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { root, standalone } from "./build.mjs";

const SOURCE = join(root, "lib", "server", "env.ts");
const COMPILED = join(standalone, "environment.mjs");

/** `lib/server/env.ts` as a module: as the build compiled it, or compiled now where it has changed since. */
export function loadEnvironment() {
  if (isCompiled()) return import(pathToFileURL(COMPILED).href);
  return import(`data:text/javascript,${encodeURIComponent(compile())}`);
}

function isCompiled() {
  if (!existsSync(SOURCE)) return true;
  return existsSync(COMPILED) && statSync(COMPILED).mtimeMs > statSync(SOURCE).mtimeMs;
}

/** The settings as the server will read them, `.env` included: `{ environment }` or `{ faults }`. */
export async function readSettings() {
  process.env.NODE_ENV ??= "production";
  const nextEnv = appRequire("@next/env");
  nextEnv.loadEnvConfig(root, false, { info: () => {}, error: console.error });
  process.env.DATA_DIR = resolve(root, process.env.DATA_DIR?.trim() || "data");
  const { readEnvironment } = await loadEnvironment();
  return readEnvironment(process.env);
}

/** A package that the server uses, from the checkout or, where there is only a build, from the build. */
export function appRequire(name) {
  const from = existsSync(join(root, "node_modules")) ? root : standalone;
  return createRequire(join(from, "package.json"))(name);
}

function compile() {
  const typescript = createRequire(import.meta.url)("typescript");
  const { outputText } = typescript.transpileModule(readFileSync(SOURCE, "utf8"), {
    compilerOptions: { module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ES2022 },
  });
  return outputText;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(COMPILED, compile());
