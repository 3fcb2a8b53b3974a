import { runInSlices } from "./slices";

/** Code that no page needs from the beginning. */
export type LateCode<Code, Key> = {
  /** Undefined until it is there. */
  readonly code: Code | undefined;
  /** Begins to load it, unless that has been done. Where that fails, whoever asks next begins again. */
  load(): void;
  /** Loads it, and has `run` wait for it, in place of what waited under `key`: in slices, with all others. */
  whenLoaded(key: Key, run: () => void): void;
  forget(key: Key): void;
};

export function lateCode<Code, Key>(from: () => Promise<Code>): LateCode<Code, Key> {
  let code: Code | undefined;
  let isLoading = false;
  const waiting = new Map<Key, () => void>();

  function load(): void {
    if (isLoading) return;
    isLoading = true;
    from().then(
      (loaded) => {
        code = loaded;
        runInSlices(waiting);
      },
      () => {
        isLoading = false; // Offline, or the app was replaced.
      },
    );
  }

  return {
    get code() {
      return code;
    },
    load,
    whenLoaded(key, run) {
      waiting.set(key, run);
      load();
    },
    forget: (key) => void waiting.delete(key),
  };
}
