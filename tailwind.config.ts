import type { Config } from "tailwindcss";
import plugin from "tailwindcss/plugin";

/** Paper and ink by day. `faint` and `ribbon` keep 4.5:1 on every paper, `edge` keeps 3:1 (WCAG 2.2, 1.4.3 and 1.4.11). */
const light = {
  paper: "#faf7f1",
  raised: "#fffdf9",
  sunken: "#f2ede3",
  card: "#f2ede3",
  line: "#e2d9ca",
  edge: "#8d8373",
  ink: "#241f1a",
  soft: "#5c5348",
  faint: "#736a5d",
  ribbon: "#a8322a",
};

/** The same sheet under a lamp: a warm near-black, never pure. */
const dark: typeof light = {
  paper: "#191613",
  raised: "#201c18",
  sunken: "#131110",
  card: "#26211c",
  line: "#39332c",
  edge: "#7d7367",
  ink: "#ebe4d9",
  soft: "#b8ae9f",
  faint: "#978d7f",
  ribbon: "#ea7c6f",
};

function variables(palette: typeof light): Record<string, string> {
  return Object.fromEntries(Object.entries(palette).map(([name, value]) => [`--platen-${name}`, value]));
}

const colors = Object.fromEntries(Object.keys(light).map((name) => [name, `var(--platen-${name})`]));

const serif = ['"Literata Variable"', '"Literata Fallback"', "Georgia", "serif"];
const sans = ['"Inter Variable"', '"Inter Fallback"', "system-ui", "sans-serif"];
const mono = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", '"DejaVu Sans Mono"', "monospace"];

const schemes = plugin(({ addBase }) => {
  addBase({
    ":root": { ...variables(light), "color-scheme": "light" },
    "@media (prefers-color-scheme: dark)": {
      ':root:not([data-theme="light"])': { ...variables(dark), "color-scheme": "dark" },
    },
    ':root[data-theme="dark"]': { ...variables(dark), "color-scheme": "dark" },
    // Paper is white, whatever the screen is.
    "@media print": { ":root:root:root": { ...variables(light), "color-scheme": "light" } },
  });
});

export default {
  content: [],
  theme: {
    colors: { ...colors, transparent: "transparent", current: "currentColor" },
    fontFamily: { serif, sans, mono },
    fontSize: {
      small: ["0.8125rem", { lineHeight: "1.25rem" }],
      chrome: ["0.9375rem", { lineHeight: "1.375rem" }],
      note: ["1rem", { lineHeight: "1.5rem" }],
      reading: ["1.125rem", { lineHeight: "1.65" }],
      title: ["1.5rem", { lineHeight: "1.3" }],
      display: ["2.125rem", { lineHeight: "1.2" }],
    },
    extend: {
      /** `tap` is the least side of what a finger meets; `measure` the length of a line of reading. */
      spacing: { tap: "2.75rem", line: "1.85625rem" },
      maxWidth: { measure: "44rem" },
      borderRadius: { card: "0.875rem", key: "0.625rem" },
      boxShadow: { sheet: "0 1px 2px rgb(36 31 26 / 0.05), 0 6px 24px -8px rgb(36 31 26 / 0.12)" },
    },
  },
  plugins: [schemes],
} satisfies Config;
