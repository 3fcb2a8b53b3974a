import { readFileSync } from "node:fs";
import { join } from "node:path";
import nextEnv from "@next/env";
import typescript from "typescript";
import { buildIfStale, root } from "./build.mjs";
import { serve } from "./serve.mjs";

process.env.NODE_ENV = "production";
nextEnv.loadEnvConfig(root, false, { info: () => {}, error: console.error });
await checkEnvironment();
buildIfStale();

serve();

/** Says what is wrong before half a minute is spent on a build; the server checks again for who starts it directly. */
async function checkEnvironment() {
  const source = readFileSync(join(root, "lib", "server", "env.ts"), "utf8");
  const { outputText } = typescript.transpileModule(source, {
    compilerOptions: { module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ES2022 },
  });
  const { environment } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
  environment();
}
