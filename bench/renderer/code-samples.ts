import type { Random } from "./random";
import { words } from "./words";

/** A fenced code block of about `lines` lines in the language. */
export function codeBlock(language: Language, lines: number, random: Random): string {
  const parts: string[] = [];
  for (let count = 0; count < lines; ) {
    const part = SAMPLES[language](camelCase(random), random.below(1000));
    parts.push(part);
    count += part.split("\n").length;
  }
  return `\`\`\`${language}\n${parts.join("\n")}\n\`\`\``;
}

export type Language = "typescript" | "python" | "rust" | "go" | "java" | "bash" | "sql" | "json";
export const LANGUAGES: readonly Language[] = ["typescript", "python", "rust", "go", "java", "bash", "sql", "json"];

function camelCase(random: Random): string {
  return words(random, 2).replace(/ (.)/g, (_, letter: string) => letter.toUpperCase());
}

const SAMPLES: Record<Language, (name: string, number: number) => string> = {
  typescript: (name, number) =>
    `export function ${name}(values: readonly number[]): number {\n  // The ${number}th is left out.\n  return values.filter((value) => value !== ${number}).at(-1) ?? 0;\n}`,
  python: (name, number) =>
    `def ${name}(items, limit=${number}):\n    """Yields what is left."""\n    for item in items:\n        yield f"{item:>{limit}}"`,
  rust: (name, number) =>
    `fn ${name}(input: &str) -> Option<usize> {\n    let mut total = ${number}usize;\n    total += input.len();\n    Some(total)\n}`,
  go: (name, number) =>
    `func ${name}(values []int) int {\n\ttotal := ${number}\n\tfor _, value := range values {\n\t\ttotal += value\n\t}\n\treturn total\n}`,
  java: (name, number) =>
    `public static int ${name}(List<Integer> values) {\n    return values.stream().mapToInt(Integer::intValue).sum() + ${number};\n}`,
  bash: (name, number) => `for ${name} in *.log; do\n  grep -c "error ${number}" "$${name}" | sort -n\ndone`,
  sql: (name, number) =>
    `SELECT id, count(*) AS ${name}\nFROM messages\nWHERE created_at > ${number} AND role = 'user'\nGROUP BY id;`,
  json: (name, number) => `{ "${name}": ${number}, "isOpen": true, "names": ["a", "b"], "next": null }`,
};
