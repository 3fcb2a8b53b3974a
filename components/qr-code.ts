/** A QR code as the path of its dark squares, in a square of `size` units. */
export type Drawing = { size: number; path: string };

/** Draws `text`. What computes it is loaded with the first one. */
export async function drawQrCode(text: string): Promise<Drawing> {
  const { encode } = await import("uqr");
  const { data, size } = encode(text, { ecc: "M", border: 3 });
  return { size, path: data.map(rowPath).join("") };
}

/** The dark runs of one row, each a rectangle of height 1. */
function rowPath(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue;
    const start = x;
    while (row[x + 1]) x++;
    const width = x - start + 1;
    path += `M${start} ${y}h${width}v1h-${width}z`;
  }
  return path;
}
