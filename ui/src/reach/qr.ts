// A text as a QR code that can be drawn as one path: no picture to fetch, no style to allow.
import encodeQR from "qr";

/** A square of `size` modules, the quiet zone of four on each side included, and what is dark of it. */
export interface QrPath {
  size: number;
  path: string;
}

const QUIET_ZONE = 4;

export function qrPath(text: string): QrPath {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: QUIET_ZONE });
  return { size: rows.length, path: rows.flatMap((row, y) => runs(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`)).join("") };
}

/** Where dark modules begin in a row, and how many there are side by side. */
function runs(row: boolean[]): [number, number][] {
  const found: [number, number][] = [];
  row.forEach((dark, x) => {
    const last = found.at(-1);
    if (!dark) return;
    if (last && last[0] + last[1] === x) last[1]++;
    else found.push([x, 1]);
  });
  return found;
}
