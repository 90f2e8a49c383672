"""FHIR R4 resources go in, a case comes out; a plan goes in, FHIR R4 resources come out."""
