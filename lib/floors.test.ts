import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The folders and files that are looked at, from the root of the project. */
const LOOKED_AT = ["app", "components", "lib", "bench", "proxy.ts", "instrumentation.ts"];

/** Which floors each floor stands on. Nothing else may be imported from the project. */
const FLOORS = {
  app: ["components", "lib/client", "lib/server", "lib/typewriter", "lib/chat"],
  components: ["lib/client", "lib/typewriter", "lib/chat"],
  "lib/client": ["lib/typewriter", "lib/chat"],
  "lib/server": ["lib/chat"],
  "lib/typewriter": ["lib/chat"],
  "lib/chat": [],
} as const satisfies Record<string, readonly string[]>;

type Floor = keyof typeof FLOORS;

/** Packages a floor must not know, by the beginning of their names. */
const FORBIDDEN: { [Name in Floor]?: readonly string[] } = {
  components: ["node:", "server-only"],
  "lib/client": ["node:", "server-only"],
  "lib/typewriter": ["react", "next", "node:"],
  "lib/chat": ["react", "next", "node:"],
};

/** The only file that knows the SDK. */
const SDK = "@anthropic-ai/sdk";
const SDK_FILE = "lib/server/model.ts";

const DRAWERS = /^(utils|helpers|types|hooks|contexts)$/;

/** A project as this test sees it: the text of each file by its path. */
type Sources = ReadonlyMap<string, string>;

/** Tests, what only tests use, and benchmarks may import anything. */
function isExempt(path: string): boolean {
  return /\.test(-support)?(\.tsx?)?$/.test(path) || path.startsWith("bench/") || path.startsWith("tests/");
}

function floorOf(path: string): Floor | undefined {
  if (path === "proxy.ts" || path === "instrumentation.ts") return "app";
  return (Object.keys(FLOORS) as Floor[]).find((floor) => path.startsWith(`${floor}/`));
}

/** What a file imports, types included: files of the project by path, everything else by the name it is imported by. */
function importsOf(path: string, sources: Sources): { files: string[]; packages: string[] } {
  const files: string[] = [];
  const packages: string[] = [];
  for (const { fileName } of ts.preProcessFile(sources.get(path) ?? "", true, true).importedFiles) {
    const isOurs = fileName.startsWith("@/") || fileName.startsWith(".");
    if (!isOurs) packages.push(fileName);
    else {
      const target = fileName.startsWith("@/") ? fileName.slice(2) : posix.join(posix.dirname(path), fileName);
      const ends = ["", ".ts", ".tsx", "/index.ts", "/index.tsx"];
      files.push(ends.map((end) => target + end).find((candidate) => sources.has(candidate)) ?? target);
    }
  }
  return { files, packages };
}

function isPackage(name: string, beginning: string): boolean {
  return beginning.endsWith(":") ? name.startsWith(beginning) : name === beginning || name.startsWith(`${beginning}/`);
}

/** Every fault of `sources`, one line each: the import that should not be, or the file that should not be there. */
function faultsIn(sources: Sources): string[] {
  const production = [...sources.keys()].filter((path) => !isExempt(path));
  return [
    ...production.flatMap((path) => namingFaults(path)),
    ...production.flatMap((path) => importFaults(path, sources)),
    ...circlesAmong(production, sources),
  ];
}

function namingFaults(path: string): string[] {
  const parts = path.split("/").map((part) => part.replace(/\.tsx?$/, ""));
  const drawer = parts.find((part) => DRAWERS.test(part));
  return [
    ...(drawer === undefined ? [] : [`${path} lies in a drawer named ${drawer}`]),
    ...(parts.at(-1) === "index" ? [`${path} is a barrel`] : []),
  ];
}

function importFaults(path: string, sources: Sources): string[] {
  const floor = floorOf(path);
  if (floor === undefined) return [`${path} stands on no floor`];
  const { files, packages } = importsOf(path, sources);
  const isAllowed = (file: string) => {
    const other = floorOf(file);
    if (isExempt(file) || other === undefined) return false;
    return other === floor || (FLOORS[floor] as readonly Floor[]).includes(other);
  };
  const code = files.filter((file) => !/\.(css|json|svg)$/.test(file));
  const forbidden = (name: string) => FORBIDDEN[floor]?.some((beginning) => isPackage(name, beginning)) ?? false;
  const isStraySdk = (name: string) => isPackage(name, SDK) && path !== SDK_FILE;
  return [
    ...code.filter((file) => !isAllowed(file)),
    ...packages.filter((name) => forbidden(name) || isStraySdk(name)),
  ].map((target) => `${path} → ${target}`);
}

/** The circles of imports, at least one of each tangle, each once and from the file in it that comes first. */
function circlesAmong(paths: readonly string[], sources: Sources): string[] {
  const imports = new Map(paths.map((path) => [path, importsOf(path, sources).files]));
  const circles = new Set<string>();
  const isDone = new Set<string>();
  const trail: string[] = [];

  function visit(path: string): void {
    const at = trail.indexOf(path);
    if (at !== -1) {
      const circle = trail.slice(at);
      const first = circle.indexOf([...circle].sort()[0] ?? "");
      circles.add([...circle.slice(first), ...circle.slice(0, first + 1)].join(" → "));
    }
    if (at !== -1 || isDone.has(path)) return;
    trail.push(path);
    for (const next of imports.get(path) ?? []) visit(next);
    trail.pop();
    isDone.add(path);
  }

  for (const path of paths) visit(path);
  return [...circles];
}

