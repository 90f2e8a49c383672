// A case as the form holds it (texts, lists, mappings, as in a case file) and as it is sent.
import type { Case, Entry, Said } from './api';

/** 'age: 46 a' in its two parts. A text that is no number with a unit stays whole, for the service to say what is wrong with it. */
export function split(said: Said | undefined, units: readonly string[]): { number: string; unit: string } {
  const text = typeof said === 'string' ? said.trim() : '';
  const match = /^([\d.,+-]*)\s*(\S.*)?$/.exec(text);
  if (!match || (match[2] && !units.some((unit) => unit.toLowerCase() === match[2]!.toLowerCase()) && !match[1])) return { number: text, unit: units[0]! };
  const unit = units.find((known) => known.toLowerCase() === match[2]?.toLowerCase());
  return match[2] && !unit ? { number: text, unit: units[0]! } : { number: match[1]!, unit: unit ?? units[0]! };
}

/** A number and its unit as one text; what holds letters of its own is left as written. */
export function join(number: string, unit: string): string {
  const text = number.trim();
  return text === '' || /[^\d.,+\s-]/.test(text) ? text : `${text} ${unit}`;
}

/** What is sent: empty texts and mappings are not stated, empty lists are stated to be empty. */
export function stated(asked: Case): Case {
  return (trimmed(JSON.parse(JSON.stringify(asked))) ?? {}) as unknown as Case;
}

function trimmed(said: Said): Said | undefined {
  if (typeof said === 'string') return said.trim() === '' ? undefined : said;
  if (Array.isArray(said)) return said.map(trimmed).filter((item) => item !== undefined);
  const kept = Object.entries(said).map(([key, value]) => [key, value == null ? undefined : trimmed(value)] as const);
  const found = Object.fromEntries(kept.filter(([key, value]) => value !== undefined || key === 'patient').map(([k, v]) => [k, v ?? {}]));
  return Object.keys(found).length ? found : undefined;
}

/** Therapy or current as the form shows it: a sig, a pump programme, nothing, or something that only the file can say. */
export type Route = 'unstated' | 'none' | 'oral' | 'pump' | 'other';
export function route(said: Said | undefined): Route {
  if (said === undefined) return 'unstated';
  if (typeof said === 'string') return ['none', 'no', 'nothing'].includes(said.trim().toLowerCase()) ? 'none' : 'oral';
  if (Array.isArray(said)) return 'other';
  if (said.route === 'intrathecal') return 'pump';
  return typeof said.sig === 'string' && said.route === undefined ? 'oral' : 'other';
}

/** The sig of a therapy by mouth, '' where there is none. */
export function sigOf(said: Said | undefined): string {
  if (typeof said === 'string') return route(said) === 'oral' ? said : '';
  return said && !Array.isArray(said) && typeof said.sig === 'string' ? said.sig : '';
}

export function isEntry(said: Said | undefined): said is Entry {
  return typeof said === 'object' && !Array.isArray(said);
}

export function entries(said: Said | undefined): Entry[] {
  if (said === undefined || said === 'none') return [];
  return (Array.isArray(said) ? said : [said]).map((item) => (isEntry(item) ? item : { kind: String(item) }));
}

/** The same case with another order by mouth, whose product stays; the question is what that order implies. */
export function withSig(asked: Case, sig: string): Case {
  return { ...asked, question: undefined, therapy: isEntry(asked.therapy) && route(asked.therapy) === 'oral' ? { ...asked.therapy, sig } : sig };
}

export function empty(): Case {
  return { date: new Date().toISOString().slice(0, 10), patient: {}, therapy: '', current: 'none', region: 'INT' };
}
