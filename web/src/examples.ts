// Cases of the examples folder that the page offers; the first is shown when the address holds none.
const FILES = import.meta.glob<string>(
  ['../../examples/{ms-adult,ms-kidney-egfr38,kidneys-not-stated,elderly-opioid,child-cp-24kg,overdose-600mg,abrupt-stop-80mg,dialysis}.yaml', '../../examples/pump/{pump-bridge,pump-stall}.yaml'],
  { query: '?raw', import: 'default', eager: true },
);
const FIRST = 'ms-adult.yaml';

export const examples = Object.entries(FILES)
  .sort(([one], [other]) => Number(other.endsWith(FIRST)) - Number(one.endsWith(FIRST)) || one.localeCompare(other))
  .map(([path, text]) => ({ title: /^title: *(.*)$/m.exec(text)?.[1] ?? path, text }));
