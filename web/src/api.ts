// What is asked of the service, and the shapes of its answers (see docs/json.md and docs/service.md).

export type Severity = 'contraindicated' | 'major' | 'moderate' | 'caution' | 'info';
export type Said = string | Said[] | { [key: string]: Said };
export type Entry = Record<string, Said>;
export interface Case {
  title?: string;
  date?: string;
  patient: Entry;
  therapy?: Said;
  current?: Said;
  question?: string;
  region?: string;
  events?: Said;
  observations?: Said;
}

export interface Source { title: string; url: string; quality: string }
export interface Finding {
  rule: string; rules: string[]; severity: Severity; reason: string; action: string; region: string;
  sources: Source[]; blocks: boolean; hint: boolean; conflicts_with: string[]; note: string;
}
export interface CannotTell { rule: string; rules: string[]; severity: Severity; need: string[]; would_say: string }
export interface Advice { rule: string; kind: 'counsel' | 'monitor'; text: string; region: string; sources: Source[]; every_days: number | null; due: string }
export interface Verdict { severity: Severity | 'clean'; findings: Finding[]; cannot_tell: CannotTell[]; advice: Advice[]; region: string }

export interface Expected {
  quantity: string; unit: string; middle: number; low: number; high: number; ignorance_low: number; ignorance_high: number;
  grade: string; against: number | null; against_is: string;
}
export interface Step {
  day_from: number; day_to: number | null; sig: string; daily_mg: number; take: string;
  doses_mg: number[]; hours: number[]; expected: Expected[]; settled: Expected[];
}
export interface Reason { text: string; rests_on: string[] }
export interface Weighed {
  sig: string; daily_mg: number; allowed: boolean; relief: Expected | null; side_effect: Expected | null; net: number | null; why: string;
  leaving: Expected | null; response: Expected | null;
}
export interface WayOut { name: string; days: number; proposed: boolean; predicted: Expected[] }
export interface IfWrong { event: string; advice: Reason[]; predicted: Expected[] }
export interface Plan {
  title: string; question: string; region: string; as_of: string; answer: string; summary: string; verdict: Verdict;
  proposal: { steps: Step[]; daily_mg: number; ceiling_mg: number | null; limited_by: string[]; pace_by: string } | null;
  alternatives: Weighed[]; monitoring: Reason[]; stopping: Step[]; ways_out: WayOut[]; if_wrong: IfWrong[]; reasons: Reason[];
  sources: Source[]; not_modelled: string[]; notes: string[]; seed: number; people: number; version: string; knowledge: string;
  order: Step | null; pump: PumpPlan | null;
}

export interface PumpLine {
  what: string; value: number | null; unit: string; low: number | null; high: number | null;
  on: string; on_low: string; on_high: string; grade: string; rests_on: string[]; note: string;
}
export interface PumpPart { title: string; need: string[]; notes: string[]; lines: PumpLine[] }
export interface Followed {
  quantity: string; unit: string; grade: string; middle: number[]; low: number[]; high: number[]; ignorance_low: number[]; ignorance_high: number[];
}
export interface PumpFailure {
  kind: string; title: string; happened: string; towards: 'withdrawal' | 'overdose'; gives: string;
  hours: number[]; course: Followed[]; lines: PumpLine[]; need: string[]; notes: string[];
}
export interface PumpPlan { programme: string; verdict: Verdict; parts: PumpPart[]; failures: PumpFailure[]; notes: string[]; as_of: string; people: number }

export type CurveName = 'median' | 'p5' | 'p25' | 'p75' | 'p95' | 'low' | 'high';
export type Curve = Record<CurveName, number[]>;
export interface Followed { sig: string; dose_time_h: number[]; dose_mg: number[]; curves: Record<string, Curve>; said: string[] }
export interface Curves {
  time_h: number[]; people: number; quantities: Record<string, { unit: string; grade: string }>; regimens: Followed[]; facts: string[]; server_ms: number;
}

export interface Statement {
  id: string; section: string; title: string; value: string; role: string; why: string; note: string; region: string; sources: string[];
}
export interface Why {
  asked: string; used?: Statement[]; disagree?: Statement[]; others?: Statement[]; rules?: Statement[]; conflicts?: Statement[]; claims?: Statement[];
  sources?: Source[]; record?: Entry;
}
export interface Words {
  conditions: { key: string; title: string; words: string[] }[]; medicines: string[]; regions: string[]; questions: string[]; forms: string[];
  events: string[]; observations: string[]; quantities: { name: string; unit: string; title: string }[];
}

export interface Fault { where: string; said: string; expected: string }

/** An answer of the service that is no result: what is wrong, and where in the case. */
export class Problem extends Error {
  constructor(readonly status: number, detail: string, readonly faults: Fault[]) {
    super(detail);
  }
}

async function answer(path: string, init: RequestInit): Promise<Response> {
  const got = await fetch(path, init).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new Problem(0, 'The service does not answer. Is it still running?', []);
  });
  if (got.ok) return got;
  const said = await got.json().catch(() => ({}));
  throw new Problem(got.status, said.detail ?? said.title ?? `The service answered ${got.status}.`, said.errors ?? []);
}

async function post<T>(path: string, body: object, signal?: AbortSignal): Promise<T> {
  const headers = { 'Content-Type': 'application/json' };
  return (await answer(path, { method: 'POST', headers, body: JSON.stringify(body), signal })).json();
}

export const check = (asked: Case, signal?: AbortSignal) => post<Verdict>('/v1/check', { case: asked }, signal);
export const plan = (asked: Case, signal?: AbortSignal) => post<Plan>('/v1/plan', { case: asked }, signal);
export const pump = (asked: Case, signal?: AbortSignal) => post<PumpPlan>('/v1/pump', { case: asked }, signal);
export const readCase = async (text: string) => (await post<{ case: Case }>('/v1/case/read', { text })).case;
export const writeCase = async (asked: Case) => (await post<{ text: string }>('/v1/case/write', { case: asked })).text;
export const words = async (): Promise<Words> => (await answer('/v1/words', {})).json();
export const why = async (text: string, signal?: AbortSignal): Promise<Why> => (await answer(`/v1/why?text=${encodeURIComponent(text)}`, { signal })).json();

/** The serum levels that laboratories call therapeutic, ng/mL. */
export async function reference(): Promise<[number, number] | undefined> {
  const value = (await why('drug.therapeutic_range')).record?.value;
  return Array.isArray(value) && value.length === 2 ? [Number(value[0]), Number(value[1])] : undefined;
}

export interface CourseAsked { regimens?: string[]; days: number; every_h: number; people?: number; quantities?: string[] }
export const course = (asked: Case, options: CourseAsked, signal?: AbortSignal) => post<Curves>('/v1/course', { case: asked, ...options }, signal);

/** The plan as a document to file. */
export async function filed(asked: Case, kind: 'application/pdf' | 'text/html'): Promise<Blob> {
  const headers = { 'Content-Type': 'application/json', Accept: kind };
  return (await answer('/v1/plan', { method: 'POST', headers, body: JSON.stringify({ case: asked }) })).blob();
}

/** Runs the latest call only: a newer one aborts the one under way, whose result is never seen. */
export function latest(): <T>(run: (signal: AbortSignal) => Promise<T>) => Promise<T | undefined> {
  let running: AbortController | undefined;
  return async (run) => {
    running?.abort();
    const mine = (running = new AbortController());
    try {
      const found = await run(mine.signal);
      return mine.signal.aborted ? undefined : found;
    } catch (error) {
      if (mine.signal.aborted) return undefined;
      throw error;
    }
  };
}
