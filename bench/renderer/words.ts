import type { Random } from "./random";

const WORDS =
  "the of and a to in is that for as with on are by this be from or which one had not but what all were when we there can an your has if more how each about other into then them these some her would make like him time two write see number way could people than first water been call who oil now find long down day did get come made may part server client request answer value stream buffer signal state queue frame layout style paint commit window render message token cache index cursor budget latency measure reader writer".split(
    " ",
  );
const CHINESE = [
  "浏览器",
  "排版",
  "打字机",
  "逐字",
  "显示",
  "答案",
  "语言模型",
  "渲染",
  "速度",
  "稳定",
  "每一帧",
  "成本",
];
const EMOJI = ["🚀", "✨", "👩‍💻", "🇩🇪", "👍🏽", "❤️", "🧪", "🏳️‍🌈", "☕", "📦"];

export function words(random: Random, count: number): string {
  return random.some(count, () => random.oneOf(WORDS)).join(" ");
}

export function chinese(random: Random): string {
  return `${random.some(random.between(4, 9), () => random.oneOf(CHINESE)).join("")}，${random.oneOf(CHINESE)}。`;
}

/** Clusters of one to eight UTF-16 code units. */
export function emoji(random: Random): string {
  return random.oneOf(EMOJI);
}

/** A sentence as models write them: some words are bold, code, a link or a formula. */
export function sentence(random: Random): string {
  const length = random.between(8, 18);
  const parts = [capitalised(words(random, 2)), words(random, length)];
  const marks = [
    () => `**${words(random, random.between(1, 3))}**`,
    () => `*${words(random, 2)}*`,
    () => `\`${random.oneOf(WORDS)}.${random.oneOf(WORDS)}()\``,
    () => `[${words(random, 2)}](https://example.com/${random.oneOf(WORDS)}/${random.below(1000)})`,
    () => `$${random.oneOf(["a_i", "x^2", "\\alpha"])} + ${random.below(90)}$`,
    () => `~~${random.oneOf(WORDS)}~~`,
    () => words(random, 3),
    () => words(random, 5),
  ];
  parts.push(random.oneOf(marks)(), words(random, random.between(2, 6)));
  return `${parts.join(" ")}.`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
