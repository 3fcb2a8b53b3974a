/** Beginnings of a first line that bring a subject of so many syllables to five. */
const TO_FIVE_SYLLABLES: readonly string[] = ["", ", say it softly", ", say it twice", ", once more", ", yes", ""];

/** A haiku about `subject`, five, seven and five syllables as far as English spelling lets a program count. */
export function haikuAbout(subject: string): string {
  const opening = capitalised(subject) + (TO_FIVE_SYLLABLES[syllablesOf(subject)] ?? "");
  return `> ${opening}\n> the carriage moves to the left\n> a bell at the edge`.replaceAll("\n> ", "  \n> ");
}

/** Eight lines about `subject`, in two stanzas that rhyme. */
export function poemAbout(subject: string): string {
  return [
    `**${capitalised(subject)}**`,
    [
      `I rolled a sheet in, white and wide,`,
      `and wrote “${subject}” on the line;`,
      `the letters settled side by side,`,
      `a little crooked, wholly mine.`,
    ].join("  \n"),
    [
      `The bell rang out before the end,`,
      `the carriage slid, the ribbon wore;`,
      `I wrote “${subject}”, my quiet friend,`,
      `once more, and then a little more.`,
    ].join("  \n"),
  ].join("\n\n");
}

/** A very short story about `subject`. */
export function storyAbout(subject: string): string {
  return `**The shop on the corner**

The old woman repaired typewriters, and she asked every customer the same question: “What will you write about?” Most said letters. One said debts. The boy with the broken Hermes thought for a while and said: “${capitalised(subject)}.”

She turned the machine over. A spring was missing, no longer than an eyelash. “For ${subject} you will need the question mark,” she said, “and that is the one that sticks.” She bent a new spring from a paper clip, hooked it in, and pressed the key. It rose, and fell back, and left its mark.

He paid with what he had. Years later a parcel came, without a sender. In it lay one typed page. It began with “${capitalised(subject)}”, and it ended, as she had hoped, with a question mark.`;
}

/** About how many syllables English gives to `phrase`: groups of vowels, less the silent e at the end. */
function syllablesOf(phrase: string): number {
  return phrase
    .toLowerCase()
    .split(/\s+/)
    .map((word) => {
      const sounded = word.replace(/(?:[^laeiouy]e|[^td]ed|[^aeiousxz]es)$/, (ending) => ending.charAt(0));
      return Math.max(1, sounded.match(/[aeiouyà-ÿ]+/g)?.length ?? 0);
    })
    .reduce((sum, count) => sum + count, 0);
}

function capitalised(phrase: string): string {
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}
