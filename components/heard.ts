import { preferences } from "@/lib/client/preferences";
import type { KeySounds } from "./key-sounds";
import type { LiveMarkdown } from "./markdown/live-markdown";

/** A surface on which writing is heard, while the reader wants key sounds. They are loaded when first wanted. */
export function heard(surface: LiveMarkdown): LiveMarkdown {
  let sounds: KeySounds | undefined;
  let isLoading = false;

  function load(): void {
    if (isLoading) return;
    isLoading = true;
    import("./key-sounds").then(
      ({ createKeySounds }) => {
        sounds = createKeySounds();
      },
      () => {}, // Offline, or the app was replaced: this answer is written in silence.
    );
  }

  return {
    append(text) {
      surface.append(text);
      const { speed, keySounds } = preferences();
      if (speed !== "typewriter" || keySounds === "off") return;
      if (sounds === undefined) load();
      else sounds.strike(text);
    },
    finish: () => surface.finish(),
  };
}
