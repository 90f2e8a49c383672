// Numbers, chances, days and hours as words.
import type { Expected } from './api';

const SHARES = ['1', 'probability'];

/** Places of a case as words: 'patient.creatinine' is 'creatinine'. A sentence stays one. */
export function named(places: string[]): string {
  return [...new Set(places)].map((place) => (/\s/.test(place) ? place : place.split('.').at(-1)!.replaceAll('_', ' '))).join(', ');
}

/** Three significant digits, without an exponent. */
export function number(value: number): string {
  if (value === 0 || Math.abs(value) < 1e-6) return '0';
  const digits = Number(value.toPrecision(3));
  return Math.abs(digits) < 0.001 ? '<0.001' : digits.toLocaleString('en', { maximumFractionDigits: 4, useGrouping: Math.abs(digits) >= 10000 });
}

export function value(amount: number, unit: string): string {
  if (!SHARES.includes(unit)) return number(amount);
  const percent = amount * 100;
  return percent > 0 && percent < 1 ? `${number(Number(percent.toPrecision(1)))}%` : `${Math.round(percent)}%`;
}

/** The unit to stand behind a number, none for a chance. */
export function unitOf(unit: string): string {
  return SHARES.includes(unit) ? '' : unit;
}

export function people(said: Expected): string {
  return said.low === said.high ? '' : `${value(said.low, said.unit)} to ${value(said.high, said.unit)}`;
}

export function ignorance(said: Expected): string {
  return `${value(said.ignorance_low, said.unit)} to ${value(said.ignorance_high, said.unit)}`;
}

export function hour(of: number): string {
  const minutes = Math.round(of * 60);
  return `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** 'day 3, 14:00' of hours from midnight of the first day. */
export function moment(hours: number): string {
  return `day ${Math.floor(hours / 24) + 1}, ${hour(hours % 24)}`;
}

export function days(from: number, to: number | null): string {
  if (to === null) return `day ${from} on`;
  return from === to ? `day ${from}` : `days ${from}-${to}`;
}

/** The date of a day of the plan, day 1 being the first. */
export function dateOf(first: string, day: number): Date {
  const date = new Date(`${first}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + day - 1);
  return date;
}

export function isoDate(date: Date): string {
  return date.toISOString().slice(0, 10);
}

const NAMES: Record<string, string> = {
  plasma_ng_per_ml: 'Plasma',
  csf_ng_per_ml: 'Spinal fluid (lumbar)',
  modified_ashworth: 'Spasticity (modified Ashworth)',
  sedation: 'Drowsiness',
  withdrawal: 'Withdrawal',
};

export function quantity(name: string): string {
  const plain = name.replaceAll('_', ' ');
  return NAMES[name] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}
