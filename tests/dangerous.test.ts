import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What a browser or a server gets of ours: no tests. */
const sources = ["app", "components", "lib"]
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  )
  .concat("proxy.ts", "instrumentation.ts")
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.tsx?$/.test(file) && !/\.test(-support)?\.tsx?$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(ROOT, file), "utf8") }));

/** The files that have it, in the order of their names. */
function filesWith(pattern: RegExp): string[] {
  return sources.flatMap(({ file, text }) => (pattern.test(text) ? [file] : [])).sort();
}

test("nothing starts another program, or takes text for a program", () => {
  expect(sources.length).toBeGreaterThan(200);
  expect(filesWith(/child_process|\beval\(|new Function\b|node:vm/)).toEqual([]);
});

test("nothing takes text for HTML", () => {
  // The first says that React is to leave alone what is there (an empty text), the second only reads.
  expect(filesWith(/dangerouslySetInnerHTML|innerHTML/)).toEqual([
    "components/copy-rich.ts",
    "components/markdown/markdown-element.tsx",
  ]);
  expect(filesWith(/(?:inner|outer)HTML\s*=[^=]|insertAdjacentHTML|document\.write|\bsrcdoc\b/)).toEqual([]);
});

test("regular expressions are made of our own sources and the build's alone", () => {
  expect(filesWith(/new RegExp\(/)).toEqual([
    "lib/chat/search-words.ts",
    "lib/chat/secrets-warning.ts",
    "lib/server/operating/request-log.ts",
    "lib/typewriter/code/lexer.ts",
    "lib/typewriter/markdown/line-starts.ts",
  ]);
});

test("what must not be guessed is of node:crypto: the server's other random numbers only spread waits", () => {
  expect(filesWith(/Math\.random/).filter((file) => file.startsWith("lib/server"))).toEqual(["lib/server/model.ts"]);
  expect(filesWith(/createHash\("(?!sha256")|createHmac\("(?!sha256")|createCipheriv\("(?!aes-256-gcm")/)).toEqual([]);
});

test("no connection is told to trust whoever answers", () => {
  expect(filesWith(/rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity/)).toEqual([]);
});

test("the language and the typewriter have neither clock nor chance: both are handed in", () => {
  const impure =
    /\bDate\.now\b|new Date\(\)|\bperformance\b|Math\.random|randomUUID|setTimeout|setInterval|requestAnimationFrame/;
  expect(filesWith(impure).filter((file) => /^lib\/(chat|typewriter)\//.test(file))).toEqual([]);
});
