"""Run folders: manifest, journal, artifacts, report."""
