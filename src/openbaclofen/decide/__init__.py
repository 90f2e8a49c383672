"""Candidate doses, likenesses and safety to a ranked plan with reasons."""
