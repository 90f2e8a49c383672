// Curves go in; the options of a plot that draws them with ribbons, dose markers and the mark of ignorance come out.
import uPlot from 'uplot';
import type { Curve } from '../api';
import { value } from '../format';

export interface Line { label: string; curve: Curve; colour: string; dash: number[] }

/** A colour of the page's theme as the canvas needs it. */
export function colour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function faded(rgb: string, share: number): string {
  const parts = rgb.match(/[\d.]+/g) ?? ['0', '0', '0'];
  return `rgba(${parts.slice(0, 3).join(', ')}, ${share})`;
}

/** The columns of a plot: time, then of each line p5, p95, p25, p75, median, low, high. */
export function columns(time: number[], lines: Line[]): uPlot.AlignedData {
  return [time, ...lines.flatMap(({ curve }) => [curve.p5, curve.p95, curve.p25, curve.p75, curve.median, curve.low, curve.high])];
}

const COLUMNS = 7;
const DAY = 24;

export interface Drawn { lines: Line[]; unit: string; doses: () => number[]; reference: () => [number, number] | undefined; width: number; height: number; days: number; linked: string; seen: (index: number | null) => void }

export function options({ lines, unit, doses, reference, width, height, days, linked, seen }: Drawn): uPlot.Options {
  const ink = colour('--text'), grid = colour('--line'), unsure = colour('--unsure'), several = lines.length > 1;
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  lines.forEach((line, at) => {
    const from = 1 + at * COLUMNS, ink_ = colour(line.colour);
    const edge = { stroke: 'transparent', width: 0, points: { show: false } };
    const limit = { stroke: several ? ink_ : unsure, width: 1.5, dash: [2, 3], points: { show: false }, show: !several };
    series.push(edge, edge, edge, edge, { stroke: ink_, width: 2, dash: line.dash, points: { show: false } }, limit, limit);
    bands.push({ series: [from + 1, from], fill: faded(ink_, several ? 0.12 : 0.2) });
    if (!several) bands.push({ series: [from + 3, from + 2], fill: faded(ink_, 0.3) });
  });
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 }, font: '12px system-ui, sans-serif' };
  const every = Math.max(1, Math.ceil(days / Math.max(3, width / 70)));
  return {
    width,
    height,
    series,
    bands,
    legend: { show: false },
    scales: { x: { time: false }, y: { range: (_, low, high) => [Math.min(0, low), Math.max(high, 1e-9) * 1.05] } },
    axes: [
      { ...axis, splits: () => Array.from({ length: Math.floor(days / every) + 1 }, (_, day) => day * every * DAY), values: (_, at) => at.map((hour) => `day ${hour / DAY + 1}`) },
      { ...axis, size: 60, values: (_, at) => at.map((amount) => value(amount, unit)) },
    ],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: linked } },
    hooks: {
      setCursor: [(plot) => seen(plot.cursor.idx ?? null)],
      draw: [(plot) => markers(plot, doses(), ink), (plot) => limits(plot, reference() ?? [], ink)],
    },
  };
}

/** A tick on the time axis at each dose. */
function markers(plot: uPlot, doses: number[], ink: string): void {
  const { ctx, bbox } = plot;
  const bottom = bbox.top + bbox.height, tall = bbox.height / 25;
  ctx.save();
  ctx.fillStyle = ink;
  for (const hour of doses) {
    const x = plot.valToPos(hour, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bottom - tall);
    ctx.lineTo(x - tall / 2, bottom);
    ctx.lineTo(x + tall / 2, bottom);
    ctx.fill();
  }
  ctx.restore();
}

/** A thin line at each end of a reference range, where it lies within the plot. */
function limits(plot: uPlot, ends: readonly number[], ink: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = ink;
  ctx.setLineDash([10, 5]);
  for (const end of ends) {
    const y = plot.valToPos(end, 'y', true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}
