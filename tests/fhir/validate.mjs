// Resources as JSON on standard input; the faults that npm's FHIR validator finds in them as JSON on standard output.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const { Fhir } = createRequire(process.argv[2])("fhir");
const fhir = new Fhir();
const faults = JSON.parse(readFileSync(0, "utf8")).map((resource) => {
  const found = fhir.validate(resource, { errorOnUnexpected: true });
  return found.messages.filter((m) => m.severity === "error" || m.severity === "fatal").map((m) => `${m.location}: ${m.message}`);
});
process.stdout.write(JSON.stringify(faults));
