/** A random UUID. Browsers have `crypto.randomUUID` over https and on localhost alone; a network at home has neither. */
export function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  // RFC 9562, section 5.4: 4 is the version, and 8 one of the four beginnings of the variant.
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}
