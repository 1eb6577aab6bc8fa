"""Problems made from their structure: text, formulation, data and answer, exact by construction."""
