import type { Lexer } from "@/lib/typewriter/code/lexer";
import { lateCode } from "./late-code";

/** Where lexers come from. */
export type LexerSource = {
  /** The lexer now; undefined for a language that is not known, or "later" while languages are being loaded. */
  lexerOf(language: string): Lexer | undefined | "later";
  whenLoaded(listener: () => void): void;
};

/** Without them code stays plain. */
const languages = lateCode<typeof import("@/lib/typewriter/code/languages"), () => void>(
  () => import("@/lib/typewriter/code/languages"),
);

/** Begins to load the languages, unless they are there. An answer that begins may well hold code. */
export function loadLanguages(): void {
  languages.load();
}

/** The languages of this page, loaded when first asked for. */
export const pageLexers: LexerSource = {
  lexerOf(language) {
    if (language === "") return undefined;
    return languages.code === undefined ? "later" : languages.code.lexerOf(language);
  },
  whenLoaded: (listener) => languages.whenLoaded(listener, listener),
};
