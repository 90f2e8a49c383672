// The case and the view in the fragment of the address, which a browser never sends to a server.
import type { Case } from './api';

export interface Shown { asked?: Case; view?: string; theme?: string }

function packed(asked: Case): string {
  const bytes = new TextEncoder().encode(JSON.stringify(asked));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function unpacked(text: string): Case {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

export function write(shown: Shown): void {
  const parts = new URLSearchParams();
  if (shown.view) parts.set('view', shown.view);
  if (shown.theme) parts.set('theme', shown.theme);
  if (shown.asked) parts.set('case', packed(shown.asked));
  history.replaceState(null, '', `#${parts}`);
}

/** What the address shows. Errors: an Error where its case cannot be read. */
export function read(): Shown {
  const parts = new URLSearchParams(location.hash.slice(1));
  const shown: Shown = { view: parts.get('view') ?? undefined, theme: parts.get('theme') ?? undefined };
  const text = parts.get('case');
  if (text) shown.asked = unpacked(text);
  if (shown.asked && (typeof shown.asked !== 'object' || typeof shown.asked.patient !== 'object')) throw new Error('no case');
  return shown;
}
