import { spawnSync } from "node:child_process";
import { join } from "node:path";
import nextEnv from "@next/env";
import { buildIfStale, root } from "./build.mjs";
import { serve } from "./serve.mjs";

process.env.NODE_ENV = "production";
nextEnv.loadEnvConfig(root, false, { info: () => {}, error: console.error });

// In a process of its own, because the compiler it takes would stay in the server's memory.
const checked = spawnSync(process.execPath, [join(root, "scripts", "check-environment.mjs")], { stdio: "inherit" });
if (checked.status !== 0) process.exit(checked.status ?? 1);

buildIfStale();
await serve();
