"""What a person sees: live progress, answers, tables."""
