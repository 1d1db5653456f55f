"""Consultations in versions, the assessment beside them, and the plan that follows."""
