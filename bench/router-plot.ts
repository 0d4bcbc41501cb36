/** Plain SVG line charts over the unit square, without a library. */
export type Series = {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [number, number])[];
  readonly dots?: boolean;
};

const SIZE = 360;
const MARGIN = 48;

type Chart = { readonly title: string; readonly x: string; readonly y: string; readonly from: number; readonly to: number };

/** `x` runs from 0 to 1, `y` from `from` to `to`. */
export function chart({ title, x, y, from, to }: Chart, series: readonly Series[]): string {
  const atX = (value: number) => (MARGIN + value * SIZE).toFixed(1);
  const atY = (value: number) => (MARGIN + SIZE - ((value - from) / (to - from)) * SIZE).toFixed(1);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const grid = ticks.flatMap((tick) => {
    const value = from + tick * (to - from);
    return [
      `<path d="M${atX(tick)} ${atY(from)}V${atY(to)}M${atX(0)} ${atY(value)}H${atX(1)}" stroke="#e5e5e5"/>`,
      `<text x="${atX(tick)}" y="${MARGIN + SIZE + 16}" text-anchor="middle">${tick}</text>`,
      `<text x="${MARGIN - 6}" y="${Number(atY(value)) + 4}" text-anchor="end">${value.toFixed(2)}</text>`,
    ];
  });
  const lines = series.flatMap(({ name, colour, points, dots }, at) => [
    dots === true
      ? points.map(([px, py]) => `<circle cx="${atX(px)}" cy="${atY(py)}" r="4" fill="${colour}"/>`).join('')
      : `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(([px, py]) => `${atX(px)},${atY(py)}`).join(' ')}"/>`,
    `<text x="${MARGIN + SIZE + 12}" y="${MARGIN + 16 + 18 * at}" fill="${colour}">${name}</text>`,
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE + MARGIN + 200} ${SIZE + 2 * MARGIN}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${MARGIN}" y="24" font-size="15">${title}</text>`,
    ...grid,
    ...lines,
    `<text x="${MARGIN + SIZE / 2}" y="${SIZE + 2 * MARGIN - 10}" text-anchor="middle">${x}</text>`,
    `<text transform="translate(12 ${MARGIN + SIZE / 2}) rotate(-90)" text-anchor="middle">${y}</text>`,
    '</svg>\n',
  ].join('\n');
}
