import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../env";
import { processWide } from "../process-wide";

const SECRET_FILE = "session-secret";

type Place = Pick<Environment, "sessionSecrets" | "dataDir">;

/** The process's secrets: the first signs, all are accepted. */
export function signingSecrets(settings: Place): readonly string[] {
  return processWide("session-secrets", () => sessionSecrets(settings));
}

/** The secrets of the environment, or the one kept in `dataDir` (made there, mode 0600, when it is missing). */
export function sessionSecrets({ sessionSecrets: given, dataDir }: Place): readonly string[] {
  if (given.length > 0) return given;
  const file = join(dataDir, SECRET_FILE);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (!existsSync(file)) make(file);
  return [readFileSync(file, "utf8").trim()];
}

/** Of several processes that start at once one makes it, and none ever reads it unfinished: it is linked when it is whole. */
function make(file: string): void {
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, randomBytes(32).toString("base64url"), { flag: "wx", mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    unlinkSync(draft);
  }
}
