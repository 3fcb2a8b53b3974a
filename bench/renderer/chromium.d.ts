declare module "*/tests/chromium.mjs" {
  export function findChromium(): { path: string; found: string } | undefined;
}
