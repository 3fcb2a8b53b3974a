import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres";

declare module "vitest" {
  interface ProvidedContext {
    /** Databases for the test files of this run. */
    databaseUrls: string[];
  }
}

const DATABASES = 8;

/** Starts one PostgreSQL for all tests of the project. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  const databaseUrls: string[] = [];
  for (let made = 0; made < DATABASES; made++) databaseUrls.push(await postgres.createDatabase());
  project.provide("databaseUrls", databaseUrls);
  return postgres.stop;
}
