/** Largest file that can be imported, in bytes. */
export const MAX_IMPORT_BYTES = 200_000_000;

/** A conversation that was not imported, and why. */
export type Skipped = { title?: string; reason: string };

/**
 * What became of a file. `imported`: conversations that are new here, or of which something was. `known`: those that were
 * here already. `unlisted`: how many were skipped beyond those in `skipped`.
 */
export type Imported = { imported: number; known: number; skipped: readonly Skipped[]; unlisted: number };

/** How many conversations of the file are done with. */
export type ImportedSoFar = { done: number; of: number };
