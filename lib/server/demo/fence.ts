/** `code` as a fenced Markdown block. The code must hold no line of three backticks. */
export function fence(language: string, code: string): string {
  return `\`\`\`${language}\n${code.trim()}\n\`\`\``;
}
