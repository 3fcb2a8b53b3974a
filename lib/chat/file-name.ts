/** Bytes that a name may have nearly everywhere, its ending included. */
const MAX_BYTES = 200;

/** What no file system, shell or header should meet in a name: controls, separators, wildcards, direction marks. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}<>:"/\\|?*%;`$]+/gu;

/** `title` as a file's name with that ending: readable, and safe on every system. */
export function fileName(title: string, ending: string): string {
  const clean = title
    .toWellFormed()
    .replace(UNSAFE, " ")
    .replace(/\s+/g, " ")
    .replace(/^[. ]+|[. ]+$/g, "");
  let name = "";
  let bytes = ending.length + 1;
  for (const character of clean) {
    bytes += new TextEncoder().encode(character).length;
    if (bytes > MAX_BYTES) break;
    name += character;
  }
  const stem = name.trimEnd();
  // Windows gives these names to devices.
  const isDevice = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(stem);
  return `${stem === "" || isDevice ? `conversation ${stem}`.trimEnd() : stem}.${ending}`;
}

/** The `Content-Disposition` of a file to be kept: its name in UTF-8, and for old programs in ASCII (RFC 6266, 5). */
export function contentDisposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]/gu, "_");
  // `encodeURIComponent` leaves five characters that RFC 8187 wants encoded.
  const encoded = encodeURIComponent(name).replace(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
