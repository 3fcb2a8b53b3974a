import type { Lexer } from "@/lib/typewriter/code/lexer";
import { runInSlices } from "./slices";

/** Where lexers come from. */
export type LexerSource = {
  /** The lexer now; undefined for a language that is not known, or "later" while languages are being loaded. */
  lexerOf(language: string): Lexer | undefined | "later";
  whenLoaded(listener: () => void): void;
};

type Languages = typeof import("@/lib/typewriter/code/languages");
let languages: Languages | undefined;
let isLoading = false;
/** Who is told once the languages are there. */
const waiting = new Map<() => void, () => void>();

/** Begins to load the languages, unless they are there. An answer that begins may well hold code. */
export function loadLanguages(): void {
  if (isLoading) return;
  isLoading = true;
  import("@/lib/typewriter/code/languages").then(
    (loaded) => {
      languages = loaded;
      runInSlices(waiting);
    },
    () => {
      isLoading = false; // Offline, or the app was replaced: code stays plain, and the next answer asks again.
    },
  );
}

/** The languages of this page, loaded when first asked for. */
export const pageLexers: LexerSource = {
  lexerOf(language) {
    if (language === "") return undefined;
    if (languages !== undefined) return languages.lexerOf(language);
    return "later";
  },
  whenLoaded(listener) {
    waiting.set(listener, listener);
    loadLanguages();
  },
};
