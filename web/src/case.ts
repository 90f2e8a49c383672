// A case as the form holds it (texts, lists, mappings, as in a case file) and as it is sent.
import type { Case, Entry, Said } from './api';

/** 'age: 46 a' in its two parts. A text that is no number with a known unit stays whole, without a unit beside it, for the service to say what is wrong. */
export function split(said: Said | undefined, units: readonly string[]): { number: string; unit: string } {
  const text = typeof said === 'string' ? said.trim() : '';
  const [, number, letters] = /^([\d.,+-]*)\s*(\S.*)?$/.exec(text) ?? [];
  const unit = units.find((known) => known.toLowerCase() === letters?.toLowerCase().replace(/^[µμ]/, 'u'));
  return letters && !(unit && number) ? { number: text, unit: '' } : { number: number ?? '', unit: unit ?? '' };
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

/** The same case without what it states at a place such as 'patient.pregnant' or 'events[0].date'; the case itself where it states nothing there. */
export function without(asked: Case, place: string): Case {
  const left = JSON.parse(JSON.stringify(asked)) as Case;
  const keys = place.match(/[^.[\]]+/g) ?? [];
  let within: unknown = left;
  for (const key of keys.slice(0, -1)) within = typeof within === 'object' && within !== null && Object.hasOwn(within, key) ? (within as Entry)[key] : undefined;
  const last = keys.at(-1);
  if (typeof within !== 'object' || within === null || last === undefined || !Object.hasOwn(within, last)) return asked;
  if (Array.isArray(within)) within.splice(Number(last), 1);
  else delete (within as Entry)[last];
  return left;
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

/** Whether a pump runs whose catheter's tip is not stated. */
export function tipMissing(asked: Case): boolean {
  const pump = [asked.therapy, asked.current].find((one) => route(one) === 'pump');
  return isEntry(pump) && !pump.catheter_tip;
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
  const now = new Date();
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
  return { date, patient: {}, therapy: '', region: 'INT' };
}
