import { readFileSync } from "node:fs";
import { join } from "node:path";
import typescript from "typescript";
import { root } from "./build.mjs";

// Says what is wrong before half a minute is spent on a build. The server checks again, for who starts it directly.
const source = readFileSync(join(root, "lib", "server", "env.ts"), "utf8");
const { outputText } = typescript.transpileModule(source, {
  compilerOptions: { module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ES2022 },
});
const { environment } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
environment();