function projectSources(): Sources {
  const paths = LOOKED_AT.flatMap((name) =>
    /\.ts$/.test(name)
      ? [name]
      : readdirSync(join(ROOT, name), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
          .map((entry) => posix.relative(posix.resolve(ROOT), join(entry.parentPath ?? entry.path, entry.name))),
  );
  return new Map(
    paths
      .filter((path) => !path.includes("node_modules"))
      .map((path) => [path, readFileSync(join(ROOT, path), "utf8")]),
  );
}

test("the project stands on its floors", () => {
  expect(faultsIn(projectSources())).toEqual([]);
});

describe("the test itself", () => {
  const faultsOf = (sources: Record<string, string>) => faultsIn(new Map(Object.entries(sources)));

  test("sees the whole project", () => {
    const sources = projectSources();
    for (const path of ["app/layout.tsx", "components/chat.tsx", "lib/chat/message.ts", SDK_FILE, "proxy.ts"]) {
      expect(sources.has(path)).toBe(true);
    }
    expect(importsOf("lib/client/store.ts", sources).files).toContain("lib/chat/conversation.ts");
    expect(importsOf("instrumentation.ts", sources).files).toContain("lib/server/instance.ts");
  });

  test.each<[string, string, string]>([
    ["a floor above", "lib/chat/a.ts", 'import { b } from "@/lib/client/b";'],
    ["a floor above, by a path of its own", "lib/client/a.ts", 'import { b } from "../../components/b";'],
    ["a floor beside", "components/a.tsx", 'import { b } from "@/lib/server/b";'],
    ["a floor beside, for a type", "lib/server/a.ts", 'import type { B } from "@/lib/client/b";'],
    ["a floor beside, later", "lib/client/a.ts", 'const b = await import("../server/b");'],
    ["a floor above, to hand it on", "lib/typewriter/a.ts", 'export { b } from "@/components/b";'],
    ["the tests", "lib/server/a.ts", 'import { b } from "@/tests/upstream/b";'],
    ["a benchmark", "app/a.ts", 'import { b } from "@/bench/b";'],
    ["a test beside it", "lib/chat/a.ts", 'import { b } from "./b.test";'],
    ["React in the language", "lib/chat/a.ts", 'import { useState } from "react";'],
    ["Next in the typewriter", "lib/typewriter/a.ts", 'import Link from "next/link";'],
    ["Node in the language", "lib/chat/a.ts", 'import { join } from "node:path";'],
    ["Node in the browser", "lib/client/a.ts", 'import type { Buffer } from "node:buffer";'],
    ["Node in a component", "components/a.tsx", 'import "node:fs";'],
    ["the SDK anywhere but in one file", "lib/server/a.ts", `import Anthropic from "${SDK}";`],
    ["a part of the SDK", "lib/server/a.ts", `import type { Message } from "${SDK}/resources/messages";`],
  ])("finds an import of %s", (_, path, source) => {
    const [target] = /"([^"]+)"/.exec(source)?.slice(1) ?? [];
    const [fault, ...more] = faultsOf({ [path]: source });
    expect(more).toEqual([]);
    const named = target?.startsWith("@/")
      ? target.slice(2)
      : posix.join(target?.startsWith(".") ? dirname(path) : "", target ?? "");
    expect(fault).toBe(`${path} → ${named}`);
  });

  test("lets pass what is allowed", () => {
    expect(
      faultsOf({
        "app/page.tsx":
          'import "./globals.css"; import "@/components/a"; import "@/lib/server/model"; import "@/lib/chat/a";',
        "components/a.tsx": 'import "@/lib/client/a"; import "@/lib/chat/a"; import "react";',
        "lib/client/a.ts": 'import type { A } from "../typewriter/a"; import { useState } from "react";',
        "lib/typewriter/a.ts": 'import { a } from "@/lib/chat/a"; import "react-is-not-react";',
        "lib/chat/a.ts": 'import { z } from "zod"; // import "react"\nconst text = \'import "next"\';',
        "lib/chat/a.test.ts": 'import "@/app/page"; import "@/tests/a"; import "./a";',
        [SDK_FILE]: `import Anthropic from "${SDK}"; import "node:fs"; import "@/lib/chat/a";`,
        "bench/a.ts": 'import "@/components/a";',
      }),
    ).toEqual([]);
  });

  test("finds each circle once, types included", () => {
    expect(
      faultsOf({
        "lib/chat/a.ts": 'import { b } from "./b";',
        "lib/chat/b.ts": 'import type { C } from "@/lib/chat/c";',
        "lib/chat/c.ts": 'import { a } from "./a"; import "./d";',
        "lib/chat/d.ts": 'import "./d";',
        "lib/chat/e.ts": 'import "./a";',
      }),
    ).toEqual(
      ["lib/chat/d.ts → lib/chat/d.ts", "lib/chat/a.ts → lib/chat/b.ts → lib/chat/c.ts → lib/chat/a.ts"].sort(),
    );
  });

  test("finds barrels, drawers and what stands on no floor", () => {
    expect(
      faultsOf({ "lib/chat/index.ts": "", "lib/server/utils/a.ts": "", "components/types.ts": "", "lib/a.ts": "" }),
    ).toEqual([
      "lib/chat/index.ts is a barrel",
      "lib/server/utils/a.ts lies in a drawer named utils",
      "components/types.ts lies in a drawer named types",
      "lib/a.ts stands on no floor",
    ]);
  });
});
