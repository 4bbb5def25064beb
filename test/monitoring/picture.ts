// Draws panels of lines as an SVG.

/** A line. `x` goes from 0 to 1. */
interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

const columns = 3;
const width = 380;
const height = 200;
const plot = { left: 44, top: 30, width: 320, height: 100 };
const maxNames = 6;
const colours = ['#2f6fb0', '#d9822b', '#3d9a50', '#b03a5b', '#7a5bb0', '#5c6770', '#a08a1f'];

export function draw(panels: readonly Panel[]): string {
  const rows = Math.ceil(panels.length / columns);
  const size = `width="${columns * width}" height="${rows * height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="11">`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...panels.map((panel, i) => {
      const at = `${(i % columns) * width},${Math.floor(i / columns) * height}`;
      return `<g transform="translate(${at})">${panelOf(panel)}</g>`;
    }),
    '</svg>',
    '',
  ].join('\n');
}

function panelOf({ title, lines }: Panel): string {
  const finite = lines.flatMap(({ points }) => points.map(({ y }) => y)).filter(Number.isFinite);
  const max = Math.max(0, ...finite) || 1;
  const bottom = plot.top + plot.height;
  return [
    `<text x="10" y="18" font-weight="bold" fill="#222">${escaped(title)}</text>`,
    `<path d="M${plot.left},${plot.top}V${bottom}H${plot.left + plot.width}" stroke="#999" fill="none"/>`,
    `<text x="${plot.left - 4}" y="${plot.top + 4}" text-anchor="end" fill="#555">${rounded(max)}</text>`,
    `<text x="${plot.left - 4}" y="${bottom}" text-anchor="end" fill="#555">0</text>`,
    ...lines.map((line, i) => pathOf(line, max, colourOf(i))),
    ...lines.slice(0, maxNames).map(({ name }, i) => {
      const x = plot.left + (i % 2) * 170;
      const y = bottom + 16 + Math.floor(i / 2) * 14;
      return `<text x="${x}" y="${y}" fill="${colourOf(i)}">${escaped(name)}</text>`;
    }),
  ].join('');
}

function pathOf({ points }: Line, max: number, colour: string): string {
  const data = points
    .filter(({ y }) => Number.isFinite(y))
    .map(({ x, y }, i) => {
      const left = (plot.left + x * plot.width).toFixed(1);
      const top = (plot.top + plot.height * (1 - y / max)).toFixed(1);
      return `${i === 0 ? 'M' : 'L'}${left},${top}`;
    });
  return `<path d="${data.join('')}" stroke="${colour}" fill="none" stroke-width="1.5"/>`;
}

function colourOf(index: number): string {
  return colours[index % colours.length] ?? '#000';
}

function rounded(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toPrecision(2);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
