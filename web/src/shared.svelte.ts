// What many parts of the page look at: what is wrong with the case, the words of the service, and what is being explained.
import { tick } from 'svelte';
import type { Fault, Words } from './api';

export const shared = $state<{ faults: Fault[]; words?: Words; reference?: [number, number]; explained?: string; said: string; theme: 'light' | 'dark' | 'auto' }>({
  faults: [],
  said: '',
  theme: 'auto',
});

/** What is wrong at a place of the case or within it. */
export function faultsAt(path: string): Fault[] {
  return shared.faults.filter(({ where }) => where === path || where.startsWith(`${path}.`) || where.startsWith(`${path}[`));
}

/** Open the drawer that says what is known of a rule, a fact or some words. */
export function explain(text: string): void {
  shared.explained = text;
}

/** Put the focus on a place, once what was changed is drawn: where a button goes away, its focus must not. */
export async function focusOn(id: string): Promise<void> {
  await tick();
  document.getElementById(id)?.focus();
}

/** Say something to people who listen to the page. */
export function say(text: string): void {
  shared.said = text;
}
