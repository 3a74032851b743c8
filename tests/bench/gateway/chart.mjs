// The table as a picture: a bar for each row's ratio with its interval, a mark where it must end.

const ROW = 34;
const LEFT = 400;
const WIDTH = 380;

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

export function chart(results) {
  const most = Math.max(...results.flatMap(({ high, bar }) => [high, bar])) * 1.05;
  const x = (ratio) => LEFT + (Math.min(ratio, most) / most) * WIDTH;
  const rows = results.map(({ name, ratio, low, high, bar }, i) => {
    const y = 30 + i * ROW;
    const middle = y + 10;
    const colour = high <= bar ? "#2a7f62" : "#b3432b";
    return [
      `<text x="${LEFT - 10}" y="${y + 14}" text-anchor="end">${escape(name)}</text>`,
      `<rect x="${LEFT}" y="${y}" width="${(x(ratio) - LEFT).toFixed(1)}" height="20" fill="${colour}"/>`,
      `<path d="M${x(low).toFixed(1)} ${middle}H${x(high).toFixed(1)}" stroke="#111" stroke-width="2"/>`,
      `<path d="M${x(bar).toFixed(1)} ${y - 4}v28" stroke="#666" stroke-dasharray="3 2" stroke-width="2"/>`,
      `<text x="${(x(Math.max(high, bar)) + 6).toFixed(1)}" y="${y + 14}">${ratio.toFixed(2)} of ${bar}</text>`,
    ].join("");
  });
  const height = 40 + results.length * ROW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + WIDTH + 110}" height="${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="10" y="18" font-weight="bold">Overhead over a bare listener, ours ÷ compared with (dashed: at most)</text>`,
    ...rows,
    "</svg>\n",
  ].join("\n");
}
