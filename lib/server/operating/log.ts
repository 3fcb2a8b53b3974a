import { environment } from "../env";

type Level = "error" | "warn" | "info" | "debug";

const ORDER = ["silent", "fatal", "error", "warn", "info", "debug", "trace"];

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** One JSON line on standard error. Never given any text of a conversation, nor a secret. */
export function log(level: Level, event: string, fields: LogFields = {}): void {
  if (ORDER.indexOf(level) > ORDER.indexOf(environment().logLevel)) return;
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
}

/**
 * Lets the process outlive whoever reads its output. Unheard, the error of a closed pipe is thrown, Next reports that on
 * the same pipe, and so on for ever.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

/** What may be logged of an unknown error: its class and code, not its message, which may quote a body. */
export function errorFields(error: unknown): { error: string; code?: string } {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = (error as NodeJS.ErrnoException).code;
  return { error: error.name, ...(typeof code === "string" ? { code } : {}) };
}
