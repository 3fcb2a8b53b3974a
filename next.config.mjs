import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));

/** @type {import("next").NextConfig} */
export default {
  output: "standalone",
  // A lock file in a folder above would otherwise be taken for the project's root.
  outputFileTracingRoot: root,
  outputFileTracingIncludes: { "/diagram/script": ["./node_modules/mermaid/dist/mermaid.min.js"] },
  // 19 MB that only the optimiser of images would use.
  outputFileTracingExcludes: { "**/*": ["node_modules/@img/**", "node_modules/sharp/**"] },
  turbopack: { root },
  images: { unoptimized: true },
  // Streams are never compressed (no-transform); static files are compressed by the proxy in front, or by Next.
  compress: true,
  poweredByHeader: false,
  reactStrictMode: true,
  // libsql loads a prebuilt native library, which no bundler may swallow. Of the others every route would get its own copy
  // in its own chunk, and the process would hold their texts eleven times.
  serverExternalPackages: ["libsql", "@anthropic-ai/sdk", "kysely", "zod"],
  devIndicators: false,
  // `npm run check` and CI check the types of the whole tree; a newcomer's first start need not wait for it.
  typescript: { ignoreBuildErrors: true },
};
