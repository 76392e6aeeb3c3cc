"""Questions and answers between units: asked from a case, answered in time, counted at the end."""
