import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(join(ROOT, "docs", "security.md"), "utf8");

/** The requirements of OWASP ASVS 5.0.0 at levels 1 and 2 (github.com/OWASP/ASVS, v5.0.0_release, 5.0/en), by section. */
const REQUIREMENTS: Record<string, string> = {
  "1.1": "1 2",
  "1.2": "1 2 3 4 5 6 7 8 9",
  "1.3": "1 2 3 4 5 6 7 8 9 10 11",
  "1.4": "1 2 3",
  "1.5": "1 2",
  "2.1": "1 2 3",
  "2.2": "1 2 3",
  "2.3": "1 2 3 4",
  "2.4": "1",
  "3.2": "1 2",
  "3.3": "1 2 3 4",
  "3.4": "1 2 3 4 5 6",
  "3.5": "1 2 3 4 5",
  "3.7": "1 2",
  "4.1": "1 2 3",
  "4.2": "1",
  "4.3": "1 2",
  "4.4": "1 2 3 4",
  "5.1": "1",
  "5.2": "1 2 3",
  "5.3": "1 2",
  "5.4": "1 2 3",
  "6.1": "1 2 3",
  "6.2": "1 2 3 4 5 6 7 8 9 10 11 12",
  "6.3": "1 2 3 4",
  "6.4": "1 2 3 4",
  "6.5": "1 2 3 4 5",
  "6.6": "1 2 3",
  "6.8": "1 2 3 4",
  "7.1": "1 2 3",
  "7.2": "1 2 3 4",
  "7.3": "1 2",
  "7.4": "1 2 3 4 5",
  "7.5": "1 2",
  "7.6": "1 2",
  "8.1": "1 2",
  "8.2": "1 2 3",
  "8.3": "1",
  "8.4": "1",
  "9.1": "1 2 3",
  "9.2": "1 2 3 4",
  "10.1": "1 2",
  "10.2": "1 2",
  "10.3": "1 2 3 4",
  "10.4": "1 2 3 4 5 6 7 8 9 10 11",
  "10.5": "1 2 3 4 5",
  "10.6": "1 2",
  "10.7": "1 2 3",
  "11.1": "1 2",
  "11.2": "1 2 3",
  "11.3": "1 2 3",
  "11.4": "1 2 3 4",
  "11.5": "1",
  "11.6": "1",
  "12.1": "1 2 3",
  "12.2": "1 2",
  "12.3": "1 2 3 4",
  "13.1": "1",
  "13.2": "1 2 3 4 5",
  "13.3": "1 2",
  "13.4": "1 2 3 4 5",
  "14.1": "1 2",
  "14.2": "1 2 3 4",
  "14.3": "1 2 3",
  "15.1": "1 2 3",
  "15.2": "1 2 3",
  "15.3": "1 2 3 4 5 6 7",
  "16.1": "1",
  "16.2": "1 2 3 4 5",
  "16.3": "1 2 3 4",
  "16.4": "1 2 3",
  "16.5": "1 2 3",
  "17.1": "1",
  "17.2": "1 2 3 4",
  "17.3": "1 2",
};
const ids = Object.entries(REQUIREMENTS).flatMap(([section, numbers]) =>
  numbers.split(" ").map((number) => `V${section}.${number}`),
);

/** Those that the first cell of a row names: V1.2.3, V1.2.* or V1.*. */
function namedIn(row: string): string[] {
  const [, cell = ""] = row.split("|");
  return [...cell.matchAll(/V[\d.]+[\d*]/g)].flatMap(([name]) => {
    const named = name.endsWith("*") ? ids.filter((id) => id.startsWith(name.slice(0, -1))) : [name];
    return named.length === 0 ? [name] : named;
  });
}

const rows = page.split("\n").filter((line) => /^\| V\d/.test(line));

test("each requirement of ASVS 5.0 at levels 1 and 2 is in the tables once, and no other", () => {
  expect(ids).toHaveLength(253);
  expect(rows.flatMap(namedIn).sort()).toEqual([...ids].sort());
});

test("each requirement that is met names what shows it", () => {
  const [, met = ""] = page.split("### Met\n");
  const [table = ""] = met.split("\n### ");
  const requirements = table.split("\n").filter((line) => /^\| V\d/.test(line));
  expect(requirements.length).toBeGreaterThan(50);
  expect(requirements.filter((line) => !/` “[^”]+” \|$/.test(line))).toEqual([]);
});

test("each test that the tables name exists", () => {
  const named = [...page.matchAll(/`([\w./-]+\.(?:test|spec)\.ts)` “([^”]+)”/g)];
  expect(named.length).toBeGreaterThan(100);
  const missing = named.flatMap(([, file = "", title = ""]) => {
    const source = existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), "utf8") : "";
    return source.includes(`"${title}"`) || source.includes(`\`${title}\``) ? [] : [`${file}: ${title}`];
  });
  expect(missing).toEqual([]);
});
