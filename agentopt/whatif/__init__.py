"""What if: a problem changed, solved again, and compared with what it was."""
