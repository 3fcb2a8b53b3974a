/** Runs once when the server starts, before it takes requests: a wrong environment or store ends the process here. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { openDoorway } = await import("./lib/server/door/doorway");
  const { boot } = await import("./lib/server/instance");
  openDoorway();
  await boot();
}
