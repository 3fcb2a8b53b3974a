import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

// Built in bench/.work/bare-next, where Next and the SDK are found in the project's own node_modules.
const project = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** @type {import("next").NextConfig} */
export default {
  output: "standalone",
  outputFileTracingRoot: project,
  turbopack: { root: project },
  poweredByHeader: false,
  devIndicators: false,
};
