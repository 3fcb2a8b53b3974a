import { readFileSync } from "node:fs";
import { join } from "node:path";
import { processWide } from "./process-wide";

/** On every answer of the API, so that an open page notices that it is older than the server. */
export const VERSION_HEADER = "x-platen-version";

/** The build that runs: the same in all instances of one deployment. */
export function version(): string {
  return processWide("version", () => {
    try {
      return readFileSync(join(process.cwd(), ".next", "BUILD_ID"), "utf8").trim();
    } catch {
      return "development"; // The development server has no build.
    }
  });
}
