"""Knowledge files go in; facts, rules and their sources come out, each as a checked record."""

from openbaclofen.facts.load import KnowledgeBase, load

__all__ = ["KnowledgeBase", "load"]
