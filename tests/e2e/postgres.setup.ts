import { startPostgres } from "../postgres";

/** Starts one PostgreSQL for all workers, and names it to them. */
export default async function setup(): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  process.env.E2E_POSTGRES_URL = postgres.url;
  return postgres.stop;
}
