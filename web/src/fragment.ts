// The case and the view in the fragment of the address, which a browser never sends to a server.
import type { Case, Said } from './api';
import { isEntry } from './case';

export interface Shown { asked?: Case; view?: string; theme?: string }

function packed(asked: Case): string {
  const bytes = new TextEncoder().encode(JSON.stringify(asked));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function unpacked(text: string): unknown {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

/** `pushed`: as a step of its own in the browser's history. */
export function write(shown: Shown, pushed: boolean): void {
  const parts = new URLSearchParams();
  if (shown.view) parts.set('view', shown.view);
  if (shown.theme) parts.set('theme', shown.theme);
  if (shown.asked) parts.set('case', packed(shown.asked));
  if (pushed) history.pushState(null, '', `#${parts}`);
  else history.replaceState(null, '', `#${parts}`);
}

/** What the address shows. Errors: an Error where its case cannot be read. */
export function read(): Shown {
  const parts = new URLSearchParams(location.hash.slice(1));
  const shown: Shown = { view: parts.get('view') ?? undefined, theme: parts.get('theme') ?? undefined };
  const text = parts.get('case');
  if (text === null) return shown;
  const asked = unpacked(text);
  if (!isCase(asked)) throw new Error('no case');
  return { ...shown, asked };
}

/** Texts, lists and mappings only, as the form holds a case. */
function isSaid(said: unknown): said is Said {
  if (typeof said !== 'object' || said === null) return typeof said === 'string';
  return Object.values(said).every(isSaid);
}

function isCase(said: unknown): said is Case {
  if (!isSaid(said) || !isEntry(said) || !isEntry(said.patient)) return false;
  return ['title', 'date', 'question', 'region'].every((key) => !(key in said) || typeof said[key] === 'string');
}
